/** A program with every resource type and look-up of the aws stand-in, for its own test. */
import { readFileSync } from "node:fs";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What a test changes of the program. */
export interface Variant {
    readonly vpcTag?: string;
    readonly instanceType?: string;
    readonly subnetZone?: string;
    readonly coreNodes?: number;
    readonly idleTimeout?: number;
    readonly release?: string;
    readonly policyAction?: string;
    readonly content?: string;
    readonly ruleCidr?: string;
    readonly roleDescription?: string;
    readonly power?: "running" | "stopped";
    readonly schedule?: string;
    readonly record?: string;
    readonly clusterName?: string;
    readonly ignoreSteps?: boolean;
    /** Something that the stand-in does not implement. */
    readonly strange?: "input" | "nested" | "type" | undefined;
}

/** What the test tells the program. */
export interface Told {
    readonly zoneName: string;
    /** Of the key pair, in OpenSSH's form. */
    readonly publicKey: string;
    readonly variant: Variant;
}

const trust = (service: string) =>
    JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
    });
const allow = (action: string) =>
    JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: action, Resource: "*" }],
    });

/** Declares everything and answers what a test looks at. */
export default async function everyType(): Promise<Record<string, unknown>> {
    const { zoneName, publicKey, variant } = JSON.parse(readFileSync("input.json", "utf8")) as Told;
    const tags = (Name: string) => ({ Name, ...(variant.vpcTag ? { note: variant.vpcTag } : {}) });
    const image = await aws.ssm.getParameter({ name: "/lab/ami" });
    const offers = await aws.ec2.getInstanceTypeOfferings({
        filters: [{ name: "instance-type", values: ["t3.small"] }],
        locationType: "availability-zone",
    });
    const identity = await aws.getCallerIdentity({});
    const region = await aws.getRegion({});
    const partition = await aws.getPartition({});
    const zone = await aws.route53.getZone({ name: zoneName });

    const vpc = new aws.ec2.Vpc("net", {
        cidrBlock: "10.0.0.0/16",
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: tags("net"),
    });
    const gateway = new aws.ec2.InternetGateway("net");
    const wayOut = new aws.ec2.InternetGatewayAttachment("net", {
        internetGatewayId: gateway.id,
        vpcId: vpc.id,
    });
    const subnet = new aws.ec2.Subnet("net", {
        vpcId: vpc.id,
        cidrBlock: "10.0.0.0/20",
        availabilityZone: variant.subnetZone ?? "eu-west-1a",
        mapPublicIpOnLaunch: true,
        tags: { "for-use-with-amazon-emr-managed-policies": "true" },
    });
    const routes = new aws.ec2.RouteTable("net", { vpcId: vpc.id });
    const route = new aws.ec2.Route("out", {
        routeTableId: routes.id,
        destinationCidrBlock: "0.0.0.0/0",
        gatewayId: wayOut.internetGatewayId,
    });
    const association = new aws.ec2.RouteTableAssociation("net", {
        routeTableId: routes.id,
        subnetId: subnet.id,
    });
    const endpoint = new aws.ec2.VpcEndpoint("s3", {
        vpcId: vpc.id,
        serviceName: "com.amazonaws.eu-west-1.s3",
        vpcEndpointType: "Gateway",
        routeTableIds: [routes.id],
    });
    const machines = new aws.ec2.SecurityGroup("machines", {
        vpcId: vpc.id,
        description: "machines",
        tags: tags("machines"),
    });
    const nodes = new aws.ec2.SecurityGroup("nodes", { vpcId: vpc.id, revokeRulesOnDelete: true });
    const ssh = new aws.vpc.SecurityGroupIngressRule("ssh", {
        securityGroupId: machines.id,
        ipProtocol: "tcp",
        fromPort: 22,
        toPort: 22,
        cidrIpv4: variant.ruleCidr ?? "192.0.2.0/24",
        description: "students",
    });
    const rules = [
        ssh,
        new aws.vpc.SecurityGroupIngressRule("nodes-ssh", {
            securityGroupId: nodes.id,
            ipProtocol: "tcp",
            fromPort: 22,
            toPort: 22,
            referencedSecurityGroupId: machines.id,
        }),
        new aws.vpc.SecurityGroupEgressRule("machines-out", {
            securityGroupId: machines.id,
            ipProtocol: "-1",
            cidrIpv4: "0.0.0.0/0",
        }),
        new aws.vpc.SecurityGroupEgressRule("nodes-out", {
            securityGroupId: nodes.id,
            ipProtocol: "-1",
            cidrIpv6: "::/0",
            tags: { a: "b" },
        }),
    ];
    const key = new aws.ec2.KeyPair("key", { publicKey });

    const role = new aws.iam.Role("lab", {
        assumeRolePolicy: trust("ec2.amazonaws.com"),
        description: variant.roleDescription ?? "lab",
        tags: { Lab: "ada" },
    });
    const profile = new aws.iam.InstanceProfile("lab", { name: role.name, role: role.name });
    const policy = new aws.iam.Policy("student", {
        policy: allow(variant.policyAction ?? "s3:GetObject"),
        description: "student",
    });
    const attached = new aws.iam.RolePolicyAttachment("lab", { role: role.name, policyArn: policy.arn });
    const service = new aws.iam.Role("emr", { assumeRolePolicy: trust("elasticmapreduce.amazonaws.com") });
    const inline = new aws.iam.RolePolicy("emr", { role: service.name, policy: allow("iam:PassRole") });
    const user = new aws.iam.User("student", { forceDestroy: true, tags: { Lab: "ada" } });
    const accessKey = new aws.iam.AccessKey("student", { user: user.name });
    new aws.iam.UserPolicyAttachment("student", { user: user.name, policyArn: policy.arn });

    const bucket = new aws.s3.Bucket("Scratch", { forceDestroy: true, tags: { a: "b" } });
    new aws.s3.BucketPublicAccessBlock("scratch", {
        bucket: bucket.id,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
    });
    new aws.s3.BucketServerSideEncryptionConfiguration("scratch", {
        bucket: bucket.id,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    new aws.s3.BucketLifecycleConfiguration("scratch", {
        bucket: bucket.id,
        rules: [{ id: "tidy", status: "Enabled", filter: { prefix: "tmp/" }, expiration: { days: 14 } }],
    });
    const archive = new aws.s3.BucketObjectv2("archive", {
        bucket: bucket.id,
        key: "course/archive.txt",
        source: new pulumi.asset.StringAsset(variant.content ?? "course"),
        tags: { course: "true" },
    });

    const machine = new aws.ec2.Instance("ada", {
        ami: image.insecureValue,
        instanceType: variant.instanceType ?? "t3.small",
        subnetId: subnet.id,
        vpcSecurityGroupIds: [machines.id],
        keyName: key.keyName,
        iamInstanceProfile: profile.name,
        userData: "#!/bin/sh\necho hello\n",
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        rootBlockDevice: {
            encrypted: true,
            volumeSize: 16,
            volumeType: "gp3",
            deleteOnTermination: true,
            tags: { Name: "ada" },
        },
        creditSpecification: { cpuCredits: "standard" },
        ...(variant.strange === "input" ? { monitoring: true } : {}),
        tags: { Name: "ada", Lab: "ada" },
    });
    if (variant.strange === "type") new aws.sqs.Queue("queue");
    new aws.ec2transitgateway.InstanceState("ada", {
        instanceId: machine.id,
        state: variant.power ?? "running",
    });

    const cluster = new aws.emr.Cluster(
        "ada",
        {
            name: variant.clusterName ?? "ada",
            releaseLabel: variant.release ?? "emr-7.13.0",
            applications: ["Hadoop"],
            serviceRole: service.arn,
            logUri: pulumi.interpolate`s3://${bucket.id}/logs/`,
            ec2Attributes: {
                subnetId: subnet.id,
                emrManagedMasterSecurityGroup: nodes.id,
                emrManagedSlaveSecurityGroup: nodes.id,
                instanceProfile: profile.name,
                keyName: key.keyName,
                ...(variant.strange === "nested" ? { subnetIds: [subnet.id] } : {}),
            },
            masterInstanceGroup: { name: "primary", instanceType: "m5.xlarge", instanceCount: 1 },
            coreInstanceGroup: {
                name: "core",
                instanceType: "m5.xlarge",
                instanceCount: variant.coreNodes ?? 3,
            },
            keepJobFlowAliveWhenNoSteps: true,
            autoTerminationPolicy: { idleTimeout: variant.idleTimeout ?? 3600 },
            stepConcurrencyLevel: 4,
            listStepsStates: ["PENDING", "RUNNING"],
            unhealthyNodeReplacement: false,
            terminationProtection: false,
            tags: { "for-use-with-amazon-emr-managed-policies": "true", Lab: "ada" },
        },
        {
            dependsOn: [inline, attached, route, association, ...rules],
            ...(variant.ignoreSteps ? { ignoreChanges: ["steps"] } : {}),
        },
    );
    const nights = new aws.scheduler.ScheduleGroup("nights", { tags: tags("nights") });
    const timer = new aws.scheduler.Schedule("night", {
        groupName: nights.name,
        scheduleExpression: variant.schedule ?? "cron(0 20 * * ? *)",
        scheduleExpressionTimezone: "Europe/Dublin",
        flexibleTimeWindow: { mode: "OFF" },
        target: {
            arn: "arn:aws:scheduler:::aws-sdk:ec2:stopInstances",
            roleArn: service.arn,
            input: pulumi.jsonStringify({ InstanceIds: [machine.id] }),
            retryPolicy: { maximumRetryAttempts: 3 },
        },
    });
    const record = new aws.route53.Record("ada", {
        zoneId: zone.zoneId,
        name: `ada.${zoneName}`,
        type: "A",
        ttl: 60,
        records: [variant.record ?? "192.0.2.1"],
        allowOverwrite: true,
    });
    const found = aws.s3.getObjectOutput({ bucket: bucket.id, key: archive.key });
    const running = aws.ec2.getInstancesOutput({ instanceTags: { Lab: "nobody" } });

    return {
        image: image.insecureValue,
        zones: offers.locations,
        account: identity.accountId,
        region: region.region,
        partition: partition.partition,
        nobody: running.ids,
        nobodysAddresses: running.publicIps,
        vpc: pulumi.output(vpc).apply(({ id, arn, tagsAll }) => ({ id, arn, tagsAll })),
        subnet: { id: subnet.id },
        route: { id: route.id },
        association: { id: association.id },
        endpoint: { id: endpoint.id, state: endpoint.state },
        machines: { name: machines.name, egress: machines.egress },
        rule: { id: ssh.id, arn: ssh.arn },
        key: { id: key.id },
        role: { id: role.id, name: role.name, arn: role.arn },
        inline: { id: inline.id, name: inline.name },
        attached: { id: attached.id },
        policy: { id: policy.id },
        secretKey: accessKey.secret,
        bucket: { id: bucket.id, domain: bucket.bucketRegionalDomainName },
        foundEtag: found.etag,
        archive: { id: archive.id, etag: archive.etag },
        machine: {
            id: machine.id,
            publicIp: machine.publicIp,
            state: machine.instanceState,
            nic: machine.primaryNetworkInterfaceId,
        },
        cluster: {
            id: cluster.id,
            arn: cluster.arn,
            state: cluster.clusterState,
            dns: cluster.masterPublicDns,
            steps: cluster.steps,
        },
        nights: pulumi.output(nights).apply(({ id, name, arn, state }) => ({ id, name, arn, state })),
        schedule: { id: timer.id },
        record: { id: record.id, fqdn: record.fqdn },
    };
}
