/** Identifiers in the shapes that EMR and Hadoop give them; mrjob's log parsers depend on these shapes. */
import { randomBytes } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

function letters(count: number): string {
    return [...randomBytes(count)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** `j-3KVTXXXXXX7UG`. */
export function newClusterId(): string {
    return `j-${letters(13)}`;
}

/** `s-1XXXXXXXXXXXX`. */
export function newStepId(): string {
    return `s-${letters(13)}`;
}

/** `ig-1XXXXXXXXXXXX`. */
export function newGroupId(): string {
    return `ig-${letters(13)}`;
}

/** `ci-1XXXXXXXXXXXX`. */
export function newNodeId(): string {
    return `ci-${letters(13)}`;
}

/** Identifiers of one Hadoop job: `<kind>_<start of the cluster>_<number of the job>`. */
export class JobIds {
    private readonly suffix: string;

    constructor(clusterStart: number, number: number) {
        this.suffix = `${clusterStart}_${String(number).padStart(4, "0")}`;
    }

    /** `application_1449857544442_0002`. */
    get application(): string {
        return `application_${this.suffix}`;
    }

    /** `job_1449857544442_0002`. */
    get job(): string {
        return `job_${this.suffix}`;
    }

    /** `task_..._m_000000`. */
    task(type: "m" | "r", index: number): string {
        return `task_${this.suffix}_${type}_${String(index).padStart(6, "0")}`;
    }

    /** `attempt_..._m_000000_0`. */
    attempt(type: "m" | "r", index: number, attempt: number): string {
        return `attempt_${this.suffix}_${type}_${String(index).padStart(6, "0")}_${attempt}`;
    }

    /** `container_..._01_000002`; number 1 is the application master's. */
    container(number: number): string {
        return `container_${this.suffix}_01_${String(number).padStart(6, "0")}`;
    }
}
