/** DescribeInstances and DescribeInstanceStatus: moto's, with the states of the real machines. */
import { AwsError, type Answer } from "../errors.ts";
import { STATE_CODES, type Hosts } from "../hosts.ts";
import type { Moto } from "../moto.ts";
import type { AwsCall } from "../request.ts";
import {
    child,
    childrenOf,
    element,
    parseXml,
    serializeXml,
    setChild,
    textOf,
    type XmlNode,
} from "../xml.ts";
import { applyFilters, keepPage, patchInstances, splitFilters } from "./patch.ts";

/** Ids of instances that a call names. */
export function instanceIds(params: Readonly<Record<string, string>>): string[] {
    return Object.entries(params)
        .filter(([name]) => /^InstanceId\.\d+$/.test(name))
        .map(([, value]) => value);
}

/** An answer with another body. */
export function rewritten(answer: Answer, root: XmlNode): Answer {
    const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${serializeXml(root)}`);
    return { ...answer, headers: { ...answer.headers, "content-length": String(body.length) }, body };
}

/** True for an answer that is no error. */
export function isOk(answer: Answer): boolean {
    return answer.status >= 200 && answer.status < 300;
}

/** DescribeInstances. */
export async function describeInstances(call: AwsCall, moto: Moto, hosts: Hosts): Promise<Answer> {
    const { NextToken: token, MaxResults: size, ...params } = call.params;
    if (size !== undefined && instanceIds(params).length > 0) {
        throw new AwsError(
            "InvalidParameterCombination",
            "The parameter instancesSet cannot be used with the parameter maxResults",
        );
    }
    const { form, own } = splitFilters(params);
    const answer = await moto.forward(call, form);
    if (!isOk(answer)) return answer;
    const root = parseXml(answer.body.toString("utf8"));
    // All of moto's pages: states are known here only, and pages are made of what the filters leave.
    for (let next = textOf(root, "nextToken"); next !== undefined && next !== "";) {
        const more = await moto.forward(call, { ...form, NextToken: next });
        if (!isOk(more)) return more;
        const page = parseXml(more.body.toString("utf8"));
        child(root, "reservationSet")?.children.push(...childrenOf(child(page, "reservationSet"), "item"));
        next = textOf(page, "nextToken");
    }
    patchInstances(root, (id) => hosts.get(id));
    if (own.length > 0) applyFilters(root, own);
    keepPage(root, call, token, size);
    return rewritten(answer, root);
}

/** DescribeInstanceStatus. */
export async function describeStatus(call: AwsCall, moto: Moto, hosts: Hosts): Promise<Answer> {
    const answer = await moto.forward(call);
    if (!isOk(answer)) return answer;
    const root = parseXml(answer.body.toString("utf8"));
    const set = child(root, "instanceStatusSet");
    if (set === undefined) return answer;
    const all = call.params["IncludeAllInstances"] === "true";
    set.children = childrenOf(set, "item").filter((item) => {
        const host = hosts.get(textOf(item, "instanceId") ?? "");
        if (host === undefined) return true;
        setChild(item, "instanceState", [
            element("code", String(STATE_CODES[host.state])),
            element("name", host.state),
        ]);
        return all || host.state === "running";
    });
    return rewritten(answer, root);
}
