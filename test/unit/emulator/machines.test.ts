import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { renderMachineScript } from "../../../components/lab/machineScript.ts";
import { createAddressPool } from "../../emulator/machines/addresses.ts";
import { checkUserData, createSupervisor, type MachineSpec } from "../../emulator/machines/machines.ts";
import { scriptValues } from "../../emulator/machines/machineScriptValues.ts";
import { movedTo } from "../../emulator/machines/namespaces.ts";
import {
    imageSources,
    networkSettings,
    parseSources,
    pipSettings,
} from "../../emulator/machines/registries.ts";
import { login } from "../../emulator/machines/sshClient.ts";
import ssh2 from "ssh2";
import { newKey } from "../../emulator/machines/newKey.ts";

describe("registries of the machine", () => {
    it("come from both formats of apt sources, only those of the own release, the main one first", () => {
        const sources = [
            ...parseSources(
                "deb [signed-by=/k.gpg arch=amd64] http://third.example/apt bookworm stable # no\n#deb x y z\n",
                false,
            ),
            ...parseSources(
                "Types: deb\nURIs: http://b.example/debian\nSuites: bookworm-updates\nComponents: main\n",
                true,
            ),
            ...parseSources(
                "# text\nTypes: deb deb-src\nURIs: http://a.example/debian\nSuites: bookworm bookworm-updates\n" +
                    "Components: main contrib\nSigned-By: /usr/share/keyrings/x.gpg\n\nEnabled: no\nTypes: deb\nURIs: u\nSuites: bookworm\nComponents: main\n",
                true,
            ),
            ...parseSources("deb http://other.example trixie main\n", false),
        ];
        assert.deepEqual(imageSources(sources, "bookworm"), [
            {
                uri: "http://a.example/debian",
                suites: ["bookworm", "bookworm-updates"],
                components: ["main"],
                signedBy: "/usr/share/keyrings/x.gpg",
            },
            {
                uri: "http://b.example/debian",
                suites: ["bookworm-updates"],
                components: ["main"],
                signedBy: undefined,
            },
        ]);
    });

    it("take over how the network is reached, and nothing else of apt", () => {
        const dump = [
            'Acquire::http::Proxy "http://proxy:1";',
            'Acquire::https::mirror.example::CaInfo "/ca";',
            'Acquire::Check-Valid-Until "false";',
            'Acquire::Languages "en";',
            'DPkg::Post-Invoke:: "rm -rf x";',
        ];
        assert.equal(networkSettings(dump.join("\n")), dump.slice(0, 3).join("\n"));
    });

    it("take pip's settings from files and, over them, from the environment", () => {
        const settings = pipSettings(["[global]\nindex_url = http://a\ncert=/c\n[install]\nuser = true\n"], {
            PIP_INDEX_URL: "http://b",
            https_proxy: "http://p",
        });
        assert.deepEqual(
            [...settings],
            [
                ["index-url", "http://b"],
                ["cert", "/c"],
                ["proxy", "http://p"],
            ],
        );
    });
});

describe("addresses of hosts", () => {
    let dir: string;
    beforeEach(async () => (dir = await mkdtemp(path.join(tmpdir(), "pool-"))));
    afterEach(() => rm(dir, { recursive: true, force: true }));

    it("are given once over all pools, skip what is occupied, and come back", async () => {
        const occupied = async (address: string): Promise<boolean> => address.endsWith(".11");
        const [one, two] = [
            await createAddressPool({ dir, occupied }),
            await createAddressPool({ dir, occupied }),
        ];
        const taken = await Promise.all([one.take(), two.take(), one.take(), two.take()]);
        assert.deepEqual([...taken].sort(), ["127.0.1.10", "127.0.1.12", "127.0.1.13", "127.0.1.14"]);
        await one.close();
        await two.close();
        const third = await createAddressPool({ dir, occupied });
        assert.equal(await third.take(), "127.0.1.10");
        await third.release("127.0.1.10");
        await third.release("127.0.1.10");
        assert.equal(await third.take(), "127.0.1.12", "the one just released comes again late");
    });

    it("run out with a sentence", async () => {
        const pool = await createAddressPool({ dir, occupied: async () => true });
        await assert.rejects(pool.take(), /No address is left/);
    });
});

describe("machines", () => {
    it("refuse user data that is no script", () => {
        checkUserData(undefined);
        checkUserData("#!/bin/sh\n");
        checkUserData("#cloud-config\n{}");
        assert.throws(() => checkUserData("#cloud-config\nx: y"), /#cloud-config in JSON, not in YAML/);
        assert.throws(
            () => checkUserData("Content-Type: multipart"),
            /begins with #!, or #cloud-config in JSON/,
        );
        assert.throws(() => checkUserData(`#cloud-config\n{"users":[]}`), /knows no users/);
    });

    it("have their own address in the environment after a move, and no similar one changed", () => {
        const environment = { A: "http://127.0.1.1:1338", B: "127.0.1.10", C: "x" };
        assert.deepEqual(movedTo("127.0.1.20", { address: "127.0.1.1", environment }), {
            ...environment,
            A: "http://127.0.1.20:1338",
        });
    });

    it("read the values before a script as the shell would", () => {
        fc.assert(
            fc.property(
                fc.string({ unit: "binary" }).filter((text) => !text.includes("\0")),
                (text) => {
                    const script = renderMachineScript("connect-cluster.sh", {
                        LAB_PASSWORD: text,
                        LAB_NAME: "ada",
                    });
                    assert.deepEqual(
                        [...scriptValues(script)],
                        [
                            ["LAB_PASSWORD", text],
                            ["LAB_NAME", "ada"],
                        ],
                    );
                },
            ),
            { numRuns: 20 },
        );
    });
});

describe("keys of machines and tests", () => {
    it("can all be read, and are pairs: ssh2's own generator fails at one in 230", () => {
        for (let made = 0; made < 1000; made += 1) {
            const key = newKey();
            const parsed = ssh2.utils.parseKey(key.private);
            assert.ok(!(parsed instanceof Error), "the private half cannot be read");
            const shared = ssh2.utils.parseKey(key.public);
            assert.ok(!(shared instanceof Error), "the public half cannot be read");
            assert.deepEqual(parsed.getPublicSSH(), shared.getPublicSSH());
        }
    });
});

describe("simulated machines", () => {
    const key = newKey();
    const spec: MachineSpec = {
        id: "i-1",
        kind: "instance",
        hostname: "one",
        address: "127.0.0.1",
        user: "ubuntu",
        authorizedKeys: [key.public],
        environment: {},
    };

    it("take the key, and the password only after bootstrap, which they say they have not run", async () => {
        const machines = await createSupervisor({ dir: tmpdir(), mode: "simulated" });
        try {
            await machines.boot(spec);
            const place = { ...machines.sshEndpoint(spec.address), username: "ubuntu" };
            const password = `pa$s w"o'r`;
            await assert.rejects(login({ ...place, password }, "true"), /authentication/);
            const script = renderMachineScript("bootstrap.sh", {
                LAB_NAME: "ada",
                LAB_PASSWORD: password,
                LAB_OPERATOR_KEYS: "",
            });
            const said = await login({ ...place, privateKey: key.private }, "sudo bash -s", script);
            assert.match(said, /^lab: simulated machine: nothing is executed here\nlab: ok\n$/);
            assert.ok(!said.includes(password));
            await assert.rejects(login({ ...place, password }, "id"), /126: simulated machine/);
            await assert.rejects(login({ ...place, password: "wrong" }, "id"), /authentication/);
            await assert.rejects(login({ ...place, username: "root", password }, "id"), /authentication/);
            const other = newKey();
            await assert.rejects(login({ ...place, privateKey: other.private }, "id"), /authentication/);
            await assert.rejects(machines.exec("i-1", { argv: ["id"], user: "root" }), /simulated/);

            await machines.stop("i-1");
            assert.equal(machines.status("i-1"), "stopped");
            await machines.start("i-1", spec.address);
            const again = { ...machines.sshEndpoint(spec.address), username: "ubuntu" };
            await assert.rejects(login({ ...again, password }, "id"), /126: simulated machine/);
        } finally {
            await machines.close();
        }
        assert.deepEqual(machines.list(), []);
    });
});
