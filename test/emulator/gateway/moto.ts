/** The way to moto: requests forwarded unchanged, and SDK clients that act as the operator. */
import http from "node:http";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EMRClient } from "@aws-sdk/client-emr";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { notImplemented, type Answer } from "./errors.ts";
import { OPERATOR_ACCESS_KEY, OPERATOR_CREDENTIALS } from "./operator.ts";
import type { AwsCall } from "./request.ts";

/** Headers that belong to one connection, not to the message. */
const HOP_BY_HOP = new Set([
    "connection",
    "keep-alive",
    "transfer-encoding",
    "expect",
    "upgrade",
    "te",
    "trailer",
]);

/** moto, seen from the gateway. */
export class Moto {
    private readonly ec2Clients = new Map<string, EC2Client>();
    private readonly schedulerClients = new Map<string, SchedulerClient>();
    /** IAM and S3 have one name space for all regions. */
    readonly iam: IAMClient;
    readonly s3: S3Client;
    /** For what is the same in all regions: which instance types a release supports. */
    readonly emr: EMRClient;

    private readonly url: string;

    constructor(url: string) {
        this.url = url;

        const common = { endpoint: url, credentials: OPERATOR_CREDENTIALS, region: "us-east-1" };
        this.iam = new IAMClient(common);
        this.s3 = new S3Client({ ...common, forcePathStyle: true });
        this.emr = new EMRClient(common);
    }

    /** EC2 of a region. */
    ec2(region: string): EC2Client {
        let client = this.ec2Clients.get(region);
        if (client === undefined) {
            client = new EC2Client({ endpoint: this.url, credentials: OPERATOR_CREDENTIALS, region });
            this.ec2Clients.set(region, client);
        }
        return client;
    }

    /** EventBridge Scheduler of a region. */
    scheduler(region: string): SchedulerClient {
        let client = this.schedulerClients.get(region);
        if (client === undefined) {
            client = new SchedulerClient({ endpoint: this.url, credentials: OPERATOR_CREDENTIALS, region });
            this.schedulerClients.set(region, client);
        }
        return client;
    }

    /**
     * Sends the call on as it came; for a form call, `form` may replace its fields. Throws where moto fails, as it does
     * over what it does not know: an answer with status 500 would be asked for again and again.
     */
    async forward(call: AwsCall, form?: Readonly<Record<string, string>>): Promise<Answer> {
        const body = form === undefined ? call.body : Buffer.from(new URLSearchParams(form).toString());
        const headers: http.OutgoingHttpHeaders = {};
        for (const [name, value] of Object.entries(call.headers)) {
            if (!HOP_BY_HOP.has(name)) headers[name] = value;
        }
        headers["content-length"] = body.length;
        const answer = await this.send(call.method, call.url, headers, body);
        const type = answer.headers["content-type"];
        if (answer.status === 500 && typeof type === "string" && type.startsWith("text/html")) {
            throw notImplemented(call, "moto fails over it; its log says why");
        }
        return answer;
    }

    /** An EC2 query of our own, for answers that must be read as XML. */
    queryEc2(region: string, form: Readonly<Record<string, string>>): Promise<Answer> {
        const body = Buffer.from(new URLSearchParams({ Version: "2016-11-15", ...form }).toString());
        const scope = `${OPERATOR_ACCESS_KEY}/20260101/${region}/ec2/aws4_request`;
        return this.send(
            "POST",
            "/",
            {
                "content-type": "application/x-www-form-urlencoded",
                "content-length": body.length,
                // moto does not verify signatures, it only reads the scope.
                authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
            },
            body,
        );
    }

    private send(
        method: string,
        path: string,
        headers: http.OutgoingHttpHeaders,
        body: Buffer,
    ): Promise<Answer> {
        return new Promise((resolve, reject) => {
            // No keep-alive: moto's development server closes connections when it likes.
            const request = http.request(
                new URL(path, this.url),
                { method, headers, agent: false },
                (response) => {
                    const chunks: Buffer[] = [];
                    response.on("data", (chunk: Buffer) => chunks.push(chunk));
                    response.on("error", reject);
                    response.on("end", () => {
                        const answered: Record<string, string | string[]> = {};
                        for (const [name, value] of Object.entries(response.headers)) {
                            if (value !== undefined && !HOP_BY_HOP.has(name)) answered[name] = value;
                        }
                        // A HEAD answer's content-length says how long the object is: it must stay as it is.
                        resolve({
                            status: response.statusCode ?? 502,
                            headers: answered,
                            body: Buffer.concat(chunks),
                        });
                    });
                },
            );
            request.on("error", reject);
            request.end(body);
        });
    }

    /** Lets go of the clients' connections. */
    close(): void {
        this.iam.destroy();
        this.s3.destroy();
        this.emr.destroy();
        for (const client of [...this.ec2Clients.values(), ...this.schedulerClients.values()])
            client.destroy();
    }
}
