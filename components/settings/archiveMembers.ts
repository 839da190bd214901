import * as path from "node:path";

/** A name in a tar archive, as far as it matters for whether it arrives in a home. */
export interface ArchiveMember {
    readonly kind: "file" | "folder" | "link" | "hard link" | "other";
    /** As it is written in the archive. */
    readonly name: string;
    /** Where a link leads, as it is written in the archive. */
    readonly target: string;
}

/** What arrives in a home, by name without "./" and the like, and what does not, with the reason. */
export interface ArrivingMembers {
    readonly arriving: ReadonlySet<string>;
    readonly leftOut: ReadonlyMap<string, string>;
}

/** What macOS adds for itself; nobody misses it. */
const noise = /(^|\/)(\._[^/]*|\.DS_Store|__MACOSX)(\/|$)/;

const plain = (name: string) => path.posix.normalize(name).replace(/\/$/, "");

const parentsOf = (name: string) =>
    name
        .split("/")
        .slice(0, -1)
        .map((_, index, parts) => parts.slice(0, index + 1).join("/"));

/**
 * Tells what of an archive arrives in the students' homes: everything that stays within a home and is a file, a folder or
 * a link. The machines go by the same rules (`why_not` of scripts/machine/course-archive.py).
 *
 * @param members in the order of the archive
 */
export function arrivingMembers(members: Iterable<ArchiveMember>): ArrivingMembers {
    const arriving = new Set<string>();
    const leftOut = new Map<string, string>();
    const links = new Set<string>();
    for (const member of members) {
        const name = plain(member.name);
        if (name === "." || noise.test(name)) {
            continue;
        }
        const problem = whyNot(member, name, links, arriving);
        if (problem === undefined) {
            arriving.add(name);
            if (member.kind === "link") {
                links.add(name);
            }
        } else {
            leftOut.set(member.name, problem);
        }
    }
    return { arriving, leftOut };
}

function whyNot(
    { kind, name: written, target }: ArchiveMember,
    name: string,
    links: ReadonlySet<string>,
    arriving: ReadonlySet<string>,
): string | undefined {
    if (written.startsWith("/")) {
        return "an absolute path";
    }
    if (written.split("/").includes("..")) {
        return "a path that leaves the home folder";
    }
    if (parentsOf(name).some((parent) => links.has(parent))) {
        return "a path through a link";
    }
    switch (kind) {
        case "link": {
            const leads = path.posix.normalize(path.posix.join(path.posix.dirname(name), target));
            return target.startsWith("/") || leads.split("/")[0] === ".."
                ? "a link that leaves the home folder"
                : undefined;
        }
        case "hard link":
            return arriving.has(plain(target)) ? undefined : "a link to a file that is not in the archive";
        case "other":
            return "a device or the like";
        default:
            return undefined;
    }
}

/** Names with reasons for a sentence; after the fifth only how many more there are. */
export function tellLeftOut(leftOut: ReadonlyMap<string, string>): string {
    const told = [...leftOut].slice(0, 5).map(([name, reason]) => `${name} (${reason})`);
    return told.join(", ") + (leftOut.size > 5 ? ` and ${leftOut.size - 5} more` : "");
}
