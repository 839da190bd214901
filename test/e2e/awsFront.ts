/**
 * Stands in front of moto for the tests of the aws stand-in alone: answers the EMR calls that moto lacks and that the
 * provider makes, and lets a test make clusters fail. The pocket cloud's own gateway does much more.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

type Json = Record<string, unknown>;
interface Answer {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body: Buffer | string;
}

/** Hop-by-hop and length: Node sets its own. */
const own = ["connection", "content-length", "transfer-encoding", "content-encoding", "keep-alive"];

/** The endpoint that a test talks to. */
export class AwsFront {
    /** Names of the EMR calls made so far. */
    readonly emrCalls: string[] = [];
    /** Clusters of this name end with errors instead of starting. */
    doomed: string | undefined;
    private readonly idle = new Map<string, Json>();
    private readonly replacement = new Map<string, boolean>();
    private readonly server: Server;

    private readonly motoUrl: string;

    private constructor(motoUrl: string) {
        this.motoUrl = motoUrl;

        this.server = createServer((request, response) => {
            this.answer(request).then(
                ({ status, headers, body }) => response.writeHead(status, headers).end(body),
                (error: unknown) => response.writeHead(502).end(String(error)),
            );
        });
    }

    /** Starts it on a free port. */
    static async start(motoUrl: string): Promise<AwsFront> {
        const front = new AwsFront(motoUrl);
        await new Promise<void>((resolve) => front.server.listen(0, "127.0.0.1", resolve));
        return front;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    async close(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }

    private async answer(request: IncomingMessage): Promise<Answer> {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const body = Buffer.concat(chunks);
        // moto answers it with 500; the provider asks it before it deletes a user.
        if (/\bAction=ListServiceSpecificCredentials\b/.test(body.toString())) {
            return {
                status: 200,
                headers: { "content-type": "text/xml" },
                body:
                    '<ListServiceSpecificCredentialsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">' +
                    "<ListServiceSpecificCredentialsResult><ServiceSpecificCredentials/>" +
                    "</ListServiceSpecificCredentialsResult></ListServiceSpecificCredentialsResponse>",
            };
        }
        const [service, action = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
        if (service !== "ElasticMapReduce") return this.forward(request, body);
        this.emrCalls.push(action);
        const input = JSON.parse(body.toString() || "{}") as Json;
        const id = typeof input.ClusterId === "string" ? input.ClusterId : "";
        switch (action) {
            case "ListInstanceFleets":
                return json(400, {
                    __type: "InvalidRequestException",
                    Message: "Instance fleets and instance groups are mutually exclusive.",
                });
            case "GetAutoTerminationPolicy":
                return json(200, { AutoTerminationPolicy: this.idle.get(id) });
            case "PutAutoTerminationPolicy":
                this.idle.set(id, input.AutoTerminationPolicy as Json);
                return json(200, {});
            case "RemoveAutoTerminationPolicy":
                this.idle.delete(id);
                return json(200, {});
            case "SetUnhealthyNodeReplacement":
                for (const cluster of input.JobFlowIds as string[]) {
                    this.replacement.set(cluster, Boolean(input.UnhealthyNodeReplacement));
                }
                return json(200, {});
            case "RunJobFlow":
                return this.runJobFlow(request, body, input);
            case "DescribeCluster":
                return this.describeCluster(request, body, id);
            default:
                return this.forward(request, body);
        }
    }

    private async runJobFlow(request: IncomingMessage, body: Buffer, input: Json): Promise<Answer> {
        const answer = await this.forward(request, body);
        const { JobFlowId } = JSON.parse(answer.body.toString()) as { JobFlowId?: string };
        if (JobFlowId && input.AutoTerminationPolicy)
            this.idle.set(JobFlowId, input.AutoTerminationPolicy as Json);
        return answer;
    }

    private async describeCluster(request: IncomingMessage, body: Buffer, id: string): Promise<Answer> {
        const answer = await this.forward(request, body);
        const parsed = JSON.parse(answer.body.toString()) as { Cluster?: Json };
        if (!parsed.Cluster) return answer;
        parsed.Cluster.UnhealthyNodeReplacement = this.replacement.get(id) ?? false;
        if (parsed.Cluster.Name === this.doomed) {
            const StateChangeReason = { Code: "VALIDATION_ERROR", Message: "On the EC2 quota of vCPUs." };
            parsed.Cluster.Status = { State: "TERMINATED_WITH_ERRORS", StateChangeReason };
        }
        return json(answer.status, parsed);
    }

    private async forward(request: IncomingMessage, body: Buffer): Promise<Answer> {
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(request.headers)) {
            if (value !== undefined && !own.includes(name)) headers[name] = String(value);
        }
        const method = request.method ?? "GET";
        const response = await fetch(this.motoUrl + (request.url ?? "/"), {
            method,
            headers,
            ...(method === "GET" || method === "HEAD" ? {} : { body: new Uint8Array(body) }),
        });
        const answered = Object.fromEntries([...response.headers].filter(([name]) => !own.includes(name)));
        return {
            status: response.status,
            headers: answered,
            body: Buffer.from(await response.arrayBuffer()),
        };
    }
}

function json(status: number, body: Json): Answer {
    return { status, headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(body) };
}
