import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import * as path from "node:path";

/** One place that apt takes packages from. */
export interface AptSource {
    readonly uri: string;
    readonly suites: readonly string[];
    readonly components: readonly string[];
    readonly signedBy?: string;
}

/** Where the machine's package managers look, rendered for the image of the hosts. */
export interface Registries {
    readonly suite: string;
    readonly mirror: string;
    readonly components: readonly string[];
    readonly keyring: string;
    /** File for /etc/apt/sources.list.d. */
    readonly sources: string;
    /** File for /etc/apt/apt.conf.d. */
    readonly aptConf: string;
    /** File for /etc/pip.conf. */
    readonly pipConf: string;
    /** A CA bundle that pip is told to use on the machine, if any. */
    readonly pipCa?: string;
}

/** Where the CA bundle of the machine's pip goes in the image. */
export const PIP_CA_IN_IMAGE = "/etc/ssl/certs/pip-of-the-machine.crt";

/** Where pip's shared cache is in the image. */
export const PIP_CACHE_IN_IMAGE = "/var/cache/pip";

/** Reads one file of apt sources, in either format: deb822 (*.sources) or one line each (*.list). */
export function parseSources(text: string, deb822: boolean): AptSource[] {
    return deb822 ? text.split(/\n\s*\n/).flatMap(parseStanza) : text.split("\n").flatMap(parseLine);
}

function parseStanza(stanza: string): AptSource[] {
    const fields = new Map<string, string>();
    for (const line of stanza.split("\n")) {
        const found = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
        if (found?.[1] !== undefined) {
            fields.set(found[1].toLowerCase(), (found[2] ?? "").trim());
        }
    }
    const words = (key: string): string[] => (fields.get(key) ?? "").split(/\s+/).filter(Boolean);
    if (!words("types").includes("deb") || fields.get("enabled") === "no") {
        return [];
    }
    const signedBy = fields.get("signed-by");
    return words("uris").map((uri) => ({
        uri,
        suites: words("suites"),
        components: words("components"),
        signedBy: signedBy?.startsWith("/") ? signedBy : undefined,
    }));
}

function parseLine(line: string): AptSource[] {
    const found = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    if (!found) {
        return [];
    }
    const [, options = "", uri = "", suite = "", components = ""] = found;
    const signedBy = /signed-by=(\S+)/.exec(options)?.[1];
    return [{ uri, suites: [suite], components: components.trim().split(/\s+/), signedBy }];
}

/**
 * The sources of the image: those of the machine that serve its own release, so that the mirror is the machine's choice
 * and third parties' packages stay out. The first one that has the release itself is what the image is made from.
 */
export function imageSources(all: readonly AptSource[], codename: string): readonly AptSource[] {
    const own = all
        .filter((source) =>
            source.suites.some((suite) => suite === codename || suite.startsWith(`${codename}-`)),
        )
        .filter((source) => source.components.includes("main"))
        .map((source) => ({
            ...source,
            components: source.components.filter((each) => each === "main" || each === "universe"),
        }));
    return own.sort((a, b) => Number(b.suites.includes(codename)) - Number(a.suites.includes(codename)));
}

/** Settings of `apt-config dump` that say how registries are reached. */
export function networkSettings(dump: string): string {
    const wanted =
        /^(Acquire::(?:[a-z]+::)?(?:[^\s]*::)?(?:Proxy|Verify-Peer|Verify-Host|CaInfo|Retries|Timeout)|Acquire::Check-(?:Valid-Until|Date))\s/i;
    return dump
        .split("\n")
        .filter((line) => wanted.test(line))
        .join("\n");
}

/** pip's settings that say how its index is reached: configuration files first, then the environment, which wins. */
export function pipSettings(files: readonly string[], environment: NodeJS.ProcessEnv): Map<string, string> {
    const wanted = ["index-url", "extra-index-url", "cert", "proxy", "trusted-host", "retries"];
    const settings = new Map<string, string>();
    for (const line of files.flatMap((text) => text.split("\n"))) {
        const [key, ...value] = line.split("=");
        const name = (key ?? "").trim().toLowerCase().replaceAll("_", "-");
        if (wanted.includes(name)) {
            settings.set(name, value.join("=").trim());
        }
    }
    for (const name of wanted) {
        const value = environment[`PIP_${name.toUpperCase().replaceAll("-", "_")}`];
        if (value) {
            settings.set(name, value);
        }
    }
    const proxy = environment["https_proxy"] ?? environment["HTTPS_PROXY"];
    if (proxy && !settings.has("proxy")) {
        settings.set("proxy", proxy);
    }
    return settings;
}

/** Looks up the registries of this machine. `aptDump` is what `apt-config dump` prints. */
export async function machineRegistries(aptDump: string): Promise<Registries> {
    const codename = /^VERSION_CODENAME=(\w+)/m.exec(await text("/etc/os-release"))?.[1] ?? "bookworm";
    const folder = "/etc/apt/sources.list.d";
    const names = await readdir(folder).catch(() => []);
    const found = parseSources(await text("/etc/apt/sources.list"), false);
    for (const name of names.filter((each) => /\.(sources|list)$/.test(each)).sort()) {
        found.push(...parseSources(await text(path.join(folder, name)), name.endsWith(".sources")));
    }
    const sources = imageSources(found, codename);
    const first = sources.find((source) => source.suites.includes(codename));
    if (!first) {
        throw new Error(
            `The apt sources of this machine have none for ${codename}: no image for hosts can be built`,
        );
    }
    const keyring = first.signedBy ?? (await archiveKeyring());
    const pip = pipSettings(await Promise.all(pipFiles().map(text)), process.env);
    const pipCa = pip.get("cert");
    if (pipCa) {
        pip.set("cert", PIP_CA_IN_IMAGE);
    }
    pip.set("cache-dir", PIP_CACHE_IN_IMAGE);
    return {
        suite: codename,
        mirror: first.uri,
        components: first.components,
        keyring,
        sources: sources.map((source) => stanza(source, keyring)).join("\n"),
        aptConf: `${networkSettings(aptDump)}
Acquire::Languages "none";
APT::Install-Recommends "true";
// The .debs that bootstrap installs are in the image already, and stay there.
APT::Keep-Downloaded-Packages "true";
`,
        pipConf: `[global]\n${[...pip].map(([key, value]) => `${key} = ${value}\n`).join("")}`,
        pipCa,
    };
}

function stanza(source: AptSource, keyring: string): string {
    return `Types: deb
URIs: ${source.uri}
Suites: ${source.suites.join(" ")}
Components: ${source.components.join(" ")}
Signed-By: ${source.signedBy ?? keyring}
`;
}

async function archiveKeyring(): Promise<string> {
    for (const name of ["debian-archive-keyring.gpg", "ubuntu-archive-keyring.gpg"]) {
        const file = path.join("/usr/share/keyrings", name);
        if (await text(file)) {
            return file;
        }
    }
    throw new Error("No keyring of the distribution's archive in /usr/share/keyrings");
}

function pipFiles(): string[] {
    const own = process.env["PIP_CONFIG_FILE"];
    const home = homedir();
    return [
        "/etc/pip.conf",
        "/etc/xdg/pip/pip.conf",
        `${home}/.pip/pip.conf`,
        `${home}/.config/pip/pip.conf`,
    ].concat(own ?? []);
}

async function text(file: string): Promise<string> {
    return readFile(file, "utf8").catch(() => "");
}
