/**
 * Why a property that the program does not write is no change in the next `up`, although the provider would take any
 * value that it reads back for one:
 *
 * - `empty`: AWS answers nothing (or the empty value) where nobody asked for it.
 * - `default`: the provider's schema has a default, which the provider sends and AWS keeps.
 * - `unread`: for the provider itself; it asks AWS for no such thing.
 * - `ignored`: AWS fills it in, so the program has it in `ignoreChanges`.
 */
export type WhySilent = "empty" | "default" | "unread" | "ignored";

const otherRoutings = {
    failoverRoutingPolicies: "empty",
    geolocationRoutingPolicies: "empty",
    geoproximityRoutingPolicy: "empty",
    latencyRoutingPolicies: "empty",
    cidrRoutingPolicy: "empty",
    weightedRoutingPolicies: "empty",
    multivalueAnswerRoutingPolicy: "empty",
} as const;

// A rule has one source or target, and EC2 answers that one.
const otherSources = {
    cidrIpv4: "empty",
    cidrIpv6: "empty",
    prefixListId: "empty",
    referencedSecurityGroupId: "empty",
} as const;

/**
 * Every property of every type of the aws provider that the program registers, as far as it is Optional and not Computed
 * and the program leaves it out, always or at times. From the schemas of terraform-provider-aws and what AWS answers.
 * A version of the SDK that brings another one has to have its reason added here: `osReleaseLabel` came with 6.2, and
 * would have replaced every cluster in the second `up`.
 */
export const silentProperties: Readonly<Record<string, Readonly<Record<string, WhySilent>>>> = {
    "aws:ec2/instance:Instance": {
        forceDestroy: "unread",
        getPasswordData: "default",
        hibernation: "empty",
        // Only of a machine that was started from one.
        launchTemplate: "empty",
        "metadataOptions.httpProtocolIpv6": "default",
        sourceDestCheck: "default",
        userDataReplaceOnChange: "unread",
    },
    "aws:ec2/route:Route": {
        destinationCidrBlock: "empty",
        destinationIpv6CidrBlock: "empty",
        destinationPrefixListId: "empty",
        carrierGatewayId: "empty",
        coreNetworkArn: "empty",
        egressOnlyGatewayId: "empty",
        localGatewayId: "empty",
        natGatewayId: "empty",
        odbNetworkArn: "empty",
        transitGatewayId: "empty",
        vpcEndpointId: "empty",
        vpcPeeringConnectionId: "empty",
    },
    "aws:ec2/routeTableAssociation:RouteTableAssociation": { gatewayId: "empty" },
    "aws:ec2/subnet:Subnet": {
        assignIpv6AddressOnCreation: "default",
        customerOwnedIpv4Pool: "empty",
        enableDns64: "default",
        enableLniAtDeviceIndex: "empty",
        enableResourceNameDnsARecordOnLaunch: "default",
        enableResourceNameDnsAaaaRecordOnLaunch: "default",
        ipv4IpamPoolId: "unread",
        ipv4NetmaskLength: "unread",
        ipv6IpamPoolId: "unread",
        ipv6NetmaskLength: "unread",
        ipv6Native: "default",
        mapCustomerOwnedIpOnLaunch: "empty",
        outpostArn: "empty",
    },
    "aws:ec2/vpc:Vpc": {
        instanceTenancy: "default",
        ipv4IpamPoolId: "unread",
        ipv4NetmaskLength: "unread",
        // An IPv6 block of Amazon's has a pool called "Amazon", which the provider leaves out.
        ipv6IpamPoolId: "empty",
        ipv6NetmaskLength: "empty",
    },
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        autoAccept: "unread",
        resourceConfigurationArn: "empty",
        serviceNetworkArn: "empty",
    },
    "aws:ec2transitgateway/instanceState:InstanceState": { force: "unread" },
    "aws:emr/cluster:Cluster": {
        additionalInfo: "unread",
        autoscalingRole: "empty",
        bootstrapActions: "empty",
        configurations: "unread",
        // Read only where the program gave some.
        configurationsJson: "unread",
        "coreInstanceGroup.autoscalingPolicy": "empty",
        "coreInstanceGroup.bidPrice": "empty",
        customAmiId: "empty",
        // EMR has a size of its own for each release and answers only one that was asked for.
        ebsRootVolumeSize: "empty",
        "ec2Attributes.additionalMasterSecurityGroups": "empty",
        "ec2Attributes.additionalSlaveSecurityGroups": "empty",
        kerberosAttributes: "empty",
        logEncryptionKmsKeyId: "empty",
        "masterInstanceGroup.bidPrice": "empty",
        osReleaseLabel: "ignored",
        placementGroupConfigs: "empty",
        securityConfiguration: "empty",
        unhealthyNodeReplacement: "default",
        visibleToAllUsers: "default",
    },
    "aws:iam/accessKey:AccessKey": { pgpKey: "unread", status: "default" },
    "aws:iam/instanceProfile:InstanceProfile": { path: "default" },
    "aws:iam/policy:Policy": { delayAfterPolicyCreationInMs: "unread", path: "default" },
    "aws:iam/role:Role": {
        forceDetachPolicies: "unread",
        maxSessionDuration: "default",
        path: "default",
        permissionsBoundary: "empty",
    },
    "aws:iam/user:User": { path: "default", permissionsBoundary: "empty" },
    "aws:route53/record:Record": {
        ...otherRoutings,
        aliases: "empty",
        healthCheckId: "empty",
        setIdentifier: "empty",
    },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        "rules.expiration.date": "empty",
        "rules.filter.and": "empty",
        "rules.filter.tag": "empty",
        "rules.noncurrentVersionExpiration": "empty",
        "rules.noncurrentVersionTransitions": "empty",
        "rules.transitions": "empty",
        timeouts: "unread",
    },
    "aws:s3/bucketObjectv2:BucketObjectv2": {
        cacheControl: "empty",
        checksumAlgorithm: "empty",
        content: "unread",
        contentBase64: "unread",
        contentDisposition: "empty",
        contentEncoding: "empty",
        contentLanguage: "empty",
        forceDestroy: "unread",
        objectLockLegalHoldStatus: "empty",
        objectLockMode: "empty",
        objectLockRetainUntilDate: "empty",
        overrideProvider: "unread",
        sourceHash: "unread",
        websiteRedirect: "empty",
    },
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": { skipDestroy: "unread" },
    "aws:scheduler/schedule:Schedule": {
        endDate: "empty",
        "flexibleTimeWindow.maximumWindowInMinutes": "empty",
        kmsKeyArn: "empty",
        startDate: "empty",
        state: "default",
        "target.deadLetterConfig": "empty",
        "target.ecsParameters": "empty",
        "target.eventbridgeParameters": "empty",
        "target.kinesisParameters": "empty",
        "target.sagemakerPipelineParameters": "empty",
        "target.sqsParameters": "empty",
    },
    // -1 for all protocols has no ports, and EC2 answers -1 for them, which the provider leaves out.
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
        ...otherSources,
        fromPort: "empty",
        toPort: "empty",
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": otherSources,
};
