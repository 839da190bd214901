"""What systemctl asks of a host's PID 1: the verbs and units that scripts may use. Anything else fails loudly (64)."""
import os
import re
import threading
import time

from service import Service
from units import SEARCH, Unit, UnitError, find

SYSTEM = SEARCH[0]
READ_ONLY = {"is-active", "is-enabled", "is-failed", "status", "show", "cat", "is-system-running"}
FLAGS = {"-q", "--quiet", "--now", "--no-pager", "--no-block", "-f", "--force", "--value", "--system", "-l", "--full"}


class Manager:
    """All units of one host."""

    def __init__(self, processes, address, power):
        self.processes, self.address, self.power = processes, address, power
        self.lock = threading.RLock()
        self.services = {}
        self.ports = []  # what ssh.socket listens on: as generated at boot and by daemon-reload, not as configured now
        self.socket_active, self.socket_ports = False, []

    # -- units ------------------------------------------------------------------------------------------------------
    def service(self, name):
        """The service of a unit name; UnitError if it is refused, KeyError if there is no such unit."""
        name = "ssh.service" if name in ("sshd.service", "ssh.service") else name
        if name not in self.services:
            files = find(name)
            if not files:
                raise KeyError(name)
            self.services[name] = Service(Unit(name, files), self.processes)
        return self.services[name]

    def daemon_reload(self):
        """Reads unit files anew, and does what Ubuntu 24.04's sshd-socket-generator does then."""
        for name, service in list(self.services.items()):
            try:
                files = find(name)
                if files:
                    service.unit, service.refused = Unit(name, files), None
                elif not service.running:
                    del self.services[name]
            except UnitError as error:
                service.refused = str(error)  # as systemd's "bad-setting": what runs goes on, it is not started again
        self.ports = self.configured_ports()

    def configured_ports(self):
        """The ports that sshd_config asks for. Any address there but the host's own would be the machine's: refused."""
        os.makedirs("/run/sshd", 0o755, exist_ok=True)  # sshd -T wants its privilege separation folder
        shown = subprocess_output(self.processes, ["/usr/sbin/sshd", "-T", "-o", f"ListenAddress={self.address}"])
        ports = []
        for line in re.findall(r"^listenaddress (\S+)$", shown, re.M):
            address, _, port = line.rpartition(":")
            if address != self.address:
                raise UnitError(f"sshd_config: ListenAddress {address}: a disposable host listens on its own address only")
            ports.append(int(port))
        return sorted(set(ports))

    def _listen(self, ports):
        """sshd gets its addresses where the real ssh.service looks for options as well."""
        options = " ".join(f"-o ListenAddress={self.address}:{port}" for port in ports)
        with open("/etc/default/ssh", "w", encoding="utf-8") as file:
            file.write(f"# Written by the host at each start of ssh.\nSSHD_OPTS='{options}'\n")

    def start(self, name):
        """Starts a unit, as `systemctl start`."""
        if name == "ssh.socket":
            if not self.socket_active:
                self.socket_active, self.socket_ports = True, self.ports
                self.start("ssh.service")
            return
        service = self.service(name)
        if service.running:
            return
        if service.unit.name == "ssh.service":
            # While ssh.socket is active sshd inherits its sockets, whatever Port says by now (Ubuntu 24.04).
            self._listen(self.socket_ports if self.socket_active else self.configured_ports())
        service.start()

    def stop(self, name):
        """Stops a unit. ssh.service requires ssh.socket on Ubuntu 24.04, so it goes with it."""
        if name == "ssh.socket":
            self.socket_active = False
            self.service("ssh.service").stop()
        else:
            self.service(name).stop()

    def ended(self, pid, code):
        """A process that nobody waits for has ended: if it was a service's main process, do what Restart= says."""
        with self.lock:
            service = next((s for s in self.services.values() if s.main == pid and s.running), None)
            delay = service.restart_after(code) if service else None
        if service and delay is not None:
            time.sleep(delay)
            with self.lock:
                if not service.running and service.state != "deactivating":
                    try:
                        service.start()
                    except (UnitError, OSError) as error:
                        print(f"labinit: restart of {service.unit.name}: {error}", flush=True)

    # -- enabled units ------------------------------------------------------------------------------------------------
    def links(self, name):
        """The links that [Install] of a unit asks for."""
        if name == "ssh.socket":
            return [f"{SYSTEM}/sockets.target.wants/ssh.socket"]
        lists = self.service(name).unit.lists
        return [f"{SYSTEM}/{target}.wants/{name}" for value in lists.get("WantedBy", []) for target in value.split()] + [
            f"{SYSTEM}/{alias}" for value in lists.get("Alias", []) for alias in value.split()]

    def is_enabled(self, name):
        """As `systemctl is-enabled` says it."""
        if os.path.islink(f"{SYSTEM}/{name}") and os.readlink(f"{SYSTEM}/{name}") == "/dev/null":
            return "masked"
        links = self.links(name)
        return "static" if not links else "enabled" if any(map(os.path.lexists, links)) else "disabled"

    def enable(self, name):
        """Makes the links; gives what systemctl prints."""
        target = "/lib/systemd/system/ssh.socket" if name == "ssh.socket" else self.service(name).unit.path
        said = ""
        for link in self.links(name):
            if not os.path.lexists(link):
                os.makedirs(os.path.dirname(link), exist_ok=True)
                os.symlink(target, link)
                said += f"Created symlink {link} -> {target}.\n"
        return said

    def disable(self, name):
        """Removes the links; gives what systemctl prints."""
        said = ""
        for link in filter(os.path.islink, self.links(name)):
            os.unlink(link)
            said += f'Removed "{link}".\n'
        return said

    def boot(self):
        """Starts what is enabled. A unit that fails does not stop the boot; an sshd that fails does."""
        self.daemon_reload()
        if os.path.lexists(f"{SYSTEM}/sockets.target.wants/ssh.socket"):
            self.start("ssh.socket")
        for target in ("multi-user.target.wants", "default.target.wants"):
            folder = f"{SYSTEM}/{target}"
            for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
                if os.path.realpath(f"{folder}/{name}").startswith(SYSTEM) or name == "ssh.service":
                    try:
                        self.start(name)
                    except (UnitError, OSError, KeyError) as error:
                        print(f"labinit: {name}: {error}", flush=True)

    # -- systemctl --------------------------------------------------------------------------------------------------
    def systemctl(self, argv, uid):
        """Carries out one command line: (exit code, stdout, stderr)."""
        flags = {word for word in argv if word.startswith("-")}
        properties = [flag.split("=", 1)[1] for flag in flags if flag.startswith("--property=")]
        words = [word for word in argv if not word.startswith("-")]
        if "-p" in flags:  # show -p NAME unit
            properties.append(words.pop(1))
        unknown = {flag for flag in flags if flag not in FLAGS and flag != "-p" and not flag.startswith("--property=")}
        if unknown or not words:
            return 64, "", f"systemctl of a disposable host: option {' '.join(unknown) or '(none)'} is not supported\n"
        verb, names = words[0], [word if re.search(r"\.(service|socket)$", word) else f"{word}.service" for word in words[1:]]
        if uid != 0 and verb not in READ_ONLY:
            return 1, "", f"Failed to {verb}: Interactive authentication required.\n"
        if verb in ("reboot", "poweroff", "halt"):
            self.power(verb)
            return 0, "", ""
        if verb == "is-system-running":
            return 0, "running\n", ""
        with self.lock:
            if verb == "daemon-reload":
                try:
                    self.daemon_reload()
                except UnitError as error:
                    return 1, "", f"{error}\n"
                return 0, "", ""
            code, out, err = 0, "", ""
            if not names:
                return 64, "", f"systemctl of a disposable host: '{verb}' without a unit is not supported\n"
            for name in names:
                try:
                    one = self._verb(verb, name, "--now" in flags, properties, "--value" in flags)
                except KeyError:
                    one = (4 if verb in ("is-active", "status") else 5 if verb in ("start", "stop", "restart") else 1,
                           "inactive\n" if verb == "is-active" else "", f"Unit {name} could not be found.\n")
                except (UnitError, OSError) as error:
                    one = (1, "", f"Job for {name} failed: {error}\n")
                code, out, err = code or one[0], out + one[1], err + one[2]
        quiet = flags & {"-q", "--quiet"}
        return code, "" if quiet else out, err

    def _verb(self, verb, name, now, properties, value_only):
        if name == "ssh.socket":
            state, failed = ("active" if self.socket_active else "inactive"), False
        else:
            service = self.service(name)
            state, failed = service.state, service.state == "failed"
        if verb in ("start", "stop"):
            getattr(self, verb)(name)
        elif verb in ("restart", "try-restart", "reload-or-restart", "reload"):
            if verb == "reload" or (verb == "reload-or-restart" and state == "active" and service.unit.lists.get("ExecReload")):
                if state != "active":
                    raise UnitError(f"{name} is not active, cannot reload.")
                service.reload()
            elif verb != "try-restart" or state == "active":
                self.stop(name)
                self.start(name)
        elif verb in ("is-active", "is-failed"):
            yes = failed if verb == "is-failed" else state == "active"
            return 0 if yes else 1 if verb == "is-failed" else 3, f"{state}\n", ""
        elif verb == "status":
            return 0 if state == "active" else 3, f"{name}\n     Active: {state}\n", ""
        elif verb == "is-enabled":
            said = self.is_enabled(name)
            return 0 if said in ("enabled", "static") else 1, f"{said}\n", ""
        elif verb in ("enable", "disable"):
            said = getattr(self, verb)(name)
            if now:
                (self.start if verb == "enable" else self.stop)(name)
            return 0, "", said
        elif verb == "reset-failed":
            if failed:
                service.state, service.starts = "inactive", []
        elif verb == "cat" and name != "ssh.socket":
            return 0, f"# {service.unit.path}\n" + open(service.unit.path, encoding="utf-8").read(), ""
        elif verb == "show" and properties and name != "ssh.socket":
            known = {"ActiveState": state, "MainPID": str(service.main or 0), "LoadState": "loaded",
                     "UnitFileState": self.is_enabled(name), "FragmentPath": service.unit.path}
            wanted = [key for word in properties for key in word.split(",")]
            if any(key not in known for key in wanted):
                return 64, "", f"systemctl of a disposable host: property of {wanted} is not supported\n"
            return 0, "".join(f"{'' if value_only else key + '='}{known[key]}\n" for key in wanted), ""
        else:
            return 64, "", f"systemctl of a disposable host: '{verb} {name}' is not supported\n"
        return 0, "", ""


def subprocess_output(processes, argv):
    """Output of a command; PID 1 reaps all children, so the subprocess module's own waiting would be in its way."""
    import pwd
    path = f"/run/labinit-{threading.get_ident()}.out"
    try:
        code = processes.wait(processes.spawn(argv, {"PATH": "/usr/sbin:/usr/bin"}, pwd.getpwuid(0), output=path), 20)
        text = open(path, encoding="utf-8").read()
    finally:
        if os.path.exists(path):
            os.unlink(path)
    if code != 0:
        raise UnitError(f"{' '.join(argv[:2])} ended with {code}: {text.strip()[-300:]}")
    return text
