"""One running service of a host."""
import os
import shutil
import signal
import socket
import time
import uuid

from units import UnitError, seconds, yes

LOGS = "/var/log/units"
CLEAN_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)


def members(invocation):
    """All processes that a service has started: without control groups they are known by INVOCATION_ID."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and name != "1":
            try:
                if f"INVOCATION_ID={invocation}".encode() in open(f"/proc/{name}/environ", "rb").read().split(b"\0"):
                    found.append(int(name))
            except OSError:
                pass
    return found


class Service:
    """State and jobs of one unit. Callers hold the manager's lock."""

    def __init__(self, unit, processes):
        self.unit, self.processes = unit, processes
        self.state, self.main, self.invocation, self.result = "inactive", None, None, ""
        self.starts, self.refused = [], None

    @property
    def running(self):
        """What is-active says yes to."""
        return self.state in ("active", "reloading")

    def log_path(self):
        """Where the output goes ("journal")."""
        os.makedirs(LOGS, exist_ok=True)
        return f"{LOGS}/{self.unit.name}.log"

    def _env(self):
        env = self.unit.environment()
        env["INVOCATION_ID"] = self.invocation or uuid.uuid4().hex
        if self.main:
            env["MAINPID"] = str(self.main)
        return env

    def _spawn(self, argv, env):
        single, account = self.unit.single, self.unit.account
        gid = None
        if "Group" in single:
            import grp
            gid = grp.getgrnam(single["Group"]).gr_gid
        cwd = self.unit.specifiers(single.get("WorkingDirectory", "/"))
        if single.get("StandardOutput") == "null" and single.get("StandardError", "null") == "null":
            output = None
        else:
            output = self.log_path()
        return self.processes.spawn(argv, env, account, output=output, gid=gid, umask=int(single.get("UMask", "022"), 8),
                                    cwd=account.pw_dir if cwd == "~" else cwd)

    def _run_all(self, key, timeout):
        env = self._env()
        for argv, ignore in self.unit.commands(key, env):
            pid = self._spawn(argv, env)
            code = self.processes.wait(pid, timeout)
            if code is None:
                os.kill(pid, signal.SIGKILL)
            if code != 0 and not ignore:
                raise UnitError(f"{key}={' '.join(argv)} ended with {'a timeout' if code is None else code}")

    def start(self):
        """Starts the service; raises UnitError or OSError if that fails."""
        if self.running:
            return
        if self.refused:
            raise UnitError(self.refused)
        unit, single = self.unit, self.unit.single
        for condition in unit.lists.get("ConditionPathExists", []):
            wanted, path = not condition.startswith("!"), unit.specifiers(condition.lstrip("!"))
            if os.path.exists(path) != wanted:
                return  # as systemd: skipped, and no failure
        timeout = seconds(single.get("TimeoutStartSec", "90"))
        self.invocation, self.main, self.state = uuid.uuid4().hex, None, "activating"
        try:
            self._runtime_directory()
            self._run_all("ExecStartPre", timeout)
            getattr(self, f"_start_{unit.type}")(timeout)
            self.state = "active"
            self._run_all("ExecStartPost", timeout)
            if unit.type == "oneshot" and not yes(single.get("RemainAfterExit", "no")):
                self.state = "inactive"
        except (UnitError, OSError) as error:
            self._kill(signal.SIGKILL, all_of_it=True)
            self._remove_runtime_directory()
            self.state, self.result, self.main = "failed", str(error), None
            raise

    def _runtime_directory(self):
        single, account = self.unit.single, self.unit.account
        for name in single.get("RuntimeDirectory", "").split():
            path = f"/run/{self.unit.specifiers(name)}"
            os.makedirs(path, exist_ok=True)
            os.chmod(path, int(single.get("RuntimeDirectoryMode", "0755"), 8))
            os.chown(path, account.pw_uid, account.pw_gid)

    def _start_simple(self, _timeout):
        env = self._env()
        for argv, _ in self.unit.commands("ExecStart", env):
            self.main = self._spawn(argv, env)

    _start_exec = _start_simple

    def _start_oneshot(self, timeout):
        self._run_all("ExecStart", timeout)

    def _start_notify(self, timeout):
        address = f"\0notify-{self.invocation}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(address)
            ready.settimeout(0.2)
            env = self._env() | {"NOTIFY_SOCKET": "@" + address[1:]}
            for argv, _ in self.unit.commands("ExecStart", env):
                self.main = self._spawn(argv, env)
            until = time.monotonic() + timeout
            while time.monotonic() < until:
                try:
                    if b"READY=1" in ready.recv(4096):
                        return
                except TimeoutError:
                    pass
                with self.processes.changed:
                    if self.main in self.processes.ended:
                        raise UnitError(f"main process ended with {self.processes.ended.pop(self.main)} before it was ready")
        raise UnitError("not ready in time")

    def _start_forking(self, timeout):
        self._run_all("ExecStart", timeout)
        path = self.unit.specifiers(self.unit.single["PIDFile"])
        path = path if path.startswith("/") else f"/run/{path}"
        for _ in range(50):
            if os.path.exists(path) and (text := open(path, encoding="utf-8").read().strip()):
                self.main = int(text)
                return
            time.sleep(0.1)
        raise UnitError(f"{path} was not written")

    def _kill(self, number, all_of_it):
        for pid in {*([self.main] if self.main else []), *(members(self.invocation) if all_of_it else [])}:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def stop(self):
        """Stops the service and waits for its processes."""
        if self.state in ("inactive", "failed"):
            self.state = "inactive"
            return
        single, grouped = self.unit.single, self.unit.single.get("KillMode", "control-group") != "process"
        self.state = "deactivating"
        try:
            self._run_all("ExecStop", 30)
        except (UnitError, OSError):
            pass
        self._kill(signal.SIGTERM, all_of_it=grouped and single.get("KillMode") != "mixed")
        until = time.monotonic() + seconds(single.get("TimeoutStopSec", "15"))
        while self._alive(grouped) and time.monotonic() < until:
            time.sleep(0.02)
        self._kill(signal.SIGKILL, all_of_it=grouped)
        if self.main:
            self.processes.wait(self.main, 2 if self.unit.type != "forking" else 0)
        self.main, self.state = None, "inactive"
        try:
            self._run_all("ExecStopPost", 30)
        except (UnitError, OSError):
            pass
        self._remove_runtime_directory()

    def _remove_runtime_directory(self):
        single = self.unit.single
        if single.get("RuntimeDirectoryPreserve", "no") == "no":
            for name in single.get("RuntimeDirectory", "").split():
                shutil.rmtree(f"/run/{self.unit.specifiers(name)}", ignore_errors=True)

    def _alive(self, grouped):
        def lives(pid):
            try:
                return open(f"/proc/{pid}/stat", encoding="utf-8").read().rsplit(")", 1)[1].split()[0] != "Z"
            except OSError:
                return False
        return bool(self.main and lives(self.main)) or (grouped and any(map(lives, members(self.invocation))))

    def reload(self):
        """Runs ExecReload; raises if the unit has none or it fails."""
        if not self.unit.lists.get("ExecReload"):
            raise UnitError(f"Job type reload is not applicable for unit {self.unit.name}.")
        self._run_all("ExecReload", 90)

    def restart_after(self, code):
        """After the main process ended by itself: seconds until it is started again, or None."""
        with self.processes.changed:
            self.processes.ended.pop(self.main, None)
        single = self.unit.single
        allowed = [int(word) for word in single.get("SuccessExitStatus", "").split()]
        clean = code == 0 or code in allowed or -code in CLEAN_SIGNALS
        self.main, self.state, self.result = None, "inactive" if clean else "failed", f"main process ended with {code}"
        if single.get("KillMode", "control-group") != "process":
            self._kill(signal.SIGKILL, all_of_it=True)
        self._remove_runtime_directory()
        policy = single.get("Restart", "no")
        if policy == "no" or (policy == "on-failure" and clean):
            return None
        if code in [int(word) for word in single.get("RestartPreventExitStatus", "").split()]:
            return None
        now = time.monotonic()
        self.starts = [at for at in self.starts if now - at < 10] + [now]
        return None if len(self.starts) > 5 else seconds(single.get("RestartSec", "100ms"))
