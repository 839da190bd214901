/**
 * Constants of the pocket cloud that everybody who talks to the gateway needs.
 *
 * These credentials are no secret: they open nothing but a gateway that listens on 127.0.0.1 of this machine.
 */

/** The pocket cloud's only account. */
export const ACCOUNT_ID = "123456789012";

/** Access key of the operator, who may do everything. */
export const OPERATOR_ACCESS_KEY = "AKIAPOCKETCLOUDADMIN";

/** Secret of {@link OPERATOR_ACCESS_KEY}. */
export const OPERATOR_SECRET_KEY = "pocket-cloud-admin";

/** Who the operator is to IAM. */
export const OPERATOR_ARN = `arn:aws:iam::${ACCOUNT_ID}:user/operator`;

/** The operator's credentials in the shape that AWS SDK clients take. */
export const OPERATOR_CREDENTIALS = {
    accessKeyId: OPERATOR_ACCESS_KEY,
    secretAccessKey: OPERATOR_SECRET_KEY,
} as const;

/** Region of calls that name none (the program's default stack). */
export const DEFAULT_REGION = "eu-west-1";

/** Port of the metadata service on each machine's own address (169.254.169.254 cannot be had without a network namespace). */
export const METADATA_PORT = 1338;
