import { chmod, mkdir } from "node:fs/promises";
import * as path from "node:path";
import { buildOnce } from "./buildOnce.ts";
import { elapsed, heartbeat, type Log } from "./progress.ts";
import { run } from "./run.ts";

/** Holds go.mod and go.sum: what the CLI is built from, with the checksum of every module. */
const MODULE = path.join(import.meta.dirname, "pulumi-cli");
const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const LIMIT_MS = 40 * 60_000;

/** Where a step of `go build -v -x` output stands; the words for the progress line. */
export function goStage(line: string, packages: number): string {
    return line.startsWith("go: downloading ")
        ? `building the Pulumi CLI with Go: downloading ${line.split(" ")[2] ?? ""}`
        : `building the Pulumi CLI with Go: ${packages} packages compiled`;
}

/**
 * Builds the Pulumi CLI from its published Go module. The `replace` line in go.mod is the CLI's own: such lines of a
 * dependency do not count in Go, so ours has to repeat it.
 */
export async function buildEngine(version: string, target: string, log: Log): Promise<string> {
    const go = await run("go", ["version"]);
    if (go.exitCode !== 0) {
        throw new Error(
            "There is no Pulumi CLI: none on the PATH, none that could be downloaded, and no Go to build one with. " +
                "Install Pulumi (https://www.pulumi.com/docs/install/), or Go 1.21 or newer, which fetches what it needs.",
        );
    }
    return buildOnce({
        name: `engine-${version}`,
        target,
        log,
        build: async (draft) => {
            await mkdir(path.dirname(target), { recursive: true });
            const begin = Date.now();
            const beat = heartbeat(log, begin);
            let packages = 0;
            beat.say("building the Pulumi CLI with Go (about 10 minutes, once)");
            const { exitCode, stderr } = await run(
                "go",
                // -mod=readonly: nothing is written into the repository, and go.sum decides what is used.
                [
                    "build",
                    "-v",
                    "-mod=readonly",

                    "-o",
                    draft,
                    "-ldflags",
                    `-s -w -X ${VERSION_VARIABLE}=v${version}`,
                    PACKAGE,
                ],
                {
                    cwd: MODULE,
                    timeoutMs: LIMIT_MS,
                    env: { GOWORK: "off" },
                    onLine: (line) => {
                        packages += line.startsWith("go: ") ? 0 : 1;
                        beat.say(goStage(line, packages));
                    },
                },
            );
            beat.stop();
            if (exitCode !== 0) {
                const last = stderr.trim().split("\n").slice(-8).join("\n");
                throw new Error(
                    `Building the Pulumi CLI with Go ${exitCode === 124 ? `took longer than ${elapsed(LIMIT_MS)}` : "failed"}. It needs a Go ` +
                        `module proxy (go env GOPROXY). Installing Pulumi yourself also helps: ` +
                        `https://www.pulumi.com/docs/install/\n${last}`,
                );
            }
            await chmod(draft, 0o755);
            log(`the Pulumi CLI is built (${elapsed(Date.now() - begin)})`);
        },
    });
}
