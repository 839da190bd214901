/** EC2: moto's, with real machines behind the instances. */
import { DescribeKeyPairsCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { AwsError, xmlAnswer, type Answer } from "../errors.ts";
import type { Doom, Faults } from "../faults.ts";
import { STATE_CODES, type Host, type Hosts, type HostState } from "../hosts.ts";
import type { Identities } from "../identities.ts";
import type { ServiceLinkedRoles } from "../iam/serviceLinkedRoles.ts";
import type { Moto } from "../moto.ts";
import type { Principal } from "../principals.ts";
import type { QuotaGuard } from "../quotas/guard.ts";
import { ec2Needs, type Need } from "../quotas/needs.ts";
import type { AwsCall } from "../request.ts";
import { element, parseXml, serializeXml, type XmlNode } from "../xml.ts";
import { followChanges } from "./changes.ts";
import { checkConflicts } from "./conflicts.ts";
import { CpuCredits } from "./cpuCredits.ts";
import { checkDependencies } from "./dependencies.ts";
import { describeInstances, describeStatus, instanceIds, isOk, rewritten } from "./describe.ts";
import { checkNamed, dryRunSucceeds, isDryRun } from "./dryRun.ts";
import type { InstanceTypes } from "./instanceTypes.ts";
import { ipv6Source, mendSubnets } from "./ipv6.ts";
import type { KeyPairs } from "./keyPairs.ts";
import { checkLaunch, plansOf } from "./launch.ts";
import { keepLivingTags } from "./livingTags.ts";
import { patchInstances } from "./patch.ts";
import { RuleDescriptions } from "./ruleDescriptions.ts";

const NAMESPACE = ' xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"';

/** What EC2 needs of the rest of the gateway. */
export interface Ec2Parts {
    readonly moto: Moto;
    readonly hosts: Hosts;
    readonly identities: Identities;
    readonly keyPairs: KeyPairs;
    readonly faults: Faults;
    readonly types: InstanceTypes;
    readonly guard: QuotaGuard;
    readonly serviceRoles: ServiceLinkedRoles;
}

/** The EC2 API. */
export class Ec2Service {
    private readonly ruleDescriptions = new RuleDescriptions();

    private readonly credits: CpuCredits;
    private readonly moto: Moto;
    private readonly hosts: Hosts;
    private readonly identities: Identities;
    private readonly keyPairs: KeyPairs;
    private readonly faults: Faults;
    private readonly types: InstanceTypes;
    private readonly guard: QuotaGuard;
    private readonly serviceRoles: ServiceLinkedRoles;
    /** Client tokens of launches: asking again with one takes nothing of a quota. */
    private readonly launches = new Set<string>();

    constructor(parts: Ec2Parts) {
        this.moto = parts.moto;
        this.hosts = parts.hosts;
        this.credits = new CpuCredits(parts.hosts);
        this.identities = parts.identities;
        this.keyPairs = parts.keyPairs;
        this.faults = parts.faults;
        this.types = parts.types;
        this.guard = parts.guard;
        this.serviceRoles = parts.serviceRoles;
    }

    /** Answers a call that IAM has allowed. */
    async handle(call: AwsCall, principal: Principal, doom: Doom | undefined): Promise<Answer> {
        if (isDryRun(call)) {
            if (call.action === "RunInstances") await this.checkRun(call);
            await checkNamed(call, this.moto, this.hosts);
            throw dryRunSucceeds();
        }
        const needs = (): Promise<Need[]> => ec2Needs(call, this.types, this.hosts);
        switch (call.action) {
            case "RunInstances":
                return this.run(call, principal, doom);
            case "StopInstances":
                return this.change(call, "stopping", (host) => this.hosts.stop(host));
            case "StartInstances":
                return this.guard.within(call.region, needs, () =>
                    this.change(call, "pending", (host) => this.hosts.start(host)),
                );
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
                return describeInstances(call, this.moto, this.hosts);
            case "DescribeInstanceStatus":
                return describeStatus(call, this.moto, this.hosts);
            case "DescribeInstanceCreditSpecifications":
                return this.credits.describe(call);
            case "ModifyInstanceCreditSpecification":
                return this.credits.modify(call);
            case "DescribeInstanceTypes":
                return this.types.describe(call);
            case "DescribeInstanceTypeOfferings":
                return this.types.describeOfferings(call);
            default: {
                await checkDependencies(call, this.moto, this.hosts);
                await checkConflicts(call, this.moto);
                const make = (): Promise<Answer> => this.moto.forward(call);
                // Nobody waits in line who makes nothing that is counted.
                const answer = call.action.startsWith("Create")
                    ? await this.guard.within(call.region, needs, make)
                    : await make();
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

    private checkRun(call: AwsCall): Promise<void> {
        return checkLaunch(call, this.moto, this.identities, this.types);
    }

    private async run(call: AwsCall, principal: Principal, doom: Doom | undefined): Promise<Answer> {
        await this.checkRun(call);
        const spot = call.params["InstanceMarketOptions.MarketType"] === "spot";
        if (spot && !(await this.serviceRoles.ensureSpot(principal))) {
            throw new AwsError(
                "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
                "The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances.",
                403,
            );
        }
        const ipv6 = await ipv6Source(call, this.moto);
        const token = call.params["ClientToken"] ?? "";
        const again = this.launches.has(token);
        return this.guard.within(
            call.region,
            () => (again ? [] : ec2Needs(call, this.types, this.hosts)),
            async () => {
                const answer = await this.moto.forward(call);
                if (!isOk(answer)) return answer;
                if (token !== "") this.launches.add(token);
                const root = parseXml(answer.body.toString("utf8"));
                for (const plan of plansOf(call, root, this.keyPairs, ipv6)) {
                    // The same client token gives the same instance again.
                    if (this.hosts.get(plan.id) !== undefined) continue;
                    this.credits.launched(call, plan.id);
                    const { host, done } = this.hosts.launch(plan, "ec2:RunInstances", doom);
                    void done.then(() => this.endInMoto(host));
                }
                patchInstances(root, (id) => this.hosts.get(id));
                return rewritten(answer, root);
            },
        );
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
}
