/** What a machine has to know at its first boot, before anybody can connect to it. */
export interface FirstBoot {
    /** Ports of SSH. The operator's own network may block 22, so bootstrap would come too late. */
    readonly ports: readonly number[];
    /** SSH host key, made by the program so that the machine can be told from an impostor at the first connection. */
    readonly hostKey: {
        /** OpenSSH's own format, PEM. */
        readonly private: string;
        /** `ssh-ed25519 AAAA...` */
        readonly public: string;
    };
}

/**
 * User data of a machine: a cloud-config with its host key and sshd's settings.
 *
 * - With `ssh_keys` cloud-init writes these keys and makes no others (cc_ssh).
 * - sshd is told to use this key alone: an update of openssh-server makes the kinds of keys that are missing, and a client
 *   that prefers one of those would see a key that it does not know (ssh-keygen -A in openssh-server.postinst).
 * - JSON is YAML (YAML 1.2, section 1.3): nothing needs quoting.
 *
 * The student is root there and can read it all: the key is the machine's own, and nobody else's secret is in it.
 * Secret as a whole, since the private key is in it.
 */
export function firstBootData({ ports, hostKey }: FirstBoot): string {
    const elsewhere = ports.length !== 1 || ports[0] !== 22;
    const sshd = [
        "HostKey /etc/ssh/ssh_host_ed25519_key",
        ...(elsewhere ? ports.map((port) => `Port ${port}`) : []),
    ];
    const config = {
        ssh_deletekeys: true,
        ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public.trim() },
        write_files: [
            {
                // Named as bootstrap.sh names its own, which replaces it.
                path: "/etc/ssh/sshd_config.d/10-student-labs.conf",
                content: sshd.map((line) => `${line}\n`).join(""),
            },
        ],
        ...(elsewhere
            ? {
                  runcmd: [
                      ["systemctl", "daemon-reload"],
                      // Ubuntu 24.04 starts sshd by its socket, which a generator makes from the ports of sshd's settings.
                      ["systemctl", "restart", "ssh.socket"],
                      ["systemctl", "restart", "ssh"],
                  ],
              }
            : {}),
    };
    return `#cloud-config\n${JSON.stringify(config, undefined, 2)}\n`;
}
