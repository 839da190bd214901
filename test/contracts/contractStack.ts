import * as path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { LabStack, OperationOptions } from "../emulator/engine/labStack.ts";
import { nameOf, type OperationResult } from "../emulator/engine/result.ts";
import { tellProgram, testStack } from "../emulator/engine/testProject.ts";
import { Observed } from "./observed.ts";
import type { RecordedInputs, RecordedOptions } from "./recordings.ts";
import type { StoredResource } from "./state.ts";

/** A resource to register; `program.ts` does so. */
export interface Declared {
    readonly id: string;
    readonly type: string;
    /** Without the Node SDK's class: shows the provider without what the class adds. */
    readonly raw: boolean;
    /** Texts as they are to be, and `$secret` and `$ref` as in the recordings. */
    readonly inputs: RecordedInputs;
    readonly options: RecordedOptions;
}

/** What an operation showed, by resource. */
export interface Operation {
    of(id: string): Observed;
    /** Number of resources by kind of change, where the operation succeeded. */
    readonly changes?: Readonly<Record<string, number>>;
    /** All that the engine printed, where it failed. */
    readonly failure?: string;
}

/** A stack of the contract tests on the real engine. */
export class ContractStack {
    private readonly stack: LabStack;

    private constructor(stack: LabStack) {
        this.stack = stack;
    }

    /**
     * Makes a stack in a folder of its own.
     *
     * @param providers as in PULUMI_DEBUG_PROVIDERS
     */
    static async create(dir: string, providers: string): Promise<ContractStack> {
        const stack = await testStack({
            name: "contracts",
            program: path.join(import.meta.dirname, "program.ts"),
            dir,
            env: { PULUMI_DEBUG_PROVIDERS: providers },
        });
        return new ContractStack(stack);
    }

    /** `pulumi preview` */
    preview(declared: readonly Declared[]): Promise<Operation> {
        return this.operate(declared, (options) => this.stack.preview(options));
    }

    /** `pulumi up --continue-on-error` */
    up(declared: readonly Declared[]): Promise<Operation> {
        return this.operate(declared, (options) =>
            this.stack.up({ ...options, continueOnError: true, parallel: 16 }),
        );
    }

    /** `pulumi refresh` */
    refresh(declared: readonly Declared[]): Promise<Operation> {
        return this.operate(declared, (options) => this.stack.refresh(options));
    }

    /** `pulumi destroy --continue-on-error` */
    destroy(): Promise<Operation> {
        return this.operate([], (options) =>
            this.stack.destroy({ ...options, continueOnError: true, parallel: 16 }),
        );
    }

    /** What is stored, with secrets in clear, by name of the resource. */
    async stored(): Promise<Map<string, StoredResource[]>> {
        const { stdout } = await this.stack.command([
            ...["stack", "export", "--show-secrets", "--stack", this.stack.stack],
        ]);
        const exported = JSON.parse(stdout) as { deployment: { resources?: StoredResource[] } };
        const { resources = [] } = exported.deployment;
        const byName = new Map<string, StoredResource[]>();
        for (const resource of resources) {
            const name = nameOf(resource.urn);
            byName.set(name, [...(byName.get(name) ?? []), resource]);
        }
        return byName;
    }

    private async operate(
        declared: readonly Declared[],
        run: (options: OperationOptions) => Promise<OperationResult>,
    ): Promise<Operation> {
        await tellProgram(this.stack, declared);
        const observed = new Map<string, Observed>();
        const of = (id: string): Observed => {
            const found = observed.get(id) ?? new Observed();
            observed.set(id, found);
            return found;
        };
        const onEvent = (event: EngineEvent): void => {
            const urn =
                event.resourcePreEvent?.metadata.urn ??
                event.resOutputsEvent?.metadata.urn ??
                event.resOpFailedEvent?.metadata.urn ??
                event.diagnosticEvent?.urn;
            if (urn) {
                of(nameOf(urn)).add(event);
            }
        };
        const { result, changes, stdout, stderr } = await run({ onEvent });
        // Most recordings of phases fail on purpose; what is expected is in the events.
        return result === "succeeded" ? { of, changes } : { of, failure: stdout + stderr };
    }
}
