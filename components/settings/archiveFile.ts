import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { Parser, type ReadEntry } from "tar";
import { type ArchiveMember, arrivingMembers, tellLeftOut } from "./archiveMembers.ts";

/** A local archive that can be used. */
export interface ArchiveFile {
    /** Of the whole file, in hex. */
    readonly sha256: string;
    /** Names with reasons of what arrives on no machine; "" where all does. */
    readonly leftOut: string;
}

/** Read at a time: archives may be larger than a Buffer (2 GiB) and than the memory. */
const pieceBytes = 4 * 1024 * 1024;
const zeros = Buffer.alloc(pieceBytes);

const kinds: Readonly<Record<string, ArchiveMember["kind"]>> = {
    File: "file",
    OldFile: "file",
    ContiguousFile: "file",
    Directory: "folder",
    GNUDumpDir: "folder",
    SymbolicLink: "link",
    Link: "hard link",
};

/**
 * Looks into a local tar archive compressed with gzip, all through, in pieces.
 *
 * @param path of a file
 * @returns what is known of it then, or what keeps it from being used at all, going on with a verb after key and value
 */
export function lookIntoArchive(path: string): ArchiveFile | { readonly problem: string } {
    let file: number;
    try {
        file = fs.openSync(path, "r");
    } catch {
        return { problem: "is not a file that can be read from the folder of Pulumi.yaml" };
    }
    try {
        return fs.fstatSync(file).isFile() ? lookInto(file) : { problem: "is not a file" };
    } catch (error) {
        return { problem: `cannot be read (${error instanceof Error ? error.message : String(error)})` };
    } finally {
        fs.closeSync(file);
    }
}

function lookInto(file: number): ArchiveFile | { readonly problem: string } {
    const reading = new ArchiveReading();
    const hash = createHash("sha256");
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (let first = true; ; first = false) {
        const read = fs.readSync(file, piece, 0, piece.length, null);
        // RFC 1952, 2.3.1: a gzip file starts with these two bytes.
        if (first && (read < 2 || piece[0] !== 0x1f || piece[1] !== 0x8b)) {
            return { problem: "is not a tar.gz archive" };
        }
        if (read === 0) {
            break;
        }
        hash.update(piece.subarray(0, read));
        reading.take(piece.subarray(0, read));
    }
    const problem = reading.end();
    if (problem !== undefined) {
        return { problem };
    }
    const { arriving, leftOut } = arrivingMembers(reading.members);
    if (arriving.size === 0) {
        return {
            problem:
                leftOut.size === 0
                    ? "has nothing in it"
                    : `has nothing in it that can be put into a home: ${tellLeftOut(leftOut)}`,
        };
    }
    return { sha256: hash.digest("hex"), leftOut: tellLeftOut(leftOut) };
}

/** One pass of the parser over an archive; what it does in events is done when `take` returns (its unzip is synchronous). */
class ArchiveReading {
    readonly members: ArchiveMember[] = [];
    private readonly parser: Parser;
    private readonly complaints: string[] = [];
    private sawEnd = false;
    private sparse = false;

    constructor() {
        this.parser = new Parser({
            // Data sets of zeros are no attack on the operator's own memory: nothing is kept.
            maxDecompressionRatio: Infinity,
            onwarn: (_code, message) => {
                this.complaints.push(String(message));
            },
            onReadEntry: (entry) => this.add(entry),
        });
        this.parser.on("ignoredEntry", (entry: ReadEntry) => this.addIgnored(entry));
        this.parser.on("eof", () => (this.sawEnd = true));
        this.parser.on("error", (error: Error) => this.complaints.push(error.message));
    }

    take(piece: Buffer): void {
        // Zeros after the end are what a tape or a disk adds, and slow to look at as if they were more of the archive.
        const padding = this.sawEnd && piece.equals(zeros.subarray(0, piece.length));
        if (this.complaints.length === 0 && !padding) {
            this.parser.write(Buffer.from(piece));
        }
    }

    /** The problem of the archive as a whole, if there is one. */
    end(): string | undefined {
        if (this.complaints.length === 0) {
            this.parser.end();
        }
        // What the parser says of a tar with nothing in it but its end.
        const [complaint] = this.complaints.filter(
            (one) => !(this.sawEnd && one === "Unrecognized archive format"),
        );
        if (complaint === undefined || this.sparse) {
            // Also of a `tar | gzip` whose first half was killed.
            return this.sawEnd || this.sparse ? undefined : "is cut: its end is missing";
        }
        if (/unexpected end of file|Truncated/.test(complaint)) {
            return "is cut: its end is missing";
        }
        const known = this.members.length > 0 && !/Unrecognized archive format/.test(complaint);
        return known ? `is damaged (${complaint})` : "is not a tar.gz archive";
    }

    private add(entry: ReadEntry): void {
        this.members.push({
            kind: kinds[entry.type] ?? "other",
            name: entry.path,
            target: entry.linkpath ?? "",
        });
        entry.resume();
    }

    /** The parser passes over the label of a tape, and over files with holes, which the machines can read. */
    private addIgnored(entry: ReadEntry): void {
        if (entry.type === "SparseFile") {
            this.sparse = true;
            this.members.push({ kind: "file", name: entry.path, target: "" });
        }
    }
}
