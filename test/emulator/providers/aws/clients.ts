/** The AWS clients of one configured provider: one endpoint for all services, region, retries, default tags. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { EMRClient } from "@aws-sdk/client-emr";
import { IAMClient } from "@aws-sdk/client-iam";
import { Route53Client } from "@aws-sdk/client-route-53";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Properties } from "../provider.ts";
import { number, object, text, textMap } from "./values.ts";

/** Where AWS is and who asks; the environment (`AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`...) fills what is left out. */
export interface AwsOptions {
    readonly endpoint?: string;
    readonly region?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

interface Instrumented {
    middlewareStack: {
        add(
            middleware: <A, R>(
                next: (args: A) => Promise<R>,
                context: { clientName?: string; commandName?: string },
            ) => (args: A) => Promise<R>,
            options: { step: "initialize"; name: string },
        ): void;
    };
}

/** Everything a handler needs to talk to AWS. */
export class Aws {
    readonly region: string;
    readonly configuredRegion: string | undefined;
    readonly defaultTags: Readonly<Record<string, string>>;
    readonly ec2: EC2Client;
    readonly emr: EMRClient;
    readonly iam: IAMClient;
    readonly route53: Route53Client;
    readonly s3: S3Client;
    readonly scheduler: SchedulerClient;
    readonly ssm: SSMClient;
    readonly sts: STSClient;
    private account: Promise<string> | undefined;
    private readonly s3Options: S3ClientConfig;

    constructor(config: Properties, options: AwsOptions = {}) {
        this.configuredRegion = text(config, "region") ?? options.region;
        this.region = this.configuredRegion ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "";
        if (this.region === "") throw new Error("Missing region configuration: set aws:region");
        this.defaultTags = textMap(configObject(config, "defaultTags"), "tags");
        // The real provider's defaults: 25 attempts in standard mode.
        const maxAttempts = number(config, "maxRetries") ?? Number(text(config, "maxRetries") ?? 25);
        const retryMode = text(config, "retryMode") ?? "standard";
        const endpoint = options.endpoint ?? process.env.AWS_ENDPOINT_URL;
        if (endpoint === undefined)
            throw new Error(
                "AWS_ENDPOINT_URL is not set: the pocket cloud's provider never calls AWS itself",
            );
        const common = {
            endpoint,
            region: this.region,
            maxAttempts,
            retryMode,
            credentials: options.credentials,
        };
        this.ec2 = named(new EC2Client(common), "EC2");
        this.emr = named(new EMRClient(common), "EMR");
        this.iam = named(new IAMClient(common), "IAM");
        this.route53 = named(new Route53Client(common), "Route 53");
        // Checksums in trailers are only for streams to the real S3.
        const checksums = {
            requestChecksumCalculation: "WHEN_REQUIRED",
            responseChecksumValidation: "WHEN_REQUIRED",
        } as const;
        this.s3Options = { ...common, ...checksums, forcePathStyle: true };
        this.s3 = this.s3In(this.region);
        this.scheduler = named(new SchedulerClient(common), "Scheduler");
        this.ssm = named(new SSMClient(common), "SSM");
        this.sts = named(new STSClient(common), "STS");
    }

    /** S3 of a region, for what is asked with a region of its own (since provider 7.0). */
    s3In(region: string): S3Client {
        return named(new S3Client({ ...this.s3Options, region }), "S3");
    }

    /** The account that the credentials belong to, asked once. */
    accountId(): Promise<string> {
        this.account ??= this.sts
            .send(new GetCallerIdentityCommand({}))
            .then((answer) => answer.Account ?? "");
        return this.account;
    }

    /** The ARN of something in this region and account. */
    async arn(service: string, resource: string): Promise<string> {
        return `arn:aws:${service}:${this.region}:${await this.accountId()}:${resource}`;
    }
}

/** Notes service and operation on errors, for their text. */
function named<C extends Instrumented>(client: C, service: string): C {
    client.middlewareStack.add(
        (next, context) => async (args) => {
            try {
                return await next(args);
            } catch (error) {
                const operation = `${service}: ${(context.commandName ?? "").replace(/Command$/, "")}`;
                if (error instanceof Error) Object.assign(error, { operation });
                throw error;
            }
        },
        { step: "initialize", name: "noteOperation" },
    );
    return client;
}

/** The engine hands nested configuration over as JSON text. */
function configObject(config: Properties, key: string): Properties {
    const raw = config[key];
    if (typeof raw === "string") return JSON.parse(raw) as Properties;
    return object(config, key) ?? {};
}

/** Configuration that is implemented. The SDK always sends the last two, whose checks do not exist here. */
export const configKeys = [
    "region",
    "maxRetries",
    "retryMode",
    "defaultTags",
    "skipCredentialsValidation",
    "skipRegionValidation",
] as const;
