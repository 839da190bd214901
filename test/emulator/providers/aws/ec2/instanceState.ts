/** `aws:ec2transitgateway/instanceState:InstanceState`, the module's name notwithstanding. */
import type { Operation, ResourceType } from "../resource.ts";
import { boolean, oneOf, string } from "../schema.ts";
import { flag, needText } from "../values.ts";
import { findInstance, startInstance, stopInstance } from "./machines.ts";

/** Whether a machine runs. */
export const instanceState: ResourceType = {
    noun: "EC2 Instance State",
    fields: {
        instanceId: string({ required: true, forceNew: true }),
        state: string({ required: true, check: oneOf("running", "stopped") }),
        force: boolean({ default: false }),
    },
    outputs: [],

    async create(inputs, operation) {
        const id = needText(inputs, "instanceId");
        await bringTo(id, needText(inputs, "state"), flag(inputs, "force") ?? false, operation);
        return id;
    },

    async read(id, _state, { aws }) {
        const found = await findInstance(aws, id);
        return found && { instanceId: id, state: found.State?.Name };
    },

    async update(id, update) {
        if (!update.changed("state")) return;
        await bringTo(id, needText(update.news, "state"), flag(update.news, "force") ?? false, update);
    },

    async delete() {
        // As the real one: "State is not deleted, the instance remains as it is".
    },
};

async function bringTo(id: string, state: string, force: boolean, operation: Operation): Promise<void> {
    const found = await findInstance(operation.aws, id);
    if (!found) throw new Error(`EC2 Instance (${id}) not found`);
    if (found.State?.Name === state) return;
    if (state === "running") await startInstance(id, operation);
    else await stopInstance(id, operation, force);
}
