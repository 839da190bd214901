"""Reads the unit files that a host's PID 1 runs. Only what it really carries out is accepted: a directive that
would be ignored is an error, since a script that relies on it would work here and fail on Ubuntu (or the other way)."""
import os
import pwd
import re
import shlex

SEARCH = ("/etc/systemd/system", "/run/systemd/system")
PACKAGED = "/lib/systemd/system"

LISTS = {
    "Service": {"ExecStart", "ExecStartPre", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost", "Environment",
                "EnvironmentFile"},
    "Unit": {"ConditionPathExists", "Documentation", "After", "Before", "Wants"},
    "Install": {"WantedBy", "Alias"},
}
SINGLE = {
    "Service": {"Type", "User", "Group", "WorkingDirectory", "UMask", "PIDFile", "RuntimeDirectory", "RuntimeDirectoryMode",
                "RuntimeDirectoryPreserve", "RemainAfterExit", "Restart", "RestartSec", "RestartPreventExitStatus",
                "SuccessExitStatus", "KillMode", "TimeoutStartSec", "TimeoutStopSec", "StandardOutput", "StandardError"},
    # Limits of restarts: ours is fixed (5 in 10 s, systemd's default); what a file asks for is not looked at.
    "Unit": {"Description", "StartLimitIntervalSec", "StartLimitBurst"},
    "Install": set(),
}
CHOICES = {
    "Type": ("simple", "exec", "forking", "oneshot", "notify"),
    "Restart": ("no", "on-failure", "always"),
    "KillMode": ("control-group", "process", "mixed"),
    "StandardOutput": ("journal", "null"),
    "StandardError": ("journal", "null"),
    "RuntimeDirectoryPreserve": ("no", "yes", "restart"),
}
# Targets are all reached when PID 1 starts units, so an order among them says nothing.


class UnitError(Exception):
    """A unit file that is missing or says something that is not carried out here."""


def seconds(value):
    """A time span of systemd: 5, 100ms, 2s, 1min, infinity."""
    if value == "infinity":
        return 3600.0
    found = re.fullmatch(r"([0-9.]+)\s*(ms|s|sec|min|)", value)
    if not found:
        raise UnitError(f"time span '{value}' is not understood here")
    return float(found[1]) * {"ms": 0.001, "min": 60.0}.get(found[2], 1.0)


def yes(value):
    """A boolean of systemd."""
    if value.lower() in ("yes", "true", "on", "1"):
        return True
    if value.lower() in ("no", "false", "off", "0"):
        return False
    raise UnitError(f"'{value}' is not a boolean")


class Unit:
    """One .service file with its drop-ins."""

    def __init__(self, name, files):
        self.name, self.path = name, files[0]
        self.lists, self.single = {}, {}
        for path in files:
            self._read(path)
        for key, allowed in CHOICES.items():
            if key in self.single and self.single[key] not in allowed:
                raise UnitError(f"{self.path}: {key}={self.single[key]} is not supported here (only {', '.join(allowed)})")
        if not self.lists.get("ExecStart"):
            raise UnitError(f"{self.path}: no ExecStart=")
        if self.type != "oneshot" and len(self.lists["ExecStart"]) > 1:
            raise UnitError(f"{self.path}: more than one ExecStart=, which only Type=oneshot allows")
        if self.type == "forking" and "PIDFile" not in self.single:
            raise UnitError(f"{self.path}: Type=forking needs PIDFile= here")

    def _read(self, path):
        section, line, text = None, "", open(path, encoding="utf-8").read()
        for raw in re.sub(r"\\\n", " ", text).splitlines():
            line = raw.strip()
            if not line or line[0] in "#;":
                continue
            if line.startswith("[") and line.endswith("]"):
                section = line[1:-1]
                if section not in LISTS:
                    raise UnitError(f"{path}: section [{section}] is not supported here")
                continue
            key, equals, value = line.partition("=")
            key, value = key.strip(), value.strip()
            if section is None or not equals:
                raise UnitError(f"{path}: '{line}' is not a setting")
            if key in LISTS[section]:
                if value:
                    self.lists.setdefault(key, []).append(value)
                else:
                    self.lists[key] = []
            elif key in SINGLE[section]:
                self.single[key] = value
            else:
                raise UnitError(f"{path}: {key}= in [{section}] is not supported here")

    @property
    def type(self):
        """Type=, or systemd's default."""
        return self.single.get("Type", "simple")

    @property
    def account(self):
        """The user that the service runs as."""
        try:
            return pwd.getpwnam(self.single.get("User", "root"))
        except KeyError:
            raise UnitError(f"{self.name}: no user {self.single['User']}") from None

    def specifiers(self, text):
        """Replaces %n and the like; one that is not known is an error."""
        def value(found):
            stem = self.name.rsplit(".", 1)[0]
            known = {"%": "%", "n": self.name, "N": stem, "p": stem, "t": "/run", "u": self.account.pw_name,
                     "U": str(self.account.pw_uid), "h": self.account.pw_dir}
            if found[1] not in known:
                raise UnitError(f"{self.path}: specifier %{found[1]} is not supported here")
            return known[found[1]]
        return re.sub(r"%(.)", value, text)

    def environment(self):
        """What Environment= and EnvironmentFile= give, on top of systemd's own few variables."""
        account = self.account
        env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        if "User" in self.single:
            env.update(HOME=account.pw_dir, USER=account.pw_name, LOGNAME=account.pw_name, SHELL=account.pw_shell)
        for value in self.lists.get("Environment", []):
            for pair in shlex.split(self.specifiers(value)):
                key, _, text = pair.partition("=")
                env[key] = text
        for value in self.lists.get("EnvironmentFile", []):
            path = self.specifiers(value.lstrip("-"))
            if not os.path.exists(path):
                if value.startswith("-"):
                    continue
                raise UnitError(f"{self.name}: {path} is missing")
            for line in open(path, encoding="utf-8"):
                key, equals, text = line.strip().partition("=")
                if equals and not key.startswith(("#", ";")):
                    env[key.strip()] = " ".join(shlex.split(text))
        return env

    def commands(self, key, env):
        """The commands of an Exec...= setting: (argv, may fail)."""
        for value in self.lists.get(key, []):
            ignore = value.startswith("-")
            value = value[1:] if ignore else value
            if value[:1] in "@+!:|":
                raise UnitError(f"{self.path}: prefix '{value[:1]}' of {key}= is not supported here")
            argv = []
            for word in shlex.split(self.specifiers(value)):
                if re.fullmatch(r"\$[A-Za-z_][A-Za-z0-9_]*", word):
                    argv += env.get(word[1:], "").split()  # "$X" alone: split at white space, as systemd does
                else:
                    argv.append(re.sub(r"\$\{([A-Za-z0-9_]+)\}|\$\$",
                                       lambda m: "$" if m[0] == "$$" else env.get(m[1], ""), word))
            if not argv or not argv[0].startswith("/"):
                raise UnitError(f"{self.path}: {key}= needs an absolute path (systemd searches few folders, we none)")
            yield argv, ignore


def find(name):
    """The files of a unit: the main one, then its drop-ins. Units of packages are not run here, but for ssh."""
    folders = SEARCH + ((PACKAGED,) if name == "ssh.service" else ())
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.exists(path):
            if os.path.realpath(path) == "/dev/null":
                raise UnitError(f"Unit {name} is masked.")
            drop_ins = []
            for other in folders:
                extra = os.path.join(other, name + ".d")
                if os.path.isdir(extra):
                    drop_ins += [os.path.join(extra, f) for f in sorted(os.listdir(extra)) if f.endswith(".conf")]
            return [path, *drop_ins]
    if os.path.exists(os.path.join(PACKAGED, name)):
        raise UnitError(f"{name} comes from a package: this host runs only ssh and units in /etc/systemd/system")
    return []
