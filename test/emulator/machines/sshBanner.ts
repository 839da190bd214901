import { connect } from "node:net";

/** Whether an SSH server greets there, within a moment. */
export function answersSsh(host: string, port: number, timeoutMs = 1000): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ host, port, timeout: timeoutMs });
        const end = (answer: boolean): void => {
            socket.destroy();
            resolve(answer);
        };
        socket.once("data", (data) => end(data.toString("latin1").startsWith("SSH-2.0-")));
        socket.once("error", () => end(false));
        socket.once("timeout", () => end(false));
        socket.once("close", () => end(false));
    });
}
