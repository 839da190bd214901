#!/usr/bin/env bash
# Prepares one student's machine (Ubuntu 24.04 LTS): packages, Python environment, password login, operator's keys, course files.
# One stream on stdin of `sudo bash -s`: values, common.sh, two programs that are functions there, this. Everything is in functions and the last line
# calls them: a stream that is cut runs nothing. Safe to run again at any time: a second run changes nothing, a killed one is mended.
# shellcheck disable=SC2034 # common.sh reads some of these

VENV=/opt/student-labs/venv
LOG=/var/log/student-labs/bootstrap.log
SSHD_DROPIN=/etc/ssh/sshd_config.d/10-student-labs.conf
SSHD_RESTART_DUE=/run/student-labs-sshd-restart-due
IMAGE_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin

wait_for_cloud_init() {
    command -v cloud-init >/dev/null || return 0
    local code=0
    logged timeout 900 cloud-init status --wait || code=$?
    # 2 = done with recoverable errors (cloud-init 23.4 and later): not ours to judge.
    case $code in 0 | 2) ;; *) say "note: cloud-init ended with status $code" ;; esac
}

set_hostname() {
    [[ $LAB_NAME =~ ^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$ ]] || die "\"$LAB_NAME\" cannot be a host name"
    # The name must resolve before it is set: sudo complains about every unknown one.
    { lines_without '# student-labs$' /etc/hosts; echo "127.0.1.1 $LAB_NAME # student-labs"; } | put_file /etc/hosts 644 root
    # cloud-init may set the name of the image again at each boot (its module update_hostname).
    [ ! -d /etc/cloud/cloud.cfg.d ] ||
        put_file /etc/cloud/cloud.cfg.d/99-student-labs.cfg 644 root <<<'preserve_hostname: true'
    [ "$(uname -n)" != "$LAB_NAME" ] || [ "$(cat /etc/hostname 2>/dev/null)" != "$LAB_NAME" ] || return 0
    if ! logged hostnamectl set-hostname "$LAB_NAME"; then
        put_file /etc/hostname 644 root <<<"$LAB_NAME"
        hostname "$LAB_NAME"
    fi
    changed "host name $LAB_NAME"
}

apt_get() { logged apt-get -y -q -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold -o Acquire::Retries=3 "$@"; }

# DPkg::Lock::Timeout covers dpkg's locks, not that of the package lists: first-boot jobs of the image may hold it.
refresh_package_lists() {
    local attempt
    for attempt in {1..60}; do
        if apt_get update; then return 0; fi
        [ "$attempt" = 60 ] || sleep 5
    done
    return 1
}

broken_packages() {
    dpkg-query -W -f '${db:Status-Abbrev}|${binary:Package}\n' 9>&- |
        awk -F'|' 'substr($1,3,1) == "R" || substr($1,2,1) ~ /[HUFWt]/ { print $2 }' | sort -u
}
dpkg_is_broken() { [ -n "$(dpkg --audit 9>&-)" ] || [ -n "$(ls -A /var/lib/dpkg/updates 2>/dev/null)" ]; }

configure_packages() {
    local attempt output
    for attempt in {1..120}; do # plain dpkg does not wait for its lock, and the image's own updates may be at work
        if output=$(dpkg --force-confold --configure -a 2>&1 9>&- </dev/null); then return 0; fi
        printf '%s\n' "$output" >>"$STEP_LOG"
        [[ $output == *lock* && $attempt != 120 ]] || return 0
        sleep 5
    done
}

# A run (or the machine) that died inside dpkg: `dpkg --configure -a` alone does not mend a package that is half unpacked.
# What cannot be mended is not the end: whether what is asked for is there decides that.
repair_dpkg() {
    local broken
    configure_packages
    dpkg_is_broken || { changed "dpkg repaired"; return 0; }
    apt_get update || true
    apt_get --fix-broken install || true
    broken=$(broken_packages)
    # shellcheck disable=SC2086 # package names
    [ -z "$broken" ] || apt_get install --reinstall $broken || true
    dpkg_is_broken || changed "dpkg repaired"
}

# missing_packages: those asked for that are not installed and configured, a line each.
missing_packages() {
    local package
    for package in $LAB_APT_PACKAGES python3-venv; do
        [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "${package%%=*}" 2>/dev/null)" = "ii " ] || echo "$package"
    done
}

# What is asked for decides. A package that is broken beside it, because it was asked for once or the student tried it, is said.
install_packages() {
    local missing still names given_up=$STATE/dpkg.given-up code=0
    mapfile -t missing < <(missing_packages)
    if dpkg_is_broken; then
        # Not over and over what could not be mended and is in nobody's way.
        ((${#missing[@]} == 0)) && [ "$(cat "$given_up" 2>/dev/null)" = "$(broken_packages)" ] || repair_dpkg
        mapfile -t missing < <(missing_packages)
    fi
    if ((${#missing[@]})); then
        refresh_package_lists
        apt_get install --no-install-recommends "${missing[@]}" || code=$?
        if ((code != 0)); then # also for what is broken beside it
            still=$(missing_packages)
            [ -z "$still" ] || return "$code"
        fi
        changed "packages ${missing[*]}"
    fi
    rm -f "$given_up"
    ! dpkg_is_broken || configure_packages
    if dpkg_is_broken; then
        broken_packages >"$given_up"
        names=$(paste -sd ' ' "$given_up")
        problem "$names: broken, but not needed by what aptPackages asks for; sudo apt-get purge $names takes it away"
    fi
}

# Ubuntu's own Python refuses pip (PEP 668); mrjob 0.7.4 needs distutils, gone in 3.12, and pipes, gone in 3.13.
# Built beside the one in use and switched with one rename, so that a killed run or a new package list leaves a whole environment.
install_python_environment() {
    local requirements version directory old
    # As the program hands them over: complete (boto3, setuptools, mrjob where there are clusters), names normalised.
    requirements=$(tr -s '[:space:]' '\n' <<<"$LAB_PIP_PACKAGES")
    version=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    directory=$VENV-$(printf '%s\n%s' "$version" "$requirements" | sha256sum | cut -c1-12)
    if [ ! -e "$directory/.complete" ] || [ ! -x "$directory/bin/python" ]; then
        logged /usr/bin/python3 -m venv --clear --system-site-packages "$directory"
        printf '%s\n' "$requirements" >"$directory/requirements.txt"
        # --ignore-installed: an older copy among the system's packages must not stand for what is asked.
        # Not --quiet: what it says it is at names the package that fails.
        logged "$directory/bin/python" -m pip --disable-pip-version-check --no-input --no-color \
            install --progress-bar off --retries 5 --ignore-installed -r "$directory/requirements.txt"
        logged "$directory/bin/python" -c 'import pathlib, sys, sysconfig
if sys.version_info >= (3, 13):
    pathlib.Path(sysconfig.get_path("purelib"), "pipes.py").write_text("from shlex import quote\n")'
        if grep -qE '^mrjob($|[^a-z0-9-])' <<<"$requirements"; then logged "$directory/bin/python" -c 'import mrjob.emr'; fi
        touch "$directory/.complete"
    fi
    if [ "$(readlink "$VENV")" != "$directory" ]; then
        ln -sfn "$directory" "$VENV.new"
        mv -fT "$VENV.new" "$VENV"
        changed "Python environment $VENV"
    fi
    for old in "$VENV"-*; do [ "$old" = "$directory" ] || rm -rf "$old"; done
}

# environment_value NAME: what /etc/environment says now; the last line counts (pam_env).
environment_value() { sed -nE "s/^$1=[\"']?([^\"']*)[\"']?\$/\1/p" /etc/environment 2>/dev/null | tail -n 1; }

# pam_env reads /etc/environment for SSH sessions, cron and sudo; the profile and bash.bashrc make the course's Python first also
# where something resets PATH. Other lines of /etc/environment are the image's, so only a value that is not right is replaced.
set_environment() {
    local path replaced='^$' lines=()
    path=$(environment_value PATH)
    path=${path:-$IMAGE_PATH}
    [[ $path == "$VENV/bin:"* ]] || { replaced+='|^PATH=' && lines+=("PATH=\"$VENV/bin:$path\""); }
    [ "$(environment_value AWS_DEFAULT_REGION)" = "$LAB_REGION" ] ||
        { replaced+='|^AWS_DEFAULT_REGION=' && lines+=("AWS_DEFAULT_REGION=$LAB_REGION"); }
    ((${#lines[@]} == 0)) ||
        { lines_without "$replaced" /etc/environment; printf '%s\n' "${lines[@]}"; } | put_file /etc/environment 644 root
    put_file /etc/profile.d/student-labs.sh 644 root <<PROFILE
# student-labs: the course's Python first, the lab's region, and the student's own access key where the class uses them
case ":\$PATH:" in *:$VENV/bin:*) ;; *) PATH=$VENV/bin:\$PATH ;; esac
export PATH AWS_DEFAULT_REGION=$LAB_REGION
if [ -r "\$HOME/.student-labs-credentials" ]; then . "\$HOME/.student-labs-credentials"; fi
PROFILE
    # At the top: Ubuntu's file returns early for "ssh HOST COMMAND", for which bash reads it too (SSH_SOURCE_BASHRC).
    {
        # shellcheck disable=SC2016 # the text of the line
        echo 'for lab in /etc/profile.d/student-labs*.sh; do if [ -r "$lab" ]; then . "$lab"; fi; done; unset lab # student-labs'
        lines_without '# student-labs$' /etc/bash.bashrc
    } | put_file /etc/bash.bashrc 644 root
}

# studentCredentials: access-key. The names of the AWS tools, then the older ones that the original class set as well.
put_access_key() {
    local file=$HOME_DIR/.student-labs-credentials
    if [ -n "${LAB_ACCESS_KEY_ID:-}" ]; then
        printf "export AWS_ACCESS_KEY_ID='%s' AWS_SECRET_ACCESS_KEY='%s'\nexport AWS_ACCESS_KEY='%s' AWS_SECRET_KEY='%s'\n" \
            "$LAB_ACCESS_KEY_ID" "$LAB_SECRET_ACCESS_KEY" "$LAB_ACCESS_KEY_ID" "$LAB_SECRET_ACCESS_KEY" |
            put_file "$file" 600 "$LAB_USER"
    elif [ -e "$file" ]; then
        rm -f "$file"
        changed "$file removed"
    fi
}

# The password of the roster against a stored hash: passwords go through pipes of shell builtins, and perl is in every Ubuntu.
password_is() { # FILE of lines user:hash[:...]
    printf '%s\n' "$LAB_PASSWORD" | perl -e '$p = <STDIN>; chomp $p; open $f, "<", $ARGV[1] or exit 1;
        while (<$f>) { chomp; @a = split /:/; exit !($a[1] =~ /^\$/ && crypt($p, $a[1]) eq $a[1]) if $a[0] eq $ARGV[0] } exit 1' \
        "$LAB_USER" "$1" 9>&-
}

# A password that the student changed stays: it is set only when the roster's is not the one that was set last time.
set_password() {
    local marker=$STATE/password
    [ -n "$LAB_PASSWORD" ] || die "LAB_PASSWORD is empty"
    password_is "$marker" && return 0
    if ! password_is /etc/shadow; then
        printf '%s:%s\n' "$LAB_USER" "$LAB_PASSWORD" | chpasswd 9>&-
        changed "password of $LAB_USER"
    fi
    (umask 077 && grep "^$LAB_USER:" /etc/shadow | cut -d: -f1,2 >"$marker.new" && mv -f "$marker.new" "$marker")
}

sshd_settings() {
    local port declared
    echo "# student-labs: sshd takes the first value it reads, so this must sort before 60-cloudimg-settings.conf"
    echo "PasswordAuthentication yes"
    echo "# the key of the roster alone: an update of openssh-server makes others, which nobody knows"
    echo "HostKey /etc/ssh/ssh_host_ed25519_key"
    echo "# the operator's keys are root's: nothing that happens to a student's ~/.ssh locks the operator out"
    echo "AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/student-labs/%u"
    echo "# an agent with many keys offers them all before the password; a class shares one address"
    printf '%s\n' "MaxAuthTries 20" "LoginGraceTime 60" "MaxStartups 60:30:200" "PerSourceMaxStartups none"
    [ "$LAB_SSH_PORTS" != 22 ] || return 0
    # Ports add up over all files, and one that is declared twice would keep ssh.socket from starting.
    declared=$(find /etc/ssh/sshd_config /etc/ssh/sshd_config.d -name '*conf*' -type f ! -path "$SSHD_DROPIN" \
        ! -name '.lab-tmp.*' -exec sed -nE 's/^[[:space:]]*[Pp]ort[[:space:]]+([0-9]+).*/\1/p' {} +)
    for port in $LAB_SSH_PORTS; do grep -qx "$port" <<<"$declared" || echo "Port $port"; done
}

open_password_login() {
    local settings before effective port
    install -d -m 755 -o root -g root /etc/ssh/student-labs
    printf '%s\n' "$LAB_OPERATOR_KEYS" | put_file "/etc/ssh/student-labs/$LAB_USER" 644 root
    settings=$(sshd_settings)
    before=$(cat "$SSHD_DROPIN" 2>/dev/null || true)
    printf '%s\n' "$settings" | DUE=$SSHD_RESTART_DUE put_file "$SSHD_DROPIN" 644 root
    if [ -e "$SSHD_RESTART_DUE" ]; then
        [ -d /run/sshd ] || install -d -m 755 /run/sshd # sshd -t wants it; made by ssh.service, which starts on demand
        if ! logged /usr/sbin/sshd -t; then
            if [ -n "$before" ]; then printf '%s\n' "$before" >"$SSHD_DROPIN"; else rm -f "$SSHD_DROPIN"; fi
            die "$(reasons | head -n 1), so sshd -t refuses the settings: the former ones are back"
        fi
        # Ubuntu 22.10 and later: systemd holds the ports (ssh.socket), and a generator reads them from sshd's settings.
        # https://discourse.ubuntu.com/t/sshd-now-uses-socket-based-activation-ubuntu-22-10-and-later/30189
        logged systemctl daemon-reload
        if logged systemctl is-active --quiet ssh.socket; then logged systemctl restart ssh.socket; fi
        logged systemctl restart ssh
        rm -f "$SSHD_RESTART_DUE"
    fi
    effective=$(/usr/sbin/sshd -T -C "user=$LAB_USER,host=x,addr=127.0.0.1" 9>&-)
    grep -qx 'passwordauthentication yes' <<<"$effective" || die "another file in /etc/ssh keeps password login off"
    grep -q '^authorizedkeysfile .*/etc/ssh/student-labs/' <<<"$effective" || die "another file in /etc/ssh sets AuthorizedKeysFile"
    for port in $LAB_SSH_PORTS; do grep -qx "port $port" <<<"$effective" || die "sshd does not take port $port"; done
}

# Puts the archive's files into the home folder; never touches what the student changed, made or removed.
fetch_course_archive() {
    local wanted="$LAB_COURSE_ARCHIVE_URI $LAB_COURSE_ARCHIVE_VERSION" code=0
    [ -n "$LAB_COURSE_ARCHIVE_URI" ] && [ "$(cat "$STATE/course.version" 2>/dev/null)" != "$wanted" ] || return 0
    rm -rf "$STATE"/course-* # of a run that was killed
    course_archive_py | "$VENV/bin/python" -I -B - "$LAB_COURSE_ARCHIVE_URI" "$LAB_COURSE_ARCHIVE_REGION" "$LAB_USER" "$STATE" \
        "${LAB_ARCHIVE_WAIT_SECONDS:-120}" 9>&- || code=$?
    case $code in
        0) ;;
        3) return 0 ;; # not all is placed, which it has said: the next run tries again
        4) TOLD=yes && return 1 ;;
        *) return "$code" ;;
    esac
    printf '%s\n' "$wanted" >"$STATE/course.version.new"
    mv -f "$STATE/course.version.new" "$STATE/course.version"
}

lab_main() {
    set -Eeuo pipefail
    begin LAB_NAME LAB_USER LAB_PASSWORD LAB_REGION LAB_APT_PACKAGES LAB_PIP_PACKAGES LAB_OPERATOR_KEYS \
        LAB_COURSE_ARCHIVE_URI LAB_COURSE_ARCHIVE_VERSION LAB_COURSE_ARCHIVE_REGION LAB_SSH_PORTS
    step "first boot" "look at cloud-init status --long on the machine" wait_for_cloud_init
    step "host name" "use letters, digits and hyphens in the lab's name" set_hostname
    step "packages" "check aptPackages and that the machine reaches Ubuntu's archive" install_packages
    step "Python environment" "check pipPackages and that the machine reaches PyPI" install_python_environment
    step "environment" "look at /etc/environment on the machine" set_environment
    step "access key" "look at the student's home folder on the machine" put_access_key
    step "password" "look at the log on the machine" set_password
    step "password login" "look at the files in /etc/ssh/sshd_config.d on the machine" open_password_login
    step "course archive" "check courseArchive: the object, the role's right to read it, and what is in the archive" \
        fetch_course_archive
    say ok
}
# In braces: a cut inside this line is a syntax error, too.
{ lab_main </dev/null; }
