/** The one AWS endpoint of the pocket cloud: who calls, may they, and who answers. */
import { appendFile, mkdir } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AddressInfo } from "node:net";
import type { AddressPool } from "../machines/addresses.ts";
import type { MachineSupervisor } from "../machines/machines.ts";
import { authorize } from "./authorization.ts";
import { CallLog } from "./calls.ts";
import type { Check } from "./checkParts.ts";
import { checksOf } from "./checks.ts";
import { handleControl } from "./controlServer.ts";
import { AwsError, errorAnswer, type Answer } from "./errors.ts";
import { Faults, type Doom } from "./faults.ts";
import { Hosts } from "./hosts.ts";
import { Identities } from "./identities.ts";
import { MetadataService } from "./metadata.ts";
import { Moto } from "./moto.ts";
import { DEFAULT_REGION } from "./operator.ts";
import { principalOf, type Principal } from "./principals.ts";
import { parseRequest, type AwsCall, type RawRequest } from "./request.ts";
import { deleteObjects } from "./s3.ts";
import { Schedules } from "./scheduler.ts";
import { Services } from "./services.ts";
import { Sessions } from "./sessions.ts";

/** What a gateway needs. */
export interface GatewayOptions {
    /** Folder of the pocket cloud; the gateway writes `gateway.log` there. */
    readonly dir: string;
    /** Address of a running moto_server that nobody else talks to. */
    readonly motoUrl: string;
    readonly machines: MachineSupervisor;
    readonly addresses: AddressPool;
    /** Region of calls that name none. */
    readonly region?: string;
}

/** A running gateway. */
export interface Gateway {
    /** `http://127.0.0.1:PORT`. */
    readonly url: string;
    /** Ends clusters and schedules and stops listening. Machines are the supervisor's to end. */
    close(): Promise<void>;
}

class GatewayServer {
    private readonly calls = new CallLog();
    private readonly faults = new Faults();
    private readonly sessions = new Sessions();
    private readonly moto: Moto;
    private readonly identities: Identities;
    private readonly hosts: Hosts;
    private readonly metadata: MetadataService;
    private readonly services: Services;
    private readonly schedules: Schedules;
    private readonly server: http.Server;
    private readonly region: string;
    private url = "";

    private readonly options: GatewayOptions;

    constructor(options: GatewayOptions) {
        this.options = options;

        const { machines, addresses, motoUrl } = options;
        this.region = options.region ?? DEFAULT_REGION;
        this.moto = new Moto(motoUrl);
        this.identities = new Identities(this.moto);
        const log = (line: string): void => this.log(line);
        this.hosts = new Hosts(machines, addresses, this.faults, log);
        this.metadata = new MetadataService(this.sessions, this.identities, log);
        this.services = new Services({
            moto: this.moto,
            identities: this.identities,
            hosts: this.hosts,
            machines,
            faults: this.faults,
            calls: this.calls,
            endpoint: () => this.url,
            watchSchedules: (region) => this.schedules.watch(region),
            log,
        });
        this.schedules = new Schedules(
            this.moto,
            this.identities,
            (call, principal) => this.perform(call, principal),
            log,
        );
        this.server = http.createServer((request, response) => this.receive(request, response));
        // Clients keep connections open; the default of 5 s makes them meet a closed one now and then.
        this.server.keepAliveTimeout = 75_000;
    }

    async start(): Promise<Gateway> {
        await mkdir(this.options.dir, { recursive: true });
        await new Promise<void>((resolve, reject) => {
            this.server.once("error", reject);
            this.server.listen(0, "127.0.0.1", resolve);
        });
        const { port } = this.server.address() as AddressInfo;
        this.url = `http://127.0.0.1:${port}`;
        this.hosts.attach(this.url, this.metadata);
        this.schedules.start();
        return { url: this.url, close: () => this.close() };
    }

    private async close(): Promise<void> {
        this.schedules.stop();
        await this.services.close();
        await this.hosts.idle();
        await this.metadata.close();
        this.server.closeAllConnections();
        await new Promise<void>((resolve) => this.server.close(() => resolve()));
        this.moto.close();
    }

    private log(line: string): void {
        const text = `${new Date().toISOString()} ${line}\n`;
        appendFile(path.join(this.options.dir, "gateway.log"), text, { mode: 0o600 }).catch(() => undefined);
    }

    private receive(request: http.IncomingMessage, response: http.ServerResponse): void {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        // A client that was killed half-way (tests do that to `up`) is nobody to answer.
        request.on("error", () => undefined);
        response.on("error", () => undefined);
        request.on("end", () => {
            const raw: RawRequest = {
                method: request.method ?? "GET",
                url: request.url ?? "/",
                headers: request.headers,
                body: Buffer.concat(chunks),
            };
            void this.answer(raw).then((answer) => {
                const length = raw.method === "HEAD" ? {} : { "content-length": answer.body.length };
                response.writeHead(answer.status, { ...answer.headers, ...length });
                response.end(raw.method === "HEAD" ? undefined : answer.body);
            });
        });
    }

    private async answer(raw: RawRequest): Promise<Answer> {
        if (/^\/_pocket(\/|$)/.test(raw.url)) {
            return handleControl(
                {
                    calls: this.calls,
                    faults: this.faults,
                    hosts: this.hosts,
                    machines: this.options.machines,
                    fire: (name, region, group) => this.schedules.fire(name, region ?? this.region, group),
                    firings: () => this.schedules.firings(),
                    quotas: this.services.quotas,
                    increases: this.services.increases,
                    guard: this.services.guard,
                    releases: this.services.releases,
                    serviceRoles: this.services.serviceRoles,
                },
                raw,
            );
        }
        return this.perform(parseRequest(raw, this.region));
    }

    /** Carries out a call and logs it; `as` is given for calls that the gateway makes itself in a role's name. */
    private async perform(call: AwsCall, as?: Principal): Promise<Answer> {
        let principal: Principal | undefined;
        let checks: readonly Check[] = [];
        let allowed = false;
        let answer: Answer;
        let code: string | undefined;
        let doom: Doom | undefined;
        try {
            principal = as ?? (await principalOf(call, this.identities, this.sessions));
            doom = await this.faults.strike(call);
            if (principal.kind !== "operator") checks = await checksOf(call, this.services.lookup);
            if (call.service === "s3" && call.action === "DeleteObjects") {
                allowed = true;
                answer = await deleteObjects(call, principal, checks, this.moto);
            } else {
                await authorize(call, principal, checks);
                allowed = true;
                answer = await this.services.handle(call, principal, doom);
            }
        } catch (error) {
            const known =
                error instanceof AwsError
                    ? error
                    : new AwsError("InternalFailure", `The pocket cloud failed: ${String(error)}`, 500);
            if (!(error instanceof AwsError)) {
                this.log(
                    `${call.service}:${call.action}: ${error instanceof Error ? error.stack : String(error)}`,
                );
            }
            code = known.code;
            answer = errorAnswer(call, known);
        }
        const resources = [...new Set(checks.map((check) => check.resource))];
        this.calls.add({
            principal: principal?.arn ?? (call.accessKey === undefined ? "anonymous" : "unknown"),
            service: call.service,
            action: call.action,
            resource: resources.length > 0 ? resources.join(" ") : resourceOf(call),
            allowed,
            status: answer.status,
            ...(code === undefined ? {} : { error: code }),
        });
        const { answerAfterMs = 0 } = doom ?? {};
        if (answerAfterMs > 0) await sleep(answerAfterMs, undefined, { ref: false });
        return answer;
    }
}

/** What a call is about, for the log of operators' calls, which ask IAM nothing. */
function resourceOf(call: AwsCall): string {
    if (call.bucket !== undefined)
        return `arn:aws:s3:::${call.bucket}${call.key === undefined ? "" : `/${call.key}`}`;
    const names = [
        "ClusterId",
        "JobFlowId",
        "JobFlowIds.0",
        "ResourceId",
        "InstanceId.1",
        "RoleName",
        "UserName",
        "Name",
    ];
    const name = names.find((candidate) => call.params[candidate] !== undefined);
    return name === undefined ? "*" : (call.params[name] ?? "*");
}

/** Starts a gateway. */
export function startGateway(options: GatewayOptions): Promise<Gateway> {
    return new GatewayServer(options).start();
}
