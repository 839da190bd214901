import { awsProvider } from "./providers/aws";
import { commandProvider } from "./providers/command";
import type { ProviderDefinition } from "./providers/provider";
import { randomProvider } from "./providers/random";
import { serveProvider } from "./providers/server";
import { tlsProvider } from "./providers/tls";
import type { ProviderName } from "./tools/providers";

/** Definitions by package; aws keeps the configuration of one engine, so every engine gets one of its own. */
const DEFINITIONS: Readonly<Record<ProviderName, ProviderDefinition | (() => ProviderDefinition)>> = {
    aws: () => awsProvider(),
    random: randomProvider,
    tls: tlsProvider,
    command: commandProvider,
};

/** Stand-in providers that are being served. */
export interface StandIns {
    readonly ports: Partial<Readonly<Record<ProviderName, number>>>;
    close(): Promise<void>;
}

/** Serves the stand-ins of these packages. */
export async function serveStandIns(names: readonly ProviderName[]): Promise<StandIns> {
    const served = await Promise.all(
        names.map(async (name) => ({ name, provider: await serveProvider(DEFINITIONS[name]) })),
    );
    return {
        ports: Object.fromEntries(served.map(({ name, provider }) => [name, provider.port])),
        close: async () => {
            await Promise.all(served.map(({ provider }) => provider.close()));
        },
    };
}
