"""The processes that PID 1 of a host starts and reaps."""
import ctypes
import os
import signal
import threading

# Capabilities that no process of a host but its PID 1 has. SYS_ADMIN: no mounts. The host shares kernel, clock and
# network with the machine, so: no modules, raw devices, clock, reboot, network set-up, security modules, kernel log.
DROPPED = (12, 16, 17, 21, 22, 25, 27, 32, 33, 34, 35, 36, 38, 39)
_libc = ctypes.CDLL(None, use_errno=True)
PR_CAPBSET_DROP = 24


class Processes:
    """Starts processes and knows how each ended. PID 1 reaps everything, also what is not its own."""

    def __init__(self):
        self.changed = threading.Condition()
        self.ended, self.watched, self.on_exit = {}, set(), lambda pid, status: None

    def reap(self):
        """Collects every ended child; called by the main thread on SIGCHLD."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            with self.changed:
                if pid in self.watched:
                    self.watched.discard(pid)
                    self.ended[pid] = os.waitstatus_to_exitcode(status)
                    self.changed.notify_all()
            self.on_exit(pid, os.waitstatus_to_exitcode(status))

    def spawn(self, argv, env, account, *, output=None, cwd="/", umask=0o022, gid=None):
        """Forks and executes; an argv that cannot be executed is an OSError here."""
        read, write = os.pipe()
        with self.changed:
            pid = os.fork()
            if pid:
                self.watched.add(pid)
        if pid == 0:
            self._child(argv, env, account, output, cwd, umask, gid, write)
        os.close(write)
        failure = b"".join(iter(lambda: os.read(read, 200), b""))
        os.close(read)
        if failure:
            self.wait(pid, 5)
            raise OSError(failure.decode())
        return pid

    @staticmethod
    def _child(argv, env, account, output, cwd, umask, gid, write):
        try:
            os.setsid()
            signal.pthread_sigmask(signal.SIG_SETMASK, set())
            for number in (signal.SIGPIPE, signal.SIGINT):  # Python ignores or handles them
                signal.signal(number, signal.SIG_DFL)
            log = os.open(output or "/dev/null", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
            null = os.open("/dev/null", os.O_RDONLY)
            os.dup2(null, 0)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.umask(umask)
            for capability in DROPPED:
                _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
            if account.pw_uid != 0:
                os.initgroups(account.pw_name, account.pw_gid if gid is None else gid)
                os.setgid(account.pw_gid if gid is None else gid)
                os.setuid(account.pw_uid)
            os.chdir(cwd)
            os.execve(argv[0], argv, env)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must be told
            os.write(write, f"{argv[0]}: {error}".encode())
        os._exit(203)

    def wait(self, pid, timeout):
        """The exit code of a process (negative: signal), or None when the time is over."""
        with self.changed:
            self.changed.wait_for(lambda: pid in self.ended, timeout)
            return self.ended.pop(pid, None)
