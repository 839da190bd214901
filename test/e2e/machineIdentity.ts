import assert from "node:assert/strict";

/** Credentials as the SDK takes them. */
export interface Credentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
}

const port = 1338;

/** Asks a machine's metadata service the way code on the machine does (IMDSv2: first a token, then with it). */
export async function metadata(address: string, path: string): Promise<string> {
    const base = `http://${address}:${port}/latest`;
    const token = await fetch(`${base}/api/token`, {
        method: "PUT",
        headers: { "X-aws-ec2-metadata-token-ttl-seconds": "60" },
    });
    const answer = await fetch(`${base}/meta-data/${path}`, {
        headers: { "X-aws-ec2-metadata-token": await token.text() },
    });
    assert.equal(answer.status, 200, `${path} on ${address}`);
    return answer.text();
}

/** Status of the answer to who asks without a token (IMDSv1). */
export async function metadataWithoutToken(address: string, path: string): Promise<number> {
    return (await fetch(`http://${address}:${port}/latest/meta-data/${path}`)).status;
}

/** The credentials that a machine or node has from its instance profile. */
export async function credentialsOf(address: string): Promise<Credentials> {
    const folder = "iam/security-credentials/";
    const answer = JSON.parse(await metadata(address, `${folder}${await metadata(address, folder)}`)) as {
        AccessKeyId: string;
        SecretAccessKey: string;
        Token: string;
    };
    return {
        accessKeyId: answer.AccessKeyId,
        secretAccessKey: answer.SecretAccessKey,
        sessionToken: answer.Token,
    };
}
