import { may, mayNot, type Right, type RightsContext } from "./right.ts";

const account = "123456789012";
const roleArn = (role: string) => `arn:aws:iam::${account}:role/${role}`;
const emrArn = (clusterId: string) => `arn:aws:elasticmapreduce:eu-west-1:${account}:cluster/${clusterId}`;

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
