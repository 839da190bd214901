/** Which IAM permissions a call needs: action, resource and request context. Pure but for the look-up of tags. */
import { passRole, requestTags, tagContext, type Check, type Context } from "./checkParts.ts";
import { serviceRoleArn } from "./iam/serviceLinkedRoles.ts";
import { arrayOf, objectOf, stringOf, tagsOf } from "./json.ts";
import { ACCOUNT_ID } from "./operator.ts";
import { quotaChecks } from "./quotas/checks.ts";
import type { AwsCall } from "./request.ts";
import { s3IamAction } from "./s3Actions.ts";
import { schedulerChecks } from "./schedulerChecks.ts";
import { descendants, parseXml, textOf } from "./xml.ts";

/** Tags of what is named in a request; empty for what does not exist. */
export interface TagLookup {
    clusterTags(region: string, clusterId: string): Readonly<Record<string, string>>;
    clusterOfInstanceGroup(region: string, groupId: string): string | undefined;
    ec2Tags(
        region: string,
        ids: readonly string[],
    ): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>;
    scheduleGroupTags(region: string, name: string): Promise<Readonly<Record<string, string>>>;
}

/** Keys that every request carries. */
export function commonContext(call: AwsCall): Context {
    return {
        "aws:RequestedRegion": call.region,
        // The pocket cloud speaks plain HTTP on 127.0.0.1; what it stands for is always HTTPS.
        "aws:SecureTransport": "true",
        "aws:CurrentTime": new Date().toISOString(),
        "aws:PrincipalAccount": ACCOUNT_ID,
    };
}

/** `Prefix.1.Key`/`Prefix.1.Value` of a form call as tags. */
export function formTags(params: Readonly<Record<string, string>>, pattern: RegExp): Record<string, string> {
    const tags: Record<string, string> = {};
    for (const [name, key] of Object.entries(params)) {
        if (pattern.test(name)) tags[key] = params[name.replace(/\.Key$/, ".Value")] ?? "";
    }
    return tags;
}

function s3Checks(call: AwsCall, base: Context): Check[] {
    const action = `s3:${s3IamAction(call.action)}`;
    if (call.bucket === undefined) return [{ action, resource: "*", context: base }];
    const bucketArn = `arn:aws:s3:::${call.bucket}`;
    if (call.action === "DeleteObjects") {
        const keys = descendants(parseXml(call.body.toString("utf8")), "Object").map(
            (o) => textOf(o, "Key") ?? "",
        );
        return keys.map((key) => ({ action, resource: `${bucketArn}/${key}`, context: base }));
    }
    if (call.key === undefined) {
        const context: Context = { ...base };
        if (action === "s3:ListBucket" || action === "s3:ListBucketVersions") {
            for (const name of ["prefix", "delimiter", "max-keys"]) {
                const value = call.params[name];
                if (value !== undefined && call.action !== "HeadBucket") context[`s3:${name}`] = value;
            }
        }
        return [{ action, resource: bucketArn, context }];
    }
    const checks: Check[] = [{ action, resource: `${bucketArn}/${call.key}`, context: base }];
    const source = call.headers["x-amz-copy-source"];
    if (typeof source === "string") {
        const path = decodeURIComponent(source.replace(/^\//, "").replace(/\?versionId=.*$/, ""));
        checks.push({ action: "s3:GetObject", resource: `arn:aws:s3:::${path}`, context: base });
    }
    return checks;
}

/** ARN of a cluster. */
export function clusterArn(region: string, id: string): string {
    return `arn:aws:elasticmapreduce:${region}:${ACCOUNT_ID}:cluster/${id}`;
}

/** Cluster ids that an EMR call names. */
export function clusterIdsOf(call: AwsCall, lookup: TagLookup): string[] {
    const { input, region } = call;
    const single = [input["ClusterId"], input["JobFlowId"], input["ResourceId"]].map(stringOf);
    const many = arrayOf(input["JobFlowIds"]).map(stringOf);
    const groups = arrayOf(input["InstanceGroups"])
        .map((group) => stringOf(objectOf(group)["InstanceGroupId"]))
        .map((id) => (id === undefined ? undefined : lookup.clusterOfInstanceGroup(region, id)));
    return [...new Set([...single, ...many, ...groups].filter((id) => id !== undefined))];
}

function emrChecks(call: AwsCall, base: Context, lookup: TagLookup): Check[] {
    const action = `elasticmapreduce:${call.action}`;
    const context = { ...base, ...requestTags(tagsOf(call.input["Tags"])) };
    if (call.action === "RunJobFlow") {
        const checks: Check[] = [{ action, resource: "*", context }];
        const serviceRole = stringOf(call.input["ServiceRole"]);
        const instanceRole = stringOf(call.input["JobFlowRole"]);
        const scalingRole = stringOf(call.input["AutoScalingRole"]);
        if (serviceRole !== undefined)
            checks.push(passRole(base, serviceRole, "elasticmapreduce.amazonaws.com"));
        // A profile for EMR has the name of its role, so the name is enough to know the role.
        if (instanceRole !== undefined) {
            checks.push(passRole(base, instanceRole.split("/").pop() ?? instanceRole, "ec2.amazonaws.com"));
        }
        if (scalingRole !== undefined) {
            checks.push(passRole(base, scalingRole, "application-autoscaling.amazonaws.com"));
        }
        return checks;
    }
    const ids = clusterIdsOf(call, lookup);
    if (ids.length === 0) return [{ action, resource: "*", context }];
    return ids.map((id) => {
        const tags = lookup.clusterTags(call.region, id);
        return {
            action,
            resource: clusterArn(call.region, id),
            context: {
                ...context,
                ...tagContext("aws:ResourceTag", tags),
                ...tagContext("elasticmapreduce:ResourceTag", tags),
            },
        };
    });
}

const EC2_TYPES: Record<string, string> = {
    i: "instance",
    vpc: "vpc",
    subnet: "subnet",
    sg: "security-group",
    sgr: "security-group-rule",
    igw: "internet-gateway",
    rtb: "route-table",
    vpce: "vpc-endpoint",
    vol: "volume",
    ami: "image",
    eni: "network-interface",
    key: "key-pair",
    snap: "snapshot",
    eipalloc: "elastic-ip",
    lt: "launch-template",
};

const EC2_CREATES: Record<string, readonly string[]> = {
    RunInstances: ["instance", "volume", "network-interface"],
    CreateVpc: ["vpc"],
    CreateSubnet: ["subnet"],
    CreateSecurityGroup: ["security-group"],
    CreateInternetGateway: ["internet-gateway"],
    CreateRouteTable: ["route-table"],
    CreateVpcEndpoint: ["vpc-endpoint"],
    CreateVolume: ["volume"],
    CreateKeyPair: ["key-pair"],
    ImportKeyPair: ["key-pair"],
    AllocateAddress: ["elastic-ip"],
    CreateLaunchTemplate: ["launch-template"],
    CreateFleet: ["fleet"],
    RequestSpotInstances: ["instance"],
};

/** ARN of an EC2 object by its id; `undefined` for ids of no such object. */
export function ec2Arn(region: string, id: string): string | undefined {
    const type = EC2_TYPES[/^([a-z]+)-[0-9a-z]+$/.exec(id)?.[1] ?? ""];
    if (type === undefined) return undefined;
    // Images belong to their makers, not to us: their ARN has no account.
    return `arn:aws:ec2:${region}:${type === "image" ? "" : ACCOUNT_ID}:${type}/${id}`;
}

async function ec2Checks(call: AwsCall, base: Context, lookup: TagLookup): Promise<Check[]> {
    const action = `ec2:${call.action}`;
    const { params, region } = call;
    const tags = formTags(params, /^(TagSpecification\.\d+\.)?Tag\.\d+\.Key$/);
    const context = { ...base, ...requestTags(tags) };
    const ids = Object.entries(params)
        .filter(([name]) => !/^(Filter|IpPermissions|TagSpecification|Tag|UserData)\b/.test(name))
        .map(([, value]) => value)
        .filter((value) => ec2Arn(region, value) !== undefined);
    const known = await lookup.ec2Tags(region, ids);
    const checks: Check[] = ids.map((id) => {
        const own = known.get(id) ?? {};
        return {
            action,
            resource: ec2Arn(region, id) ?? "*",
            context: {
                ...context,
                ...tagContext("aws:ResourceTag", own),
                ...tagContext("ec2:ResourceTag", own),
            },
        };
    });
    for (const type of EC2_CREATES[call.action] ?? []) {
        const name = type === "key-pair" ? (params["KeyName"] ?? "new") : "new";
        checks.push({ action, resource: `arn:aws:ec2:${region}:${ACCOUNT_ID}:${type}/${name}`, context });
    }
    const profile = params["IamInstanceProfile.Name"] ?? params["IamInstanceProfile.Arn"]?.split("/").pop();
    if (call.action === "RunInstances" && profile !== undefined) {
        checks.push(passRole(base, profile, "ec2.amazonaws.com"));
    }
    return checks.length > 0 ? checks : [{ action, resource: "*", context }];
}

function iamChecks(call: AwsCall, base: Context): Check[] {
    const { params } = call;
    const action = `iam:${call.action}`;
    const context: Context = { ...base, ...requestTags(formTags(params, /^Tags\.member\.\d+\.Key$/)) };
    if (params["PolicyArn"] !== undefined) context["iam:PolicyARN"] = params["PolicyArn"];
    const account = `arn:aws:iam::${ACCOUNT_ID}`;
    if (call.action === "SimulatePrincipalPolicy") {
        return [{ action, resource: params["PolicySourceArn"] ?? "*", context }];
    }
    if (call.action === "CreateServiceLinkedRole") {
        const service = params["AWSServiceName"] ?? "";
        return [
            {
                action,
                resource: serviceRoleArn(service),
                context: { ...context, "iam:AWSServiceName": service },
            },
        ];
    }
    const named = [
        ["InstanceProfileName", "instance-profile"],
        ["RoleName", "role"],
        ["UserName", "user"],
        ["GroupName", "group"],
        ["PolicyName", "policy"],
    ] as const;
    const found = named.find(([parameter]) => params[parameter] !== undefined);
    const resource =
        found === undefined ? (params["PolicyArn"] ?? "*") : `${account}:${found[1]}/${params[found[0]]}`;
    const checks: Check[] = [{ action, resource, context }];
    if (call.action === "AddRoleToInstanceProfile" && params["RoleName"] !== undefined) {
        checks.push(passRole(base, params["RoleName"], "ec2.amazonaws.com"));
    }
    return checks;
}

function ssmResource(region: string, name: string | undefined): string {
    if (name === undefined) return "*";
    const account = name.startsWith("/aws/") ? "" : ACCOUNT_ID;
    return `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, "")}`;
}

/** All permissions that a call needs; every one of them must be granted. */
export async function checksOf(call: AwsCall, lookup: TagLookup): Promise<Check[]> {
    const base = commonContext(call);
    switch (call.service) {
        case "s3":
            return s3Checks(call, base);
        case "emr":
            return emrChecks(call, base, lookup);
        case "ec2":
            return ec2Checks(call, base, lookup);
        case "iam":
            return iamChecks(call, base);
        case "servicequotas":
            return quotaChecks(call, base);
        case "scheduler":
            return schedulerChecks(call, base, (group) => lookup.scheduleGroupTags(call.region, group));
        case "sts":
            // Needs no permission, and works even under an explicit deny (AWS API reference, GetCallerIdentity).
            return call.action === "GetCallerIdentity"
                ? []
                : [{ action: `sts:${call.action}`, resource: call.params["RoleArn"] ?? "*", context: base }];
        case "ssm": {
            const resource = ssmResource(call.region, stringOf(call.input["Name"]));
            return [{ action: `ssm:${call.action}`, resource, context: base }];
        }
        case "route53": {
            const zone = call.params["Id"];
            const resource = zone === undefined ? "*" : `arn:aws:route53:::hostedzone/${zone}`;
            return [{ action: `route53:${call.action}`, resource, context: base }];
        }
        default:
            return [{ action: `${call.iamPrefix}:${call.action}`, resource: "*", context: base }];
    }
}
