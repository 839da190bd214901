import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const program = path.join(import.meta.dirname, "../../scripts/machine/reasons.py");

/** What pip 23 and 24 print around what a build said. */
const build = (command: string, output: readonly string[]) => [
    "  error: subprocess-exited-with-error",
    "  ",
    `  × ${command} did not run successfully.`,
    "  │ exit code: 1",
    `  ╰─> [${output.length} lines of output]`,
    ...output.map((line) => `      ${line}`),
    "      [end of output]",
    "  ",
    "  note: This error originates from a subprocess, and is likely not a problem with pip.",
];

// What a step printed, as the programs print it, and what is told of it.
const logs: Readonly<Record<string, { log: readonly string[]; told: readonly string[] }>> = {
    "pip, a package that is none": {
        log: [
            "Collecting mrjob==0.7.4",
            "  Using cached mrjob-0.7.4-py2.py3-none-any.whl (439 kB)",
            "Collecting sklearn",
            "  Downloading sklearn-0.0.post12.tar.gz (2.6 kB)",
            "  Preparing metadata (setup.py): started",
            "  Preparing metadata (setup.py): finished with status 'error'",
            ...build("python setup.py egg_info", [
                "The 'sklearn' PyPI package is deprecated, use 'scikit-learn'",
                "rather than 'sklearn' for pip commands.",
                "",
                "Here is how to fix this error in the main use cases:",
                "- use 'pip install scikit-learn' rather than 'pip install sklearn'",
            ]),
            "error: metadata-generation-failed",
            "",
            "× Encountered error while generating package metadata.",
            "╰─> See above for output.",
        ],
        told: [
            "sklearn cannot be built: The 'sklearn' PyPI package is deprecated, use 'scikit-learn' rather than 'sklearn' for pip commands.",
        ],
    },
    "pip, a header that is missing": {
        log: [
            "Collecting pycairo>=1.2 (from -r requirements.txt (line 3))",
            "Building wheels for collected packages: pycairo",
            "  Building wheel for pycairo (setup.py): started",
            "  Building wheel for pycairo (setup.py): finished with status 'error'",
            ...build("python setup.py bdist_wheel", [
                "running build_ext",
                "gcc -Wall -c cairo.c -o build/cairo.o",
                "cairo.c:1:10: fatal error: Python.h: No such file or directory",
                "    1 | #include <Python.h>",
                "compilation terminated.",
                "error: command '/usr/bin/gcc' failed with exit code 1",
            ]),
            "  ERROR: Failed building wheel for pycairo",
            "Failed to build pycairo",
            "ERROR: Could not build wheels for pycairo, which is required to install pyproject.toml-based projects",
        ],
        told: ["pycairo cannot be built: cairo.c:1:10: fatal error: Python.h: No such file or directory"],
    },
    "pip, no compiler": {
        log: [
            "  Building wheel for foo (setup.py): started",
            ...build("python setup.py bdist_wheel", [
                "running build",
                "error: command 'gcc' failed: No such file or directory",
            ]),
        ],
        told: ["foo cannot be built: error: command 'gcc' failed: No such file or directory"],
    },
    "pip, a build that throws": {
        log: [
            "Collecting mysqlclient[extra]==2.2",
            ...build("Getting requirements to build wheel", [
                "Trying pkg-config --exists mysqlclient",
                "Traceback (most recent call last):",
                '  File "setup.py", line 27, in get_config_posix',
                "Exception: Can not find valid pkg-config name.",
                "Specify MYSQLCLIENT_CFLAGS and MYSQLCLIENT_LDFLAGS env vars manually",
            ]),
        ],
        told: ["mysqlclient cannot be built: Exception: Can not find valid pkg-config name."],
    },
    "pip, a version that there is not": {
        log: [
            "ERROR: Could not find a version that satisfies the requirement boto3==99 (from versions: 1.0, 1.1)",
            "ERROR: No matching distribution found for boto3==99",
        ],
        told: [
            "ERROR: Could not find a version that satisfies the requirement boto3==99 (from versions: 1.0, 1.1)",
        ],
    },
    "pip, no way to the index": {
        log: [
            "Looking in indexes: http://ada:****@10.0.0.1/simple",
            ...[1, 0].map(
                (left) =>
                    `WARNING: Retrying (Retry(total=${left}, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f0${left}>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/mrjob/`,
            ),
            "ERROR: Could not find a version that satisfies the requirement mrjob (from versions: none)",
        ],
        told: [
            "the package index cannot be reached for mrjob: [Errno 111] Connection refused",
            "ERROR: Could not find a version that satisfies the requirement mrjob (from versions: none)",
        ],
    },
    "pip, no room": {
        log: [
            "Installing collected packages: numpy",
            "\u001b[31mERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\u001b[0m",
        ],
        told: ["ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"],
    },
    "apt, a name that there is not": {
        log: ["Reading package lists...", "E: Unable to locate package no-such-package"],
        told: ["Unable to locate package no-such-package"],
    },
    "apt, no way to the archive": {
        log: [
            "Err:1 http://archive.ubuntu.com/ubuntu noble InRelease",
            "W: Failed to fetch http://archive.ubuntu.com/ubuntu/dists/noble/InRelease  Could not resolve 'archive.ubuntu.com'",
            "E: Unable to locate package nano",
        ],
        told: [
            "Failed to fetch http://archive.ubuntu.com/ubuntu/dists/noble/InRelease Could not resolve 'archive.ubuntu.com'",
            "Unable to locate package nano",
        ],
    },
    "dpkg, a package that cannot be configured": {
        log: [
            "Setting up postfix (3.8.6-1build2) ...",
            "postfix: fatal: open /etc/postfix/main.cf: Permission denied",
            "dpkg: error processing package postfix (--configure):",
            " installed postfix package post-installation script subprocess returned error exit status 75",
            "Errors were encountered while processing:",
            " postfix",
            "E: Sub-process /usr/bin/dpkg returned an error code (1)",
        ],
        told: [
            "postfix: postfix: fatal: open /etc/postfix/main.cf: Permission denied; installed postfix package post-installation script subprocess returned error exit status 75",
        ],
    },
    "dpkg, no room": {
        log: [
            "Unpacking texlive-base (2023) ...",
            "dpkg: error processing archive /var/cache/apt/archives/texlive-base_2023_all.deb (--unpack):",
            " cannot copy extracted data for './usr/share/a' to '/usr/share/a.dpkg-new': failed to write (No space left on device)",
        ],
        told: [
            "texlive-base_2023_all.deb: cannot copy extracted data for './usr/share/a' to '/usr/share/a.dpkg-new': failed to write (No space left on device)",
        ],
    },
    "Python, an error that nobody caught": {
        log: [
            "Traceback (most recent call last):",
            '  File "<string>", line 1, in <module>',
            "ModuleNotFoundError: No module named 'mrjob'",
        ],
        told: ["ModuleNotFoundError: No module named 'mrjob'"],
    },
    "bash, a command that is gone": {
        log: ["main: line 431: chpasswd: command not found"],
        told: ["chpasswd: command not found"],
    },
    "mktemp, no room": {
        log: ["mktemp: failed to create file via template '/etc/.lab-tmp.XXXXXX': No space left on device"],
        told: ["mktemp: failed to create file via template '/etc/.lab-tmp.XXXXXX': No space left on device"],
    },
    "sshd, a line that it does not know": {
        log: ["/etc/ssh/sshd_config.d/20-mine.conf: line 3: Bad configuration option: Foo"],
        told: ["/etc/ssh/sshd_config.d/20-mine.conf: line 3: Bad configuration option: Foo"],
    },
    "anything else: the last two lines": {
        log: ["one", "two", "", "three", "   "],
        told: ["two", "three"],
    },
    nothing: { log: [], told: [] },
};

describe("The log of a failed step", () => {
    let folder: string;
    before(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "reasons-"));
    });
    after(() => fs.rmSync(folder, { recursive: true }));

    for (const [name, { log, told }] of Object.entries(logs)) {
        it(`tells why: ${name}`, () => {
            const file = path.join(folder, "step.log");
            fs.writeFileSync(file, log.map((line) => `${line}\n`).join(""));
            const output = execFileSync("python3", ["-I", program, file], { encoding: "utf8" });
            assert.deepEqual(
                output.split("\n").filter((line) => line !== ""),
                told,
            );
        });
    }

    it("tells it of a log of any bytes and any length", () => {
        const file = path.join(folder, "long.log");
        fs.writeFileSync(file, Buffer.alloc(3_000_000, 0xff));
        fs.appendFileSync(file, "\nE: Unable to locate package x\n");
        const output = execFileSync("python3", ["-I", program, file], { encoding: "utf8" });
        assert.equal(output, "Unable to locate package x\n");
    });
});
