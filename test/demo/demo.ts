import { Command } from "commander";
import Table from "cli-table3";
import * as fs from "node:fs";
import * as path from "node:path";
import { PocketCloud } from "../emulator/cloud.ts";
import { ensureCache } from "../emulator/cache.ts";
import { changesAnything } from "../emulator/engine/result.ts";
import { Run } from "../emulator/runs.ts";
import { clean } from "../emulator/tools/clean.ts";
import { tryLock } from "../emulator/tools/lock.ts";
import { prepareTools } from "../emulator/tools/prepare.ts";
import { elapsed } from "../emulator/tools/progress.ts";
import { DemoClass } from "./demoClass.ts";
import { Interrupts } from "./interrupts.ts";
import { type Lab, labsOf, packCourse, rosterOf, sshCommand } from "./pocketClass.ts";
import type { ProofContext } from "./proofs.ts";
import { proveOnMachines, proveSimulated } from "./proving.ts";
import { Terminal } from "./terminal.ts";

interface DemoOptions {
    readonly students: string;
    readonly name: string;
    readonly keep?: boolean;
    readonly down?: boolean;
    readonly clean?: boolean;
    readonly simulated?: boolean;
}

const terminal = new Terminal();
const say = (line?: string) => terminal.say(line);

function rosterTable(roster: readonly Lab[]): string {
    const table = new Table({
        head: ["lab", "students", "region", "address", "user", "password", "cluster"],
        style: { head: [], border: [] },
    });
    for (const { lab, students, region, address, user, password, clusterId } of roster) {
        table.push([lab, students.join(", "), region, address, user, password, clusterId]);
    }
    return table.toString();
}

const nextSteps = `
Next, for a real class (docs/running-a-class.md tells more):
  1. Edit Pulumi.eu-west-1.yaml: students, and allowedSshCidrs with the network of your class room.
  2. pulumi stack init eu-west-1
  3. pulumi up -s eu-west-1 --parallel 150 --continue-on-error
  4. pulumi stack output roster --show-secrets -s eu-west-1
  5. pulumi destroy -s eu-west-1        when the class is over`;

/** How to call this demo again, with the name that it was given. */
function again(name: string, option: string): string {
    return `npm run demo -- ${option}${name === "demo" ? "" : ` --name ${name}`}`;
}

/** Starts the pocket cloud in place of what an earlier demo has left, and says what happens to that. */
async function startCloud(options: DemoOptions, interrupts: Interrupts): Promise<PocketCloud> {
    const tools = await prepareTools({
        display: "listr",
        ...(options.simulated === true ? { mode: "simulated" } : {}),
    });
    if (tools.mode === "simulated") {
        say(
            `Machines are SIMULATED (nothing runs on them): ${tools.simulatedBecause ?? "asked for with --simulated"}`,
        );
    }
    const before = await PocketCloud.attach(options.name);
    if (before !== undefined) {
        say(`The class of an earlier demo is still up. It is removed now (process ${before.daemon.pid}).`);
        terminal.status("the earlier pocket cloud ends");
        await before.stop();
        terminal.status(undefined);
    }
    terminal.status("the pocket cloud starts");
    const starting = PocketCloud.start({ name: options.name, tools, keep: options.keep === true });
    interrupts.onInterrupt = async () => {
        terminal.status("the pocket cloud ends");
        await (await starting).stop();
    };
    const cloud = await starting;
    terminal.status(undefined);
    return cloud;
}

async function bringUp(options: DemoOptions): Promise<void> {
    const begin = Date.now();
    const students = options.students
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
    say("student-labs on a pocket cloud: the real Pulumi engine, no AWS account.");
    say("Nothing is installed on this machine; what is fetched or built stays in the cache folder.");
    const interrupts = new Interrupts(terminal);
    const cloud = await startCloud(options, interrupts);
    let demo: DemoClass | undefined;
    interrupts.onInterrupt = async () => {
        await demo?.interrupt();
        if (options.keep === true) {
            say(`The class stays up, as far as it got. Remove it with:\n  ${again(options.name, "--down")}`);
        } else {
            terminal.status("removing the pocket cloud and the class in it");
            await cloud.stop();
            terminal.status(undefined);
            say("Nothing is left.");
        }
    };
    try {
        await show(cloud, students, options, (made) => (demo = made));
    } catch (error) {
        await interrupts.wait();
        terminal.status(undefined);
        if (options.keep !== true) {
            await cloud.stop();
        } else {
            say(`\nThe class stays up as it is; logs are in ${cloud.dir}. Remove it with:`);
            say(`  ${again(options.name, "--down")}`);
        }
        throw error;
    }
    await interrupts.wait();
    say(`\nAll of it took ${elapsed(Date.now() - begin)}.`);
    say(nextSteps);
}

/** Everything that the demo shows. */
async function show(
    cloud: PocketCloud,
    students: readonly string[],
    options: DemoOptions,
    made: (demo: DemoClass) => void,
): Promise<void> {
    const simulated = cloud.mode === "simulated" ? "    (SIMULATED machines)" : "";
    terminal.heading(`pulumi up -s eu-west-1    students: [${students.join(", ")}]${simulated}`);
    terminal.status("the stack is made");
    const demo = await DemoClass.of(cloud, terminal, {
        students,
        courseArchive: await packCourse(cloud.dir),
    });
    made(demo);
    const first = await demo.operate(
        "up",
        students.map((name) => name.toLowerCase()),
    );
    say(`  ok  ${first.changes.create ?? 0} resources in ${elapsed(first.durationMs)}`);

    terminal.heading(`pulumi stack output roster --show-secrets${simulated}`);
    const labs = await labsOf(cloud, demo.stack);
    say(rosterTable(labs));
    const [ada, grace = ada] = labs;
    if (ada === undefined || grace === undefined) {
        throw new Error("the roster is empty");
    }

    const classKey = String((await demo.stack.outputs(true)).classKey);
    const context: ProofContext = { env: cloud.env, ada, grace, classKey };
    await (cloud.mode === "simulated" ? proveSimulated : proveOnMachines)(context, terminal);

    terminal.heading("pulumi up, again");
    const names = labs.map(({ lab }) => lab);
    const second = await demo.operate("up", names);
    if (changesAnything(second.changes)) {
        throw new Error(`the second up changed something: ${JSON.stringify(second.changes)}`);
    }
    say(
        `  ok  ${second.changes.same ?? 0} resources looked at, nothing changed (${elapsed(second.durationMs)})`,
    );

    if (options.keep === true) {
        say(`\nThe class stays up. Log in with the password from the roster${simulated}:`);
        for (const lab of labs) {
            say(`  ${await sshCommand(cloud.dir, labs, lab)}`);
        }
        say(`When you are done:\n  ${again(options.name, "--down")}`);
    } else {
        await demo.tearDown(names);
    }
}

async function bringDown(name: string): Promise<void> {
    const cloud = await PocketCloud.attach(name);
    if (cloud === undefined) {
        await PocketCloud.removeFiles(name);
        say("No demo is up.");
        return;
    }
    const interrupts = new Interrupts(terminal);
    let demo: DemoClass | undefined;
    interrupts.onInterrupt = async () => {
        await demo?.interrupt();
        say(`Run it again to go on:\n  ${again(name, "--down")}`);
    };
    try {
        demo = await DemoClass.of(cloud, terminal);
        // Where an up was killed, its lock is still there.
        await demo.stack.cancel();
        const labs = (await rosterOf(demo.stack)).map(({ lab }) => lab);
        if (labs.length === 0) {
            // What a killed up has made without noting it down would block a destroy: on AWS it is looked for by its tags.
            throw new Error("the class is only half up");
        }
        await demo.tearDown(labs);
    } catch (error) {
        await interrupts.wait();
        terminal.paragraph(
            "The pocket cloud is ended with all that is in it, without a whole pulumi destroy: " +
                (error instanceof Error ? error.message : String(error)),
            "",
        );
        terminal.status("the pocket cloud ends");
        await cloud.stop();
        terminal.status(undefined);
        say("  ok  nothing is left: no machine, no process, no file");
    }
}

/** Does it while no other demo of that name runs in another terminal, as the last thing of this process. */
async function alone(name: string, work: () => Promise<void>): Promise<void> {
    Run.of(name); // refuses what cannot be a file's name
    const file = path.join(await ensureCache("locks"), `demo-${name}.lock`);
    const lock = await tryLock(file);
    if (!("release" in lock)) {
        throw new Error(
            `A demo is running already (process ${lock.owner.pid}). Wait for it, end it with Ctrl-C, or give this one a name:\n` +
                `  npm run demo -- --name second`,
        );
    }
    // However this process ends, Ctrl-C included.
    process.once("exit", () => fs.rmSync(file, { force: true }));
    await work();
}

const program = new Command("npm run demo --")
    .description("Brings up a class on a pocket cloud, proves what it promises, and removes it.")
    .option("--students <names>", "who gets a lab, separated by commas", "Ada,Grace")
    .option("--keep", "leave the class up and print how to log in")
    .option("--down", "remove a class that was left up")
    .option("--simulated", "simulate the machines, as where the system allows no namespaces")
    .option("--name <name>", "name of the pocket cloud: demos of several names may be up", "demo")
    .option("--clean", "remove everything that was fetched or built in the cache folder")
    .action(async (options: DemoOptions) => {
        if (options.clean === true) {
            const removed = await clean();
            say(removed.length > 0 ? `Removed:\n  ${removed.join("\n  ")}` : "There was nothing to remove.");
        } else {
            await alone(options.name, () =>
                options.down === true ? bringDown(options.name) : bringUp(options),
            );
        }
    });

program.parseAsync().catch((error: unknown) => {
    terminal.status(undefined);
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
