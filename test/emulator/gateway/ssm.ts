/** Public SSM parameters that the class looks up and moto does not know; everything else is moto's. */
import { jsonAnswer, type Answer } from "./errors.ts";
import { UBUNTU_AMD64, UBUNTU_ARM64 } from "./images.ts";
import { stringOf, stringsOf, type JsonObject } from "./json.ts";
import type { Moto } from "./moto.ts";
import type { AwsCall } from "./request.ts";

const PUBLIC: Readonly<Record<string, string>> = {
    "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id": UBUNTU_AMD64,
    "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id": UBUNTU_ARM64,
};

/** A machine-readable time long past: public parameters change about monthly, these never. */
const MODIFIED = Date.UTC(2026, 0, 1) / 1000;

function parameter(region: string, name: string, value: string): JsonObject {
    return {
        Name: name,
        Type: "String",
        Value: value,
        Version: 1,
        LastModifiedDate: MODIFIED,
        ARN: `arn:aws:ssm:${region}::parameter${name}`,
        DataType: "aws:ec2:image",
    };
}

/** Answers a call of SSM that IAM has allowed. */
export async function handleSsm(call: AwsCall, moto: Moto): Promise<Answer> {
    const { region, input } = call;
    if (call.action === "GetParameter") {
        const name = stringOf(input["Name"]) ?? "";
        const value = PUBLIC[name];
        if (value !== undefined) return jsonAnswer({ Parameter: parameter(region, name, value) });
    }
    const names = stringsOf(input["Names"]);
    if (call.action === "GetParameters" && names.every((name) => PUBLIC[name] !== undefined)) {
        return jsonAnswer({
            Parameters: names.map((name) => parameter(region, name, PUBLIC[name] ?? "")),
            InvalidParameters: [],
        });
    }
    return moto.forward(call);
}
