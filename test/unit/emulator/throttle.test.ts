import {
    DescribeClusterCommand,
    DescribeStepCommand,
    EMRClient,
    ListClustersCommand,
    ListReleaseLabelsCommand,
} from "@aws-sdk/client-emr";
import assert from "node:assert/strict";
import { Throttle, type Limits } from "../../emulator/gateway/throttle.ts";
import { Quotas } from "../../emulator/gateway/quotas/quotas.ts";
import { formCall, jsonCall } from "./gatewayCalls.ts";
import { Wire } from "./wire.ts";

const emr = (action: string) => jsonCall("elasticmapreduce", `ElasticMapReduce.${action}`, {});

/** Takes tokens for a call until one is refused; answers how many there were. */
function drain(throttle: Throttle, action: string, region = "eu-west-1"): number {
    const call = { ...emr(action), region };
    for (let taken = 0; taken < 1000; taken += 1) {
        try {
            throttle.take(call);
        } catch {
            return taken;
        }
    }
    throw new Error(`${action} is never refused`);
}

describe("gateway: rates of calls", () => {
    let now = 0;
    const made = (limits: Limits | ((region: string) => Limits)): Throttle => {
        const throttle = new Throttle(() => now);
        throttle.set(limits);
        return throttle;
    };

    it("a bucket is full at first, runs dry, and fills up again to its brim", () => {
        const throttle = made({ "emr:DescribeStep": { burst: 10, perSecond: 0.5 } });
        assert.equal(drain(throttle, "DescribeStep"), 10);
        now += 1_999;
        assert.equal(drain(throttle, "DescribeStep"), 0);
        now += 1;
        assert.equal(drain(throttle, "DescribeStep"), 1);
        now += 1_000_000;
        assert.equal(drain(throttle, "DescribeStep"), 10);
    });

    it("each call has its own bucket in each region, and all share one", () => {
        const throttle = made({
            "emr:*": { burst: 25, perSecond: 5 },
            "emr:DescribeStep": { burst: 10, perSecond: 0.5 },
            "emr:DescribeCluster": { burst: 10, perSecond: 1 },
        });
        assert.equal(drain(throttle, "DescribeStep"), 10);
        assert.equal(drain(throttle, "DescribeCluster"), 10);
        assert.equal(drain(throttle, "ListReleaseLabels"), 5);
        assert.equal(drain(throttle, "DescribeStep", "sa-east-1"), 10);
        now += 1_000;
        // 5 came back to the shared bucket, 1 to the clusters' own.
        assert.equal(drain(throttle, "DescribeCluster"), 1);
        assert.equal(drain(throttle, "ListReleaseLabels"), 4);
    });

    it("a refused call takes nothing from the bucket that all share", () => {
        const throttle = made({
            "emr:*": { burst: 3, perSecond: 0 },
            "emr:DescribeStep": { burst: 1, perSecond: 0 },
        });
        assert.equal(drain(throttle, "DescribeStep"), 1);
        assert.equal(drain(throttle, "DescribeStep"), 0);
        assert.equal(drain(throttle, "ListClusters"), 2);
    });

    it("EC2 refuses in words of its own", () => {
        const throttle = made({ "ec2:DescribeInstances": { burst: 0, perSecond: 0 } });
        assert.throws(() => throttle.take(formCall("ec2", { Action: "DescribeInstances" })), {
            code: "RequestLimitExceeded",
            status: 503,
        });
    });

    it("AWS's rates of EMR are those of the operator's notes, and follow the account's quotas", () => {
        const quotas = new Quotas();
        const rate = (call: string, region = "eu-west-1") => {
            const { burst, perSecond } = quotas.emrLimits(region)[`emr:${call}`] ?? {};
            return [burst, perSecond];
        };
        assert.deepEqual(
            ["RunJobFlow", "DescribeCluster", "DescribeStep", "ListSteps", "*"].map((call) => rate(call)),
            [
                [10, 0.5],
                [10, 1],
                [10, 0.5],
                [10, 0.5],
                [25, 5],
            ],
        );
        quotas.set("elasticmapreduce/L-72BCD5B1", 2, "eu-west-1");
        assert.deepEqual(
            [rate("DescribeStep"), rate("DescribeStep", "sa-east-1")],
            [
                [10, 2],
                [10, 0.5],
            ],
        );
    });

    describe("as clients meet them", () => {
        let wire: Wire;
        before(async () => (wire = await Wire.start()));
        after(() => wire.close());

        /** Names of the errors of calls made one after the other. */
        const names = async (calls: readonly (() => Promise<unknown>)[]): Promise<string[]> => {
            const found: string[] = [];
            for (const call of calls) {
                found.push(
                    await call().then(
                        () => "ok",
                        (error: Error) => error.name,
                    ),
                );
            }
            return found;
        };

        it("off at first, on when asked for, with EMR's own error", async () => {
            const client = wire.client(EMRClient);
            const step = () => client.send(new DescribeStepCommand({ ClusterId: "j-1", StepId: "s-1" }));
            const many = Array.from({ length: 40 }, () => step);
            assert.deepEqual(new Set(await names(many)), new Set(["InvalidRequestException"]));
            // Slow enough that nothing comes back while the test runs.
            await wire.control.setQuotas({
                "elasticmapreduce/L-72BCD5B1": 0,
                "elasticmapreduce/L-432FAB44": 0,
            });
            await wire.control.setLimits("aws");
            const first = await names(many.slice(0, 12));
            assert.deepEqual(first, [
                ...Array.from({ length: 10 }, () => "InvalidRequestException"),
                "ThrottlingException",
                "ThrottlingException",
            ]);
            await assert.rejects(step(), { name: "ThrottlingException", message: "Rate exceeded" });
            // 25 for all calls together, 10 of them are gone.
            const others = await names(
                Array.from({ length: 16 }, () => () => client.send(new ListReleaseLabelsCommand({}))),
            );
            assert.deepEqual(others, [...Array.from({ length: 15 }, () => "ok"), "ThrottlingException"]);
            await wire.control.setLimits({});
            assert.deepEqual(await names([step]), ["InvalidRequestException"]);
        });

        it("a test may set others, of single calls or of all", async () => {
            const client = wire.client(EMRClient, "sa-east-1");
            await wire.control.setLimits({
                "emr:*": { burst: 2, perSecond: 0 },
                "emr:ListClusters": { burst: 1, perSecond: 0 },
            });
            const list = () => client.send(new ListClustersCommand({}));
            const describe = () => client.send(new DescribeClusterCommand({ ClusterId: "j-1" }));
            assert.deepEqual(await names([list, list, describe, describe]), [
                "ok",
                "ThrottlingException",
                "InvalidRequestException",
                "ThrottlingException",
            ]);
            await assert.rejects(
                wire.control.setLimits({ nonsense: { burst: 1, perSecond: 1 } }),
                /nonsense.+ must be service:Action/,
            );
            await wire.control.setLimits({});
        });
    });
});
