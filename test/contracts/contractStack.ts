import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, type EngineEvent, type Stack } from "@pulumi/pulumi/automation/index.js";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import { engineEnvironment } from "../emulator/engine/environment.ts";
import { nameOf } from "../emulator/engine/result.ts";
import { Observed } from "./observed.ts";
import type { StoredResource } from "./state.ts";

/** A resource to register. */
export interface Declared {
    readonly id: string;
    readonly type: string;
    /** Without the Node SDK's class: shows the provider without what the class adds. */
    readonly raw: boolean;
    readonly inputs: pulumi.Inputs;
    /** Inputs may need outputs of another one. */
    readonly references?: (
        resolve: (id: string, property: string) => pulumi.Output<unknown>,
    ) => pulumi.Inputs;
    readonly options: pulumi.CustomResourceOptions;
}

/** What an operation showed, by resource. */
export interface Operation {
    of(id: string): Observed;
    /** Number of resources by kind of change, where the operation succeeded. */
    readonly changes?: Readonly<Record<string, number>>;
    /** What the program itself failed with. */
    readonly failure?: string;
}

const PROJECT = "contracts";
type Resource = new (
    name: string,
    args: never,
    options: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;
const CLASSES: Readonly<Record<string, Resource>> = {
    "command:remote:Command": command.remote.Command,
    "random:index/randomPassword:RandomPassword": random.RandomPassword,
    "tls:index/privateKey:PrivateKey": tls.PrivateKey,
};
/** A resource that is registered without its class: nothing is added to what the program says. */
class RawResource extends pulumi.CustomResource {}

/** A stack of the contract tests on the real engine; the program runs in this process. */
export class ContractStack {
    private declared: readonly Declared[] = [];

    private readonly stack: Stack;

    private constructor(stack: Stack) {
        this.stack = stack;
    }

    /** Makes a stack in a folder of its own. */
    static async create(dir: string, enginePath: string, providers: string): Promise<ContractStack> {
        const folders = {
            bin: path.join(dir, "bin"),
            home: path.join(dir, "home"),
            state: path.join(dir, "state"),
            passphraseFile: path.join(dir, "passphrase"),
        };
        await mkdir(folders.state, { recursive: true });
        await writeFile(folders.passphraseFile, "contracts");
        const url = `file://${folders.state}`;
        const holder: { stack?: ContractStack } = {};
        const stack = await LocalWorkspace.createOrSelectStack(
            {
                stackName: "contracts",
                projectName: PROJECT,
                program: async () => holder.stack?.program(),
            },
            {
                workDir: dir,
                envVars: engineEnvironment(enginePath, folders, { PULUMI_DEBUG_PROVIDERS: providers }),
                projectSettings: { name: PROJECT, runtime: "nodejs", backend: { url } },
            },
        );
        const made = new ContractStack(stack);
        holder.stack = made;
        return made;
    }

    /** `pulumi preview` */
    preview(declared: readonly Declared[]): Promise<Operation> {
        return this.operate(declared, async (options) => {
            await this.stack.preview(options);
            return {};
        });
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
        const exported = (await this.stack.exportStack()) as { deployment: { resources?: StoredResource[] } };
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
        run: (options: {
            onEvent: (event: EngineEvent) => void;
        }) => Promise<{ readonly summary?: { readonly resourceChanges?: Readonly<Record<string, number>> } }>,
        begin: "first" | "again" = "first",
    ): Promise<Operation> {
        this.declared = declared;
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
        try {
            const { summary } = await run({ onEvent });
            return { of, changes: summary?.resourceChanges };
        } catch (error) {
            const failure = (error as Error).message;
            // Seen once in some ten runs of all tests on busy processors: the engine ended before it had told of anything.
            // That says nothing about a provider, so it begins once more, and why it did not is told for whoever looks.
            if (begin === "first" && declared.length > 0 && declared.every(({ id }) => !observed.has(id))) {
                console.log(`      the engine did not begin, so once more: ${failure}`);
                return this.operate(declared, run, "again");
            }
            // Most recordings of phases fail on purpose; what is expected is in the events.
            return { of, failure };
        }
    }

    private program(): void {
        const made = new Map<string, pulumi.CustomResource>();
        const resolve = (id: string, property: string): pulumi.Output<unknown> =>
            (made.get(id) as unknown as Record<string, pulumi.Output<unknown>>)[property] ??
            pulumi.output(undefined);
        for (const { id, type, raw, inputs, references, options } of this.declared) {
            const all = references ? { ...inputs, ...references(resolve) } : inputs;
            const Class = CLASSES[type];
            made.set(
                id,
                raw || Class === undefined
                    ? new RawResource(type, id, all, options)
                    : new Class(id, all as never, options),
            );
        }
    }
}
