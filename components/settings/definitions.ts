import type { z } from "zod";
import { access } from "./access.ts";
import { clusters } from "./clusters.ts";
import { machines } from "./machines.ts";
import { people } from "./people.ts";
import { times } from "./times.ts";

/**
 * Every setting of a class, in the order in which people meet them.
 *
 * To add one: declare it in one of these groups and in Pulumi.yaml (a test compares the two), and use `settings.<key>`
 * where it matters. Everything else (reading, checking, complaints, the tables of docs/settings.md) follows from its
 * declaration.
 */
export const definitions = { ...people, ...access, ...machines, ...clusters, ...times } as const;

/** Key of a setting. */
export type SettingKey = keyof typeof definitions;

/** The declarations in the groups in which the program hands settings on; stack files know no groups. */
export const settingGroups = { people, access, machines, clusters, times } as const;

/** What the declarations of a group answer, once checked. */
type Checked<Group extends Readonly<Record<string, { readonly schema: z.ZodType }>>> = {
    readonly [Key in keyof Group]: z.infer<Group[Key]["schema"]>;
};

/** The settings of a class by key, as stack files have them. */
export type FlatSettings = Checked<typeof definitions>;

/** Who gets a lab. */
export type PeopleSettings = Checked<typeof people>;
/** How people reach the machines. */
export type AccessSettings = Checked<typeof access>;
/** What the machines are and have on them. */
export type MachineSettings = Checked<typeof machines>;
/** What the clusters are, and who may do what on them. */
export type ClusterSettings = Checked<typeof clusters>;
/** When the class runs. */
export type TimeSettings = Checked<typeof times>;

/** The settings of a class, checked one by one and together. What a change of each does is in its declaration. */
export interface Settings {
    readonly people: PeopleSettings;
    readonly access: AccessSettings;
    readonly machines: MachineSettings;
    readonly clusters: ClusterSettings;
    readonly times: TimeSettings;
}

/** The settings by key, as stack files have them: for what goes by keys of several groups, such as prices. */
export function flatSettings(settings: Settings): FlatSettings {
    return {
        ...settings.people,
        ...settings.access,
        ...settings.machines,
        ...settings.clusters,
        ...settings.times,
    };
}
