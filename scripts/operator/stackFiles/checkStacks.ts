import type { Settings } from "../../../components/settings/definitions.ts";
import { type Problem, SettingsError, showValue } from "../../../components/settings/problem.ts";
import { checkSettings } from "../../../components/settings/settings.ts";
import type { StackNames } from "../../../components/settings/stackNames.ts";
import { StackFileError } from "./document.ts";
import type { Project } from "./project.ts";
import { parseStackFile, type StackFile } from "./stackFile.ts";

/** A stack whose settings were checked as `pulumi up` checks them. */
export interface CheckedStack {
    readonly stack: string;
    readonly file: string;
    /** The setting `aws:region`; `undefined` where it is missing. */
    readonly region: string | undefined;
    /** `undefined` where there are problems. */
    readonly settings: Settings | undefined;
    /** All of them. */
    readonly problems: readonly Problem[];
    /** Settings that are encrypted, by full key; they were checked where their texts were given. */
    readonly encrypted: readonly string[];
}

/** Texts of encrypted settings, by stack and full key, as `pulumi config --show-secrets` tells them. */
export type Decrypted = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;

const regionName = /^[a-z]{2}(-[a-z]+)+-\d$/;

function regionProblems(region: string | undefined): Problem[] {
    const mend = "Write aws:region: eu-west-1, or the region that this stack is for.";
    if (region === undefined) {
        return [
            {
                key: "aws:region",
                value: region,
                message: "is missing, so nobody knows where the class is",
                mend,
            },
        ];
    }
    return regionName.test(region)
        ? []
        : [{ key: "aws:region", value: region, message: "is not the name of a region", mend }];
}

function checkTexts(
    texts: Readonly<Record<string, string>>,
    names: StackNames,
): Settings | readonly Problem[] {
    try {
        return checkSettings(texts, names);
    } catch (error) {
        if (error instanceof SettingsError) {
            return error.problems;
        }
        throw error;
    }
}

/**
 * Checks a stack file by the program's own check, with the defaults of Pulumi.yaml. A course archive is looked for from
 * the working folder, as the program does from the folder of Pulumi.yaml.
 *
 * @throws StackFileError for what cannot be read as a stack file
 */
export function checkStack(file: StackFile, project: Project, decrypted: Decrypted = {}): CheckedStack {
    const given = parseStackFile(file, project);
    const encrypted = [...given].filter(([, { kind }]) => kind === "encrypted").map(([key]) => key);
    const clear = decrypted[file.stack] ?? {};
    const texts = new Map(project.defaults);
    for (const [key, value] of given) {
        const text = value.kind === "text" ? value.text : clear[key];
        if (text === undefined) {
            texts.delete(key);
        } else {
            texts.set(key, text);
        }
    }
    const prefix = `${project.name}:`;
    const own = [...texts].filter(([key]) => key.startsWith(prefix));
    const unread = encrypted.filter((key) => key.startsWith(prefix) && clear[key] === undefined);
    const checked = checkTexts(
        Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), text])),
        { project: project.name, stack: file.stack },
    );
    const region = texts.get("aws:region");
    const problems = [
        ...regionProblems(region),
        ...unread.map((key): Problem => ({
            key: key.slice(prefix.length),
            value: "(encrypted)",
            message: "is encrypted and could not be read",
            mend: "Set PULUMI_CONFIG_PASSPHRASE, or write it in clear: no setting of this program is a secret.",
        })),
        // What an encrypted setting says is not known, so neither is what is wrong with it.
        ...(Array.isArray(checked) ? (checked as readonly Problem[]) : []).filter(
            ({ key }) => !unread.some((one) => key.split(/[.[]/)[0] === one.slice(prefix.length)),
        ),
    ];
    return {
        stack: file.stack,
        file: file.file,
        region,
        settings: problems.length > 0 || Array.isArray(checked) ? undefined : (checked as Settings),
        problems,
        encrypted,
    };
}

/** Checks all stacks, also where one cannot be read. */
export function checkStacks(
    files: readonly StackFile[],
    project: Project,
    decrypted: Decrypted = {},
): readonly CheckedStack[] {
    return files.map((file) => {
        try {
            return checkStack(file, project, decrypted);
        } catch (error) {
            if (!(error instanceof StackFileError)) {
                throw error;
            }
            const { stack, file: name } = file;
            const problem = { key: name, value: undefined, message: error.problem, mend: error.mend };
            return {
                stack,
                file: name,
                region: undefined,
                settings: undefined,
                problems: [problem],
                encrypted: [],
            };
        }
    });
}

/** The problems of all stacks, in words; "" where there are none. */
export function problemsText(stacks: readonly CheckedStack[]): string {
    const wrong = stacks.filter(({ problems }) => problems.length > 0);
    return wrong
        .flatMap(({ file, problems }) => [
            `${file} needs ${problems.length === 1 ? "1 thing" : `${problems.length} things`} mended:`,
            ...problems.map(({ key, value, message, mend }) =>
                key === file
                    ? `  It ${message}. ${mend}`
                    : `  ${key}: ${showValue(value)} ${message}. ${mend}`,
            ),
        ])
        .join("\n");
}
