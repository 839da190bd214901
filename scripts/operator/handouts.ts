import { randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";

/** Folder at the top of the repository for all that the tool writes for people; git ignores it. */
export const handoutsFolder = "handouts";

/** Names of the files in it. */
export const handoutFiles = {
    /** All cards. */
    cards: "cards.pdf",
    /** Only the cards that changed; all of them stay where they are. */
    changedCards: "cards-changed.pdf",
    /** What the last cards said, as hashes. */
    cardMemory: "cards-printed.json",
    door: "door.pdf",
    json: "roster.json",
    csv: "roster.csv",
    knownHosts: "known_hosts",
    sshConfig: "ssh_config",
} as const;

/**
 * Writes files with passwords: only their owner can read them (mode 600, in a folder of mode 700 where that is new), and a
 * reader finds the former file or the whole new one, never half of it.
 *
 * On Windows modes say nothing; there the folder's own rights decide.
 *
 * @param file path of the file; its folder is made where it is missing
 * @param content text is written as UTF-8
 * @throws the system's error where the folder cannot be written; then nothing is left behind
 */
export async function writePrivately(file: string, content: string | Uint8Array): Promise<void> {
    const folder = path.dirname(file);
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    // Beside the file, since a rename is one step only inside a file system.
    const draft = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString("hex")}`);
    try {
        // "wx" refuses what is there already, so that nobody's link is followed.
        const handle = await fs.open(draft, "wx", 0o600);
        try {
            await handle.writeFile(content);
            await handle.sync();
        } finally {
            await handle.close();
        }
        await fs.rename(draft, file);
    } catch (error) {
        await fs.rm(draft, { force: true });
        throw error;
    }
}
