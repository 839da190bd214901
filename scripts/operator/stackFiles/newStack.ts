import { isMap, isScalar } from "yaml";
import { parseYaml } from "./document.ts";
import { editStackFile } from "./edit.ts";
import { applySplices, endOf, lineStart, rangeOf } from "./places.ts";
import type { Project } from "./project.ts";
import { parseStackFile, type StackFile } from "./stackFile.ts";

/** A stack file that does not exist yet. */
export interface NewStack {
    readonly file: StackFile;
    /** Settings of the pattern that are encrypted, by full key: another stack cannot read them. They are not in the file. */
    readonly left: readonly string[];
}

// What every stack file pins, and what the stack files of this repository say above it.
const bare = `# What differs between regions, and what must stay as it is while a class runs. Add your own settings below:
#   student-labs:students: [ada, grace]
#   student-labs:allowedSshCidrs: [the public network of your class room]
config:
  aws:region: us-east-1
  student-labs:instanceType: t3.small
  student-labs:clusterInstanceType: m5.xlarge
  student-labs:emrRelease: emr-7.13.0
`;

// What is another in every region: people, zone, image. The class's size does not come along either.
const ownOfEachRegion = ["students", "groups", "studentCount", "spares", "supportMachines", "zone", "amiId"];

// What Pulumi writes for a stack's own encryption.
const encryption = ["encryptionsalt", "encryptedkey", "secretsprovider"];

/** Name of the file of a stack, as Pulumi makes it (`ProjectStackPath`). */
export function stackFileName(stack: string, projectFile = "Pulumi.yaml"): string {
    return `Pulumi.${stack.replaceAll("/", "-")}${/\.[^.]+$/.exec(projectFile)?.[0] ?? ".yaml"}`;
}

/** Takes out what Pulumi wrote for the encryption of another stack. */
function withoutEncryption(file: string, text: string): string {
    const document = parseYaml(file, text);
    const editing = { file, text, document, end: "\n" };
    const pairs = isMap(document.contents) ? document.contents.items : [];
    return applySplices(
        text,
        pairs.flatMap(({ key, value }) =>
            isScalar(key) && encryption.includes(String(key.value))
                ? [
                      {
                          start: lineStart(text, rangeOf(key, file)[0]),
                          end: endOf(isScalar(value) || isMap(value) ? value : key, editing),
                          text: "",
                      },
                  ]
                : [],
        ),
    );
}

/**
 * A stack file after the pattern of another one: its comments, releases, types and whatever the class has in common, with
 * the region pinned. People, zone and image are each region's own.
 *
 * @param stack name of the stack
 * @param region e.g. `eu-west-1`
 * @param pattern stack file of the same class; `undefined` where there is none yet
 * @param zone availability zone that offers both types; `undefined` = the first one that does, when the class comes up
 * @throws StackFileError for a pattern that cannot be read
 */
export function newStackFile(
    stack: string,
    region: string,
    pattern: StackFile | undefined,
    project: Pick<Project, "name">,
    zone?: string,
): NewStack {
    const file = stackFileName(stack, pattern?.file);
    const own = bare.replaceAll("student-labs:", `${project.name}:`);
    const from: StackFile = pattern ?? { stack, file, text: own };
    const given = parseStackFile(from, project);
    const left = [...given].filter(([, { kind }]) => kind === "encrypted").map(([key]) => key);
    const text = withoutEncryption(from.file, from.text);
    const away = [...left, ...ownOfEachRegion.map((key) => `${project.name}:${key}`)];
    const changes = {
        ...Object.fromEntries(away.map((key) => [key, undefined])),
        "aws:region": region,
        ...(zone === undefined ? {} : { [`${project.name}:zone`]: zone }),
    };
    return { file: { stack, file, text: editStackFile(file, text, changes, project.name, "dropped") }, left };
}
