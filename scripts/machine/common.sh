# shellcheck shell=bash
# What bootstrap.sh and connect-cluster.sh have in common; the program sends it before them in the same stream.
# The values (LAB_NAME='ada' ...) come first, as shell variables that are never exported: none is ever in the arguments or in the
# environment of a process. Where one is written, it goes through a pipe from a builtin.
#
# What a script says, one line each, on standard output and nothing else on either stream. The program reads it in
# components/failures/machineReport.ts, takes over these and no others, and believes none of them:
#   lab: problem STEP: TEXT          what is not as it should be, whether or not the run went on; into the roster and the console
#   lab: left out: TEXT              what of the course archive does not arrive on any machine; into the console
#   lab: failed: STEP (exit code N)  the step that ended the run
#   lab: to do: TEXT                 what the operator does about it
#   lab: ok                          the last line of a run that came to its end
# Lines "lab: changed: TEXT" and "lab: note: TEXT" are for whoever runs a script by hand.

STATE=/var/lib/student-labs
STEP=start HINT="look at the message above"
# What the commands of one step print. In memory, so that a full disk has its reason told as well; nowhere until this run's turn.
STEP_LOG=/dev/null
TOLD=

# A subshell ignores SIGPIPE: when the operator's `up` was killed, nobody reads this, and the machine shall be finished all the same.
# One printable line, without the password and the query of an address.
say() {
    local text=${*//[[:cntrl:]]/ }
    text=$(sed -E "s#://[^[:space:]'\"]*@#://#g; s#(://[^[:space:]'\"?]*)\?[^[:space:]'\"]*#\1#g" <<<"$text")
    (trap '' PIPE; printf 'lab: %s\n' "${text:0:450}") 2>/dev/null || true
}
changed() { say "changed: $*"; }
problem() { TOLD=yes; say "problem $STEP: $*"; }
die() { problem "$*"; exit 1; }
# Descriptor 9 is the lock: a daemon that a package starts must not inherit it.
logged() { "$@" 9>&- >>"$STEP_LOG" 2>&1 </dev/null; }
step() {
    keep_step_log
    STEP=$1 HINT=$2 TOLD=
    "$3"
}

# The step's log joins the machine's, which may not be written to while the disk is full.
keep_step_log() {
    { printf '=== %s %s\n' "$(date -u +%FT%TZ)" "$STEP"; cat "$STEP_LOG"; } 2>/dev/null >>"$LOG" || true
    : >"$STEP_LOG"
}

# full_disks: the file systems that what a step writes goes to and that have no room, be it for bytes or for names.
full_disks() {
    df --output=avail,itotal,iavail,target / /opt/student-labs /tmp /var "${HOME_DIR:-/home}" 2>/dev/null |
        awk 'NR > 1 && ($1 < 64 || ($2 > 0 && $3 == 0)) && !seen[$4]++ { print $4 }' | paste -sd ' '
}

report_failure() {
    local code=$? line full
    set +e
    if ((code != 0)); then
        full=$(full_disks)
        if [ -z "$TOLD" ]; then
            # First: of a full disk, what a program says may be any nonsense.
            [ -z "$full" ] || problem "no space left on $full"
            while IFS= read -r line; do problem "$line"; done < <(reasons)
        else
            [ -z "$full" ] || problem "no space left on $full"
        fi
        say "failed: $STEP (exit code $code)"
        say "to do: $HINT, then run it again (pulumi up). Details on the machine: sudo tail -n 40 $LOG"
    fi
    keep_step_log
    [ -z "${HOME_DIR:-}" ] || ((code == 0)) || remove_leftovers
}

# reasons: what the step's log says about why the step failed, a line each, the most telling ones.
reasons() {
    reasons_py | /usr/bin/python3 -I - "$STEP_LOG" 9>&- 2>/dev/null || grep -v '^[[:space:]]*$' "$STEP_LOG" | tail -n 2
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

remove_leftovers() {
    find /etc /etc/ssh/student-labs /etc/ssh/sshd_config.d /etc/profile.d /etc/cloud/cloud.cfg.d /etc/systemd/system \
        /opt/student-labs "$HOME_DIR" "$HOME_DIR/.ssh" -maxdepth 1 -name '.lab-tmp.*' -exec rm -rf {} + 2>/dev/null || true
}

# begin NAME...: checks that these values are there, and waits until no other run is busy on this machine.
begin() {
    local name
    umask 022
    cd / # what a student has called json.py must not be in the way of a Python program
    export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 LC_ALL=C.UTF-8
    trap report_failure EXIT
    for name in "$@"; do [ -n "${!name+set}" ] || die "$name is missing"; done
    HOME_DIR=$(getent passwd "$LAB_USER" | cut -d: -f6) || die "this machine has no user $LAB_USER"
    exec 9>>/run/student-labs.lock
    flock -w 1800 9 || die "another run has been busy on this machine for half an hour"
    STEP_LOG=/run/student-labs-step.log
    (umask 077 && rm -f "$STEP_LOG" && : >"$STEP_LOG")
    exec 2>>"$STEP_LOG"
    install -d -m 755 /opt/student-labs
    install -d -m 711 "$STATE"
    install -d -m 700 "$(dirname "$LOG")"
    remove_leftovers # of a run that was killed, or that had no room
}
