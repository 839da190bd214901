import { Client, type ConnectConfig } from "ssh2";

/** Logs in and runs one command: its standard output, or an error with what it said. For tests. */
export function login(config: ConnectConfig, command: string, input = ""): Promise<string> {
    return new Promise((resolve, reject) => {
        const client = new Client();
        client.once("error", reject);
        client.once("ready", () => {
            client.exec(command, (error, stream) => {
                if (error) {
                    reject(error);
                    return;
                }
                let stdout = "";
                let stderr = "";
                stream.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
                stream.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
                stream.end(input);
                stream.once("close", (code: number | null) => {
                    client.end();
                    if (code === 0) {
                        resolve(stdout);
                    } else {
                        reject(new Error(`exit code ${code}: ${stdout}${stderr}`));
                    }
                });
            });
        });
        client.connect({ readyTimeout: 10_000, ...config });
    });
}
