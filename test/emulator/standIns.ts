import { awsProvider } from "./providers/aws/index.ts";
import { commandProviderAt } from "./providers/command.ts";
import type { ProviderDefinition } from "./providers/provider.ts";
import { randomProvider } from "./providers/random.ts";
import { serveProvider } from "./providers/server.ts";
import type { Endpoint } from "./providers/sshDial.ts";
import { tlsProvider } from "./providers/tls.ts";
import type { ProviderName } from "./tools/providers.ts";

type Definitions = Readonly<Record<ProviderName, ProviderDefinition | (() => ProviderDefinition)>>;

/** Definitions by package; aws keeps the configuration of one engine, so every engine gets one of its own. */
function definitions(endpoint?: Endpoint): Definitions {
    return {
        aws: () => awsProvider(),
        random: randomProvider,
        tls: tlsProvider,
        command: commandProviderAt(endpoint),
    };
}

/** Stand-in providers that are being served. */
export interface StandIns {
    readonly ports: Partial<Readonly<Record<ProviderName, number>>>;
    close(): Promise<void>;
}

/**
 * Serves the stand-ins of these packages.
 *
 * @param endpoint where the machines' SSH servers are reached, where that is not their own address and port
 */
export async function serveStandIns(names: readonly ProviderName[], endpoint?: Endpoint): Promise<StandIns> {
    const known = definitions(endpoint);
    const served = await Promise.all(
        names.map(async (name) => ({ name, provider: await serveProvider(known[name]) })),
    );
    return {
        ports: Object.fromEntries(served.map(({ name, provider }) => [name, provider.port])),
        close: async () => {
            await Promise.all(served.map(({ provider }) => provider.close()));
        },
    };
}
