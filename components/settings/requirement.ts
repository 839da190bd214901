import { z } from "zod";

/** One requirement of pip's, by name and versions, as `pip install` takes it. */
export interface Requirement {
    /** Normalised (PEP 503): `Boto3_Stubs` and `boto3-stubs` are one package. */
    readonly name: string;
    /** Without white space, the name normalised: `mrjob[aws]==0.7.4`. */
    readonly text: string;
}

// PEP 508: name, extras, versions with or without brackets around them.
const form = /^([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(?:\(([^()]*)\)|([^()]*))$/i;
const extra = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i;
// PEP 440, appendix B; what may stand behind === is any text.
const version =
    /^v?(\d+!)?\d+(\.\d+)*([-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?(-\d+|[-_.]?(post|rev|r)[-_.]?\d*)?([-_.]?dev[-_.]?\d*)?(\+[a-z0-9]+([-_.][a-z0-9]+)*)?$/i;

/** True for one comparison with a version, `>=1.2`, as pip takes it. */
function isComparison(text: string): boolean {
    const [, operator = "", operand = ""] = /^(===|==|~=|!=|<=|>=|<|>)\s*(\S+)$/.exec(text) ?? [];
    switch (operator) {
        case "":
            return false;
        case "===":
            return /^[\w.*+!-]+$/.test(operand);
        case "==":
        case "!=":
            return version.test(operand.replace(/\.\*$/, ""));
        case "~=":
            // Compatible with what would not be said by a single number.
            return version.test(operand) && /^v?(\d+!)?\d+\.\d/i.test(operand);
        default:
            return version.test(operand);
    }
}

/** The pieces of a list with commas; none in an empty one. */
const listed = (text: string): string[] =>
    text.trim() === "" ? [] : text.split(",").map((one) => one.trim());

/**
 * Reads a requirement as pip does (PEP 508): names, extras and versions. Options, addresses and conditions are not taken.
 *
 * @returns the requirement, or in words what keeps the text from being one, to go on with after the text
 */
export function parseRequirement(text: string): Requirement | string {
    if (/^-/.test(text)) {
        return "is an option of pip, not a package";
    }
    if (/[@/]/.test(text)) {
        return "is an address, and packages are taken from PyPI by their names";
    }
    if (text.includes(";")) {
        return "has a condition, which is of no use: all machines have the same Python";
    }
    const [, name, extras = "", inBrackets, plain = ""] = form.exec(text.trim()) ?? [];
    const comparisons = listed(inBrackets ?? plain);
    if (
        name === undefined ||
        !comparisons.every(isComparison) ||
        !listed(extras).every((one) => extra.test(one))
    ) {
        return "is not a pip requirement";
    }
    const normalised = name.toLowerCase().replace(/[-_.]+/g, "-");
    const wanted = listed(extras).length > 0 ? `[${listed(extras).join(",")}]` : "";
    return {
        name: normalised,
        text: `${normalised}${wanted}${comparisons.map((one) => one.replace(/\s+/g, "")).join(",")}`,
    };
}

/** What every class needs, in the version that is known to work. */
const needed = {
    mrjob: "mrjob==0.7.4",
    boto3: "boto3",
    // mrjob 0.7.4 imports distutils, which Python has no longer and setuptools stands in for; 81 gives up pkg_resources.
    setuptools: "setuptools<81",
} as const;

/**
 * The requirements that a list leaves out and a class cannot do without: boto3, which fetches the course archive, and,
 * where there are clusters, mrjob, which runs jobs on them.
 *
 * @param requirements texts of {@link parseRequirement}
 * @param clusters whether labs have clusters
 */
export function missingRequirements(requirements: readonly string[], clusters: boolean): string[] {
    const names = requirements.map(parseRequirement).map((one) => (typeof one === "string" ? "" : one.name));
    return Object.entries(needed)
        .filter(([name]) => !names.includes(name) && (clusters || name !== "mrjob"))
        .map(([, text]) => text);
}

/** One requirement of pip's; answers its text with the name normalised. */
export const pipRequirement = z
    .string({ error: "is not text, so it cannot be a pip requirement" })
    .transform((text, context): string => {
        const read = parseRequirement(text);
        if (typeof read === "string") {
            context.addIssue({ code: "custom", message: read });
            return z.NEVER;
        }
        return read.text;
    });
