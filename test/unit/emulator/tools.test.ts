import assert from "node:assert/strict";
import { atLeast, npxFolder, searchedFolders } from "../../emulator/tools/engine.ts";
import { goStage } from "../../emulator/tools/engineBuild.ts";
import { elapsed } from "../../emulator/tools/progress.ts";
import { chooseProviders } from "../../emulator/tools/providers.ts";
import { usablePython } from "../../emulator/tools/python.ts";

describe("tools of the pocket cloud", () => {
    it("compares versions of the engine by number", () => {
        assert.ok(atLeast("3.259.0", "3.248.0"));
        assert.ok(atLeast("v3.248.0-alpha.1", "3.248.0"));
        assert.ok(!atLeast("3.99.9", "3.248.0"));
        assert.ok(!atLeast("nonsense", "3.248.0"));
    });

    it("does not take npx's wrapper for an engine on the PATH", () => {
        assert.deepEqual(
            searchedFolders("/repo/node_modules/.bin:/usr/bin::/opt/node_modules/.bin:/home/u/.pulumi/bin"),
            ["/usr/bin", "/home/u/.pulumi/bin"],
        );
    });

    it("looks for the engine where npx keeps it", () => {
        assert.equal(npxFolder("3.259.0", { PULUMI_HOME: "/p" }), "/p/versions/3.259.0");
    });

    it("says where the build stands", () => {
        assert.match(
            goStage("go: downloading example.org/module v1.2.3", 0),
            /downloading example\.org\/module$/,
        );
        assert.match(goStage("example.org/module/package", 12), /12 packages/);
    });

    it("writes times for people", () => {
        assert.equal(elapsed(59_400), "59s");
        assert.equal(elapsed(65_000), "1m05s");
    });

    it("knows which Python is new enough", () => {
        assert.ok(usablePython("3.11.7"));
        assert.ok(!usablePython("3.9.18"));
        assert.ok(!usablePython("2.7.18"));
    });

    describe("choice of providers", () => {
        const versions = { aws: "7.48.0", random: "4.21.2", tls: "5.6.1", command: "1.2.1" };
        const all = Object.entries(versions).map(([name, version]) => ({ name, version }));

        it("takes stand-ins where the real ones are not installed", () => {
            const choice = { aws: "stand-in", random: "stand-in", tls: "stand-in", command: "stand-in" };
            assert.deepEqual(chooseProviders([], versions), choice);
            assert.deepEqual(chooseProviders([{ name: "random", version: "4.0.0" }], versions), choice);
        });

        it("takes the installed ones, but not aws", () => {
            assert.deepEqual(chooseProviders(all, versions), {
                aws: "stand-in",
                random: "real",
                tls: "real",
                command: "real",
            });
        });

        it("can be told one by one", () => {
            const choice = chooseProviders(all, versions, "aws=real, random=stand-in");
            assert.equal(choice.aws, "real");
            assert.equal(choice.random, "stand-in");
            assert.equal(choice.tls, "real");
        });

        it("refuses what it does not know or cannot do", () => {
            assert.throws(
                () => chooseProviders(all, versions, "azure=real"),
                /"azure=real" is not NAME=real/,
            );
            assert.throws(() => chooseProviders(all, versions, "tls=fake"), /NAME=stand-in/);
            assert.throws(
                () => chooseProviders([], versions, "tls=real"),
                /not installed: pulumi plugin install resource tls 5\.6\.1/,
            );
        });

        it("keeps the command stand-in for simulated machines", () => {
            assert.equal(chooseProviders(all, versions, "", "simulated").command, "stand-in");
        });
    });
});
