import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Region } from "../preflight/region.ts";
import { isIpv6 } from "../settings/network.ts";
import { emrTag, type Tags } from "../names/tags.ts";

/** Inputs of a {@link Network}. */
export interface NetworkArgs {
    /** Where the network is. The zone is frozen when the subnet is made: a later choice changes nothing. */
    readonly region: Region;
    /** Networks that may reach the machines by SSH, IPv4 or IPv6 in CIDR notation. A change updates rules in place. */
    readonly allowedSshCidrs: readonly string[];
    /** Ports of SSH. A change updates rules in place. */
    readonly sshPorts: readonly number[];
    /** Tags of everything in it. A change updates them in place. */
    readonly tags: Tags;
}

/**
 * The network of a region's labs: one public subnet, and the security group of the machines.
 *
 * A public subnet, because EMR in a private one needs a NAT gateway, which costs by the hour and by the gigabyte. The S3
 * endpoint is free, and keeps the clusters' traffic with S3 off the internet.
 */
export class Network extends pulumi.ComponentResource {
    readonly vpcId: pulumi.Output<string>;
    readonly subnetId: pulumi.Output<string>;
    /** Group of every machine: SSH from the allowed networks, anything to the outside. */
    readonly machinesGroupId: pulumi.Output<string>;

    constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
        super("student-labs:index:Network", name, {}, opts);
        const child = { parent: this, hooks: opts?.hooks };
        const { tags } = args;

        const vpc = new aws.ec2.Vpc(
            `${name}-vpc`,
            {
                cidrBlock: "10.20.0.0/16",
                // EMR's nodes find each other by name.
                enableDnsHostnames: true,
                enableDnsSupport: true,
                assignGeneratedIpv6CidrBlock: true,
                tags: { ...tags, Name: `${pulumi.getProject()} ${pulumi.getStack()}` },
            },
            child,
        );
        // Attached by a resource of its own: a kill between the two calls leaves a gateway that is in nobody's way.
        const gateway = new aws.ec2.InternetGateway(`${name}-gateway`, { tags }, child);
        const attached = new aws.ec2.InternetGatewayAttachment(
            `${name}-gateway`,
            { internetGatewayId: gateway.id, vpcId: vpc.id },
            child,
        );
        const subnet = new aws.ec2.Subnet(
            `${name}-subnet`,
            {
                vpcId: vpc.id,
                // 4091 addresses, whatever the number of labs: a lab takes up to 21, most take 5. Were this computed
                // from the number of labs, one more student would replace the subnet and with it every machine.
                cidrBlock: "10.20.0.0/20",
                ipv6CidrBlock: vpc.ipv6CidrBlock.apply((block) => block.replace(/\/56$/, "/64")),
                availabilityZone: args.region.zone,
                mapPublicIpOnLaunch: true,
                tags: { ...tags, ...emrTag },
            },
            { ...child, ignoreChanges: ["availabilityZone"] },
        );
        const routes = new aws.ec2.RouteTable(`${name}-routes`, { vpcId: vpc.id, tags }, child);
        // EC2 takes no route to a gateway that is not attached.
        const route = { ...child, dependsOn: [attached] };
        new aws.ec2.Route(
            `${name}-internet`,
            { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
            route,
        );
        new aws.ec2.Route(
            `${name}-internet6`,
            { routeTableId: routes.id, destinationIpv6CidrBlock: "::/0", gatewayId: gateway.id },
            route,
        );
        new aws.ec2.RouteTableAssociation(
            `${name}-subnet-routes`,
            { routeTableId: routes.id, subnetId: subnet.id },
            child,
        );
        // Its default policy allows everything, which EMR's own software repositories in S3 need.
        new aws.ec2.VpcEndpoint(
            `${name}-s3`,
            {
                vpcId: vpc.id,
                serviceName: `com.amazonaws.${args.region.name}.s3`,
                vpcEndpointType: "Gateway",
                routeTableIds: [routes.id],
                tags,
            },
            child,
        );

        const machines = new aws.ec2.SecurityGroup(
            `${name}-machines`,
            {
                vpcId: vpc.id,
                description: "Machines of the labs: SSH from the class room",
                revokeRulesOnDelete: true,
                tags,
            },
            child,
        );
        for (const port of args.sshPorts) {
            for (const cidr of args.allowedSshCidrs) {
                new aws.vpc.SecurityGroupIngressRule(
                    `${name}-ssh-${port}-${cidr}`,
                    {
                        securityGroupId: machines.id,
                        description: "SSH",
                        ipProtocol: "tcp",
                        fromPort: port,
                        toPort: port,
                        ...(isIpv6(cidr) ? { cidrIpv6: cidr } : { cidrIpv4: cidr }),
                        tags,
                    },
                    child,
                );
            }
        }
        allowEverythingOut(`${name}-machines`, machines.id, tags, child);

        this.vpcId = vpc.id;
        this.subnetId = subnet.id;
        this.machinesGroupId = machines.id;
        this.registerOutputs({ subnetId: this.subnetId, machinesGroupId: this.machinesGroupId });
    }
}

/**
 * Lets a security group reach everything outside.
 *
 * The aws provider takes away the rule that EC2 gives to new groups, so it is declared: without it no package is fetched
 * and no cluster starts.
 *
 * @param name start of the resources' names
 */
export function allowEverythingOut(
    name: string,
    securityGroupId: pulumi.Input<string>,
    tags: Tags,
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
    return [
        new aws.vpc.SecurityGroupEgressRule(
            `${name}-out`,
            { securityGroupId, description: "Everything", ipProtocol: "-1", cidrIpv4: "0.0.0.0/0", tags },
            opts,
        ),
        new aws.vpc.SecurityGroupEgressRule(
            `${name}-out6`,
            { securityGroupId, description: "Everything", ipProtocol: "-1", cidrIpv6: "::/0", tags },
            opts,
        ),
    ];
}
