/**
 * Images that moto knows in every region (its list dates from 2017). What boots is the pocket cloud's own root file
 * system, so only the names have to exist.
 */

/** Stands for Ubuntu 24.04, 64-bit x86. */
export const UBUNTU_AMD64 = "ami-785db401";

/** Stands for Ubuntu 24.04, 64-bit ARM. */
export const UBUNTU_ARM64 = "ami-1e749f67";

/** Stands for the image of EMR's nodes. */
export const CLUSTER_IMAGE = "ami-785db401";
