/** EC2: moto's, with real machines behind the instances. */
import { DescribeKeyPairsCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { AwsError, xmlAnswer, type Answer } from "../errors.ts";
import type { Doom, Faults } from "../faults.ts";
import { STATE_CODES, type Host, type Hosts, type HostState } from "../hosts.ts";
import type { Identities } from "../identities.ts";
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
import { followChanges } from "./changes.ts";
import { checkConflicts } from "./conflicts.ts";
import { checkDependencies } from "./dependencies.ts";
import { ipv6Source, mendSubnets } from "./ipv6.ts";
import type { KeyPairs } from "./keyPairs.ts";
import { checkLaunch, plansOf } from "./launch.ts";
import { keepLivingTags } from "./livingTags.ts";
import { applyFilters, patchInstances, splitFilters } from "./patch.ts";
import { RuleDescriptions } from "./ruleDescriptions.ts";

const NAMESPACE = ' xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"';

function instanceIds(params: Readonly<Record<string, string>>): string[] {
    return Object.entries(params)
        .filter(([name]) => /^InstanceId\.\d+$/.test(name))
        .map(([, value]) => value);
}

function rewritten(answer: Answer, root: XmlNode): Answer {
    const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${serializeXml(root)}`);
    return { ...answer, headers: { ...answer.headers, "content-length": String(body.length) }, body };
}

function isOk(answer: Answer): boolean {
    return answer.status >= 200 && answer.status < 300;
}

/** The EC2 API. */
export class Ec2Service {
    private readonly ruleDescriptions = new RuleDescriptions();

    private readonly moto: Moto;
    private readonly hosts: Hosts;
    private readonly identities: Identities;
    private readonly keyPairs: KeyPairs;
    private readonly faults: Faults;

    constructor(moto: Moto, hosts: Hosts, identities: Identities, keyPairs: KeyPairs, faults: Faults) {
        this.moto = moto;
        this.hosts = hosts;
        this.identities = identities;
        this.keyPairs = keyPairs;
        this.faults = faults;
    }

    /** Answers a call that IAM has allowed. */
    async handle(call: AwsCall, doom: Doom | undefined): Promise<Answer> {
        switch (call.action) {
            case "RunInstances":
                return this.run(call, doom);
            case "StopInstances":
                return this.change(call, "stopping", (host) => this.hosts.stop(host));
            case "StartInstances":
                return this.change(call, "pending", (host) => this.hosts.start(host));
            case "TerminateInstances":
                return this.change(call, "shutting-down", (host) =>
                    this.hosts.terminate(host, {
                        code: "Client.UserInitiatedShutdown",
                        message: "Client.UserInitiatedShutdown: User initiated shutdown",
                    }),
                );
            case "DeleteKeyPair":
                return this.deleteKeyPair(call);
            case "DescribeInstances":
                return this.describe(call);
            case "DescribeInstanceStatus":
                return this.describeStatus(call);
            default: {
                await checkDependencies(call, this.moto, this.hosts);
                await checkConflicts(call, this.moto);
                const answer = await this.moto.forward(call);
                if (isOk(answer)) this.follow(call, answer);
                return isOk(answer) ? this.completed(call, answer) : answer;
            }
        }
    }

    private follow(call: AwsCall, answer: Answer): void {
        if (call.action === "ImportKeyPair" || call.action === "CreateKeyPair")
            this.keyPairs.remember(call, answer);
        followChanges(call, answer, this.hosts);
    }

    /** moto's answers about rules, tags and subnets, with what it leaves out or gets wrong. */
    private async completed(call: AwsCall, answer: Answer): Promise<Answer> {
        if (/^(Create|Describe)Subnets?$/.test(call.action)) return rewritten(answer, mendSubnets(answer));
        if (/^AuthorizeSecurityGroup(Ingress|Egress)$/.test(call.action)) {
            this.ruleDescriptions.remember(call, parseXml(answer.body.toString("utf8")));
        }
        if (call.action !== "DescribeSecurityGroupRules" && call.action !== "DescribeTags") return answer;
        const root = parseXml(answer.body.toString("utf8"));
        if (call.action === "DescribeTags")
            await keepLivingTags(root, this.moto.ec2(call.region), this.hosts);
        else this.ruleDescriptions.fillIn(root);
        return rewritten(answer, root);
    }

    private async run(call: AwsCall, doom: Doom | undefined): Promise<Answer> {
        await checkLaunch(call, this.moto, this.identities);
        const ipv6 = await ipv6Source(call, this.moto);
        const answer = await this.moto.forward(call);
        if (!isOk(answer)) return answer;
        const root = parseXml(answer.body.toString("utf8"));
        for (const plan of plansOf(call, root, this.keyPairs, ipv6)) {
            // The same client token gives the same instance again.
            if (this.hosts.get(plan.id) !== undefined) continue;
            const { host, done } = this.hosts.launch(plan, "ec2:RunInstances", doom);
            void done.then(() => this.endInMoto(host));
        }
        patchInstances(root, (id) => this.hosts.get(id));
        return rewritten(answer, root);
    }

    /** A machine that did not boot is terminated for moto too. */
    private async endInMoto(host: Host): Promise<void> {
        if (host.state !== "terminated") return;
        await this.moto.ec2(host.region).send(new TerminateInstancesCommand({ InstanceIds: [host.id] }));
    }

    private async change(call: AwsCall, to: HostState, act: (host: Host) => Promise<void>): Promise<Answer> {
        const ids = instanceIds(call.params);
        const hosts = ids.map((id) => this.hosts.get(id));
        const missing = ids.filter((_, index) => hosts[index] === undefined);
        if (missing.length > 0) {
            throw new AwsError(
                "InvalidInstanceID.NotFound",
                missing.length === 1
                    ? `The instance ID '${missing[0]}' does not exist`
                    : `The instance IDs '${missing.join(", ")}' do not exist`,
            );
        }
        const found = hosts.filter((host) => host !== undefined);
        for (const host of found) this.checkChange(host, to);
        // moto has its own idea of the order of states (it starts what was never stopped); it only follows here.
        const answer = await this.moto.forward(call);
        if (!isOk(answer)) return answer;
        const items = found.map((host) => {
            const previous = host.state;
            const already =
                host.state === to ||
                host.state === "terminated" ||
                (to === "pending" && host.state === "running") ||
                (to === "stopping" && host.state === "stopped") ||
                (to === "shutting-down" && host.state === "shutting-down");
            if (!already) void act(host);
            return this.changeItem(host.id, previous, host.state);
        });
        await this.faults.settle(`ec2:${call.action}:answer`);
        const body = `<${call.action}Response${NAMESPACE}><requestId>pocket</requestId>${serializeXml(element("instancesSet", items))}</${call.action}Response>`;
        return xmlAnswer(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
    }

    private changeItem(id: string, previous: HostState, current: HostState): XmlNode {
        const state = (name: HostState): XmlNode[] => [
            element("code", String(STATE_CODES[name])),
            element("name", name),
        ];
        return element("item", [
            element("instanceId", id),
            element("currentState", state(current)),
            element("previousState", state(previous)),
        ]);
    }

    private checkChange(host: Host, to: HostState): void {
        const wrong =
            (to === "pending" && !["stopped", "running", "pending"].includes(host.state)) ||
            (to === "stopping" && !["stopped", "stopping", "running"].includes(host.state));
        if (wrong) {
            throw new AwsError(
                "IncorrectInstanceState",
                `The instance '${host.id}' is not in a state from which it can be ${to === "pending" ? "started" : "stopped"}.`,
            );
        }
    }

    /** By id as well as by name, which is all that moto knows. */
    private async deleteKeyPair(call: AwsCall): Promise<Answer> {
        const { KeyPairId: id, KeyName, ...form } = call.params;
        const { KeyPairs: pairs = [] } = await this.moto
            .ec2(call.region)
            .send(new DescribeKeyPairsCommand({}));
        const name = KeyName ?? pairs.find(({ KeyPairId }) => KeyPairId === id)?.KeyName ?? "";
        const answer = await this.moto.forward(call, { ...form, KeyName: name });
        if (isOk(answer)) this.keyPairs.forget(call.region, name);
        return answer;
    }

    private async describe(call: AwsCall): Promise<Answer> {
        const { form, own } = splitFilters(call.params);
        const answer = await this.moto.forward(call, form);
        if (!isOk(answer)) return answer;
        const root = parseXml(answer.body.toString("utf8"));
        patchInstances(root, (id) => this.hosts.get(id));
        if (own.length > 0) applyFilters(root, own);
        return rewritten(answer, root);
    }

    private async describeStatus(call: AwsCall): Promise<Answer> {
        const answer = await this.moto.forward(call);
        if (!isOk(answer)) return answer;
        const root = parseXml(answer.body.toString("utf8"));
        const set = child(root, "instanceStatusSet");
        if (set === undefined) return answer;
        const all = call.params["IncludeAllInstances"] === "true";
        set.children = childrenOf(set, "item").filter((item) => {
            const host = this.hosts.get(textOf(item, "instanceId") ?? "");
            if (host === undefined) return true;
            setChild(item, "instanceState", [
                element("code", String(STATE_CODES[host.state])),
                element("name", host.state),
            ]);
            return all || host.state === "running";
        });
        return rewritten(answer, root);
    }
}
