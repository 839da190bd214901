import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Just enough of S3 for one GetObject: answers by path, refuses as often as told. */
export class CourseBucket {
    /** Paths asked for, refused ones too. */
    readonly requests: string[] = [];
    /** Regions for which those requests were signed. */
    readonly regions = new Set<string>();
    /** The next answers that are AccessDenied. */
    refusals = 0;
    private readonly objects = new Map<string, Buffer>();

    private readonly server: Server;

    private constructor(server: Server) {
        this.server = server;
    }

    /** Starts on a free port of 127.0.0.1, which the disposable hosts share with the machine. */
    static async start(): Promise<CourseBucket> {
        const server = createServer();
        const bucket = new CourseBucket(server);
        server.on("request", (request, response) => {
            const path = new URL(request.url ?? "/", "http://localhost").pathname;
            bucket.requests.push(path);
            const signed = /Credential=[^/]+\/\d+\/([a-z0-9-]+)\/s3\//.exec(
                request.headers.authorization ?? "",
            );
            bucket.regions.add(signed?.[1] ?? "");
            const object = bucket.objects.get(path);
            if (bucket.refusals > 0 || !object) {
                const [status, code] = bucket.refusals > 0 ? [403, "AccessDenied"] : [404, "NoSuchKey"];
                bucket.refusals = Math.max(0, bucket.refusals - 1);
                response.writeHead(status, { "content-type": "application/xml" });
                response.end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
                return;
            }
            response.writeHead(200, { "content-length": object.length });
            response.end(object);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return bucket;
    }

    /** What AWS_ENDPOINT_URL must say. */
    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    /** Puts an object; `path` is /BUCKET/KEY. */
    put(path: string, content: Buffer): void {
        this.objects.set(path, content);
    }

    /** Stops the server. */
    async close(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }
}
