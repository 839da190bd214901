import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { compareChange, comparePhases } from "../contracts/compare.ts";
import { ContractStack } from "../contracts/contractStack.ts";
import { Placeholders } from "../contracts/placeholders.ts";
import { CHANGES, PHASES, type ChangeRecording, type PhaseRecording } from "../contracts/recordings.ts";
import { Replay, type Replayed } from "../contracts/replay.ts";
import { SshMachines } from "../contracts/sshMachines.ts";
import { commandProviderAt } from "../emulator/providers/command.ts";
import { randomProvider } from "../emulator/providers/random.ts";
import { debugProviders, serveProvider, type ServedProvider } from "../emulator/providers/server.ts";
import { tlsProvider } from "../emulator/providers/tls.ts";

/** What cannot be as recorded, and why. A recording that is as recorded after all must not be here. */
const DIFFERENT: Readonly<Record<string, string>> = {
    "password-min-negative": "the real provider crashes",
    "password-unknown-prop": "the real provider ignores an unknown input; a stand-in must refuse it",
    "privatekey-unknown-prop": "the real provider ignores an unknown input; a stand-in must refuse it",
};

/** Recordings of phases that share a stack with no other: an error here keeps the engine from other resources. */
const ALONE = [
    "fail-replace",
    "fail-replace-dbr",
    "fail-delete",
    "fail-delete-replaced",
    "remote-output-binary",
    "password-import-mismatch",
    "privatekey-import",
    "password-unknown-prop",
    "privatekey-unknown-prop",
];

/** Stacks at the same time: the engine's own work needs a core. */
const LANES = 2;

describe("contracts with the real providers", function () {
    // Some hundred runs of the engine.
    this.timeout(40 * 60_000);

    let dir: string;
    let machines: SshMachines;
    let providers: ServedProvider[];
    const changes = new Map<string, Replayed<ChangeRecording>>();
    const phases = new Map<string, Replayed<PhaseRecording>>();
    let refreshed: Replay["refreshed"];

    before(async () => {
        dir = await mkdtemp(path.join(tmpdir(), "contracts-"));
        machines = await SshMachines.start();
        const definitions = [commandProviderAt(machines.endpoint), randomProvider, tlsProvider];
        providers = await Promise.all(definitions.map((definition) => serveProvider(definition)));
        const placeholders = new Placeholders(machines.placeholders);
        const replay = async (number: number): Promise<Replay> => {
            const folder = path.join(dir, String(number));
            const stack = await ContractStack.create(folder, debugProviders(providers));
            return new Replay(stack, machines, placeholders);
        };
        const work: ((replay: Replay) => Promise<void>)[] = [
            async (on) => {
                (await on.changes(CHANGES)).forEach((replayed, id) => changes.set(id, replayed));
                refreshed = on.refreshed;
            },
            ...groups(PHASES).map((group) => async (on: Replay) => {
                (await on.phases(group)).forEach((replayed, id) => phases.set(id, replayed));
            }),
        ];
        await Promise.all(
            Array.from({ length: LANES }, async (_, number) => {
                const own = await replay(number);
                for (let next = work.shift(); next !== undefined; next = work.shift()) {
                    await next(own);
                }
            }),
        );
    });

    after(async () => {
        await Promise.all((providers ?? []).map((provider) => provider.close()));
        await machines?.close();
        await rm(dir, { recursive: true, force: true });
    });

    for (const provider of ["command", "random", "tls"]) {
        describe(provider, () => {
            CHANGES.filter(({ type }) => type.startsWith(provider)).forEach((recording) => {
                it(`${recording.id}: ${recording.what}`, () => {
                    const replayed = changes.get(recording.id);
                    assert.ok(replayed, "not replayed");
                    expectSame(recording.id, compareChange(recording, replayed));
                });
            });
            PHASES.filter(({ type }) => type.startsWith(provider)).forEach((recording) => {
                it(`${recording.id}: ${recording.what}`, () => {
                    const replayed = phases.get(recording.id);
                    assert.ok(replayed, "not replayed");
                    expectSame(recording.id, comparePhases(recording, replayed));
                });
            });
        });
    }

    it("a refresh finds everything unchanged and runs no script", () => {
        assert.deepEqual(Object.keys(refreshed?.changes ?? {}), ["same"]);
        assert.deepEqual(refreshed?.ran, []);
    });

    it("names no recording as different that is not there", () => {
        const all = new Set([...CHANGES, ...PHASES].map(({ id }) => id));
        assert.deepEqual(
            [...Object.keys(DIFFERENT), ...ALONE].filter((id) => !all.has(id)),
            [],
        );
    });
});

function expectSame(id: string, { recorded, replayed }: { recorded: unknown; replayed: unknown }): void {
    const reason = DIFFERENT[id];
    if (reason === undefined) {
        assert.deepEqual(replayed, recorded);
    } else {
        assert.notDeepEqual(replayed, recorded, `is as recorded: "${reason}" is out of date`);
    }
}

/**
 * Recordings that can share a stack: those with as many phases. A failed check ends the engine's whole operation, so it
 * has the stack for itself.
 */
function groups(recordings: readonly PhaseRecording[]): PhaseRecording[][] {
    const shared = new Map<number, PhaseRecording[]>();
    const alone: PhaseRecording[][] = [];
    for (const recording of recordings) {
        const failsCheck = recording.phases.some(({ result }) => result === undefined);
        if (failsCheck || ALONE.includes(recording.id)) {
            alone.push([recording]);
        } else {
            const { length } = recording.phases;
            shared.set(length, [...(shared.get(length) ?? []), recording]);
        }
    }
    return [...shared.values(), ...alone];
}
