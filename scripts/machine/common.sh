# shellcheck shell=bash
# What bootstrap.sh and connect-cluster.sh have in common; the program sends it before them in the same stream.
# The values (LAB_NAME='ada' ...) come first, as shell variables that are never exported: none is ever in the arguments or in the
# environment of a process. Where one is written, it goes through a pipe from a builtin.

STATE=/var/lib/student-labs
STEP=start HINT="look at the message above"

# A subshell ignores SIGPIPE: when the operator's `up` was killed, nobody reads this, and the machine shall be finished all the same.
say() { (trap '' PIPE; printf 'lab: %.900s\n' "$*") 2>/dev/null || true; }
changed() { say "changed: $*"; }
die() { say "$*"; exit 1; }
# Descriptor 9 is the lock: a daemon that a package starts must not inherit it.
logged() { "$@" 9>&- >>"$LOG" 2>&1 </dev/null; }
step() { STEP=$1 HINT=$2; printf '=== %s %s\n' "$(date -u +%FT%TZ)" "$STEP" >>"$LOG"; "$3"; }

report_failure() {
    local code=$? line
    ((code != 0)) || return 0
    # Of the log only what apt and pip mark as errors; an index address may hold a password.
    tac "$LOG" 2>/dev/null | sed '/^=== /q' | grep -E '^(E:|ERROR:|dpkg: error)' | head -n 3 |
        sed -E 's#//[^/@ ]*@#//#g' | while IFS= read -r line; do say "${line:0:300}"; done || true
    say "failed: $STEP (exit code $code)"
    say "to do: $HINT, then run it again (pulumi up). Details on the machine: sudo tail -n 40 $LOG"
}

# put_file PATH MODE OWNER, content on stdin: writes only what differs, in one move, never readable by others in between.
# DUE=FILE before it: that file is made first, so that a restart which the change needs is not lost with a run that is killed.
put_file() {
    local path=$1 mode=$2 owner=$3 temporary
    temporary=$(umask 077 && mktemp "$(dirname "$path")/.lab-tmp.XXXXXX")
    cat >"$temporary"
    if [ -f "$path" ] && [ ! -L "$path" ] && cmp -s "$temporary" "$path" &&
        [ "$(stat -c '%a %U' "$path")" = "$mode $owner" ]; then
        rm -f "$temporary"
        return 0
    fi
    chown "$owner:" "$temporary"
    chmod "$mode" "$temporary"
    [ -z "${DUE:-}" ] || touch "$DUE"
    mv -fT "$temporary" "$path"
    changed "$path"
}

# Existing lines of a file without those that match, and no error when none is left.
lines_without() { if [ -e "$2" ]; then grep -vE "$1" "$2" || true; fi; }

# begin NAME...: checks that these values are there, and waits until no other run is busy on this machine.
begin() {
    local name
    umask 022
    export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 LC_ALL=C.UTF-8
    trap report_failure EXIT
    for name in "$@"; do [ -n "${!name+set}" ] || die "$name is missing"; done
    HOME_DIR=$(getent passwd "$LAB_USER" | cut -d: -f6) || die "this machine has no user $LAB_USER"
    install -d -m 755 /opt/student-labs
    install -d -m 711 "$STATE"
    install -d -m 700 "$(dirname "$LOG")"
    exec 9>>/run/student-labs.lock
    flock -w 1800 9 || die "another run has been busy on this machine for half an hour"
    # Of a run that was killed.
    find /etc /etc/ssh/student-labs /etc/ssh/sshd_config.d /etc/profile.d /etc/cloud/cloud.cfg.d /etc/systemd/system \
        /opt/student-labs "$HOME_DIR" "$HOME_DIR/.ssh" -maxdepth 1 -name '.lab-tmp.*' -delete 2>/dev/null || true
}
