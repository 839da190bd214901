"""PID 1 of a disposable host. Exit code 42 means reboot, 0 power off; the supervisor acts on it."""
import json
import os
import pwd
import queue
import signal
import socket
import struct
import sys
import threading
import time

import firstboot
from manager import Manager
from processes import Processes
from units import UnitError

REBOOT = 42
SOCKET = "/run/labhost/control"


class Host:
    """The running host: its units and the requests of its small programs (systemctl, hostnamectl, reboot)."""

    def __init__(self, config):
        self.config, self.processes, self.exits = config, Processes(), queue.SimpleQueue()
        self.processes.on_exit = lambda pid, code: self.exits.put((pid, code))
        self.manager = Manager(self.processes, config["address"], self.power)

    def run(self, argv):
        """Runs a command to its end; for the boot, where a failure ends it."""
        code = self.processes.wait(self.processes.spawn(argv, {"PATH": "/usr/sbin:/usr/bin"}, pwd.getpwuid(0),
                                                        output="/run/labhost/boot.log"), 30)
        if code != 0:
            raise UnitError(f"{' '.join(argv)} ended with {code}")

    def boot(self):
        """Everything until sshd answers; user data goes on in the background."""
        fresh = not os.path.exists("/var/lib/cloud/instance/keys-placed")
        firstboot.set_status("done" if os.path.exists(firstboot.DONE) else "running")
        firstboot.every_boot(self.config)
        if fresh:
            firstboot.first_boot(self.config)
            firstboot.first_stages(self.config)
            os.makedirs("/var/lib/cloud/instance", exist_ok=True)
            firstboot.write("/var/lib/cloud/instance/keys-placed", "")
        firstboot.host_keys(self.config, self.run)
        self.manager.boot()
        if not os.path.exists(firstboot.DONE):
            threading.Thread(target=firstboot.user_data, args=(self.config, self.processes), daemon=True).start()

    def power(self, verb):
        """Ends the host a moment later, so that the answer still reaches the caller."""
        threading.Timer(0.05, os.kill, (1, signal.SIGUSR1 if verb == "reboot" else signal.SIGTERM)).start()

    def ended(self):
        """Hands ended processes to the units, off the thread that reaps."""
        while True:
            threading.Thread(target=self.manager.ended, args=self.exits.get(), daemon=True).start()

    def listen(self):
        """Takes requests: one JSON line in, one out. The kernel says which user asks."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            server.bind(SOCKET)
            os.chmod(SOCKET, 0o666)
            server.listen(64)
            while True:
                client, _ = server.accept()
                threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client):
        """Answers one request."""
        with client, client.makefile("rw", encoding="utf-8") as stream:
            uid = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
            request = json.loads(stream.readline())
            try:
                if request["program"] == "hostname":
                    result = self.set_hostname(request["argv"][0], uid)
                else:
                    result = self.manager.systemctl(request["argv"], uid)
            except Exception as error:  # noqa: BLE001 - PID 1 must not die of a request
                result = (1, "", f"labinit: {type(error).__name__}: {error}\n")
            stream.write(json.dumps(result) + "\n")

    def set_hostname(self, name, uid):
        """Only PID 1 has the capability to set a name; it stays over boots."""
        if uid != 0:
            return 1, "", "Could not set static hostname: Access denied\n"
        firstboot.write("/etc/hostname", name + "\n")
        firstboot.name_host(self.config)
        return 0, "", ""


def main():
    """Boots, then reaps until a signal says to end."""
    signals = {signal.SIGCHLD, signal.SIGTERM, signal.SIGUSR1, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with open("/run/labhost/boot.json", encoding="utf-8") as file:
        host = Host(json.load(file))
    os.unlink("/run/labhost/boot.json")

    def boot():
        try:
            host.boot()
        except Exception as error:  # noqa: BLE001 - a host that cannot boot must say why
            print(f"labinit: boot failed: {type(error).__name__}: {error}", flush=True)
            os.kill(1, signal.SIGINT)

    for target in (boot, host.listen, host.ended):
        threading.Thread(target=target, daemon=True).start()
    while True:
        number = signal.sigwait(signals)
        if number == signal.SIGCHLD:
            host.processes.reap()
            continue
        if number in (signal.SIGTERM, signal.SIGUSR1):
            os.kill(-1, signal.SIGTERM)
            time.sleep(0.1)
        sys.stdout.flush()
        os._exit({signal.SIGUSR1: REBOOT, signal.SIGTERM: 0}.get(number, 1))


main()
