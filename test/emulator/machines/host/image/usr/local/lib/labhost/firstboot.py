"""What a cloud image does at a boot: identity, addresses, environment, keys and user data of the host."""
import json
import os
import pwd
import re
import shlex
import socket
import uuid

DONE = "/var/lib/cloud/instance/boot-finished"
STATUS = "/run/cloud-init/status"
BEGIN, END = "# -- from the image --", "# -- end --"


def write(path, text, mode=0o644):
    """Writes a file in one go, with its mode from the first moment."""
    temporary = f"{path}.new"
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    os.fchmod(file, mode)
    os.write(file, text.encode())
    os.close(file)
    os.rename(temporary, path)


def block(path, lines):
    """Replaces our lines in a file and leaves those that others have written."""
    old = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
    rest = re.sub(f"(?s){re.escape(BEGIN)}\n.*?{re.escape(END)}\n", "", old)
    write(path, "\n".join([BEGIN, *lines, END]) + "\n" + rest)


def every_boot(config):
    """Name, hosts file, resolver and environment: the address may be another one than last time."""
    for path, fresh in (("/etc/hostname", config["hostname"] + "\n"), ("/etc/machine-id", uuid.uuid4().hex + "\n")):
        if not os.path.exists(path) or os.path.getsize(path) == 0:
            write(path, fresh, 0o444 if path.endswith("id") else 0o644)
    name_host(config)
    block("/etc/environment", [f'{key}="{value}"' for key, value in config["environment"].items()])
    if os.path.exists("/run/labhost/resolv.conf"):
        write("/etc/resolv.conf", open("/run/labhost/resolv.conf", encoding="utf-8").read())


def name_host(config):
    """Takes the name from /etc/hostname; also as another one the host must find itself, as Ubuntu's resolver sees to."""
    name = open("/etc/hostname", encoding="utf-8").read().strip()
    socket.sethostname(name)
    domain = config["hostname"].partition(".")[2]
    own = dict.fromkeys([name, name.split(".")[0], config["hostname"], config["hostname"].split(".")[0]])
    # AWS's resolver knows every private name; a host of the pocket cloud knows them from here.
    others = [f"127.0.1.{n} " + (f"ip-127-0-1-{n}.{domain} " if domain else "") + f"ip-127-0-1-{n}" for n in range(10, 255)
              if f"ip-127-0-1-{n}" not in own]
    block("/etc/hosts", ["127.0.0.1 localhost", f"{config['address']} {' '.join(own)}", *others])


def cloud_config(config):
    """The user data where it is a cloud-config, in JSON: what the stages of cloud-init do with it is below."""
    data = config.get("userData") or ""
    head, _, rest = data.partition("\n")
    return json.loads(rest) if head.strip() == "#cloud-config" else {}


def first_stages(config):
    """cloud-init's ssh and write_files modules, which run before sshd is started."""
    asked = cloud_config(config)
    for name, text in asked.get("ssh_keys", {}).items():
        kind, _, half = name.partition("_")
        path = f"/etc/ssh/ssh_host_{kind}_key" + (".pub" if half == "public" else "")
        write(path, text if text.endswith("\n") else text + "\n", 0o644 if half == "public" else 0o600)
    for file in asked.get("write_files", []):
        os.makedirs(os.path.dirname(file["path"]), exist_ok=True)
        write(file["path"], file["content"])


def host_keys(config, run):
    """ED25519 and ECDSA only: an RSA key costs a second of a host's boot. None where the user data has keys (cc_ssh)."""
    if cloud_config(config).get("ssh_keys"):
        return
    for kind in ("ed25519", "ecdsa"):
        path = f"/etc/ssh/ssh_host_{kind}_key"
        if not os.path.exists(path):
            run(["/usr/bin/ssh-keygen", "-q", "-t", kind, "-N", "", "-C", f"root@{socket.gethostname()}", "-f", path])


def first_boot(config):
    """The login user's keys. Later they are the owner's business: a student may break them."""
    account = pwd.getpwnam(config["user"])
    folder = os.path.join(account.pw_dir, ".ssh")
    os.makedirs(folder, 0o700, exist_ok=True)
    path = f"{folder}/authorized_keys"
    write(path, "".join(f"{key}\n" for key in config["authorizedKeys"]), 0o600)
    for each in (folder, path):
        os.chown(each, account.pw_uid, account.pw_gid)


def set_status(text):
    """What `cloud-init status` prints."""
    os.makedirs(os.path.dirname(STATUS), exist_ok=True)
    write(STATUS, text + "\n")


def user_data(config, processes):
    """Runs the user data once in the life of a host, in the background, as cloud-init does; then it is "done"."""
    os.makedirs(os.path.dirname(DONE), exist_ok=True)
    code = 0
    script = config.get("userData") or ""
    if script and not script.startswith("#!"):
        commands = cloud_config(config).get("runcmd", [])
        script = "\n".join(["#!/bin/sh", *[each if isinstance(each, str) else shlex.join(each) for each in commands], ""])
    if script:
        path = "/var/lib/cloud/instance/user-data"
        write(path, script, 0o700)
        env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
               **config["environment"]}
        try:
            pid = processes.spawn([path], env, pwd.getpwuid(0), output="/var/log/cloud-init-output.log")
            code = processes.wait(pid, 3600)
        except OSError as error:
            print(f"labinit: user data: {error}", flush=True)
            code = 203
    # The end is written also of a failed script: it is not run again at the next boot.
    write(DONE, f"{code}\n")
    set_status("done" if code == 0 else "error")
