/** What IAM looks at in the text of a policy before anything else of it: its characters. */
import { AwsError } from "../errors.ts";
import type { AwsCall } from "../request.ts";

/** Parameters that are policies (API reference of CreatePolicy, CreateRole, PutRolePolicy and their kin). */
const POLICIES = ["PolicyDocument", "AssumeRolePolicyDocument"];

/** The pattern of all of them there: `[\u0009\u000A\u000D\u0020-\u00FF]+`. */
const TAKEN = /^[\t\n\r\u0020-\u00ff]+$/;

/**
 * Refuses a policy with characters that IAM does not take; moto takes any.
 *
 * @throws AwsError MalformedPolicyDocument
 */
export function checkPolicyText(call: AwsCall): void {
    for (const name of POLICIES) {
        const policy = call.params[name];
        if (policy !== undefined && !TAKEN.test(policy)) {
            throw new AwsError(
                "MalformedPolicyDocument",
                "The policy contains characters other than U+0009, U+000A, U+000D and U+0020 to U+00FF.",
            );
        }
    }
}
