/** What the parts of the EMR service share. */
import type { MachineSupervisor } from "../../machines/machines.ts";
import type { CallLog } from "../calls.ts";
import type { InstanceTypes } from "../ec2/instanceTypes.ts";
import type { KeyPairs } from "../ec2/keyPairs.ts";
import type { Faults } from "../faults.ts";
import type { Hosts } from "../hosts.ts";
import type { ServiceLinkedRoles } from "../iam/serviceLinkedRoles.ts";
import type { Identities } from "../identities.ts";
import type { Moto } from "../moto.ts";
import type { QuotaGuard } from "../quotas/guard.ts";
import type { ReleaseOffer } from "./releases.ts";

/** The rest of the gateway as EMR uses it. */
export interface EmrContext {
    readonly moto: Moto;
    readonly hosts: Hosts;
    readonly machines: MachineSupervisor;
    readonly identities: Identities;
    readonly keyPairs: KeyPairs;
    readonly faults: Faults;
    readonly calls: CallLog;
    readonly types: InstanceTypes;
    readonly releases: ReleaseOffer;
    readonly guard: QuotaGuard;
    readonly serviceRoles: ServiceLinkedRoles;
    /** Address of the gateway, for code on the nodes. */
    endpoint(): string;
    log(line: string): void;
}
