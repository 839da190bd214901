import {
    GetAWSDefaultServiceQuotaCommand,
    GetRequestedServiceQuotaChangeCommand,
    GetServiceQuotaCommand,
    ListRequestedServiceQuotaChangeHistoryByQuotaCommand,
    ListRequestedServiceQuotaChangeHistoryCommand,
    ListServiceQuotasCommand,
    ListServicesCommand,
    paginateListAWSDefaultServiceQuotas,
    RequestServiceQuotaIncreaseCommand,
    ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import assert from "node:assert/strict";
import { QUOTAS, quotaOf } from "../../emulator/gateway/quotas/catalogue.ts";
import { EMR_RATES } from "../../emulator/gateway/quotas/emrRates.ts";
import { quotaChecks } from "../../emulator/gateway/quotas/checks.ts";
import { Quotas } from "../../emulator/gateway/quotas/quotas.ts";
import { jsonCall } from "./gatewayCalls.ts";
import { Wire } from "./wire.ts";

const vcpus = { ServiceCode: "ec2", QuotaCode: "L-1216C47A" };
const clusters = { ServiceCode: "elasticmapreduce", QuotaCode: "L-1EE7982C" };
const roles = { ServiceCode: "iam", QuotaCode: "L-FE177D64" };

describe("gateway: Service Quotas", () => {
    let wire: Wire;
    let europe: ServiceQuotasClient;
    let global: ServiceQuotasClient;
    before(async () => {
        wire = await Wire.start();
        europe = wire.client(ServiceQuotasClient, "eu-west-1");
        global = wire.client(ServiceQuotasClient, "us-east-1");
    });
    beforeEach(() => wire.control.resetQuotas());
    after(() => wire.close());

    describe("values", () => {
        it("an account of today has AWS's defaults applied for EC2 and VPC", async () => {
            const { Quota } = await europe.send(new GetServiceQuotaCommand(vcpus));
            assert.deepEqual(
                [Quota?.Value, Quota?.Adjustable, Quota?.GlobalQuota, Quota?.QuotaAppliedAtLevel],
                [5, true, false, "ACCOUNT"],
            );
            assert.equal(Quota?.QuotaArn, "arn:aws:servicequotas:eu-west-1:123456789012:ec2/L-1216C47A");
        });

        it("what was never applied is NoSuchResourceException without a word; its default is there", async () => {
            await assert.rejects(europe.send(new GetServiceQuotaCommand(clusters)), {
                name: "NoSuchResourceException",
            });
            const { Quota } = await europe.send(new GetAWSDefaultServiceQuotaCommand(clusters));
            assert.equal(Quota?.Value, 500);
            assert.equal(Quota?.QuotaArn, "arn:aws:servicequotas:eu-west-1::elasticmapreduce/L-1EE7982C");
        });

        it("codes of services are case-sensitive", async () => {
            for (const ServiceCode of ["EC2", "Ec2", "emr"]) {
                const asked = { ...vcpus, ServiceCode };
                for (const call of [
                    () => europe.send(new GetServiceQuotaCommand(asked)),
                    () => europe.send(new GetAWSDefaultServiceQuotaCommand(asked)),
                    () => europe.send(new ListServiceQuotasCommand(asked)),
                ]) {
                    await assert.rejects(call(), {
                        name: "NoSuchResourceException",
                        message: "The request failed because the specified service does not exist.",
                    });
                }
            }
        });

        it("IAM's quotas are asked for in us-east-1 only", async () => {
            await assert.rejects(europe.send(new GetAWSDefaultServiceQuotaCommand(roles)), {
                name: "NoSuchResourceException",
                message: "The request failed because the specified service does not exist.",
            });
            const { Quota } = await global.send(new GetAWSDefaultServiceQuotaCommand(roles));
            assert.deepEqual([Quota?.Value, Quota?.GlobalQuota], [1000, true]);
            assert.equal(Quota?.QuotaArn, "arn:aws:servicequotas:::iam/L-FE177D64");
            const listed = await Promise.all(
                [europe, global].map((client) => client.send(new ListServicesCommand({}))),
            );
            assert.deepEqual(
                listed.map(({ Services = [] }) => Services.map(({ ServiceCode }) => ServiceCode)),
                [
                    ["ec2", "vpc", "elasticmapreduce"],
                    ["ec2", "vpc", "elasticmapreduce", "iam"],
                ],
            );
        });

        it("tests set applied values, in a region or in all, and take them away", async () => {
            const applied = async (client: ServiceQuotasClient) =>
                (await client.send(new GetServiceQuotaCommand(vcpus))).Quota?.Value;
            await wire.control.setQuotas({ "ec2/L-1216C47A": 64 });
            await wire.control.setQuotas({ "ec2/L-1216C47A": 18 }, "eu-west-1");
            assert.deepEqual([await applied(europe), await applied(global)], [18, 64]);
            await wire.control.setQuotas({ "ec2/L-1216C47A": "absent" });
            await assert.rejects(applied(europe), { name: "NoSuchResourceException" });
            await wire.control.resetQuotas();
            assert.equal(await applied(europe), 5);
            await assert.rejects(
                wire.control.setQuotas({ "ec2/L-NONE": 1 }),
                /there is no quota .+ec2\/L-NONE/,
            );
            await assert.rejects(wire.control.setQuotas({ "ec2/L-1216C47A": -1 }), /-1 is no value/);
        });

        it("ListServiceQuotas leaves out what was never applied", async () => {
            const list = async (ServiceCode: string) => {
                const { Quotas: found = [] } = await europe.send(
                    new ListServiceQuotasCommand({ ServiceCode }),
                );
                return found.map(({ QuotaCode }) => QuotaCode);
            };
            assert.deepEqual(await list("elasticmapreduce"), []);
            await wire.control.setQuotas({ "elasticmapreduce/L-1EE7982C": 700 });
            assert.deepEqual(await list("elasticmapreduce"), ["L-1EE7982C"]);
            assert.deepEqual((await list("ec2")).slice(0, 2), ["L-1216C47A", "L-34B43A08"]);
        });

        it("come in pages, whose tokens are good for their own list only", async () => {
            const codes: (string | undefined)[] = [];
            let pages = 0;
            for await (const page of paginateListAWSDefaultServiceQuotas(
                { client: europe, pageSize: 10 },
                { ServiceCode: "elasticmapreduce" },
            )) {
                pages += 1;
                codes.push(...(page.Quotas ?? []).map(({ QuotaCode }) => QuotaCode));
            }
            const all = QUOTAS.filter(({ serviceCode }) => serviceCode === "elasticmapreduce");
            assert.deepEqual(
                codes,
                all.map(({ code }) => code),
            );
            assert.equal(pages, Math.ceil(all.length / 10));
            const { NextToken } = await europe.send(
                new ListServiceQuotasCommand({ ServiceCode: "vpc", MaxResults: 2 }),
            );
            for (const asked of [
                { ServiceCode: "ec2", NextToken },
                { ServiceCode: "vpc", NextToken: "made-up" },
            ]) {
                await assert.rejects(europe.send(new ListServiceQuotasCommand(asked)), {
                    name: "InvalidPaginationTokenException",
                });
            }
            await assert.rejects(
                europe.send(new ListServiceQuotasCommand({ ServiceCode: "vpc", MaxResults: 101 })),
                { name: "IllegalArgumentException" },
            );
        });

        it("a default is where every code of the operator's table is expected", () => {
            const expected: Record<string, number> = {
                "ec2/L-1216C47A": 5,
                "ec2/L-34B43A08": 5,
                "vpc/L-F678F1CE": 5,
                "vpc/L-A4707A72": 5,
                "vpc/L-1B52E74A": 20,
                "vpc/L-E79EC296": 2500,
                "vpc/L-DF5E4CA3": 5000,
                "elasticmapreduce/L-1EE7982C": 500,
                "elasticmapreduce/L-62231AC0": 0.5,
                "elasticmapreduce/L-A21DE5E2": 10,
                "elasticmapreduce/L-D74118B4": 1,
                "elasticmapreduce/L-81AF5123": 10,
                "elasticmapreduce/L-72BCD5B1": 0.5,
                "elasticmapreduce/L-B810434D": 10,
                "elasticmapreduce/L-8AF88BF0": 0.5,
                "elasticmapreduce/L-432FAB44": 5,
                "elasticmapreduce/L-283CCA2A": 25,
                "iam/L-FE177D64": 1000,
                "iam/L-6E65F664": 1000,
            };
            for (const [key, value] of Object.entries(expected)) {
                assert.equal(quotaOf(key)?.defaultValue, value, key);
            }
            assert.equal(new Set(QUOTAS.map(({ key }) => key)).size, QUOTAS.length);
            assert.equal(
                Object.keys(EMR_RATES).length * 2 + 2,
                QUOTAS.filter((q) => q.key.startsWith("el")).length,
            );
        });
    });

    describe("increases", () => {
        const ask = (DesiredValue: number, quota = vcpus) =>
            europe.send(new RequestServiceQuotaIncreaseCommand({ ...quota, DesiredValue }));
        const history = async () => {
            const { RequestedQuotas = [] } = await europe.send(
                new ListRequestedServiceQuotaChangeHistoryByQuotaCommand(vcpus),
            );
            return RequestedQuotas.map(({ DesiredValue, Status }) => `${DesiredValue} ${Status}`);
        };

        it("begin as PENDING and say who has asked for what", async () => {
            const began = Date.now();
            const { RequestedQuota } = await ask(64);
            assert.equal(RequestedQuota?.Status, "PENDING");
            assert.equal(RequestedQuota.DesiredValue, 64);
            assert.equal(RequestedQuota.CaseId, undefined);
            assert.ok((RequestedQuota.Created?.getTime() ?? 0) >= began - 1000);
            assert.deepEqual(JSON.parse(RequestedQuota.Requester ?? ""), {
                accountId: "123456789012",
                callerArn: "arn:aws:iam::123456789012:user/operator",
            });
            const { RequestedQuota: again } = await europe.send(
                new GetRequestedServiceQuotaChangeCommand({ RequestId: RequestedQuota.Id }),
            );
            assert.deepEqual(again, RequestedQuota);
        });

        it("are refused while one is open, and not any more when it is decided", async () => {
            await ask(64);
            await assert.rejects(ask(80), {
                name: "ResourceAlreadyExistsException",
                message: "Only one open service quota increase request is allowed per quota.",
            });
            const [first] = await wire.control.quotaRequests();
            await wire.control.decideQuotaRequest(first?.id ?? "", "CASE_OPENED");
            await assert.rejects(ask(80), { name: "ResourceAlreadyExistsException" });
            await wire.control.decideQuotaRequest(first?.id ?? "", "DENIED");
            await ask(80);
            assert.deepEqual(await history(), ["80 PENDING", "64 DENIED"]);
            // Another region is another matter.
            assert.equal(
                (await global.send(new ListRequestedServiceQuotaChangeHistoryCommand({}))).RequestedQuotas
                    ?.length,
                0,
            );
        });

        it("ask for more than there is, of what can be more", async () => {
            for (const less of [5, 4, 0]) {
                await assert.rejects(ask(less), {
                    name: "IllegalArgumentException",
                    message: "You must provide a quota value greater than the current quota value",
                });
            }
            await assert.rejects(ask(500, clusters), { name: "IllegalArgumentException" });
            await assert.rejects(
                global.send(
                    new RequestServiceQuotaIncreaseCommand({
                        ServiceCode: "iam",
                        QuotaCode: "L-F55AF5E4",
                        DesiredValue: 9000,
                    }),
                ),
                { name: "IllegalArgumentException", message: /not adjustable/ },
            );
            assert.deepEqual(await wire.control.quotaRequests(), []);
        });

        it("APPROVED applies the value; no other decision does", async () => {
            for (const [state, value] of [
                ["NOT_APPROVED", undefined],
                ["CASE_CLOSED", undefined],
                ["APPROVED", 600],
            ] as const) {
                await ask(600, clusters);
                const [open] = await wire.control.quotaRequests();
                assert.deepEqual(
                    [open?.quota, open?.region, open?.state],
                    ["elasticmapreduce/L-1EE7982C", "eu-west-1", "PENDING"],
                );
                await wire.control.decideQuotaRequest(open?.id ?? "", state);
                const found = europe
                    .send(new GetServiceQuotaCommand(clusters))
                    .then(({ Quota }) => Quota?.Value)
                    .catch(() => undefined);
                assert.equal(await found, value, state);
                await assert.rejects(
                    wire.control.decideQuotaRequest(open?.id ?? "", "DENIED"),
                    new RegExp(`is ${state} already`),
                );
            }
            await assert.rejects(ask(600, clusters), { name: "IllegalArgumentException" });
        });

        it("are listed by service, state and page", async () => {
            await ask(64);
            await ask(900, clusters);
            const list = async (input: object) => {
                const { RequestedQuotas = [] } = await europe.send(
                    new ListRequestedServiceQuotaChangeHistoryCommand(input),
                );
                return RequestedQuotas.map(({ QuotaCode }) => QuotaCode);
            };
            assert.deepEqual(await list({}), ["L-1EE7982C", "L-1216C47A"]);
            assert.deepEqual(await list({ ServiceCode: "ec2" }), ["L-1216C47A"]);
            assert.deepEqual(await list({ Status: "APPROVED" }), []);
            assert.deepEqual(await list({ MaxResults: 1 }), ["L-1EE7982C"]);
            await assert.rejects(list({ ServiceCode: "EC2" }), { name: "NoSuchResourceException" });
        });
    });

    it("permissions are about one quota where AWS has them so, else about all", () => {
        const checks = (action: string, input: object) =>
            quotaChecks(jsonCall("servicequotas", `ServiceQuotasV20190624.${action}`, input), {}).map(
                ({ action: asked, resource, context }) => [asked, resource, context["servicequotas:service"]],
            );
        assert.deepEqual(checks("RequestServiceQuotaIncrease", vcpus), [
            [
                "servicequotas:RequestServiceQuotaIncrease",
                "arn:aws:servicequotas:eu-west-1:123456789012:ec2/L-1216C47A",
                "ec2",
            ],
        ]);
        assert.deepEqual(checks("GetAWSDefaultServiceQuota", vcpus), [
            ["servicequotas:GetAWSDefaultServiceQuota", "*", undefined],
        ]);
    });

    it("a value for all regions replaces those of single ones", () => {
        const quotas = new Quotas();
        quotas.set("vpc/L-F678F1CE", 7, "eu-west-1");
        quotas.set("vpc/L-F678F1CE", 9);
        assert.equal(quotas.value("vpc/L-F678F1CE", "eu-west-1"), 9);
    });
});
