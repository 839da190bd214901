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
 * where it matters. Everything else (reading, checking, complaints, the tables of docs/settings.md) follows from its declaration.
 */
export const definitions = { ...people, ...access, ...machines, ...clusters, ...times } as const;

/** Key of a setting. */
export type SettingKey = keyof typeof definitions;

/** The settings of a class, checked one by one. */
export type Settings = { readonly [Key in SettingKey]: z.infer<(typeof definitions)[Key]["schema"]> };
