import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import assert from "node:assert/strict";
import { stillThere } from "../demo/stillThere.ts";
import type { Row } from "../demo/pocketClass.ts";
import { nameOf } from "../emulator/engine/result.ts";
import { deeds, LiveClass, passwordLogin } from "./liveClass.ts";
import { type Orphan, orphanList, orphansOf, removeOrphans } from "./orphans.ts";
import { mayLogIn, ssh } from "./ssh.ts";

const labs = ["ada", "grace"];
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const namesIn = (begun: readonly string[]) => begun.map((name) => name.split(" ").pop() ?? "").sort();

/** What an `up` has begun, and what of it has ended. */
class Going {
    private readonly begun = new Set<string>();
    private readonly ended = new Set<string>();

    readonly onEvent = ({ resourcePreEvent, resOutputsEvent, resOpFailedEvent }: EngineEvent): void => {
        const tell = ({ op, type, urn }: StepEventMetadata) => `${op} ${type} ${nameOf(urn)}`;
        const last = resOutputsEvent ?? resOpFailedEvent;
        if (resourcePreEvent !== undefined) this.begun.add(tell(resourcePreEvent.metadata));
        if (last !== undefined) this.ended.add(tell(last.metadata));
    };

    /** Whether `wanted` is under way, and nothing else that makes something: only that is lost with a kill now. */
    isAt({ wanted, done = [] }: Moment): boolean {
        const making = [...this.begun].filter(
            (step) => /^create (aws|command):/.test(step) && !this.ended.has(step),
        );
        return (
            making.length === wanted.length &&
            wanted.every((step) => making.includes(step)) &&
            done.every((step) => this.ended.has(step))
        );
    }
}

/** A moment to kill at: exactly these steps are under way, and these have ended. */
interface Moment {
    readonly wanted: readonly string[];
    readonly done?: readonly string[];
}

const each = (type: string, suffix: string) => labs.map((lab) => `create ${type} ${lab}${suffix}`);
const machines = each("aws:ec2/instance:Instance", "-machine-instance");
const clusters = each("aws:emr/cluster:Cluster", "-cluster");
const bootstraps = each("command:remote:Command", "-machine-bootstrap");

/** Longer than the slowest machine takes for everything else: what is held back so long never ends before the kill. */
const slowMs = 10 * 60_000;

describe("an `up` that is killed half-way", () => {
    let live: LiveClass;
    const orphans = new Map<string, Orphan>();

    before(async () => {
        live = await LiveClass.start("e2e-killed", { students: ["Ada", "Grace"], pipPackages: ["boto3"] });
    });

    after(async () => {
        await live?.cloud.stop();
    });

    /** On simulated machines the script takes no time. */
    const preparing = () => (live.cloud.mode === "simulated" ? [] : bootstraps);

    /** Kills engine and program with SIGKILL at a moment, a little later. */
    async function killAt(moment: Moment): Promise<void> {
        const going = new Going();
        const operation = live.stack.start("up", { parallel: 150, onEvent: going.onEvent });
        let ended = false;
        void operation.result.then(() => (ended = true));
        while (!going.isAt(moment)) {
            assert.equal(ended, false, `the up has ended before ${moment.wanted.join(", ")} were under way`);
            await pause(20);
        }
        await pause(1_000);
        assert.equal((await operation.kill()).exitCode, 137);
    }

    /** What the engine had begun and does not know the end of. */
    async function pending(): Promise<string[]> {
        const { deployment } = await live.stack.export();
        const { pending_operations: operations = [] } = deployment as {
            pending_operations?: { resource: { urn: string } }[];
        };
        return operations.map(({ resource }) => nameOf(resource.urn)).sort();
    }

    /** What a kill has orphaned: printed as an operator would read it, and kept in mind. */
    async function newOrphans(): Promise<string[]> {
        const found = (await orphansOf(live)).filter(({ id }) => !orphans.has(id));
        for (const orphan of found) orphans.set(orphan.id, orphan);
        console.log(orphanList(found).replace(/^/gm, "          "));
        return found.map(({ kind, lab }) => `${kind} of ${lab}`).sort();
    }

    describe("leaves what it was making, with the tags of its lab", () => {
        it("while machines and clusters start", async () => {
            await live.cloud.control.setLatency({ "ec2:RunInstances": slowMs, "emr:RunJobFlow": slowMs });
            await killAt({ wanted: [...machines, ...clusters] });
            assert.deepEqual(await pending(), namesIn([...machines, ...clusters]));
            assert.deepEqual(await newOrphans(), [
                "cluster of ada",
                "cluster of grace",
                "instance of ada",
                "instance of grace",
            ]);
        });

        it("and a lock, which the next `up` stops at until `pulumi cancel` takes it away", async () => {
            const refused = await live.stack.up();
            assert.equal(refused.result, "failed");
            assert.match(refused.stderr + refused.stdout, /the stack is currently locked by 1 lock/);
            await live.stack.cancel();
        });

        it("while clusters start and the machines are being prepared", async () => {
            await live.cloud.control.setLatency({ "emr:RunJobFlow": slowMs });
            await killAt({ wanted: [...clusters, ...preparing()] });
            await live.stack.cancel();
            assert.deepEqual(await newOrphans(), ["cluster of ada", "cluster of grace"]);
        });

        it("while clusters start and all else is done", async () => {
            await live.cloud.control.setLatency({ "emr:RunJobFlow": slowMs });
            await killAt({ wanted: clusters, done: preparing() });
            await live.stack.cancel();
            assert.deepEqual(await newOrphans(), ["cluster of ada", "cluster of grace"]);
        });
    });

    describe("is mended by the next one", () => {
        let roster: readonly Row[];

        it("which makes what is missing and repeats nothing that is done", async () => {
            await live.cloud.control.setLatency({});
            assert.deepEqual(deeds(await live.up()), [
                "create aws:emr/cluster:Cluster ada-cluster",
                "create aws:emr/cluster:Cluster grace-cluster",
                "create command:remote:Command ada-connect",
                "create command:remote:Command grace-connect",
            ]);
        });

        it("the class is whole: every lab is on the roster and logs in to a machine with its cluster", async () => {
            roster = await live.roster();
            assert.deepEqual(
                roster.map(({ lab }) => lab),
                labs,
            );
            for (const row of roster) {
                assert.ok(!orphans.has(row.clusterId));
                assert.ok(await mayLogIn(passwordLogin(row)), row.lab);
                if (live.cloud.mode === "simulated") continue;
                const { stdout, stderr } = await ssh(
                    passwordLogin(row),
                    "cat cluster-id.txt && ls course/README.txt && python -c 'import boto3' && echo prepared",
                );
                assert.equal(stdout, `${row.clusterId}\ncourse/README.txt\nprepared\n`, stderr);
            }
        });

        it("and another `up` has nothing to do", async () => {
            const outcome = await live.up();
            assert.deepEqual(deeds(outcome), []);
            assert.deepEqual(await live.roster(), roster);
        });
    });

    describe("leaves orphans that no `up` and no `destroy` touches", () => {
        it("the operator lists them by their tags and removes each with the command beside it", async () => {
            const list = await orphansOf(live);
            assert.deepEqual(list.map(({ id }) => id).sort(), [...orphans.keys()].sort());
            const ids = (kind: string) => list.filter((orphan) => orphan.kind === kind).map(({ id }) => id);
            assert.equal(ids("instance").length + ids("cluster").length, list.length);
            await removeOrphans(live, list);
            assert.equal(orphanList(await orphansOf(live)), "");
        });

        it("the engine forgets them as well, when it is told so", async () => {
            assert.notDeepEqual(await pending(), []);
            const flags = ["--yes", "--skip-preview", "--stack", live.stack.stack];
            await live.stack.command(["refresh", "--clear-pending-creates", ...flags]);
            assert.deepEqual(await pending(), []);
        });

        it("and `destroy` ends with nothing left", async () => {
            await live.destroy();
            assert.deepEqual(await stillThere(live.cloud.env), []);
        });
    });
});
