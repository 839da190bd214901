/** What a student may do, and may not, as a table of calls. */

/** One lab as the calls name it. */
export interface LabNames {
    readonly lab: string;
    readonly clusterId: string;
    readonly stepId: string;
    /** An instance group of the cluster. */
    readonly groupId: string;
    readonly securityGroupId: string;
    readonly role: string;
    readonly machineId: string;
}

/** What the calls are about. */
export interface RightsContext {
    readonly own: LabNames;
    readonly other: LabNames;
    /** A cluster with the lab's own name, but of another stack of the project. */
    readonly otherStacksCluster: string;
    readonly bucket: string;
    readonly courseKey: string;
    /** Who calls: what is written goes by it, so that one run is not in another's way. */
    readonly from: string;
}

/** A call as the Python SDK names it. */
export interface Call {
    readonly what: string;
    readonly service: string;
    readonly method: string;
    readonly args: Readonly<Record<string, unknown>>;
}

/** A line of the table: a call, and `may` or the permission for lack of which it is refused. */
export interface Right extends Call {
    readonly may: boolean;
    /** Permission that the refusal names; an explicit deny where it ends with `!`. */
    readonly lacks?: string;
}

const account = "123456789012";
const roleArn = (role: string) => `arn:aws:iam::${account}:role/${role}`;
const emrArn = (clusterId: string) => `arn:aws:elasticmapreduce:eu-west-1:${account}:cluster/${clusterId}`;

const may = (what: string, call: string, args: Call["args"] = {}): Right => right(what, call, args);
const mayNot = (what: string, lacks: string, call: string, args: Call["args"] = {}): Right =>
    right(what, call, args, lacks);

function right(what: string, call: string, args: Call["args"], lacks?: string): Right {
    const [service = "", method = ""] = call.split(".");
    return {
        what,
        service,
        method,
        args,
        may: lacks === undefined,
        ...(lacks === undefined ? {} : { lacks }),
    };
}

const step = {
    Name: "a student's",
    ActionOnFailure: "CONTINUE",
    HadoopJarStep: { Jar: "command-runner.jar", Args: ["true"] },
};

/** The own cluster: look, submit, cancel; not resize, end, keep alive or retag. */
export function ownCluster({ own: { clusterId, stepId, groupId } }: RightsContext): Right[] {
    return [
        may("look at the own cluster", "emr.describe_cluster", { ClusterId: clusterId }),
        may("see its nodes", "emr.list_instances", { ClusterId: clusterId }),
        may("see its instance groups", "emr.list_instance_groups", { ClusterId: clusterId }),
        may("see its bootstrap actions, as mrjob does", "emr.list_bootstrap_actions", {
            ClusterId: clusterId,
        }),
        may("see when it ends itself", "emr.get_auto_termination_policy", { ClusterId: clusterId }),
        may("see its steps", "emr.list_steps", { ClusterId: clusterId }),
        may("look at one of them", "emr.describe_step", { ClusterId: clusterId, StepId: stepId }),
        may("submit a step", "emr.add_job_flow_steps", { JobFlowId: clusterId, Steps: [step] }),
        may("cancel a step", "emr.cancel_steps", { ClusterId: clusterId, StepIds: [stepId] }),
        mayNot("resize it", "elasticmapreduce:ModifyInstanceGroups!", "emr.modify_instance_groups", {
            ClusterId: clusterId,
            InstanceGroups: [{ InstanceGroupId: groupId, InstanceCount: 20 }],
        }),
        mayNot(
            "resize it, naming the group alone",
            "elasticmapreduce:ModifyInstanceGroups!",
            "emr.modify_instance_groups",
            {
                InstanceGroups: [{ InstanceGroupId: groupId, InstanceCount: 20 }],
            },
        ),
        mayNot("add nodes to it", "elasticmapreduce:AddInstanceGroups!", "emr.add_instance_groups", {
            JobFlowId: clusterId,
            InstanceGroups: [{ InstanceRole: "TASK", InstanceType: "m5.xlarge", InstanceCount: 20 }],
        }),
        mayNot(
            "let it grow by itself",
            "elasticmapreduce:PutManagedScalingPolicy!",
            "emr.put_managed_scaling_policy",
            {
                ClusterId: clusterId,
                ManagedScalingPolicy: {
                    ComputeLimits: {
                        UnitType: "Instances",
                        MinimumCapacityUnits: 1,
                        MaximumCapacityUnits: 20,
                    },
                },
            },
        ),
        mayNot(
            "keep it from ending itself",
            "elasticmapreduce:PutAutoTerminationPolicy!",
            "emr.put_auto_termination_policy",
            {
                ClusterId: clusterId,
                AutoTerminationPolicy: { IdleTimeout: 604800 },
            },
        ),
        mayNot(
            "protect it from being ended",
            "elasticmapreduce:SetTerminationProtection!",
            "emr.set_termination_protection",
            {
                JobFlowIds: [clusterId],
                TerminationProtected: true,
            },
        ),
        mayNot("change its settings", "elasticmapreduce:ModifyCluster!", "emr.modify_cluster", {
            ClusterId: clusterId,
            StepConcurrencyLevel: 100,
        }),
        mayNot("end it", "elasticmapreduce:TerminateJobFlows!", "emr.terminate_job_flows", {
            JobFlowIds: [clusterId],
        }),
        mayNot("tag it", "elasticmapreduce:AddTags!", "emr.add_tags", {
            ResourceId: clusterId,
            Tags: [{ Key: "Lab", Value: "nobody" }],
        }),
        mayNot("take its tags away", "elasticmapreduce:RemoveTags!", "emr.remove_tags", {
            ResourceId: clusterId,
            TagKeys: ["Lab"],
        }),
    ];
}

/** Others' clusters: nothing at all, whether of this stack or of the lab's name in another one. */
export function othersClusters({ own, other, otherStacksCluster }: RightsContext): Right[] {
    const theirs = { ClusterId: other.clusterId };
    return [
        mayNot("list clusters", "elasticmapreduce:ListClusters", "emr.list_clusters"),
        mayNot(
            "look at another lab's cluster",
            "elasticmapreduce:DescribeCluster",
            "emr.describe_cluster",
            theirs,
        ),
        mayNot("see another lab's nodes", "elasticmapreduce:ListInstances", "emr.list_instances", theirs),
        mayNot(
            "see another lab's groups",
            "elasticmapreduce:ListInstanceGroups",
            "emr.list_instance_groups",
            theirs,
        ),
        mayNot("see another lab's steps", "elasticmapreduce:ListSteps", "emr.list_steps", theirs),
        mayNot("look at another lab's step", "elasticmapreduce:DescribeStep", "emr.describe_step", {
            ...theirs,
            StepId: other.stepId,
        }),
        mayNot(
            "submit a step to another lab's cluster",
            "elasticmapreduce:AddJobFlowSteps",
            "emr.add_job_flow_steps",
            {
                JobFlowId: other.clusterId,
                Steps: [step],
            },
        ),
        mayNot("cancel another lab's step", "elasticmapreduce:CancelSteps", "emr.cancel_steps", {
            ...theirs,
            StepIds: [other.stepId],
        }),
        mayNot(
            "end another lab's cluster",
            "elasticmapreduce:TerminateJobFlows!",
            "emr.terminate_job_flows",
            {
                JobFlowIds: [other.clusterId],
            },
        ),
        mayNot(
            "end the own cluster and another",
            "elasticmapreduce:TerminateJobFlows!",
            "emr.terminate_job_flows",
            {
                JobFlowIds: [own.clusterId, other.clusterId],
            },
        ),
        mayNot("tag another lab's cluster as the own", "elasticmapreduce:AddTags!", "emr.add_tags", {
            ResourceId: other.clusterId,
            Tags: [{ Key: "Lab", Value: own.lab }],
        }),
        mayNot(
            "look at the lab's namesake in another stack",
            "elasticmapreduce:DescribeCluster",
            "emr.describe_cluster",
            {
                ClusterId: otherStacksCluster,
            },
        ),
        mayNot("submit a step there", "elasticmapreduce:AddJobFlowSteps", "emr.add_job_flow_steps", {
            JobFlowId: otherStacksCluster,
            Steps: [step],
        }),
    ];
}

/** Nothing that costs more, or makes somebody else of the student. */
export function allocation({ own, other, bucket }: RightsContext): Right[] {
    const machine = { InstanceIds: [own.machineId] };
    return [
        may("ask who one is", "sts.get_caller_identity"),
        mayNot("start a cluster", "elasticmapreduce:RunJobFlow!", "emr.run_job_flow", {
            Name: "mine",
            ReleaseLabel: "emr-7.13.0",
            ServiceRole: "classroom-emr-role",
            JobFlowRole: own.role,
            Instances: { MasterInstanceType: "m5.xlarge", InstanceCount: 1 },
            Tags: [{ Key: "Lab", Value: own.lab }],
        }),
        mayNot("launch a machine", "ec2:RunInstances!", "ec2.run_instances", {
            ImageId: "ami-12345678",
            MinCount: 1,
            MaxCount: 1,
        }),
        mayNot("launch one with the own role", "ec2:RunInstances!", "ec2.run_instances", {
            ImageId: "ami-12345678",
            MinCount: 1,
            MaxCount: 1,
            IamInstanceProfile: { Name: own.role },
        }),
        mayNot("end the own machine", "ec2:TerminateInstances!", "ec2.terminate_instances", machine),
        mayNot("stop the own machine", "ec2:StopInstances!", "ec2.stop_instances", machine),
        mayNot("look at machines", "ec2:DescribeInstances!", "ec2.describe_instances"),
        mayNot("tag the own machine", "ec2:CreateTags!", "ec2.create_tags", {
            Resources: [own.machineId],
            Tags: [{ Key: "Lab", Value: other.lab }],
        }),
        mayNot(
            "open the own cluster to the world",
            "ec2:AuthorizeSecurityGroupIngress!",
            "ec2.authorize_security_group_ingress",
            {
                GroupId: own.securityGroupId,
                IpProtocol: "tcp",
                FromPort: 8088,
                ToPort: 8088,
                CidrIp: "0.0.0.0/0",
            },
        ),
        mayNot("become the other lab", "iam:TagRole!", "iam.tag_role", {
            RoleName: own.role,
            Tags: [{ Key: "Lab", Value: other.lab }],
        }),
        mayNot("take the other lab's role", "sts:AssumeRole!", "sts.assume_role", {
            RoleArn: roleArn(other.role),
            RoleSessionName: "mine",
        }),
        mayNot("take the own role once more", "sts:AssumeRole!", "sts.assume_role", {
            RoleArn: roleArn(own.role),
            RoleSessionName: "mine",
        }),
        mayNot("get more rights", "iam:AttachRolePolicy!", "iam.attach_role_policy", {
            RoleName: own.role,
            PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
        }),
        mayNot("write the own rights", "iam:PutRolePolicy!", "iam.put_role_policy", {
            RoleName: own.role,
            PolicyName: "mine",
            PolicyDocument: "{}",
        }),
        mayNot("read the own role", "iam:GetRole!", "iam.get_role", { RoleName: own.role }),
        mayNot("make a user", "iam:CreateUser!", "iam.create_user", { UserName: "mine" }),
        mayNot("make an access key", "iam:CreateAccessKey!", "iam.create_access_key", { UserName: "mine" }),
        mayNot("pass the own role on", "iam:AddRoleToInstanceProfile!", "iam.add_role_to_instance_profile", {
            InstanceProfileName: other.role,
            RoleName: own.role,
        }),
        mayNot("let a schedule do it", "scheduler:CreateSchedule", "scheduler.create_schedule", {
            Name: "mine",
            ScheduleExpression: "rate(1 hour)",
            FlexibleTimeWindow: { Mode: "OFF" },
            Target: { Arn: emrArn(own.clusterId), RoleArn: roleArn(own.role) },
        }),
        mayNot("make a bucket", "s3:CreateBucket", "s3.create_bucket", {
            Bucket: `${bucket}-mine`,
            CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
        }),
    ];
}

/** Files: the own part of the scratch bucket, the course archive, and no other object. */
export function files({ own, other, bucket, courseKey, from }: RightsContext): Right[] {
    const at = (Key: string) => ({ Bucket: bucket, Key });
    const mine = (name: string) => at(`labs/${own.lab}/rights/${name}`);
    const theirs = (name: string) => at(`labs/${other.lab}/${name}`);
    return [
        may("see the bucket, as mrjob does first", "s3.head_bucket", { Bucket: bucket }),
        may("ask where it is", "s3.get_bucket_location", { Bucket: bucket }),
        may("list the own files", "s3.list_objects_v2", { Bucket: bucket, Prefix: `labs/${own.lab}/` }),
        // Names only. A condition on the prefix would refuse HeadBucket, and mrjob dies of that (DESIGN.md, Isolation).
        may("list the names of others' files", "s3.list_objects_v2", { Bucket: bucket, Prefix: "labs/" }),
        may("read an own file", "s3.get_object", mine("readme.txt")),
        may("write an own file", "s3.put_object", { ...mine(`${from}-written.txt`), Body: "mine" }),
        may("write a large one", "s3.create_multipart_upload", mine(`${from}-large.bin`)),
        may("delete an own file", "s3.delete_object", mine(`${from}-deleted.txt`)),
        may("copy an own file", "s3.copy_object", {
            ...mine(`${from}-copy.txt`),
            CopySource: mine("readme.txt"),
        }),
        may("read the course archive", "s3.get_object", at(courseKey)),
        mayNot("read another lab's file", "s3:GetObject", "s3.get_object", theirs("rights/readme.txt")),
        mayNot("read another lab's logs", "s3:GetObject", "s3.get_object", theirs("logs/anything/stderr.gz")),
        mayNot("write among another lab's files", "s3:PutObject", "s3.put_object", {
            ...theirs("rights/readme.txt"),
            Body: "not yours",
        }),
        mayNot(
            "delete another lab's file",
            "s3:DeleteObject",
            "s3.delete_object",
            theirs("rights/readme.txt"),
        ),
        mayNot("copy another lab's file to the own", "s3:GetObject", "s3.copy_object", {
            ...mine(`${from}-stolen.txt`),
            CopySource: theirs("rights/readme.txt"),
        }),
        mayNot("write where only the start of the name is the own", "s3:PutObject", "s3.put_object", {
            ...at(`labs/${own.lab}lina/rights.txt`),
            Body: "not mine",
        }),
        mayNot("write beside the labs", "s3:PutObject", "s3.put_object", {
            ...at("mine.txt"),
            Body: "nobody's",
        }),
        mayNot("change the course archive", "s3:PutObject", "s3.put_object", {
            ...at(courseKey),
            Body: "mine",
        }),
        mayNot("delete the course archive", "s3:DeleteObject", "s3.delete_object", at(courseKey)),
        mayNot("list buckets", "s3:ListAllMyBuckets", "s3.list_buckets"),
        mayNot("delete the bucket", "s3:DeleteBucket", "s3.delete_bucket", { Bucket: bucket }),
        mayNot("open the bucket to others", "s3:PutBucketPolicy", "s3.put_bucket_policy", {
            Bucket: bucket,
            Policy: "{}",
        }),
        mayNot(
            "have the bucket forget",
            "s3:PutLifecycleConfiguration",
            "s3.put_bucket_lifecycle_configuration",
            {
                Bucket: bucket,
                LifecycleConfiguration: {
                    Rules: [{ ID: "x", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 1 } }],
                },
            },
        ),
        mayNot("give an own file to everybody", "s3:PutObjectAcl", "s3.put_object_acl", {
            ...mine("readme.txt"),
            ACL: "public-read",
        }),
    ];
}

/** The whole table. */
export function rightsTable(context: RightsContext): Right[] {
    return [ownCluster, othersClusters, allocation, files].flatMap((part) => part(context));
}
