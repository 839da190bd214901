/** `aws:scheduler/scheduleGroup:ScheduleGroup` */
import {
    CreateScheduleGroupCommand,
    DeleteScheduleGroupCommand,
    GetScheduleGroupCommand,
    ListTagsForResourceCommand,
    TagResourceCommand,
    UntagResourceCommand,
} from "@aws-sdk/client-scheduler";
import type { Aws } from "./clients.ts";
import { unlessGone } from "./errors.ts";
import type { ResourceType } from "./resource.ts";
import { string } from "./schema.ts";
import { awsTags, tagChanges, tagOutputs } from "./tags.ts";
import { needText } from "./values.ts";
import { poll, waitForState } from "./waiting.ts";

const gone = ["ResourceNotFoundException"];
const patienceSeconds = 300;

/** What schedules are in, and go with; its id is its name. */
export const scheduleGroup: ResourceType = {
    noun: "EventBridge Scheduler Schedule Group",
    tagged: true,
    fields: { name: string({ forceNew: true, computed: true, check: nameProblem }) },
    autoName: { field: "name", maxLength: 64 },
    outputs: ["arn", "creationDate", "lastModificationDate", "namePrefix", "state"],

    async create(inputs, operation, created) {
        const { aws } = operation;
        const name = needText(inputs, "name");
        await aws.scheduler.send(new CreateScheduleGroupCommand({ Name: name, Tags: awsTags(inputs) }));
        created(name);
        await waitForState(operation.patience(patienceSeconds), () => find(aws, name), {
            of: ({ State }) => State ?? "",
            target: ["ACTIVE"],
            pending: [],
        });
        return name;
    },

    async read(id, _state, { aws }) {
        const found = await find(aws, id);
        if (!found) return undefined;
        const { Tags } = await aws.scheduler.send(new ListTagsForResourceCommand({ ResourceArn: found.Arn }));
        return {
            arn: found.Arn,
            name: found.Name,
            namePrefix: "",
            creationDate: rfc3339(found.CreationDate),
            lastModificationDate: rfc3339(found.LastModificationDate),
            state: found.State,
            ...tagOutputs(aws, Tags),
        };
    },

    async update(_id, { aws, olds, news }) {
        const ResourceArn = needText(olds, "arn");
        const { set, remove } = tagChanges(olds, news);
        if (remove.length > 0) {
            await aws.scheduler.send(new UntagResourceCommand({ ResourceArn, TagKeys: remove }));
        }
        if (set.length > 0) await aws.scheduler.send(new TagResourceCommand({ ResourceArn, Tags: set }));
    },

    async delete(id, _state, operation) {
        const { aws } = operation;
        await unlessGone(gone, () => aws.scheduler.send(new DeleteScheduleGroupCommand({ Name: id })));
        // DELETING until the schedules in it are gone.
        const done = await poll(operation.patience(patienceSeconds), async () =>
            (await find(aws, id)) === undefined ? true : undefined,
        );
        if (!done) throw new Error(`timeout while waiting for resource to be gone (${id})`);
    },
};

function find(aws: Aws, name: string) {
    return unlessGone(gone, () => aws.scheduler.send(new GetScheduleGroupCommand({ Name: name })));
}

function nameProblem(value: unknown): string | undefined {
    if (typeof value !== "string") return undefined;
    if (value.length < 1 || value.length > 64)
        return `expected length to be in the range (1 - 64), got ${value}`;
    return /^[0-9A-Za-z_.-]+$/.test(value)
        ? undefined
        : "The name must consist of alphanumerics, hyphens, and underscores.";
}

function rfc3339(date: Date | undefined): string {
    return date?.toISOString().replace(/\.\d+Z$/, "Z") ?? "";
}
