import { EMRClient, TerminateJobFlowsCommand } from "@aws-sdk/client-emr";
import { IAMClient, ListAttachedRolePoliciesCommand, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import assert from "node:assert/strict";
import { type LiveClass, needsHosts } from "./liveClass.ts";
import { metadata, metadataWithoutToken } from "./machineIdentity.ts";
import type { Right } from "./right.ts";
import { rightsTable } from "./rights.ts";
import { RightsScene, type Verdict } from "./rightsScene.ts";

/** The whole table against what happened, so that a failure shows every line that differs. */
function assertRights(table: readonly Right[], verdicts: readonly Verdict[]): void {
    const found = new Map(verdicts.map((verdict) => [verdict.what, verdict]));
    const expected = table.map(({ what, lacks }) => `${what}: ${wanted(lacks)}`);
    const actual = table.map(({ what, lacks }) => {
        const { verdict, message } = found.get(what) ?? { verdict: "not tried", message: "" };
        const asWanted =
            lacks === undefined ? verdict === "allowed" : verdict === "refused" && says(message, lacks);
        return `${what}: ${asWanted ? wanted(lacks) : `${verdict} ${message}`}`;
    });
    assert.deepEqual(actual, expected);
    assert.equal(verdicts.length, table.length);
}

const wanted = (lacks: string | undefined) =>
    lacks === undefined ? "allowed" : `refused for lack of ${lacks}`;

/** Whether a refusal names the permission, and the explicit deny where there has to be one. */
function says(message: string, lacks: string): boolean {
    const permission = lacks.replace(/!$/, "");
    return (
        message.includes(`not authorized to perform: ${permission} on `) &&
        message.includes("with an explicit deny") === lacks.endsWith("!")
    );
}

/** Declares the tests of what a student may do in a class that is up. */
export function studentRights(live: () => LiveClass): void {
    describe("a student may use the own lab, and nothing else", () => {
        let scene: RightsScene;

        before(async function () {
            await needsHosts(this);
            scene = await RightsScene.of(live());
        });

        after(async () => {
            if (scene !== undefined) {
                const JobFlowIds = [scene.otherStacksCluster];
                await live().aws(EMRClient).send(new TerminateJobFlowsCommand({ JobFlowIds }));
            }
        });

        it("has one policy, which is the class's, and no second way in", async () => {
            const iam = live().aws(IAMClient);
            const { own, other } = await scene.for("policies");
            for (const { role } of [own, other]) {
                const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: role }));
                const inline = await iam.send(new ListRolePoliciesCommand({ RoleName: role }));
                assert.deepEqual(
                    attached.AttachedPolicies?.map(({ PolicyName }) =>
                        PolicyName?.replace(/-[0-9a-f]{7}$/, ""),
                    ),
                    ["classroom-student"],
                );
                assert.deepEqual(inline.PolicyNames, []);
            }
        });

        it("gets credentials from the machine only with a token of the metadata service", async () => {
            const { address } = await live().row("ada");
            const folder = "iam/security-credentials/";
            assert.match(await metadata(address, folder), /^student-labs-eu-west-1-ada-[0-9a-f]{7}$/);
            assert.equal(await metadataWithoutToken(address, folder), 401);
        });

        it("from the machine", async () => {
            const table = rightsTable(await scene.for("machine"));
            assert.ok(table.length >= 30);
            assertRights(table, await scene.onTheMachine(table));
        });

        it("and from code in a step just the same", async () => {
            const context = await scene.for("step");
            const table = rightsTable(context);
            const verdicts = await scene.inAStep(table);
            assertRights(table, verdicts);
            // The identity is the lab's, of one of the cluster's nodes and not of the machine.
            const me = verdicts.find(({ what }) => what === "ask who one is")?.message ?? "";
            assert.match(me, new RegExp(`:assumed-role/${context.own.role}/i-`));
            assert.doesNotMatch(me, new RegExp(context.own.machineId));
        });
    });
}
