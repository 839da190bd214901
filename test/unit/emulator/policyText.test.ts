import assert from "node:assert/strict";
import { CreatePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { checkPolicyText } from "../../emulator/gateway/iam/policyText.ts";
import { formCall } from "./gatewayCalls.ts";
import { Wire } from "./wire.ts";

const policy = (text: string) => JSON.stringify({ Version: "2012-10-17", Statement: [{ Resource: text }] });

describe("gateway: the text of a policy", () => {
    for (const [action, parameter] of [
        ["CreatePolicy", "PolicyDocument"],
        ["CreatePolicyVersion", "PolicyDocument"],
        ["PutRolePolicy", "PolicyDocument"],
        ["PutUserPolicy", "PolicyDocument"],
        ["CreateRole", "AssumeRolePolicyDocument"],
        ["UpdateAssumeRolePolicy", "PolicyDocument"],
    ] as const) {
        for (const [what, text] of Object.entries({
            "an accent as macOS writes it": "cafe\u0301.tar.gz",
            Cyrillic: "курс.tar.gz",
            Chinese: "課程",
            "what nobody sees": "a\u200b",
        })) {
            it(`is refused by ${action} with ${what}`, () =>
                assert.throws(
                    () => checkPolicyText(formCall("iam", { Action: action, [parameter]: policy(text) })),
                    { code: "MalformedPolicyDocument" },
                ));
        }

        it(`is taken by ${action} with what IAM takes`, () => {
            const text = `${policy("café ½ ÿ")}\t\r\n`;
            checkPolicyText(formCall("iam", { Action: action, [parameter]: text }));
        });
    }

    it("is no description and no tag, which may have more", () =>
        checkPolicyText(formCall("iam", { Action: "CreateRole", "Tags.member.1.Value": "курс" })));
});

describe("gateway: IAM", () => {
    let wire: Wire;
    before(async () => {
        wire = await Wire.start((action) =>
            action === "GetRole"
                ? "<GetRoleResponse/>"
                : `<${action}Response><${action}Result/></${action}Response>`,
        );
    });
    after(() => wire.close());

    it("looks at the text of a policy before anything is made of it", async () => {
        const iam = wire.client(IAMClient);
        const create = (text: string) =>
            iam.send(new CreatePolicyCommand({ PolicyName: "student", PolicyDocument: policy(text) }));
        await assert.rejects(create("курс.tar.gz"), { name: /^MalformedPolicyDocument/ });
        await create("course.tar.gz");
    });
});
