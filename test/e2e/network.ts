import assert from "node:assert/strict";
import type { Row } from "../demo/pocketClass.ts";
import type { LiveClass } from "./liveClass.ts";
import { everything, machineOf, NetworkReach, nodesOf, type Party } from "./networkReach.ts";

/** Network that the class is allowed to log in from; not one that machines have addresses of. */
export const classRoom = "130.88.0.0/16";

const somebody = (address: string): Party => ({ address, groups: [] });

/** Declares the tests of who reaches whom in a class that is up, by the security groups as they were created. */
export function networkIsolation(live: () => LiveClass): void {
    describe("the network keeps the labs apart", () => {
        let reach: NetworkReach;
        let [ada, grace]: (Row | undefined)[] = [];
        let machines: { readonly ada: Party; readonly grace: Party };
        let nodes: { readonly ada: readonly Party[]; readonly grace: readonly Party[] };

        before(async () => {
            reach = await NetworkReach.of(live());
            [ada, grace] = [await live().row("ada"), await live().row("grace")];
            machines = { ada: await machineOf(live(), ada), grace: await machineOf(live(), grace) };
            nodes = { ada: await nodesOf(live(), ada), grace: await nodesOf(live(), grace) };
            assert.ok(nodes.ada.length > 1 && nodes.grace.length > 1);
        });

        /** Each pair of two sides has to have the same ports open. */
        function assertOpen(from: readonly Party[], to: readonly Party[], open: readonly string[]): void {
            for (const one of from) {
                for (const other of to) assert.deepEqual(reach.open(one, other), open);
            }
        }

        it("a machine reaches the nodes of the own cluster by SSH alone", () => {
            assertOpen([machines.ada], nodes.ada, ["tcp 22"]);
            assertOpen([machines.grace], nodes.grace, ["tcp 22"]);
        });

        it("a machine reaches no node of another lab's cluster", () => {
            assertOpen([machines.ada], nodes.grace, []);
            assertOpen([machines.grace], nodes.ada, []);
        });

        it("nodes reach each other, and no node of another lab's cluster", () => {
            assertOpen(nodes.ada, nodes.ada, everything);
            assertOpen(nodes.ada, nodes.grace, []);
            assertOpen(nodes.grace, nodes.ada, []);
        });

        it("neither machines nor nodes reach a machine", () => {
            assertOpen([machines.ada, ...nodes.ada, ...nodes.grace], [machines.grace], []);
            assertOpen([machines.grace, ...nodes.ada, ...nodes.grace], [machines.ada], []);
        });

        it("the class room reaches the machines by SSH, and no node", () => {
            assertOpen([somebody("130.88.7.7")], [machines.ada, machines.grace], ["tcp 22"]);
            assertOpen([somebody("130.88.7.7")], [...nodes.ada, ...nodes.grace], []);
        });

        it("anybody else reaches nothing", () => {
            const others = ["198.51.100.7", "130.89.7.7", "10.20.0.99", "127.0.0.1", "2001:db8::7"].map(
                somebody,
            );
            assertOpen(others, [machines.ada, machines.grace, ...nodes.ada, ...nodes.grace], []);
        });

        it("machines and nodes reach what is outside", () => {
            for (const party of [machines.ada, ...nodes.ada]) {
                assert.deepEqual(reach.leaving(party, somebody("198.51.100.7")), everything);
            }
        });
    });
}
