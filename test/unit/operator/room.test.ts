import { strict as assert } from "node:assert";
import { apiWaits } from "../../../scripts/operator/spread/apiRates.ts";
import { accountRoomOf, increasesFor, increaseText, roomOf } from "../../../scripts/operator/spread/room.ts";
import { needWith, states } from "./quotaStates.ts";

describe("Room in a region", () => {
    it("is what the quotas leave, and says which binds", () => {
        const room = roomOf(needWith(), states({ onDemandStandard: { value: 64, inUse: 8 } }));
        assert.deepEqual([room.labs, room.binding, room.unknown], [3, ["onDemandStandard"], []]);
        assert.deepEqual(
            room.rows.find(({ quota }) => quota === "onDemandStandard"),
            { quota: "onDemandStandard", value: 64, others: 8, stack: 0, perLab: 18, labs: 3 },
        );
    });

    it("counts what the class uses itself as its own, running or stopped", () => {
        const room = (inUse: number, ofThisClass: number) =>
            roomOf(needWith(), states({ onDemandStandard: { value: 64, inUse, ofThisClass } })).labs;
        assert.deepEqual([room(44, 36), room(12, 4), room(8, 0)], [3, 3, 3]);
    });

    it("is none where the stack itself finds no place", () => {
        const full = states({ onDemandStandard: { value: 640 }, vpcs: { inUse: 5 } });
        const room = roomOf(needWith(), full);
        assert.deepEqual([room.labs, room.binding], [0, ["vpcs"]]);
        assert.deepEqual(
            roomOf(
                needWith(),
                states({ onDemandStandard: { value: 640 }, vpcs: { inUse: 5, ofThisClass: 1 } }),
            ).labs,
            35,
        );
    });

    it("names what nobody looked up", () =>
        assert.deepEqual(
            roomOf(
                needWith(),
                states().filter(({ quota }) => quota !== "clusters" && quota !== "keyPairs"),
            ).unknown,
            ["clusters", "keyPairs"],
        ));

    it("is exact where disks fill a quota to the last GiB", () => {
        // 256 GiB of gp2 a lab: 50 TiB hold 200.
        const ample = states({ onDemandStandard: { value: 1e6 }, clusters: { value: 1e6 } });
        assert.deepEqual(roomOf(needWith(), ample).binding, ["gp2"]);
        assert.deepEqual(roomOf(needWith(), ample).labs, 200);
    });

    it("for all regions together is what the account's quotas leave for new labs", () => {
        const need = needWith({ studentCredentials: "access-key" });
        const stacks = [
            { need, exists: true },
            { need, exists: false },
        ];
        const room = accountRoomOf(
            stacks,
            states({ roles: { value: 1000, inUse: 989 }, instanceProfiles: { inUse: 900 } }),
        );
        assert.deepEqual([room.labs, room.binding], [10, ["roles"]]);
        assert.deepEqual(
            room.rows.map(({ quota, labs }) => [quota, labs]),
            [
                ["roles", 10],
                ["instanceProfiles", 100],
                ["users", 5000],
            ],
        );
    });
});

describe("Increases to ask for", () => {
    it("are what the class lacks, with codes and both values", () => {
        const room = roomOf(needWith(), states({ onDemandStandard: { value: 32, inUse: 4 } }));
        const increases = increasesFor(room, 20, "eu-west-1");
        assert.deepEqual(
            increases.map(({ quota, desired }) => [quota, desired]),
            [["onDemandStandard", 364]],
        );
        assert.deepEqual(increases.map(increaseText), [
            "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances (ec2 L-1216C47A) in eu-west-1: 32 vCPUs now, 364 needed. Ask for 364: lab plan --request, or Service Quotas in AWS's console.",
        ]);
    });

    it("are none where all fits", () =>
        assert.deepEqual(
            increasesFor(roomOf(needWith(), states({ onDemandStandard: { value: 18 } })), 1, "eu-west-1"),
            [],
        ));

    it("of gateways are asked for as VPCs, which they follow", () => {
        const room = roomOf(needWith(), states({ internetGateways: { inUse: 5 }, vpcs: { inUse: 4 } }));
        const asked = increasesFor(room, 0, "sa-east-1");
        assert.deepEqual(
            asked.map(({ quota, present, desired }) => [quota, present, desired]),
            [["vpcs", 5, 6]],
        );
    });

    it("of the account are asked for in us-east-1", () => {
        const room = accountRoomOf([{ need: needWith(), exists: false }], states({ roles: { inUse: 995 } }));
        assert.deepEqual(
            increasesFor(room, 20, "eu-west-1").map(({ region, code, desired }) => [region, code, desired]),
            [["us-east-1", "L-FE177D64", 1016]],
        );
    });

    it("that Service Quotas does not take are told as such", () => {
        const need = needWith({ studentCredentials: "access-key" });
        const texts = [
            ...increasesFor(
                roomOf(need, states({ onDemandStandard: { value: 1e6 }, keyPairs: { inUse: 4999 } })),
                1,
                "eu-west-1",
            ),
            ...increasesFor(
                accountRoomOf([{ need, exists: true }], states({ users: { inUse: 5000 } })),
                1,
                "eu-west-1",
            ),
        ].map(increaseText);
        assert.deepEqual(texts, [
            "Key pairs per Region (ec2) in eu-west-1: 5000 key pairs now, 5001 needed. Service Quotas does not have it: ask AWS Support.",
            "Users per account (iam L-F55AF5E4) in us-east-1: 5000 users now, 5001 needed. AWS does not raise it: use fewer labs, or another account.",
        ]);
    });

    it("leave room for exactly that many labs when they are granted", () => {
        for (const labs of [1, 7, 20, 100, 333]) {
            const before = states({
                onDemandStandard: { inUse: 3 },
                gp2: { inUse: 0.3 },
                vpcs: { inUse: 5 },
            });
            const increases = increasesFor(roomOf(needWith(), before), labs, "eu-west-1");
            const after = before.map((state) => ({
                ...state,
                value: increases.find(({ quota }) => quota === state.quota)?.desired ?? state.value,
            }));
            assert.ok(roomOf(needWith(), after).labs >= labs);
            // And not for one more, where only vCPUs were raised: 18 fit exactly.
            const row = roomOf(needWith(), after).rows.find(({ quota }) => quota === "onDemandStandard");
            assert.equal(row?.labs, labs);
        }
    });
});

describe("EMR's rates", () => {
    it("cost a small class nothing", () => assert.deepEqual(apiWaits(4), { start: 0, refresh: 0, jobs: 8 }));

    it("cost a class of 60 a minute and a half to start, and to look at", () =>
        assert.deepEqual(apiWaits(60), { start: 100, refresh: 100, jobs: 120 }));

    it("cost less where they were raised", () =>
        assert.deepEqual(
            apiWaits(60, { runJobFlow: { burst: 60, refill: 1 }, listSteps: { burst: 60, refill: 5 } }),
            {
                start: 0,
                refresh: 67,
                jobs: 120,
            },
        ));
});
