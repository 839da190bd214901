import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { Leftovers } from "../../components/failures/leftovers.ts";
import {
    askForRole,
    providerAccess,
    type AssumeRole,
    type ClientAccess,
} from "../../components/failures/providerAccess.ts";
// Teaches Pulumi's mocks error hooks.
import "./classInMocks.ts";

const region = "eu-west-1";
const configured = (values: Readonly<Record<string, string>>): pulumi.Config => {
    pulumi.runtime.setAllConfig(
        Object.fromEntries(Object.entries(values).map(([key, value]) => [`aws:${key}`, value])),
    );
    return new pulumi.Config("aws");
};

describe("Our own calls have the rights of the provider", () => {
    before(() =>
        pulumi.runtime.setMocks({ newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) }),
    );
    after(() => pulumi.runtime.setAllConfig({}));

    const keys = { accessKey: "AKIAONE", secretKey: "hush", token: "session" };
    const plainly: readonly (readonly [string, Readonly<Record<string, string>>, ClientAccess])[] = [
        ["what the environment has", {}, { region }],
        ["a profile", { profile: "school" }, { region, profile: "school" }],
        [
            "keys",
            { accessKey: "AKIAONE", secretKey: "hush" },
            {
                region,
                credentials: { accessKeyId: "AKIAONE", secretAccessKey: "hush", sessionToken: undefined },
            },
        ],
        [
            "keys of a session, before a profile",
            { ...keys, profile: "school" },
            {
                region,
                credentials: { accessKeyId: "AKIAONE", secretAccessKey: "hush", sessionToken: "session" },
            },
        ],
        ["half a key, which is none", { accessKey: "AKIAONE" }, { region }],
    ];
    for (const [what, values, access] of plainly) {
        it(`by ${what}`, async () =>
            assert.deepEqual(await providerAccess(region, configured(values)), access));
    }

    it("by one role from another, each with all that the provider gives to AWS", async () => {
        const asked: unknown[] = [];
        const assumeRole: AssumeRole = (access, input) => {
            asked.push([access, JSON.parse(JSON.stringify(input))]);
            return Promise.resolve({ accessKeyId: String(input.RoleArn), secretAccessKey: "s" });
        };
        const roles = [
            {
                roleArn: "first",
                externalId: "school",
                duration: "1h30m",
                policyArns: ["p"],
                tags: { A: "b" },
            },
            { roleArn: "second", sessionName: "ada" },
        ];
        const config = configured({ profile: "school", assumeRoles: JSON.stringify(roles) });
        const access = await providerAccess(region, config, assumeRole);
        assert.deepEqual(access, { region, credentials: { accessKeyId: "second", secretAccessKey: "s" } });
        assert.deepEqual(asked, [
            [
                { region, profile: "school" },
                {
                    RoleArn: "first",
                    RoleSessionName: "student-labs",
                    ExternalId: "school",
                    DurationSeconds: 5400,
                    PolicyArns: [{ arn: "p" }],
                    Tags: [{ Key: "A", Value: "b" }],
                },
            ],
            [
                { region, credentials: { accessKeyId: "first", secretAccessKey: "s" } },
                { RoleArn: "second", RoleSessionName: "ada" },
            ],
        ]);
    });

    describe("where AWS is asked", () => {
        const calls: { action: string; key: string }[] = [];
        let server: http.Server;
        let answers: Readonly<Record<string, string>>;
        let former: string | undefined;
        before(async () => {
            server = http.createServer((request, response) => {
                let body = "";
                request.on("data", (part: Buffer) => (body += part.toString()));
                request.on("end", () => {
                    const action = new URLSearchParams(body).get("Action") ?? "";
                    const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1] ?? "";
                    calls.push({ action, key });
                    response.end(answers[action]);
                });
            });
            server.listen(0, "127.0.0.1");
            await once(server, "listening");
            former = process.env.AWS_ENDPOINT_URL;
            process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
            answers = {
                AssumeRole:
                    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>" +
                    "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>" +
                    "</Credentials></AssumeRoleResult></AssumeRoleResponse>",
                DescribeSubnets:
                    "<DescribeSubnetsResponse><subnetSet><item><subnetId>subnet-1</subnetId></item></subnetSet>" +
                    "</DescribeSubnetsResponse>",
                DeleteSubnet: "<DeleteSubnetResponse><return>true</return></DeleteSubnetResponse>",
            };
        });
        beforeEach(() => calls.splice(0));
        after(() => {
            server.close();
            server.closeAllConnections();
            if (former === undefined) delete process.env.AWS_ENDPOINT_URL;
            else process.env.AWS_ENDPOINT_URL = former;
        });

        const refused = (words: string): pulumi.ErrorHookArgs => ({
            urn: "urn:pulumi:eu-west-1::student-labs::aws:ec2/subnet:Subnet::classroom-network-subnet",
            id: "",
            name: "classroom-network-subnet",
            type: "aws:ec2/subnet:Subnet",
            newInputs: { vpcId: "vpc-1", cidrBlock: "10.20.0.0/20" },
            failedOperation: "create",
            errors: [words],
        });
        // AWS's words may be followed by others: the code counts, wherever it stands.
        const words = [
            "creating EC2 Subnet: api error InvalidSubnet.Conflict: The CIDR conflicts with another subnet",
            "creating EC2 Subnet: InvalidSubnet.Conflict: The CIDR conflicts\n\tstatus code: 400, request id: 5f3c",
            "creating EC2 Subnet: InvalidSubnet.Conflict: The CIDR conflicts (Service: Ec2, Status Code: 400)",
        ];

        it("a role is taken once, and removes what is in the way, whatever stands behind the message", async () => {
            configured({ ...keys, assumeRoles: JSON.stringify([{ roleArn: "arn:aws:iam::1:role/class" }]) });
            const leftovers = new Leftovers(region);
            for (const said of words) assert.equal(await leftovers.makeWay(refused(said)), true, said);
            const removed = ["DescribeSubnets", "DeleteSubnet"].map((action) => ({
                action,
                key: "ASIAROLE",
            }));
            assert.deepEqual(calls, [
                { action: "AssumeRole", key: "AKIAONE" },
                ...removed,
                ...removed,
                ...removed,
            ]);
        });

        it("an answer without credentials is an error that names the role", async () => {
            answers = {
                AssumeRole: "<AssumeRoleResponse><AssumeRoleResult></AssumeRoleResult></AssumeRoleResponse>",
            };
            const credentials = { accessKeyId: "AKIAONE", secretAccessKey: "hush" };
            await assert.rejects(
                askForRole({ region, credentials }, { RoleArn: "r", RoleSessionName: "s" }),
                {
                    message: "AWS gave no credentials for r",
                },
            );
        });
    });
});
