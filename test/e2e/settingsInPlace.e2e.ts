/** The walk through the settings, second part: those that change in place what runs. */
import { CreateHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import type { Row } from "../demo/pocketClass.ts";
import { LiveClass, passwordLogin } from "./liveClass.ts";
import {
    changedValues,
    done,
    expected,
    handedOver,
    inPlace,
    one,
    settingsOf,
    type Walk,
} from "./settingsWalk.ts";
import { mayLogIn } from "./ssh.ts";
import { archive } from "../tarArchive.ts";

describe("settings that change in place what runs", () => {
    let live: LiveClass;
    let first: readonly Row[];
    const labs = ["ada", "grace"];

    before(async () => {
        live = await LiveClass.start("e2e-in-place", { students: ["Ada", "Grace"] }, "simulated");
        await live
            .aws(Route53Client)
            .send(new CreateHostedZoneCommand({ Name: "labs.university.edu", CallerReference: "e2e" }));
        await live.up();
        first = await live.roster();
    });

    after(async () => {
        await live?.cloud.stop();
    });

    it(`${Object.keys(inPlace("")).join(", ")}: exactly what each declares, and no machine notices more`, async () => {
        // Another content under the same name: the object in the bucket is the same one.
        const courseArchive = path.join(live.cloud.dir, "later", "course.tar.gz");
        await mkdir(path.dirname(courseArchive));
        await writeFile(courseArchive, archive({ "course/notes.txt": "another course" }));
        const walks: Readonly<Record<string, Walk>> = inPlace(courseArchive);

        const before = await handedOver(live);
        await live.set(settingsOf(walks));
        assert.deepEqual(done(await live.up()), expected(walks, labs));

        const after = await handedOver(live);
        const values = (part: "bootstrap" | "connect") =>
            Object.values(walks)
                .flatMap((walk) => walk[part] ?? [])
                .sort();
        for (const lab of labs) {
            for (const [name, part] of [
                [`${lab}-machine-bootstrap`, "bootstrap"],
                [`${lab}-connect`, "connect"],
            ] as const) {
                assert.deepEqual(changedValues(before.get(name), after.get(name)), values(part), name);
            }
        }
        assert.deepEqual(
            await live.roster(),
            first.map((row) => ({ ...row, dnsName: `${row.lab}.eu-west-1.labs.university.edu` })),
        );
        assert.deepEqual(done(await live.up()), []);
    });

    it("instanceType: each machine is stopped, changed and started; one `up` finds it at its new address", async () => {
        const { instanceType } = one;
        const before = await live.roster();
        await live.set(settingsOf({ instanceType }));
        assert.deepEqual(done(await live.up()), expected({ instanceType }, labs));
        const after = await live.roster();
        assert.deepEqual(
            after.map((row, index) => ({ ...row, address: before[index]?.address })),
            before,
        );
        for (const [index, row] of after.entries()) {
            assert.notEqual(row.address, before[index]?.address);
            assert.ok(await mayLogIn(passwordLogin(row)), row.lab);
        }
        assert.deepEqual(done(await live.up()), []);
    });

    it("clusters: off takes away the clusters and what belongs to them; machines stay", async () => {
        const { clusters } = one;
        const before = await live.roster();
        await live.set(settingsOf({ clusters }));
        assert.deepEqual(done(await live.up()), expected({ clusters }, labs));
        assert.deepEqual(
            await live.roster(),
            before.map((row) => ({ ...row, clusterId: "" })),
        );
    });

    it("power: off stops the machines and connects to nobody", async () => {
        const { power } = one;
        const before = await live.roster();
        await live.set(settingsOf({ power }));
        assert.deepEqual(done(await live.up()), expected({ power }, labs));
        assert.deepEqual(
            await live.roster(),
            before.map((row) => ({ ...row, address: "" })),
        );
    });
});
