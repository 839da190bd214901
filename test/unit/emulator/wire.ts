/** A gateway that AWS's own clients talk to, without moto and machines, or with answers that stand for moto's. */
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { GatewayControl } from "../../emulator/gateway/control.ts";
import { startGateway, type Gateway } from "../../emulator/gateway/gateway.ts";
import { OPERATOR_CREDENTIALS } from "../../emulator/gateway/operator.ts";
import { createSupervisor } from "../../emulator/machines/machines.ts";

/** What stands for moto: the answer to an action (of a form, or of a target), or `undefined` for what it does not know. */
export type MotoAnswer = (action: string, params: URLSearchParams) => string | object | undefined;

/** Configuration that every AWS client takes. */
export interface ClientConfig {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
}

/** A running gateway. */
export class Wire {
    readonly control: GatewayControl;
    private readonly gateway: Gateway;
    private readonly moto: http.Server;
    private readonly dir: string;
    private readonly clients: { destroy(): void }[] = [];

    private constructor(gateway: Gateway, moto: http.Server, dir: string) {
        this.gateway = gateway;
        this.moto = moto;
        this.dir = dir;
        this.control = new GatewayControl(gateway.url);
    }

    /** Starts one. */
    static async start(answer: MotoAnswer = () => undefined): Promise<Wire> {
        const dir = await mkdtemp(path.join(tmpdir(), "wire-"));
        const moto = http.createServer((request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => {
                const form = new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
                const target = request.headers["x-amz-target"]?.toString().split(".").pop();
                const action = target ?? form.get("Action") ?? "";
                const body = answer(action, form);
                if (body === undefined) {
                    response.writeHead(500, { "content-type": "text/html" }).end(`moto: ${action}?`);
                } else if (typeof body === "string") {
                    response.writeHead(200, { "content-type": "text/xml" }).end(body);
                } else {
                    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
                    response.end(JSON.stringify(body));
                }
            });
        });
        await new Promise<void>((resolve) => moto.listen(0, "127.0.0.1", resolve));
        const gateway = await startGateway({
            dir,
            motoUrl: `http://127.0.0.1:${(moto.address() as AddressInfo).port}`,
            machines: await createSupervisor({ dir, mode: "simulated" }),
            addresses: {
                take: () => Promise.reject(new Error("no machine boots in these tests")),
                release: async () => undefined,
                close: async () => undefined,
            },
        });
        return new Wire(gateway, moto, dir);
    }

    /** A client of AWS's SDK, as the operator unless another key is given; it does not try again. */
    client<T extends { destroy(): void }>(
        Client: new (config: ClientConfig) => T,
        region = "eu-west-1",
        accessKeyId?: string,
    ): T {
        const client = new Client({
            endpoint: this.gateway.url,
            region,
            credentials: { ...OPERATOR_CREDENTIALS, ...(accessKeyId === undefined ? {} : { accessKeyId }) },
            maxAttempts: 1,
        });
        this.clients.push(client);
        return client;
    }

    /** Ends all of it. */
    async close(): Promise<void> {
        for (const client of this.clients) client.destroy();
        await this.gateway.close();
        this.moto.closeAllConnections();
        await new Promise<void>((resolve) => this.moto.close(() => resolve()));
        await rm(this.dir, { recursive: true, force: true });
    }
}
