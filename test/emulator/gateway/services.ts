/** The services of the pocket cloud, put together: who answers which call. */
import type { MachineSupervisor } from "../machines/machines.ts";
import type { CallLog } from "./calls.ts";
import type { TagLookup } from "./checks.ts";
import { InstanceTypes } from "./ec2/instanceTypes.ts";
import { KeyPairs } from "./ec2/keyPairs.ts";
import { Ec2Service } from "./ec2/service.ts";
import { readEc2Tags } from "./ec2/tags.ts";
import type { EmrContext } from "./emr/context.ts";
import { isActive } from "./emr/model.ts";
import { ReleaseOffer } from "./emr/releases.ts";
import { EmrService } from "./emr/service.ts";
import { stepRunner } from "./emr/steps.ts";
import { notImplemented, type Answer } from "./errors.ts";
import type { Doom, Faults } from "./faults.ts";
import type { Hosts } from "./hosts.ts";
import { IamService } from "./iam/service.ts";
import { ServiceLinkedRoles } from "./iam/serviceLinkedRoles.ts";
import type { Identities } from "./identities.ts";
import type { Moto } from "./moto.ts";
import { handlePricing } from "./pricing/service.ts";
import type { Principal } from "./principals.ts";
import { QuotaGuard } from "./quotas/guard.ts";
import { Increases } from "./quotas/increases.ts";
import { Quotas } from "./quotas/quotas.ts";
import { QuotaService } from "./quotas/service.ts";
import type { AwsCall } from "./request.ts";
import { handleS3 } from "./s3.ts";
import { ScheduleCalls } from "./scheduleCalls.ts";
import { handleSsm } from "./ssm.ts";
import { handleSts } from "./sts.ts";

/** What the services share and do not make themselves. */
export interface ServiceParts {
    readonly moto: Moto;
    readonly identities: Identities;
    readonly hosts: Hosts;
    readonly machines: MachineSupervisor;
    readonly faults: Faults;
    readonly calls: CallLog;
    /** Address of the gateway, once it listens. */
    endpoint(): string;
    /** Called before a schedule is made in a region. */
    watchSchedules(region: string): void;
    readonly log: (line: string) => void;
}

/** All services. */
export class Services {
    readonly quotas = new Quotas();
    readonly increases = new Increases(this.quotas);
    readonly releases = new ReleaseOffer();
    readonly guard: QuotaGuard;
    readonly serviceRoles: ServiceLinkedRoles;
    readonly emr: EmrService;
    /** Tags of what calls name, for IAM. */
    readonly lookup: TagLookup;
    private readonly ec2: Ec2Service;
    private readonly iam: IamService;
    private readonly scheduleCalls: ScheduleCalls;
    private readonly quotaService: QuotaService;
    private readonly parts: ServiceParts;

    constructor(parts: ServiceParts) {
        this.parts = parts;
        const { moto, identities, hosts, faults, log } = parts;
        const keyPairs = new KeyPairs();
        const types = new InstanceTypes(moto);
        this.guard = new QuotaGuard(this.quotas, {
            moto,
            hosts,
            types,
            activeClusters: (region) =>
                this.emr.clusters.list().filter((cluster) => cluster.region === region && isActive(cluster))
                    .length,
        });
        this.serviceRoles = new ServiceLinkedRoles(moto, identities);
        const shared = { ...parts, keyPairs, types, guard: this.guard, serviceRoles: this.serviceRoles };
        this.ec2 = new Ec2Service(shared);
        const context: EmrContext = { ...shared, releases: this.releases };
        this.emr = new EmrService(context, stepRunner(context));
        this.iam = new IamService(moto, identities, this.quotas, this.guard, this.serviceRoles);
        this.scheduleCalls = new ScheduleCalls(moto, identities, faults, log);
        this.quotaService = new QuotaService(this.quotas, this.increases);
        this.lookup = {
            clusterTags: (region, id) => this.emr.clusters.tagsOf(region, id),
            clusterOfInstanceGroup: (region, id) => this.emr.clusters.ofGroup(region, id),
            ec2Tags: (region, ids) => readEc2Tags(moto, region, ids),
            scheduleGroupTags: (region, name) => this.scheduleCalls.tagsOf(region, name),
        };
    }

    /** Answers a call that IAM has allowed. */
    async handle(call: AwsCall, principal: Principal, doom: Doom | undefined): Promise<Answer> {
        const { moto } = this.parts;
        switch (call.service) {
            case "ec2":
                return this.ec2.handle(call, principal, doom);
            case "emr":
                return this.emr.handle(call, doom);
            case "s3":
                return handleS3(call, principal, moto);
            case "iam":
                return this.iam.handle(call);
            case "sts":
                return handleSts(call, principal);
            case "ssm":
                return handleSsm(call, moto);
            case "servicequotas":
                return this.quotaService.handle(call, principal);
            case "pricing":
                return handlePricing(call);
            case "scheduler":
                if (call.action === "CreateSchedule") this.parts.watchSchedules(call.region);
                return this.scheduleCalls.handle(call);
            case "route53":
                return moto.forward(call);
            default:
                throw notImplemented(call);
        }
    }

    /** Ends clusters. */
    async close(): Promise<void> {
        await this.emr.close();
    }
}
