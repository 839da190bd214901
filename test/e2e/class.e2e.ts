import { DescribeClusterCommand, EMRClient, TerminateJobFlowsCommand } from "@aws-sdk/client-emr";
import assert from "node:assert/strict";
import type { Row } from "../demo/pocketClass.ts";
import { stillThere } from "../demo/stillThere.ts";
import { changesAnything } from "../emulator/engine/result.ts";
import { deeds, LiveClass, needsHosts, passwordLogin, wholeLab } from "./liveClass.ts";
import { classRoom, networkIsolation } from "./network.ts";
import { SecretWatch, secretsStayHidden } from "./secrets.ts";
import { mayLogIn, ssh } from "./ssh.ts";
import { studentRights } from "./studentRights.ts";
import { Traces } from "./traces.ts";

describe("a class of ada and grace", () => {
    let live: LiveClass;
    let traces: Traces;
    let watch: SecretWatch;
    let first: readonly Row[];
    const addresses = new Set<string>();

    before(async () => {
        traces = new Traces();
        live = await LiveClass.start("e2e-class", {
            students: ["Ada", "Grace"],
            allowedSshCidrs: [classRoom],
        });
        watch = new SecretWatch(live);
    });

    after(async () => {
        watch?.stop();
        await live?.cloud.stop();
    });

    // Parts of one story, in this order: each goes on with the class that the one before has left.
    describe("is there after one `pulumi up`", () => {
        it("all of both labs is made, and nothing else happens", async () => {
            const done = deeds(await live.up());
            assert.deepEqual(
                done.filter((deed) => !deed.startsWith("create ")),
                [],
            );
            for (const lab of ["ada", "grace"]) {
                const whole = wholeLab("create", lab);
                assert.deepEqual(
                    done.filter((deed) => whole.includes(deed)),
                    whole,
                );
            }
        });

        it("the roster is there, and each student logs in with the password on it and with no other", async () => {
            first = await live.roster();
            assert.deepEqual(
                first.map(({ lab, students, user, region }) => ({ lab, students, user, region })),
                [
                    { lab: "ada", students: ["Ada"], user: "ubuntu", region: "eu-west-1" },
                    { lab: "grace", students: ["Grace"], user: "ubuntu", region: "eu-west-1" },
                ],
            );
            for (const row of first) {
                addresses.add(row.address);
                assert.ok(await mayLogIn(passwordLogin(row)), row.lab);
                const others = first.find(({ lab }) => lab !== row.lab)?.password;
                assert.equal(await mayLogIn({ ...passwordLogin(row), password: others }), false, row.lab);
            }
            await watch.remember();
            await watch.plant(await live.row("ada"));
            watch.stop();
        });
    });

    networkIsolation(() => live);
    studentRights(() => live);

    describe("changes where it is meant to, and nowhere else", () => {
        it("another `up` changes nothing, whatever the students have tried", async () => {
            const outcome = await live.up();
            assert.deepEqual(deeds(outcome), []);
            assert.equal(changesAnything(outcome.changes), false);
            assert.deepEqual(await live.roster(), first);
        });

        it("a third student gets a lab, and no other lab is touched", async () => {
            await live.stack.setConfig("students", ["Ada", "Alan", "Grace"]);
            assert.deepEqual(deeds(await live.up()), wholeLab("create", "alan"));
            const roster = await live.roster();
            assert.deepEqual(
                roster.filter(({ lab }) => lab !== "alan"),
                first,
            );
            const alan = await live.row("alan");
            addresses.add(alan.address);
            assert.ok(await mayLogIn(passwordLogin(alan)));
            await watch.remember();
        });

        it("a student taken off the list loses exactly that lab", async () => {
            await live.stack.setConfig("students", ["Ada", "Grace"]);
            assert.deepEqual(deeds(await live.up()), wholeLab("delete", "alan"));
            assert.deepEqual(await live.roster(), first);
            const left = await stillThere(live.cloud.env);
            assert.deepEqual(
                left.filter(({ lab }) => lab === "alan"),
                [],
            );
        });

        it("a cluster that somebody ended is made anew, and only `connect` runs again", async () => {
            const emr = live.aws(EMRClient);
            const [ada, grace] = first as [Row, Row];
            await emr.send(new TerminateJobFlowsCommand({ JobFlowIds: [ada.clusterId] }));
            const state = async () =>
                (await emr.send(new DescribeClusterCommand({ ClusterId: ada.clusterId }))).Cluster?.Status
                    ?.State;
            while ((await state()) !== "TERMINATED") await new Promise((done) => setTimeout(done, 200));

            assert.deepEqual(deeds(await live.up()), [
                "create aws:emr/cluster:Cluster ada-cluster",
                "update command:remote:Command ada-connect",
            ]);
            const roster = await live.roster();
            const anew = await live.row("ada");
            assert.notEqual(anew.clusterId, ada.clusterId);
            assert.deepEqual(roster, [{ ...ada, clusterId: anew.clusterId }, grace]);
            await watch.remember();
        });

        it("the machine knows the new cluster and opens its nodes", async function () {
            await needsHosts(this);
            const { clusterId, ...row } = await live.row("ada");
            const { stdout } = await ssh(
                passwordLogin({ clusterId, ...row }),
                `cat ~/cluster-id.txt; grep -o 'cluster_id: .*' ~/.mrjob.conf
             for node in $(aws_nodes='import boto3; print(*[i["PrivateIpAddress"] for i in boto3.client("emr").list_instances(ClusterId="${clusterId}")["Instances"]])' && python -c "$aws_nodes")
             do ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR hadoop@$node id -un; done`,
            );
            assert.deepEqual(stdout.trim().split("\n"), [
                clusterId,
                `cluster_id: ${clusterId}`,
                "hadoop",
                "hadoop",
            ]);
        });
    });

    secretsStayHidden(
        () => live,
        () => watch,
    );

    describe("leaves nothing", () => {
        it("no resource in the cloud, once it is destroyed", async () => {
            await live.destroy();
            assert.deepEqual(await stillThere(live.cloud.env), []);
            const running = (await live.cloud.control.machines()).filter(
                ({ status }) => status !== undefined,
            );
            assert.deepEqual(running, []);
            assert.equal((await live.stack.export()).deployment.resources, undefined);
        });

        it("no process, mount, lock, host or file on the machine once the pocket cloud has ended", async () => {
            assert.notDeepEqual(
                traces.processes(live.cloud.dir),
                [],
                "what is looked for is not found while it runs",
            );
            await live.cloud.stop();
            assert.deepEqual(await traces.of(live.cloud, [...addresses]), []);
        });
    });
});
