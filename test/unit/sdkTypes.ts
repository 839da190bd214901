/** What the SDK's types tell of the aws provider's schema. */
import * as fs from "node:fs";
import * as path from "node:path";

const sdk = path.join(import.meta.dirname, "..", "..", "node_modules", "@pulumi", "aws");
const property = /^\s*(?:readonly )?(\w+)(\??): (.+);$/gm;
let nested: string | undefined;

/** A property of a resource or of a block in it. */
interface Property {
    readonly name: string;
    /** Neither required, nor filled in by the provider: the schema has it as Optional and not as Computed. */
    readonly optional: boolean;
    /** The block that it holds, one or many, as the SDK calls it: `outputs.emr.ClusterEc2Attributes`. */
    readonly block: string | undefined;
}

function propertiesIn(text: string): Property[] {
    return [...text.matchAll(property)].map(([, name = "", mark, type = ""]) => ({
        name,
        optional: mark === "?" || type.includes("undefined>"),
        block: /outputs\.[\w.]+/.exec(type)?.[0],
    }));
}

function resource(token: string): Property[] {
    const [, module = ""] = token.split(":");
    const file = fs.readFileSync(path.join(sdk, `${module}.d.ts`), "utf8");
    const start = file.indexOf("export declare class");
    // `readonly` are the outputs; the inputs follow the constructor.
    return propertiesIn(file.slice(start, file.indexOf("constructor(", start))).filter(
        ({ name }) => name !== "urn" && name !== "id",
    );
}

function block(name: string): Property[] {
    nested ??= fs.readFileSync(path.join(sdk, "types", "output.d.ts"), "utf8");
    const [, module = "", type = ""] = name.split(".");
    const namespace = nested.indexOf(`export declare namespace ${module} {`);
    const start = nested.indexOf(`interface ${type} {`, namespace);
    if (namespace < 0 || start < 0) throw new Error(`the SDK has no type ${name}`);
    return propertiesIn(nested.slice(start, nested.indexOf("\n    }", start)));
}

/**
 * Paths of a resource type's properties that are Optional and not Computed (`T | undefined` among the outputs), e.g.
 * `osReleaseLabel`, `masterInstanceGroup.bidPrice`, `rules.id`: those that AWS must not fill in behind a program that is
 * silent about them, because the provider would take what it reads back for a change. Blocks that the program does not
 * write are not looked into.
 *
 * @param token the type, e.g. `aws:emr/cluster:Cluster`
 * @param inputs what the program writes of them
 */
export function notComputed(token: string, inputs: readonly Readonly<Record<string, unknown>>[]): string[] {
    return walk(resource(token), inputs, "").sort();
}

function walk(
    properties: readonly Property[],
    inputs: readonly Readonly<Record<string, unknown>>[],
    prefix: string,
): string[] {
    return properties.flatMap(({ name, optional, block: type }) => {
        const written = inputs
            .flatMap((one) => one[name])
            .filter((value): value is Record<string, unknown> => typeof value === "object" && value !== null);
        const inside =
            type === undefined || written.length === 0 ? [] : walk(block(type), written, `${prefix}${name}.`);
        return [...(optional ? [prefix + name] : []), ...inside];
    });
}
