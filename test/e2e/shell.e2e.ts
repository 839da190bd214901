/** The project as its users run it: from a shell with the README's commands, several regions of it, by the Automation API. */
import { DescribeInstancesCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { EMRClient, ListClustersCommand } from "@aws-sdk/client-emr";
import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { operatorClient } from "../demo/operator.ts";
import type { Row } from "../demo/pocketClass.ts";
import { stillThere } from "../demo/stillThere.ts";
import { PocketCloud } from "../emulator/cloud.ts";
import { LabStack } from "../emulator/engine/labStack.ts";
import { changesAnything } from "../emulator/engine/result.ts";
import { REPOSITORY } from "../emulator/engine/scratch.ts";
import { Shell } from "../emulator/engine/shell.ts";
import { succeeded } from "./liveClass.ts";
import { tools } from "./prepare.ts";

/** The lines under "A real class" that a teacher types, but for the installation. */
async function commandsOfTheReadme(): Promise<string[]> {
    const readme = await readFile(path.join(REPOSITORY, "README.md"), "utf8");
    const block = /```sh\n((?:(?!```)[\s\S])*?pulumi stack init[\s\S]*?)```/.exec(readme)?.[1] ?? "";
    return block.split("\n").filter((line) => line.startsWith("pulumi "));
}

async function pocketCloud(name: string): Promise<PocketCloud> {
    const prepared = { ...(await tools()), mode: "simulated" as const };
    return PocketCloud.start({ name: `${name}-${process.pid}`, tools: prepared });
}

const settings = { clusterInstanceCount: 2, allowedSshCidrs: ["127.0.0.0/8"], maxLabs: 5 };
const regions = ["eu-west-1", "us-east-1", "sa-east-1"] as const;

describe("pulumi from a shell", () => {
    let cloud: PocketCloud;
    let shell: Shell;

    before(async () => {
        cloud = await pocketCloud("e2e-shell");
        shell = await Shell.open({ cloud, dir: path.join(cloud.dir, "stack") });
    });

    after(async () => {
        await cloud?.stop();
    });

    it("the README's commands bring a class up, show its roster, and take it away", async () => {
        const commands = await commandsOfTheReadme();
        assert.deepEqual(
            commands.map((line) => line.split(" ").slice(0, 3).join(" ")),
            ["pulumi stack init", "pulumi up -s", "pulumi stack output", "pulumi destroy -s"],
        );
        const [init = "", up = "", output = "", destroy = ""] = commands;
        await appendFile(
            path.join(shell.scratch.project, "Pulumi.eu-west-1.yaml"),
            "  student-labs:students: [Ada Lovelace, Grace Hopper]\n" +
                "  student-labs:allowedSshCidrs: [127.0.0.0/8]\n" +
                "  student-labs:clusterInstanceCount: 2\n",
        );
        const type = async (line: string): Promise<string> => {
            const { exitCode, stdout, stderr } = await shell.run(line);
            assert.equal(exitCode, 0, `${line}\n${stdout}\n${stderr}`);
            return stdout;
        };
        await type(init);
        const said = await type(up);
        assert.match(said, /^Resources:\n +\+ \d+ created$/m);
        assert.match(said, /roster *: \[/);
        const roster = await type(output);
        for (const lab of ["ada-lovelace", "grace-hopper"]) {
            assert.match(roster, new RegExp(`"?lab"?: ?"${lab}"`));
        }
        assert.match(roster, /"?password"?: ?"[^"[]+"/);
        assert.match(await type(destroy), /^Resources:\n +- \d+ deleted$/m);
        assert.deepEqual(await stillThere(cloud.env), []);
    });

    it("a program that fails ends `pulumi up` with its words and an exit code, and nothing is removed", async () => {
        const stack = await LabStack.create({
            cloud,
            stack: "eu-west-1",
            dir: shell.scratch.dir,
            config: { students: ["Ada"], clusters: "off" },
        });
        succeeded("up", await stack.up({ parallel: 150 }));
        const before = await cloud.control.machines();
        await stack.setConfig("students", ["Ada", "Ada"]);
        const { exitCode, stdout, stderr } = await shell.run("pulumi up -s eu-west-1");
        assert.notEqual(exitCode, 0);
        assert.match(stdout + stderr, /error: .*students/s);
        assert.deepEqual(await cloud.control.machines(), before);
        await stack.setConfig("students", ["Ada"]);
        assert.ok(!changesAnything(succeeded("up", await stack.up({ parallel: 150 })).changes));
        succeeded("destroy", await stack.destroy({ parallel: 150 }));
    });
});

describe("three regions of one project on one pocket cloud", () => {
    let cloud: PocketCloud;
    let stacks: LabStack[];

    before(async () => {
        cloud = await pocketCloud("e2e-regions");
        stacks = [];
        for (const stack of regions) {
            const dir = path.join(cloud.dir, "class");
            const config = { ...settings, students: [`Student of ${stack}`] };
            stacks.push(await LabStack.create({ cloud, stack, dir, config }));
        }
    });

    after(async () => {
        await cloud?.stop();
    });

    const all = <T>(one: (stack: LabStack) => Promise<T>) => Promise.all(stacks.map(one));

    /** Machines and clusters that AWS has in a region. */
    async function inRegion(region: string): Promise<{ machines: string[]; clusters: string[] }> {
        const { Reservations = [] } = await operatorClient(EC2Client, cloud.env, region).send(
            new DescribeInstancesCommand({
                Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }],
            }),
        );
        const { Clusters = [] } = await operatorClient(EMRClient, cloud.env, region).send(
            new ListClustersCommand({ ClusterStates: ["WAITING", "RUNNING"] }),
        );
        const tags = Reservations.flatMap(({ Instances = [] }) => Instances).map(({ Tags = [] }) => Tags);
        const named = tags.map((list) => list.find(({ Key }) => Key === "Lab")?.Value ?? "");
        return {
            machines: [...new Set(named)].sort(),
            clusters: Clusters.map(({ Name = "" }) => Name).sort(),
        };
    }

    it("come up side by side, each where it belongs", async () => {
        const outcomes = await all((stack) => stack.up({ parallel: 150 }));
        outcomes.forEach((outcome) => succeeded("up", outcome));
        const rosters = await all(async (stack) => (await stack.outputs()).roster as Row[]);
        assert.deepEqual(
            rosters.map((rows) => rows.map(({ lab, region, problem }) => ({ lab, region, problem }))),
            regions.map((region) => [{ lab: `student-of-${region}`, region, problem: "" }]),
        );
        assert.equal(new Set(rosters.flat().map(({ address }) => address)).size, regions.length);
        for (const region of regions) {
            const { machines, clusters } = await inRegion(region);
            assert.deepEqual(machines, [`student-of-${region}`], region);
            assert.equal(clusters.length, 1, region);
        }
    });

    it("have nothing to do when asked again, all at once", async () => {
        for (const outcome of await all((stack) => stack.up({ parallel: 150 }))) {
            assert.ok(!changesAnything(succeeded("up", outcome).changes), JSON.stringify(outcome.changes));
        }
    });

    it("are there for the Automation API, in the project's own folder and without a program", async () => {
        const [stack] = stacks;
        assert.ok(stack);
        await writeFile(
            path.join(stack.scratch.project, "looks.ts"),
            `import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
             const previews = ${JSON.stringify(regions)}.map(async (stackName) => {
                 const stack = await LocalWorkspace.selectStack({ stackName, workDir: import.meta.dirname });
                 return (await stack.preview({ parallel: 150 })).changeSummary;
             });
             console.log(JSON.stringify(await Promise.all(previews)));`,
        );
        const { exitCode, stdout, stderr } = await stack.shell.run("node looks.ts");
        assert.equal(exitCode, 0, stderr);
        const summaries = JSON.parse(stdout) as Record<string, number>[];
        assert.deepEqual(
            summaries.map((summary) => Object.keys(summary)),
            regions.map(() => ["same"]),
        );
    });

    it("one goes while another one is up, and the rest stays", async () => {
        const [first, second, third] = stacks;
        assert.ok(first && second && third);
        const [gone, stays] = await Promise.all([
            first.destroy({ parallel: 150 }),
            second.up({ parallel: 150 }),
        ]);
        succeeded("destroy", gone);
        assert.ok(!changesAnything(succeeded("up", stays).changes));
        assert.deepEqual(await inRegion(first.stack), { machines: [], clusters: [] });
        assert.deepEqual((await inRegion(third.stack)).machines, [`student-of-${third.stack}`]);
        for (const stack of [second, third]) {
            succeeded("destroy", await stack.destroy({ parallel: 150 }));
            const { Vpcs = [] } = await operatorClient(EC2Client, cloud.env, stack.stack).send(
                new DescribeVpcsCommand({ Filters: [{ Name: "tag-key", Values: ["Stack"] }] }),
            );
            assert.deepEqual(Vpcs, []);
        }
    });
});
