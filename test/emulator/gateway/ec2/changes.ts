/** Changes of machines that moto makes in its own books and that the machines behind must follow. */
import type { Answer } from "../errors.ts";
import type { Host, Hosts } from "../hosts.ts";
import type { AwsCall } from "../request.ts";
import { descendants, element, parseXml, setChild, textOf, type XmlNode } from "../xml.ts";
import { ACCOUNT_ID } from "../operator.ts";

/** Takes over another instance profile or type from a call that has gone well. */
export function followChanges(call: AwsCall, answer: Answer, hosts: Hosts): void {
    if (/^(Associate|Replace|Disassociate)IamInstanceProfile(Association)?$/.test(call.action)) {
        const [association] = descendants(
            parseXml(answer.body.toString("utf8")),
            "iamInstanceProfileAssociation",
        );
        const host = hosts.get(textOf(association, "instanceId") ?? "");
        if (host === undefined) return;
        host.profile = call.action.startsWith("Disassociate")
            ? undefined
            : textOf(association, "iamInstanceProfile", "arn")?.split("/").pop();
    }
    if (call.action === "ModifyInstanceAttribute") {
        const host = hosts.get(call.params["InstanceId"] ?? "");
        const type = call.params["InstanceType.Value"];
        if (host !== undefined && type !== undefined) host.instanceType = type;
    }
}

/** moto 5.2.1 goes on to tell the profile that an association had before it was replaced. */
export function mendProfile(item: XmlNode, host: Host): void {
    setChild(
        item,
        "iamInstanceProfile",
        host.profile === undefined
            ? undefined
            : [
                  element("arn", `arn:aws:iam::${ACCOUNT_ID}:instance-profile/${host.profile}`),
                  element("id", textOf(item, "iamInstanceProfile", "id") ?? host.profile),
              ],
    );
}
