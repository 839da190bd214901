/** What the parts of the EMR service share. */
import type { MachineSupervisor } from "../../machines/machines";
import type { CallLog } from "../calls";
import type { KeyPairs } from "../ec2/keyPairs";
import type { Faults } from "../faults";
import type { Hosts } from "../hosts";
import type { Identities } from "../identities";
import type { Moto } from "../moto";

/** The rest of the gateway as EMR uses it. */
export interface EmrContext {
    readonly moto: Moto;
    readonly hosts: Hosts;
    readonly machines: MachineSupervisor;
    readonly identities: Identities;
    readonly keyPairs: KeyPairs;
    readonly faults: Faults;
    readonly calls: CallLog;
    /** Address of the gateway, for code on the nodes. */
    endpoint(): string;
    log(line: string): void;
}
