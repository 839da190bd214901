import { readFile } from "node:fs/promises";
import * as path from "node:path";
import type { Engine } from "./engine.ts";

/** Providers of which the pocket cloud has a stand-in. */
export const PROVIDERS = ["aws", "random", "tls", "command"] as const;
/** Name of a Pulumi package. */
export type ProviderName = (typeof PROVIDERS)[number];
/** Which one of the two is used. */
export type ProviderKind = "real" | "stand-in";
/** What is used for each. */
export type ProviderChoice = Readonly<Record<ProviderName, ProviderKind>>;

/** Environment variable that chooses one by one, e.g. `command=real,random=stand-in`. */
export const PROVIDERS_VARIABLE = "STUDENT_LABS_PROVIDERS";

function parseWishes(text: string): Partial<Record<ProviderName, ProviderKind>> {
    const wishes: Partial<Record<ProviderName, ProviderKind>> = {};
    for (const part of text.split(",").filter((piece) => piece.trim() !== "")) {
        const [name, kind] = part.split("=").map((piece) => piece.trim());
        const provider = PROVIDERS.find((known) => known === name);
        if (!provider || (kind !== "real" && kind !== "stand-in")) {
            throw new Error(
                `${PROVIDERS_VARIABLE}: "${part.trim()}" is not NAME=real or NAME=stand-in, with NAME one of ${PROVIDERS.join(", ")}`,
            );
        }
        wishes[provider] = kind;
    }
    return wishes;
}

/**
 * A stand-in only where the real plugin is not installed in the version that the SDK demands. aws is the exception: its
 * stand-in is the default also beside an installed plugin: the real one works against the gateway (tried as of v5.46, with
 * the schema of newer ones imitated), but it polls at AWS's pace.
 * With simulated machines the command stand-in is needed, because only that one can be told where a machine's SSH port is.
 */
export function chooseProviders(
    plugins: Engine["plugins"],
    versions: Readonly<Record<ProviderName, string>>,
    wish = "",
    machines: "namespaces" | "simulated" = "namespaces",
): ProviderChoice {
    const wishes = parseWishes(wish);
    const choose = (name: ProviderName): ProviderKind => {
        const installed = plugins.some((plugin) => plugin.name === name && plugin.version === versions[name]);
        const wished = wishes[name];
        if (wished === "real" && !installed) {
            throw new Error(
                `${PROVIDERS_VARIABLE} asks for the real ${name} provider, which is not installed: ` +
                    `pulumi plugin install resource ${name} ${versions[name]}`,
            );
        }
        if (name === "command" && machines === "simulated") {
            return "stand-in";
        }
        return wished ?? (installed && name !== "aws" ? "real" : "stand-in");
    };
    return { aws: choose("aws"), random: choose("random"), tls: choose("tls"), command: choose("command") };
}

/** The versions of the SDKs that the program uses: those of the plugins that the engine asks for. */
export async function providerVersions(repository: string): Promise<Record<ProviderName, string>> {
    const versions = await Promise.all(
        PROVIDERS.map(async (name): Promise<[ProviderName, string]> => {
            const manifest = path.join(repository, "node_modules", "@pulumi", name, "package.json");
            const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
            return [name, version.replace(/^v/, "")];
        }),
    );
    return Object.fromEntries(versions) as Record<ProviderName, string>;
}
