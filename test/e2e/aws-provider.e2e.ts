/** The aws stand-in on the real engine, in front of stock moto. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { LabStack, OperationOptions } from "../emulator/engine/labStack.ts";
import type { OperationResult } from "../emulator/engine/result.ts";
import { tellProgram, testStack } from "../emulator/engine/testProject.ts";
import { newKey } from "../emulator/machines/newKey.ts";
import { awsProvider } from "../emulator/providers/aws/index.ts";
import { debugProviders, serveProvider, type ServedProvider } from "../emulator/providers/server.ts";
import { startMoto, type RunningMoto } from "../emulator/tools/moto.ts";
import { preparePython } from "../emulator/tools/python.ts";
import { Account, credentials, region } from "./awsAccount.ts";
import type { Told, Variant } from "./awsEveryType.ts";
import { AwsFront } from "./awsFront.ts";

const zoneName = "labs.example.org";
const silent = () => undefined;
/** SHOW=1 shows what the engine says. */
const show: OperationOptions = process.env.SHOW
    ? { onOutput: (text: string) => void process.stdout.write(text) }
    : {};

describe("the aws stand-in on the real engine", function () {
    this.timeout(300_000);
    let dir: string;
    let moto: RunningMoto;
    let front: AwsFront;
    let provider: ServedProvider;
    let account: Account;
    let stack: LabStack;
    let variant: Variant = {};
    let untouched: unknown;
    let outputs: Record<string, unknown>;
    const publicKey = newKey().public;

    before(async () => {
        dir = await mkdtemp(path.join(tmpdir(), "aws-stand-in-"));
        moto = await startMoto(await preparePython(silent), path.join(dir, "moto.log"));
        front = await AwsFront.start(moto.url);
        provider = await serveProvider(() => awsProvider({ endpoint: front.url, credentials }));
        account = new Account(front.url);
        await account.furnish(zoneName);
        untouched = await account.inventory();
        stack = await testStack({
            name: "every-type",
            program: path.join(import.meta.dirname, "awsEveryType.ts"),
            dir: path.join(dir, "stack"),
            env: { PULUMI_DEBUG_PROVIDERS: debugProviders([provider]) },
            config: { "aws:region": region, "aws:defaultTags": { tags: { course: "hadoop" } } },
        });
    });

    after(async () => {
        await provider?.close();
        await front?.close();
        await moto?.stop();
        await rm(dir, { recursive: true, force: true });
    });

    /** Changes by kind, but for what stays; fails with what the engine said. */
    const changes = ({ result, changes: all, diagnostics, stderr }: OperationResult) => {
        if (result === "failed") {
            throw new Error([...diagnostics.map(({ message }) => message), stderr].join("\n"));
        }
        return Object.fromEntries(Object.entries(all).filter(([kind]) => kind !== "same"));
    };
    const tell = (told: Variant) => tellProgram(stack, { zoneName, publicKey, variant: told } satisfies Told);
    const preview = async (next: Variant = {}) => {
        await tell({ ...variant, ...next });
        return changes(await stack.preview({ ...show, diff: Boolean(process.env.SHOW) }));
    };
    const up = async (next: Variant = {}, options: { refresh?: boolean } = {}) => {
        variant = { ...variant, ...next };
        await tell(variant);
        const done = changes(await stack.up({ ...show, ...options, parallel: 32 }));
        outputs = await stack.outputs(true);
        return done;
    };
    const refresh = async () => changes(await stack.refresh(show));
    const of = (name: string) => outputs[name] as Record<string, string>;

    it("creates a stack with every type, then has nothing to do", async () => {
        assert.deepEqual(await up(), { create: 36 });
        assert.deepEqual(await preview(), {});
    });

    it("gives names, ids and outputs as the real provider does", async () => {
        const name = (prefix: string) => new RegExp(`^${prefix}-[0-9a-f]{7}$`);
        assert.match(of("role").name ?? "", name("lab"));
        assert.equal(of("role").id, of("role").name);
        assert.match(of("bucket").id ?? "", name("scratch"));
        assert.match(of("machines").name ?? "", name("machines"));
        assert.match(of("key").id ?? "", name("key"));
        assert.match(of("inline").id ?? "", /^emr-[0-9a-f]{7}:emr-[0-9a-f]{7}$/);
        assert.equal(of("attached").id, `${of("role").name}/${of("policy").id}`);
        assert.match(of("route").id ?? "", /^r-rtb-[0-9a-f]+1080289494$/);
        assert.match(of("association").id ?? "", /^rtbassoc-/);
        assert.match(of("rule").id ?? "", /^sgr-/);
        assert.match(of("nights").name ?? "", name("nights"));
        assert.deepEqual([of("nights").id, of("nights").state], [of("nights").name, "ACTIVE"]);
        assert.match(of("nights").arn ?? "", /:schedule-group\/nights-[0-9a-f]{7}$/);
        assert.match(of("schedule").id ?? "", /^nights-[0-9a-f]{7}\/night-[0-9a-f]{7}$/);
        assert.equal(of("record").fqdn, `ada.${zoneName}`);
        assert.equal(of("archive").id, `${of("bucket").id}/course/archive.txt`);
        assert.equal(of("machine").state, "running");
        assert.match(of("machine").publicIp ?? "", /^\d+\./);
        assert.equal(of("cluster").state, "WAITING");
        assert.deepEqual(of("vpc").tagsAll, { Name: "net", course: "hadoop" });
        assert.deepEqual(of("machines").egress, [], "the default egress rule is stripped");
        assert.deepEqual([outputs.nobody, outputs.nobodysAddresses], [[], []]);
        assert.equal(outputs.foundEtag, of("archive").etag);
        assert.equal((await stack.outputs()).secretKey, "[secret]");
    });

    it("finds nothing changed in a refresh, and nothing to do after it", async () => {
        assert.deepEqual(await refresh(), {});
        assert.deepEqual(await preview(), {});
    });

    it("updates in place what the real provider updates in place", async () => {
        const before = outputs;
        assert.deepEqual(
            await up({
                vpcTag: "second day",
                instanceType: "t3.medium",
                coreNodes: 4,
                idleTimeout: 7200,
                policyAction: "s3:PutObject",
                content: "second day",
                ruleCidr: "198.51.100.0/24",
                roleDescription: "second day",
                schedule: "cron(0 21 * * ? *)",
                record: "192.0.2.2",
            }),
            { update: 11 },
        );
        for (const same of ["machine", "cluster", "policy", "rule", "role", "nights", "schedule"]) {
            assert.equal(of(same).id, (before[same] as { id: string }).id, same);
        }
        assert.notEqual(of("archive").etag, (before.archive as { etag: string }).etag);
        assert.deepEqual(await preview(), {});
    });

    it("stops a machine and starts it again; its outputs are as old as the last refresh", async () => {
        assert.deepEqual(await up({ power: "stopped" }), { update: 1 });
        assert.equal(of("machine").state, "running", "nobody has looked yet");
        await refresh();
        assert.deepEqual(await up({ power: "running" }), { update: 1 });
        assert.deepEqual([of("machine").state, of("machine").publicIp], ["stopped", ""]);
    });

    it("previews a replacement where the real provider replaces", async () => {
        assert.deepEqual(await preview({ release: "emr-7.12.0" }), { replace: 1 });
        const zone = await preview({ subnetZone: "eu-west-1b" });
        assert.deepEqual(zone.replace, 5, "subnet, association, machine with its state, cluster");
    });

    it("would replace a cluster that has a student's step, unless steps are ignored", async () => {
        await account.addStep(of("cluster").id ?? "");
        assert.deepEqual(await preview(), {}, "nobody has looked yet");
        await refresh();
        assert.deepEqual(await preview(), { replace: 1 });
        assert.deepEqual(await preview({ ignoreSteps: true }), {});
        variant = { ...variant, ignoreSteps: true };
    });

    it("makes anew what was terminated behind its back", async () => {
        await account.terminateMachine(of("machine").id ?? "");
        await account.terminateCluster(of("cluster").id ?? "");
        const before = { machine: of("machine").id, cluster: of("cluster").id };
        const result = await up({}, { refresh: true });
        assert.equal(result.create, 3, "machine, its state, cluster");
        assert.notEqual(of("machine").id, before.machine);
        assert.notEqual(of("cluster").id, before.cluster);
    });

    it("keeps a cluster that failed, says AWS's reason, and heals after a refresh", async () => {
        front.doomed = "doomed";
        const reason =
            /unexpected state 'TERMINATED_WITH_ERRORS', wanted target 'RUNNING, WAITING'. last error: VALIDATION_ERROR: On the EC2 quota/;
        await assert.rejects(up({ clusterName: "doomed" }), reason);
        front.doomed = undefined;
        await up({}, { refresh: true });
        assert.equal(of("cluster").state, "WAITING");
    });

    it("refuses what it does not implement, loudly", async () => {
        await assert.rejects(
            preview({ strange: "input" }),
            /does not implement the input 'monitoring' of aws:ec2\/instance:Instance/,
        );
        await assert.rejects(preview({ strange: "nested" }), /ec2Attributes.subnetIds/);
        await assert.rejects(
            preview({ strange: "type" }),
            /does not implement the resource type aws:sqs\/queue:Queue/,
        );
    });

    it("destroys everything, also what students put into the bucket", async () => {
        await account.putObject(of("bucket").id ?? "", "labs/ada/output/part-00000");
        changes(await stack.destroy({ ...show, parallel: 32 }));
        assert.deepEqual(await account.inventory(), untouched);
    });
});
