import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { archive } from "../tarArchive.ts";
import { type ClassInMocks, declareClass, type Secret } from "./classInMocks.ts";

const stackTags = { Project: "student-labs", Stack: "eu-west-1", Class: "c1a55e5d" };
const forEmr = { "for-use-with-amazon-emr-managed-policies": "true" };

describe("The classroom that the labs of a region share", () => {
    let classroom: ClassInMocks;
    before(async () => {
        classroom = await declareClass();
    });

    it("is these resources and no others", () => {
        const own = classroom.resources
            .filter((one) => /^classroom/.test(one.name))
            .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
            .sort();
        assert.deepEqual(own, [
            "Bucket classroom-scratch-bucket",
            "BucketLifecycleConfiguration classroom-scratch-lifecycle",
            "BucketPublicAccessBlock classroom-scratch-private",
            "Classroom classroom",
            "EmrServiceRole classroom-emr",
            "InternetGateway classroom-network-gateway",
            "InternetGatewayAttachment classroom-network-gateway",
            "KeyPair classroom-key",
            "Network classroom-network",
            "Policy classroom-student",
            "PrivateKey classroom-key",
            "RandomId classroom-id",
            "Role classroom-emr-role",
            "RolePolicy classroom-emr-pass-role",
            "RolePolicyAttachment classroom-emr-managed",
            "Route classroom-network-internet",
            "Route classroom-network-internet6",
            "RouteTable classroom-network-routes",
            "RouteTableAssociation classroom-network-subnet-routes",
            "ScratchBucket classroom-scratch",
            "SecurityGroup classroom-network-machines",
            "SecurityGroupEgressRule classroom-network-machines-out",
            "SecurityGroupEgressRule classroom-network-machines-out6",
            "SecurityGroupIngressRule classroom-network-ssh-22-130.88.0.0/16",
            "Stash classroom-cluster-shape",
            "Stash classroom-place",
            "Subnet classroom-network-subnet",
            "Vpc classroom-network-vpc",
            "VpcEndpoint classroom-network-s3",
        ]);
    });

    it("has one public subnet, large enough for a hundred labs, in a zone that stays", () => {
        const subnet = classroom.the("classroom-network-subnet", "Subnet");
        assert.deepEqual(subnet.inputs, {
            vpcId: "classroom-network-vpc-id",
            cidrBlock: "10.20.0.0/20",
            ipv6CidrBlock: "fd00:1234:5678::/64",
            availabilityZone: "eu-west-1a",
            mapPublicIpOnLaunch: true,
            tags: { ...stackTags, ...forEmr },
        });
        assert.deepEqual(subnet.ignoreChanges, ["availabilityZone"]);
    });

    it("does not change with the number of labs", async () => {
        const large = await declareClass({ students: undefined, studentCount: 30 });
        const shared = (one: ClassInMocks) => one.resources.filter(({ name }) => /^classroom/.test(name));
        assert.deepEqual(shared(large), shared(classroom));
    });

    it("has names for EMR's nodes to find each other by", () => {
        const { inputs } = classroom.the("classroom-network-vpc", "Vpc");
        assert.deepEqual([inputs.enableDnsHostnames, inputs.enableDnsSupport], [true, true]);
    });

    it("reaches S3 by the endpoint that costs nothing, with its default policy", () => {
        assert.deepEqual(classroom.the("classroom-network-s3", "VpcEndpoint").inputs, {
            vpcId: "classroom-network-vpc-id",
            serviceName: "com.amazonaws.eu-west-1.s3",
            vpcEndpointType: "Gateway",
            routeTableIds: ["classroom-network-routes-id"],
            tags: stackTags,
        });
    });

    it("must not open SSH to anybody but the allowed networks", async () => {
        const two = await declareClass({ allowedSshCidrs: ["130.88.0.0/16", "2001:630::/32"] });
        const rules = two
            .ofType("SecurityGroupIngressRule")
            .filter((rule) => rule.inputs.securityGroupId === "classroom-network-machines-id")
            .map(({ inputs: { cidrIpv4, cidrIpv6, fromPort, toPort, ipProtocol } }) => [
                cidrIpv4 ?? cidrIpv6,
                ipProtocol,
                fromPort,
                toPort,
            ]);
        assert.deepEqual(rules, [
            ["130.88.0.0/16", "tcp", 22, 22],
            ["2001:630::/32", "tcp", 22, 22],
        ]);
    });

    it("has a bucket that is private, encrypted, emptied by age, and gone with the class", () => {
        assert.deepEqual(classroom.the("classroom-scratch-bucket", "Bucket").inputs, {
            forceDestroy: true,
            tags: stackTags,
        });
        assert.deepEqual(classroom.the("classroom-scratch-private", "BucketPublicAccessBlock").inputs, {
            bucket: "classroom-scratch-bucket-0123456",
            blockPublicAcls: true,
            blockPublicPolicy: true,
            ignorePublicAcls: true,
            restrictPublicBuckets: true,
        });
        // S3 encrypts every bucket by itself, and adds to what a resource would say of it.
        assert.equal(classroom.ofType("BucketServerSideEncryptionConfiguration").length, 0);
        assert.deepEqual(
            classroom.the("classroom-scratch-lifecycle", "BucketLifecycleConfiguration").inputs.rules,
            [
                {
                    id: "forget",
                    status: "Enabled",
                    filter: { prefix: "labs/" },
                    expiration: { days: 30 },
                    abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
                },
            ],
        );
    });

    it("lets EMR pass the roles of this stack's labs to its nodes, and no other role", () => {
        const { inputs } = classroom.the("classroom-emr-pass-role", "RolePolicy");
        // Auto-named, a second one of a killed run would stay, and the role could not be deleted.
        assert.equal(inputs.name, "pass-roles-of-labs");
        assert.deepEqual(JSON.parse(inputs.policy as string), {
            Version: "2012-10-17",
            Statement: [
                {
                    Sid: "PassTheRolesOfTheLabs",
                    Effect: "Allow",
                    Action: "iam:PassRole",
                    Resource: "arn:aws:iam::123456789012:role/student-labs-eu-west-1-*",
                    Condition: { StringLike: { "iam:PassedToService": "ec2.amazonaws.com*" } },
                },
            ],
        });
        assert.equal(
            classroom.the("classroom-emr-managed", "RolePolicyAttachment").inputs.policyArn,
            "arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2",
        );
    });

    it("lets only the EMR service of this account and region take the service role", () => {
        const { inputs } = classroom.the("classroom-emr-role", "Role");
        const [statement] = (JSON.parse(inputs.assumeRolePolicy as string) as { Statement: unknown[] })
            .Statement;
        assert.deepEqual(statement, {
            Effect: "Allow",
            Principal: { Service: "elasticmapreduce.amazonaws.com" },
            Action: "sts:AssumeRole",
            Condition: {
                StringEquals: { "aws:SourceAccount": "123456789012" },
                ArnLike: { "aws:SourceArn": "arn:aws:elasticmapreduce:eu-west-1:123456789012:*" },
            },
        });
    });

    describe("with course material", () => {
        let folder: string;
        before(() => {
            folder = fs.mkdtempSync(path.join(os.tmpdir(), "student-labs-"));
        });
        after(() => fs.rmSync(folder, { recursive: true }));

        it("puts a local archive into the bucket, and re-runs bootstrap when its content changes", async () => {
            const file = path.join(folder, "course.tar.gz");
            const bootstrapOf = async (content: string) => {
                fs.writeFileSync(file, archive({ "notes.txt": content }));
                const one = await declareClass({ courseArchive: file });
                const object = one.the("classroom-course-archive", "BucketObjectv2");
                assert.equal(object.inputs.key, "course/archive.tar.gz");
                return (one.the("ada-machine-bootstrap", "Command").inputs.stdin as Secret).secret as string;
            };
            const first = await bootstrapOf("first");
            assert.match(
                first,
                /^LAB_COURSE_ARCHIVE_URI='s3:\/\/classroom-scratch-bucket-0123456\/course\/archive.tar.gz'$/m,
            );
            assert.equal(await bootstrapOf("first"), first);
            assert.notEqual(await bootstrapOf("second"), first);
        });

        it("lets students read one object of an existing bucket, and not the bucket", async () => {
            const one = await declareClass({
                courseArchive: { bucket: "university", object: "ml/course.tar.gz" },
            });
            assert.equal(one.ofType("BucketObjectv2").length, 0);
            const policy = JSON.parse(one.the("classroom-student", "Policy").inputs.policy as string) as {
                Statement: { Sid: string; Action: unknown; Resource: unknown }[];
            };
            const about = policy.Statement.filter(({ Resource }) =>
                JSON.stringify(Resource).includes("university"),
            );
            assert.deepEqual(
                about.map(({ Action, Resource }) => [Action, Resource]),
                [["s3:GetObject", "arn:aws:s3:::university/ml/course.tar.gz"]],
            );
            const stdin = (one.the("ada-machine-bootstrap", "Command").inputs.stdin as Secret)
                .secret as string;
            assert.match(stdin, /^LAB_COURSE_ARCHIVE_VERSION='etag-of-the-object'$/m);
        });
    });
});
