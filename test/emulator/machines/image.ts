import * as path from "node:path";

/** Folder with the scripts that run in a host or build its image. */
export const HOST_FILES = path.join(import.meta.dirname, "host");

/** Packages of the image: what an Ubuntu cloud image has and scripts rely on. No compilers. */
export const IMAGE_PACKAGES = [
    "openssh-server",
    "sudo",
    "ca-certificates",
    "python3",
    "iproute2",
    "procps",
    "curl",
    "less",
    "xz-utils",
] as const;

/** Packages that bootstrap installs: fetched into the image's apt cache, not installed. */
export const BOOTSTRAP_PACKAGES = [
    "python3-numpy",
    "emacs-nox",
    "nano",
    "python3-venv",
    "python3-pip",
] as const;

/** What bootstrap installs with pip: fetched into the image's pip cache, not installed. */
export const BOOTSTRAP_WHEELS = ["mrjob==0.7.4", "boto3", "setuptools<81"] as const;

/**
 * What the python3 of a cluster's node has. EMR 7's Python 3.9 has all of distutils, which mrjob imports there; Debian's
 * Python leaves most of it out, and setuptools brings it.
 */
export const NODE_WHEELS = ["boto3", "setuptools<81"] as const;

/** The layers of an image, as buildRootfs makes them: what a student's machine has, and what a cluster's node adds. */
export function layers(rootfs: string): { base: string; node: string } {
    return { base: path.join(rootfs, "base"), node: path.join(rootfs, "node") };
}
