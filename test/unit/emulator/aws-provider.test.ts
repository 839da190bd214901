import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { awsProvider, resourceTypes } from "../../emulator/providers/aws/index.ts";
import {
    UNKNOWN,
    type CheckContext,
    type OperationContext,
    type Properties,
} from "../../emulator/providers/provider.ts";

const handlers = (config: Properties = { region: "eu-west-1" }) => {
    const provider = awsProvider({ endpoint: "http://127.0.0.1:9" });
    void provider.configure?.(config);
    return provider.resources;
};
const type = (token: string, config?: Properties) => {
    const found = handlers(config)[token];
    assert.ok(found, token);
    return found;
};
const checking = (name: string, olds?: Properties): CheckContext => ({
    urn: `urn:pulumi:s::p::t::${name}`,
    name,
    randomSeed: Buffer.from("seed"),
    olds,
});
const operating = (options: Partial<OperationContext> = {}): OperationContext => ({
    urn: "urn:pulumi:s::p::t::x",
    name: "x",
    preview: false,
    ignoreChanges: [],
    log: () => undefined,
    signal: new AbortController().signal,
    cancelled: new AbortController().signal,
    engineVariable: () => Promise.resolve(undefined),
    ...options,
});
const check = async (
    token: string,
    news: Properties,
    options: { name?: string; olds?: Properties; config?: Properties } = {},
) => {
    const result = await type(token, options.config).check?.(
        news,
        checking(options.name ?? "lab", options.olds),
    );
    assert.ok(result);
    return result;
};
/** Diff of a resource whose state is `state`, checked inputs in and out. */
const diff = async (
    token: string,
    state: Properties,
    news: Properties,
    options: { ignoreChanges?: string[]; outputs?: Properties; config?: Properties } = {},
) => {
    const olds = (await check(token, state, options)).inputs;
    const wanted = (await check(token, news, { ...options, olds })).inputs;
    return type(token, options.config).diff(
        "id",
        { inputs: olds, outputs: { ...olds, ...options.outputs } },
        wanted,
        operating({ ignoreChanges: options.ignoreChanges ?? [] }),
    );
};

const shown = (value: Properties[string]) => (typeof value === "string" ? value : "no text");

const machine = {
    ami: "ami-1",
    instanceType: "t3.small",
    subnetId: "subnet-1",
    vpcSecurityGroupIds: ["sg-1", "sg-2"],
    keyName: "key",
    userData: "#!/bin/sh",
    metadataOptions: { httpTokens: "required" },
    rootBlockDevice: { encrypted: true, volumeSize: 16 },
    tags: { Name: "ada" },
};
const cluster = {
    name: "ada",
    releaseLabel: "emr-7.13.0",
    serviceRole: "role",
    applications: ["Hadoop", "Hive"],
    logUri: "s3://bucket/logs/",
    ec2Attributes: { subnetId: "subnet-1", instanceProfile: "lab" },
    masterInstanceGroup: { instanceType: "m5.xlarge" },
    coreInstanceGroup: { instanceType: "m5.xlarge", instanceCount: 3 },
};
const instanceToken = "aws:ec2/instance:Instance";
const clusterToken = "aws:emr/cluster:Cluster";
const roleToken = "aws:iam/role:Role";

describe("aws stand-in", () => {
    it("has the version of the SDK, and only types and inputs that the SDK has", () => {
        assert.equal(awsProvider().version, "7.48.0");
        for (const [token, { fields }] of Object.entries(resourceTypes)) {
            const path = token.replace(/^aws:/, "").replace(/:.*$/, "");
            const declared = readFileSync(new URL(import.meta.resolve(`@pulumi/aws/${path}.js`)), "utf8");
            for (const key of Object.keys(fields)) {
                assert.ok(
                    new RegExp(`resourceInputs\\["${key}"\\] = .*args`).test(declared),
                    `${token} has no input ${key}`,
                );
            }
        }
    });

    describe("names", () => {
        it("are <logical>-<7 hex>, and stay", async () => {
            const { inputs } = await check(roleToken, { assumeRolePolicy: "{}" });
            assert.match(shown(inputs.name), /^lab-[0-9a-f]{7}$/);
            const again = await check(roleToken, { assumeRolePolicy: "{}" }, { olds: inputs, name: "other" });
            assert.equal(again.inputs.name, inputs.name);
        });

        it("given by the program and then left out are replaced by new ones", async () => {
            const given = await check(roleToken, { assumeRolePolicy: "{}", name: "mine" });
            const { inputs } = await check(roleToken, { assumeRolePolicy: "{}" }, { olds: given.inputs });
            assert.match(shown(inputs.name), /^lab-[0-9a-f]{7}$/);
        });

        it("are lower case for buckets, and refused where they get too long", async () => {
            const bucket = await check("aws:s3/bucket:Bucket", {}, { name: "Scratch" });
            assert.match(shown(bucket.inputs.bucket), /^scratch-[0-9a-f]{7}$/);
            const { failures = [] } = await check(
                roleToken,
                { assumeRolePolicy: "{}" },
                { name: "a".repeat(57) },
            );
            assert.match(failures[0]?.reason ?? "", /longer than maximum length 64/);
        });

        it("that the program keeps make a replacement delete first", async () => {
            const policy = (description: string, name?: string) => ({
                policy: "{}",
                description,
                ...(name ? { name } : {}),
            });
            const token = "aws:iam/policy:Policy";
            assert.deepEqual(await diff(token, policy("a", "mine"), policy("b", "mine")), {
                updates: [],
                replaces: ["description"],
                deleteBeforeReplace: true,
            });
            assert.deepEqual(await diff(token, policy("a"), policy("b")), {
                updates: [],
                replaces: ["description"],
            });
        });
    });

    describe("check", () => {
        it("merges default tags into tagsAll, and knows nothing of tags that are not known", async () => {
            const config = { region: "eu-west-1", defaultTags: { tags: { course: "hadoop", Name: "none" } } };
            const known = await check(
                "aws:ec2/vpc:Vpc",
                { cidrBlock: "10.0.0.0/16", tags: { Name: "net" } },
                { config },
            );
            assert.deepEqual(known.inputs.tagsAll, { course: "hadoop", Name: "net" });
            assert.equal(known.inputs.region, "eu-west-1");
            const unknown = await check(
                "aws:ec2/vpc:Vpc",
                { cidrBlock: "10.0.0.0/16", tags: { Name: UNKNOWN } },
                { config },
            );
            assert.equal(unknown.inputs.tagsAll, UNKNOWN);
        });

        it("names every problem: missing, of the wrong kind, unknown inside", async () => {
            const { failures = [] } = await check(clusterToken, {
                ...cluster,
                serviceRole: undefined,
                stepConcurrencyLevel: 0,
                ec2Attributes: { subnetId: UNKNOWN, instanceProfile: 7, subnetIds: ["a"] },
                coreInstanceGroup: { instanceType: "m5.xlarge", autoscalingPolicy: "{}" },
            });
            assert.deepEqual(failures.map(({ property }) => property).sort(), [
                "coreInstanceGroup.autoscalingPolicy",
                "ec2Attributes.instanceProfile",
                "ec2Attributes.subnetIds",
                "serviceRole",
                "stepConcurrencyLevel",
            ]);
        });

        it("wants exactly one source of a rule", async () => {
            const token = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
            const rule = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 22, toPort: 22 };
            assert.equal((await check(token, rule)).failures?.length, 1);
            assert.equal((await check(token, { ...rule, cidrIpv4: "192.0.2.0/24" })).failures?.length, 0);
            const both = { ...rule, cidrIpv4: "192.0.2.0/24", cidrIpv6: "::/0" };
            assert.equal((await check(token, both)).failures?.length, 1);
        });
    });

    describe("diff of a machine", () => {
        const replaces = { ami: "ami-2", subnetId: "subnet-2", keyName: "other" };
        for (const [key, value] of Object.entries(replaces)) {
            it(`replaces it for another ${key}, unless that is ignored`, async () => {
                const found = await diff(instanceToken, machine, { ...machine, [key]: value });
                assert.deepEqual(found, { updates: [], replaces: [key] });
                const ignored = await diff(
                    instanceToken,
                    machine,
                    { ...machine, [key]: value },
                    { ignoreChanges: [key] },
                );
                assert.deepEqual(ignored, { updates: [], replaces: [] });
            });
        }

        it("replaces it for an unknown image, and for an encrypted disk", async () => {
            assert.deepEqual((await diff(instanceToken, machine, { ...machine, ami: UNKNOWN })).replaces, [
                "ami",
            ]);
            const plain = { ...machine, rootBlockDevice: { encrypted: false, volumeSize: 16 } };
            assert.deepEqual((await diff(instanceToken, plain, machine)).replaces, [
                "rootBlockDevice.encrypted",
            ]);
        });

        it("updates the rest in place, tags by their names", async () => {
            const found = await diff(instanceToken, machine, {
                ...machine,
                instanceType: "t3.medium",
                userData: "#!/bin/bash",
                iamInstanceProfile: "lab",
                vpcSecurityGroupIds: ["sg-1"],
                metadataOptions: { httpTokens: "optional" },
                rootBlockDevice: { encrypted: true, volumeSize: 20 },
                tags: { Name: "ada", "with-hyphen": "yes" },
            });
            assert.deepEqual(found.replaces, []);
            assert.deepEqual([...found.updates].sort(), [
                "iamInstanceProfile",
                "instanceType",
                "metadataOptions.httpTokens",
                "rootBlockDevice.volumeSize",
                'tagsAll["with-hyphen"]',
                'tags["with-hyphen"]',
                "userData",
                "vpcSecurityGroupIds",
            ]);
        });

        it("sees no change in another order of groups, nor in what AWS fills in", async () => {
            const found = await diff(
                instanceToken,
                machine,
                { ...machine, vpcSecurityGroupIds: ["sg-2", "sg-1"] },
                {
                    outputs: {
                        iamInstanceProfile: "",
                        creditSpecification: { cpuCredits: "unlimited" },
                        publicIp: "192.0.2.1",
                    },
                },
            );
            assert.deepEqual(found, { updates: [], replaces: [] });
        });

        it("does not know the address after a stop and start", async () => {
            const { inputs } = await check(instanceToken, machine);
            const olds = { inputs, outputs: { ...inputs, publicIp: "192.0.2.1", arn: "arn" } };
            const news = { ...inputs, instanceType: "t3.medium" };
            const outputs = await type(instanceToken).update("i-1", olds, news, operating({ preview: true }));
            assert.deepEqual([outputs.publicIp, outputs.publicDns, outputs.arn], [UNKNOWN, UNKNOWN, "arn"]);
        });
    });

    describe("diff of a cluster", () => {
        const replaces: [string, Properties][] = [
            ["releaseLabel", { releaseLabel: "emr-7.12.0" }],
            ["applications", { applications: ["Hadoop"] }],
            ["ec2Attributes.subnetId", { ec2Attributes: { subnetId: "subnet-2", instanceProfile: "lab" } }],
            [
                "coreInstanceGroup.instanceType",
                { coreInstanceGroup: { instanceType: "m6i.xlarge", instanceCount: 3 } },
            ],
            ["keepJobFlowAliveWhenNoSteps", { keepJobFlowAliveWhenNoSteps: false }],
        ];
        for (const [path, change] of replaces) {
            it(`replaces it for another ${path}`, async () => {
                const outputs = { keepJobFlowAliveWhenNoSteps: true };
                const found = await diff(clusterToken, cluster, { ...cluster, ...change }, { outputs });
                assert.deepEqual(found.replaces, [path]);
            });
        }

        it("updates core nodes, idle time, step concurrency and protection in place", async () => {
            const found = await diff(clusterToken, cluster, {
                ...cluster,
                coreInstanceGroup: { instanceType: "m5.xlarge", instanceCount: 4 },
                autoTerminationPolicy: { idleTimeout: 3600 },
                stepConcurrencyLevel: 2,
                terminationProtection: true,
            });
            assert.deepEqual(found.replaces, []);
            assert.equal(found.updates.length, 4);
        });

        it("takes s3n:// for s3://, and another order of applications for the same", async () => {
            const outputs = { logUri: "s3n://bucket/logs/", applications: ["Hive", "Hadoop"] };
            assert.deepEqual((await diff(clusterToken, cluster, cluster, { outputs })).updates, []);
        });

        it("is told to replace for steps in the state, unless they are ignored", async () => {
            const outputs = { steps: [{ name: "wordcount" }] };
            assert.deepEqual((await diff(clusterToken, cluster, cluster, { outputs })).replaces, ["steps"]);
            const ignored = await diff(clusterToken, cluster, cluster, { outputs, ignoreChanges: ["steps"] });
            assert.deepEqual(ignored.replaces, []);
        });
    });

    describe("diff of what EMR filled in", () => {
        const answered = { outputs: { osReleaseLabel: "2023.8.20250808.1" } };

        it("replaces a cluster whose Amazon Linux the program neither wrote nor ignores", async () => {
            const found = await diff(clusterToken, cluster, cluster, answered);
            assert.deepEqual([found.replaces, found.updates], [["osReleaseLabel"], []]);
        });

        it("is nothing where it is ignored, and other changes count as before", async () => {
            const ignoreChanges = ["steps", "osReleaseLabel"];
            const same = await diff(clusterToken, cluster, cluster, { ...answered, ignoreChanges });
            assert.deepEqual([same.replaces, same.updates], [[], []]);
            const other = { ...cluster, releaseLabel: "emr-7.12.0", stepConcurrencyLevel: 3 };
            const found = await diff(clusterToken, cluster, other, { ...answered, ignoreChanges });
            assert.deepEqual([found.replaces, found.updates], [["releaseLabel"], ["stepConcurrencyLevel"]]);
        });

        it("is no change of what is computed: the disks of the nodes", async () => {
            const ebsConfigs = [{ size: 32, type: "gp2", volumesPerInstance: 1 }];
            const masterInstanceGroup = { ...(cluster.masterInstanceGroup as Properties), ebsConfigs };
            const found = await diff(clusterToken, cluster, cluster, { outputs: { masterInstanceGroup } });
            assert.deepEqual([found.replaces, found.updates], [[], []]);
        });
    });

    it("compares policies by meaning", async () => {
        const before = '{"Version":"2012-10-17","Statement":[{"Action":["a:B"],"Effect":"Allow"}]}';
        const after = '{ "Statement": [ {"Effect": "Allow", "Action": "a:B"} ], "Version": "2012-10-17" }';
        const found = await diff(roleToken, { assumeRolePolicy: before }, { assumeRolePolicy: after });
        assert.deepEqual(found, { updates: [], replaces: [] });
    });

    it("takes a key with another comment for the same", async () => {
        const token = "aws:ec2/keyPair:KeyPair";
        const found = await diff(
            token,
            { publicKey: "ssh-rsa AAAA one\n" },
            { publicKey: "ssh-rsa AAAA two" },
        );
        assert.deepEqual(found, { updates: [], replaces: [] });
        const other = await diff(token, { publicKey: "ssh-rsa AAAA" }, { publicKey: "ssh-rsa BBBB" });
        assert.deepEqual(other.replaces, ["publicKey"]);
    });

    it("sees the content of an object by its hash", async () => {
        const object = (hash: string) => ({
            bucket: "b",
            key: "k",
            source: { kind: "asset" as const, path: "/x", hash },
        });
        const found = await diff("aws:s3/bucketObjectv2:BucketObjectv2", object("1"), object("2"));
        assert.deepEqual(found, { updates: ["source"], replaces: [] });
    });

    it("leaves unknown in the preview of a create what only AWS can tell", async () => {
        const { inputs } = await check(instanceToken, machine);
        const { outputs } = await type(instanceToken).create(inputs, operating({ preview: true }));
        assert.deepEqual([outputs.arn, outputs.publicIp, outputs.ami], [UNKNOWN, UNKNOWN, "ami-1"]);
        assert.equal(outputs.__defaults, undefined);
    });
});
