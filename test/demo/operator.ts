/** Configuration that every client of the AWS SDK takes. */
interface ClientConfig {
    readonly endpoint?: string;
    readonly region?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly forcePathStyle?: boolean;
}

/**
 * A client of the AWS SDK with the operator's rights in a pocket cloud. Takes nothing from this process's environment, so
 * that it cannot reach a real account.
 *
 * @param env environment of the pocket cloud
 */
export function operatorClient<Client>(
    client: new (config: ClientConfig) => Client,
    env: Readonly<Record<string, string>>,
    region = "eu-west-1",
): Client {
    const needed = (name: string) => {
        const value = env[name];
        if (value === undefined) {
            throw new Error(`the pocket cloud has no ${name}`);
        }
        return value;
    };
    return new client({
        endpoint: needed("AWS_ENDPOINT_URL"),
        region,
        credentials: {
            accessKeyId: needed("AWS_ACCESS_KEY_ID"),
            secretAccessKey: needed("AWS_SECRET_ACCESS_KEY"),
        },
        forcePathStyle: true,
    });
}
