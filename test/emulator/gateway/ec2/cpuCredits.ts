/** How machines of burstable types may use CPU time; moto says "standard" of every one and cannot change it. */
import { AwsError, xmlAnswer, type Answer } from "../errors.ts";
import type { Host, Hosts } from "../hosts.ts";
import type { AwsCall } from "../request.ts";
import { element, serializeXml, type XmlNode } from "../xml.ts";
import { instanceIds } from "./describe.ts";

const choices = ["standard", "unlimited"];

function answer(action: string, parts: readonly XmlNode[]): Answer {
    const body = [element("requestId", "pocket"), ...parts].map((part) => serializeXml(part)).join("");
    return xmlAnswer(
        `<?xml version="1.0" encoding="UTF-8"?><${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${body}</${action}Response>`,
    );
}

/** Refuses a choice that EC2 does not know. */
function checkChoice(choice: string | undefined): string {
    if (choice === undefined || !choices.includes(choice)) {
        throw new AwsError("InvalidParameterValue", `Invalid value '${choice ?? ""}' for CpuCredits`);
    }
    return choice;
}

/** The choices of all machines. */
export class CpuCredits {
    private readonly chosen = new Map<string, string>();
    private readonly hosts: Hosts;

    constructor(hosts: Hosts) {
        this.hosts = hosts;
    }

    /** Notes what a launch asked for; nothing = the type's own default. */
    launched(call: AwsCall, id: string): void {
        const choice = call.params["CreditSpecification.CpuCredits"];
        if (choice !== undefined) this.chosen.set(id, checkChoice(choice));
    }

    /** DescribeInstanceCreditSpecifications, of the machines that are named. */
    describe(call: AwsCall): Answer {
        const items = instanceIds(call.params).map((id) => {
            const { instanceType } = this.burstable(id);
            // "Unlimited mode concepts": T3 and later are unlimited by default, T2 is not.
            const usual = instanceType.startsWith("t2.") ? "standard" : "unlimited";
            return element("item", [
                element("instanceId", id),
                element("cpuCredits", this.chosen.get(id) ?? usual),
            ]);
        });
        return answer(call.action, [element("instanceCreditSpecificationSet", items)]);
    }

    /** ModifyInstanceCreditSpecification: at once, while the machine runs. */
    modify(call: AwsCall): Answer {
        const items: XmlNode[] = [];
        for (let n = 1; ; n += 1) {
            const id = call.params[`InstanceCreditSpecification.${n}.InstanceId`];
            if (id === undefined) break;
            this.burstable(id);
            this.chosen.set(id, checkChoice(call.params[`InstanceCreditSpecification.${n}.CpuCredits`]));
            items.push(element("item", [element("instanceId", id)]));
        }
        return answer(call.action, [
            element("successfulInstanceCreditSpecificationSet", items),
            element("unsuccessfulInstanceCreditSpecificationSet", []),
        ]);
    }

    private burstable(id: string): Host {
        const host = this.hosts.get(id);
        if (host === undefined || host.state === "terminated") {
            throw new AwsError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
        }
        if (!/^t\d/.test(host.instanceType)) {
            throw new AwsError(
                "InstanceCreditSpecification.NotSupported",
                `The instance type ${host.instanceType} does not support CPU credit specifications`,
            );
        }
        return host;
    }
}
