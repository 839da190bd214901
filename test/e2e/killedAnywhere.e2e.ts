/** An `up` that is killed in the very moment in which AWS has done what it was asked, before the engine can write it down. */
import { CreateHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { stillThere } from "../demo/stillThere.ts";
import type { OperationResult } from "../emulator/engine/result.ts";
import type { LoggedCall } from "../emulator/gateway/control.ts";
import { deeds, farTime, LiveClass } from "./liveClass.ts";
import { orphanList, orphansOf, removeOrphans } from "./orphans.ts";

/** Every call of a first `up` that makes or changes something, in about their order. */
const calls: readonly string[] = [
    "ec2:CreateVpc",
    "ec2:ModifyVpcAttribute",
    "ec2:ImportKeyPair",
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
    "iam:CreatePolicy",
    "iam:CreateInstanceProfile",
    "iam:AddRoleToInstanceProfile",
    "iam:CreateUser",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "s3:CreateBucket",
    "s3:PutBucketTagging",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketLifecycleConfiguration",
    "s3:PutObject",
    "ec2:CreateInternetGateway",
    "ec2:AttachInternetGateway",
    "ec2:CreateSubnet",
    "ec2:ModifySubnetAttribute",
    "ec2:CreateRouteTable",
    "ec2:CreateRoute",
    "ec2:AssociateRouteTable",
    "ec2:CreateVpcEndpoint",
    "ec2:CreateSecurityGroup",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:RunInstances",
    "emr:RunJobFlow",
    "route53:ChangeResourceRecordSets",
    "scheduler:CreateScheduleGroup",
    "scheduler:CreateSchedule",
];

const kind = ({ service, action }: LoggedCall) => `${service}:${action}`;
const lookMs = 50;
const quietMs = 700;
const reads = /:(Describe|List|Get|Head)/;

describe("an `up` that is killed wherever AWS answers", () => {
    let live: LiveClass;
    const made = new Set<string>();

    before(async () => {
        live = await LiveClass.start(
            "e2e-killed-anywhere",
            {
                students: ["Ada"],
                studentCredentials: "access-key",
                dnsZone: "labs.university.edu",
                nightlyStop: { at: farTime, timezone: "Europe/Lisbon" },
            },
            "simulated",
        );
        await live
            .aws(Route53Client)
            .send(new CreateHostedZoneCommand({ Name: "labs.university.edu", CallerReference: "e2e" }));
        await live.cloud.control.clearCalls();
    });

    after(async () => {
        await live?.cloud.stop();
    });

    /** Holds back the answer to the first call of each kind, and kills engine and program when there is one. */
    async function killAtFirstOf(kinds: readonly string[]): Promise<string[]> {
        const { control } = live.cloud;
        await control.clearCalls();
        for (const one of kinds) {
            const [service = "", action = ""] = one.split(":");
            await control.addFault({ service, action, times: 1, answerAfterMs: 600_000 });
        }
        const operation = live.stack.start("up", { parallel: 150, timeoutMs: 60_000 });
        let ended: OperationResult | undefined;
        void operation.result.then((result) => (ended = result));
        const held = async () => {
            const seen = new Set((await control.calls()).map(kind));
            return kinds.filter((one) => seen.has(one));
        };
        let hit: string[] = [];
        // Until nothing more comes: the engine then writes no state, and a kill can hit nothing but the calls.
        for (let quiet = 0; hit.length === 0 || quiet < quietMs; quiet += lookMs) {
            assert.equal(ended?.stdout, undefined, `the up has ended without a call of ${kinds.join(", ")}`);
            await pause(lookMs);
            const now = await held();
            if (now.length > hit.length) quiet = 0;
            hit = now;
        }
        assert.equal((await operation.kill()).exitCode, 137);
        await control.clearFaults();
        await live.stack.cancel();
        (await control.calls()).forEach((call) => made.add(kind(call)));
        return hit;
    }

    it("is mended by the next one, whatever the kill has orphaned", async () => {
        let left = calls;
        while (left.length > 0) {
            const hit = await killAtFirstOf(left);
            console.log(`          killed at ${hit.join(", ")}`);
            left = left.filter((held) => !hit.includes(held));
        }
        await live.cloud.control.clearCalls();
        await live.up();
        const [row] = await live.roster();
        assert.equal(row?.problem, "");
        assert.match(row?.clusterId ?? "", /^j-/);
    });

    it("the one after that has nothing to do", async () => {
        assert.deepEqual(deeds(await live.up()), []);
    });

    it("the table of calls above leaves none out", async () => {
        (await live.cloud.control.calls()).forEach((call) => made.add(kind(call)));
        const changes = [...made].filter((call) => !reads.test(call) && !call.startsWith("sts:"));
        // What takes a leftover out of the way or tags what is there: no first `up` that goes well does.
        const mending = /:(Delete|Detach|Disassociate|Revoke|Remove|Stop|Start|Terminate|CreateTags)/;
        assert.deepEqual(
            changes.filter((call) => !calls.includes(call) && !mending.test(call)),
            [],
        );
    });

    it("what is left over carries the tags of the stack, and the operator removes it by its list", async () => {
        const list = await orphansOf(live);
        console.log(orphanList(list).replace(/^/gm, "          "));
        assert.deepEqual([...new Set(list.map((orphan) => orphan.kind))].sort(), [
            "bucket",
            "cluster",
            "instance",
            "internet-gateway",
            "key-pair",
            "policy",
            "role",
            "route-table",
            "schedule-group",
            "security-group",
            "user",
            "vpc",
        ]);
        await removeOrphans(live, list);
        assert.equal(orphanList(await orphansOf(live)), "");
    });

    it("and `destroy` then leaves nothing", async () => {
        await live.destroy();
        assert.deepEqual(await stillThere(live.cloud.env), []);
    });
});
