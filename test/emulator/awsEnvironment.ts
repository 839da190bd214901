import { DEFAULT_REGION, OPERATOR_ACCESS_KEY, OPERATOR_SECRET_KEY } from "./gateway/operator.ts";

/**
 * What makes every AWS SDK and the real aws provider talk to the pocket cloud, and to nothing else: no profile, no shared
 * file, no metadata service of the machine it runs on.
 */
export function awsEnvironment(url: string, emptyFile: string): Record<string, string> {
    return {
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: OPERATOR_ACCESS_KEY,
        AWS_SECRET_ACCESS_KEY: OPERATOR_SECRET_KEY,
        AWS_REGION: DEFAULT_REGION,
        AWS_DEFAULT_REGION: DEFAULT_REGION,
        AWS_CONFIG_FILE: emptyFile,
        AWS_SHARED_CREDENTIALS_FILE: emptyFile,
        AWS_EC2_METADATA_DISABLED: "true",
    };
}
