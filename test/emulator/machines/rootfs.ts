import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { buildOnce } from "../tools/buildOnce.ts";
import { run } from "../tools/run.ts";
import { BOOTSTRAP_PACKAGES, BOOTSTRAP_WHEELS, HOST_FILES, IMAGE_PACKAGES, NODE_WHEELS } from "./image.ts";
import { machineRegistries, PIP_CA_IN_IMAGE, type Registries } from "./registries.ts";

const SCRIPTS = ["build-rootfs.sh", "customize.sh", "customize-node.sh"] as const;
const TIMEOUT_MS = 15 * 60_000;

/**
 * Builds the read-only layers of the hosts under `dir`, or gives those that are there: the folder that createSupervisor
 * takes. Nothing is installed on the machine: debootstrap is unpacked, not installed, and apt keeps its state in `dir`.
 * Its mounts and processes live in namespaces of their own, so a killed build leaves only a folder that the next removes.
 */
export async function buildRootfs(options: { dir: string; log: (line: string) => void }): Promise<string> {
    const registries = await machineRegistries((await must("apt-config", ["dump"])).stdout);
    const target = path.join(options.dir, `hosts-${registries.suite}-${await key(registries)}`);
    const log = (line: string): void => options.log(line);
    return buildOnce({ name: "rootfs", target, log, build: (draft) => build(draft, registries, log) });
}

async function key(registries: Registries): Promise<string> {
    const hash = createHash("sha256").update(
        JSON.stringify([registries, IMAGE_PACKAGES, BOOTSTRAP_PACKAGES, BOOTSTRAP_WHEELS, NODE_WHEELS]),
    );
    for (const name of SCRIPTS) {
        hash.update(await readFile(path.join(HOST_FILES, name)));
    }
    return hash.digest("hex").slice(0, 12);
}

async function build(draft: string, registries: Registries, log: (line: string) => void): Promise<void> {
    const work = path.join(draft, "work");
    const scripts = path.join(work, "scripts");
    await mkdir(scripts, { recursive: true, mode: 0o700 });
    for (const name of SCRIPTS) {
        await cp(path.join(HOST_FILES, name), path.join(scripts, name));
    }
    await writeFile(path.join(work, "apt.conf"), registries.aptConf);
    await writeFile(path.join(work, "pip.conf"), registries.pipConf);
    await mkdir(path.join(work, "sources.d"));
    await writeFile(path.join(work, "sources.d", "image.sources"), registries.sources);
    const debootstrap = await fetchDebootstrap(work);
    // setpriv and --kill-child: everything ends with this process, also if it is killed with -9.
    const result = await run(
        "setpriv",
        [
            "--pdeathsig",
            "KILL",
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "--pid",
            "--fork",
            "--kill-child",
        ].concat("/bin/bash", path.join(scripts, "build-rootfs.sh")),
        {
            cwd: work,
            timeoutMs: TIMEOUT_MS,
            env: {
                OUT: draft,
                WORK: work,
                DEBOOTSTRAP_DIR: debootstrap,
                SUITE: registries.suite,
                MIRROR: registries.mirror,
                COMPONENTS: registries.components.join(","),
                KEYRING: registries.keyring,
                PIP_CA: registries.pipCa ?? "",
                PIP_CA_IN_IMAGE,
                IMAGE_PACKAGES: IMAGE_PACKAGES.join(","),
                BOOTSTRAP_PACKAGES: BOOTSTRAP_PACKAGES.join(" "),
                BOOTSTRAP_WHEELS: BOOTSTRAP_WHEELS.join(" "),
                NODE_WHEELS: NODE_WHEELS.join(" "),
            },
            onLine: (line) => {
                if (line.startsWith("== ")) {
                    log(line.slice(3));
                }
            },
        },
    );
    if (result.exitCode !== 0) {
        const end = (result.stdout + result.stderr).trim().split("\n").slice(-15).join("\n");
        throw new Error(`The image of the hosts could not be built (exit code ${result.exitCode}):\n${end}`);
    }
    await rm(work, { recursive: true, force: true });
}

/** Unpacks debootstrap, a bundle of shell scripts, from the distribution's package; apt's state stays in `work`. */
async function fetchDebootstrap(work: string): Promise<string> {
    const state = path.join(work, "apt");
    for (const folder of ["lists/partial", "cache/archives/partial", "deb"]) {
        await mkdir(path.join(state, folder), { recursive: true });
    }
    const settings = {
        "Dir::State": state,
        "Dir::State::status": "/dev/null",
        "Dir::Cache": path.join(state, "cache"),
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": path.join(work, "sources.d"),
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    await must("apt-get", [...options, "-q", "update"], state);
    await must("apt-get", [...options, "-q", "download", "debootstrap"], path.join(state, "deb"));
    const [deb] = (await readdir(path.join(state, "deb"))).filter((name) => name.endsWith(".deb"));
    if (!deb) {
        throw new Error("apt-get download debootstrap left no package");
    }
    await must("dpkg-deb", ["-x", path.join(state, "deb", deb), path.join(work, "debootstrap")]);
    return path.join(work, "debootstrap", "usr", "share", "debootstrap");
}

async function must(file: string, args: readonly string[], cwd?: string): Promise<{ stdout: string }> {
    const result = await run(file, args, { cwd, timeoutMs: TIMEOUT_MS, env: { LC_ALL: "C.UTF-8" } });
    if (result.exitCode !== 0) {
        throw new Error(`${file} ${args.slice(-2).join(" ")} failed: ${result.stderr.trim().slice(-500)}`);
    }
    return result;
}
