import * as assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { Header, Pax } from "tar";

/** A member of an archive under test, as a tar writes it. */
export interface TarMember {
    readonly name: string;
    /** Default: a file. */
    readonly type?:
        "File" | "Directory" | "SymbolicLink" | "Link" | "CharacterDevice" | "FIFO" | "TapeVolumeHeader";
    readonly content?: string | Buffer;
    readonly target?: string;
    /** Permissions; default 0644, folders 0755. */
    readonly mode?: number;
}

const block = 512;
const padding = (size: number) => Buffer.alloc((block - (size % block)) % block);

/** Makes a tar of members, with its end unless told otherwise. */
export function tar(members: readonly TarMember[], end: "end" | "no end" = "end"): Buffer {
    const parts = members.flatMap(({ name, type = "File", content = "", target, mode }) => {
        const body = Buffer.from(content);
        const facts = {
            path: name,
            type,
            mode: mode ?? (type === "Directory" ? 0o755 : 0o644),
            size: body.length,
            mtime: new Date("2026-09-01T08:00:00Z"),
            ...(target === undefined ? {} : { linkpath: target }),
            ...(type === "CharacterDevice" ? { devmaj: 1, devmin: 3 } : {}),
        };
        const header = Buffer.alloc(block);
        const extended = new Header(facts).encode(header, 0)
            ? [
                  new Pax({ path: name, ...(target === undefined ? {} : { linkpath: target }) }).encode() ??
                      assert.fail("nothing to extend"),
              ]
            : [];
        return [...extended, header, body, padding(body.length)];
    });
    return Buffer.concat([...parts, Buffer.alloc(end === "end" ? 2 * block : 0)]);
}

/** Makes a tar.gz: names to contents; a content that begins with "-> " is a link, "device" a device, a name with "/" at its end a folder. */
export function archive(files: Readonly<Record<string, string>>): Buffer {
    return gzipSync(
        tar(
            Object.entries(files).map(([name, content]): TarMember => {
                if (name.endsWith("/")) {
                    return { name, type: "Directory" };
                }
                if (content === "device") {
                    return { name, type: "CharacterDevice" };
                }
                return content.startsWith("-> ")
                    ? { name, type: "SymbolicLink", target: content.slice(3) }
                    : { name, content };
            }),
        ),
    );
}
