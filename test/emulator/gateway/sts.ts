/** STS: who am I. Roles are assumed by machines only, through the metadata service. */
import { notImplemented, xmlAnswer, type Answer } from "./errors.ts";
import { ACCOUNT_ID } from "./operator.ts";
import type { Principal } from "./principals.ts";
import type { AwsCall } from "./request.ts";
import { escapeXml } from "./xml.ts";

/** Answers a call of STS that IAM has allowed. */
export function handleSts(call: AwsCall, principal: Principal): Answer {
    if (call.action !== "GetCallerIdentity") throw notImplemented(call);
    return xmlAnswer(
        `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
            `<Arn>${escapeXml(principal.arn)}</Arn><UserId>${escapeXml(principal.id)}</UserId><Account>${ACCOUNT_ID}</Account>` +
            `</GetCallerIdentityResult><ResponseMetadata><RequestId>pocket</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    );
}
