#!/usr/bin/env bash
# Connects a student's machine to the student's own EMR cluster: mrjob's settings, the cluster's id, the key to its nodes, and an agent
# that holds that key. One stream on stdin of `sudo bash -s`: values, common.sh, this. Runs again alone when a cluster is replaced.
# The agent is what makes a failed job's traceback readable: mrjob 0.7.4 (fs/ssh.py) reads the logs of the core nodes through the
# primary with `ssh -A`; without an agent it waits ten minutes for the logs to reach S3 (emr.py, _S3_LOG_WAIT_MINUTES).

# shellcheck disable=SC2034 # read by common.sh
LOG=/var/log/student-labs/connect.log
UNIT=/etc/systemd/system/student-labs-agent.service
HELPER=/opt/student-labs/cluster-agent
SOCKET=/run/student-labs-agent/agent.sock
MRJOB_CONF=/opt/student-labs/mrjob.conf
AGENT_RESTART_DUE=/run/student-labs-agent-restart-due

check_values() {
    [[ $LAB_CLUSTER_ID =~ ^j-[A-Za-z0-9]+$ ]] || die "\"$LAB_CLUSTER_ID\" is not a cluster's id"
    [[ $LAB_SCRATCH_URI =~ ^s3://[^/]+/ ]] || die "\"$LAB_SCRATCH_URI\" is not s3://BUCKET/PREFIX/"
    [[ $LAB_POLL_SECONDS =~ ^[0-9]+$ ]] || die "\"$LAB_POLL_SECONDS\" is not a number of seconds"
}

# set_aside PATH: what the student made is kept under a new name, and said.
set_aside() {
    local number=1
    while [ -e "$1.yours-$number" ] || [ -L "$1.yours-$number" ]; do number=$((number + 1)); done
    mv -T "$1" "$1.yours-$number"
    say "note: the student's own $1 is now $1.yours-$number"
}

# sshd ignores keys, and ssh refuses them, where others can write: mends what `sudo` or `chmod -R 777` did to the folder.
mend_ssh_folder() {
    local folder=$HOME_DIR/.ssh file
    if [ -L "$folder" ] || { [ -e "$folder" ] && [ ! -d "$folder" ]; }; then set_aside "$folder"; fi
    [ -d "$folder" ] || { install -d -m 700 -o "$LAB_USER" -g "$LAB_USER" "$folder" && changed "$folder"; }
    mend 700 "$folder"
    for file in authorized_keys config; do [ ! -f "$folder/$file" ] || mend 600 "$folder/$file"; done
    [ -z "$(find "$HOME_DIR" -maxdepth 0 -perm /022)" ] || { chmod go-w "$HOME_DIR" && changed "modes of $HOME_DIR"; }
}
mend() {
    [ ! -L "$2" ] && [ "$(stat -c '%a %U' "$2")" != "$1 $LAB_USER" ] || return 0
    chown "$LAB_USER:" "$2"
    chmod "$1" "$2"
    changed "modes of $2"
}

put_cluster_key() {
    local key=$HOME_DIR/.ssh/cluster.pem new=$STATE/cluster.pem.new
    (umask 077 && printf '%s\n' "${LAB_CLUSTER_KEY%$'\n'}" >"$new")
    # A key that nobody can use would show only as a ten-minute wait.
    if ! FINGERPRINT=$(ssh-keygen -y -P '' -f "$new" 9>&- | ssh-keygen -l -f - 9>&- | cut -d' ' -f2); then
        rm -f "$new"
        die "LAB_CLUSTER_KEY is not a private key"
    fi
    if [ -L "$key" ] || [ -d "$key" ]; then set_aside "$key"; fi
    DUE=$AGENT_RESTART_DUE put_file "$key" 600 "$LAB_USER" <"$new"
    rm -f "$new"
}

# What the lab needs, whatever a course made students write into their own ~/.mrjob.conf.
lab_settings() {
    cat <<CONF
    region: $LAB_REGION
    cluster_id: $LAB_CLUSTER_ID
    cloud_tmp_dir: ${LAB_SCRATCH_URI%/}/tmp/
    check_cluster_every: $LAB_POLL_SECONDS
    ec2_key_pair_file: $HOME_DIR/.ssh/cluster.pem
    ssh_add_bin: $HELPER add
CONF
}

mrjob_settings() {
    cat <<CONF
# The student's own cluster, for mrjob (https://mrjob.readthedocs.io/en/latest/guides/configs-reference.html).
# Changes are kept as long as the cluster is this one; with another one they move to ~/.mrjob.conf.yours-1.
# Which cluster, where its files go and the key hold whatever is written here ($MRJOB_CONF).
runners:
  emr:
$(lab_settings)
    cleanup: [TMP]
    cleanup_on_failure: [LOCAL_TMP]
CONF
}

# mrjob 0.7.4 (conf.py) reads the first of $MRJOB_CONF, ~/.mrjob.conf and /etc/mrjob.conf. What includes has the last word, and
# !clear takes back what was included: keys and addresses of another account would end in AccessDenied.
put_lab_mrjob_conf() {
    local cleared
    {
        echo "# student-labs: the student's own settings, then what the lab needs."
        echo "include: $HOME_DIR/.mrjob.conf"
        printf 'runners:\n  emr:\n'
        lab_settings
        for cleared in aws_access_key_id aws_secret_access_key aws_session_token emr_endpoint s3_endpoint ec2_endpoint iam_endpoint; do
            echo "    $cleared: !clear null"
        done
    } | put_file "$MRJOB_CONF" 644 root
    # Without a file of the student's, and where no profile is read.
    mrjob_settings | put_file /etc/mrjob.conf 644 root
    # An own choice stays; what a shell took over from the one it was started in does not. bash.bashrc reads this as well.
    put_file /etc/profile.d/student-labs-mrjob.sh 644 root <<PROFILE
# student-labs: the settings that jobs on the lab's cluster need hold beside what is in ~/.mrjob.conf
case "\${MRJOB_CONF:-}" in "" | $MRJOB_CONF)
    if [ -r "\$HOME/.mrjob.conf" ]; then export MRJOB_CONF=$MRJOB_CONF; else unset MRJOB_CONF; fi ;;
esac
PROFILE
}

# The student may have added to the file. It stays as it is while nothing of ours is new; else it is set aside, never lost.
put_mrjob_conf() {
    local file=$HOME_DIR/.mrjob.conf marker=$STATE/mrjob.conf.sha256 ours
    put_lab_mrjob_conf
    ours=$(mrjob_settings | sha256sum | cut -d' ' -f1)
    if [ -e "$file" ] || [ -L "$file" ]; then
        if [ "$(cat "$marker" 2>/dev/null)" = "$ours" ] && grep -qs "$LAB_CLUSTER_ID" "$file"; then return 0; fi
        if [ ! -f "$file" ] || [ -L "$file" ]; then
            set_aside "$file"
        elif ! sha256sum "$file" | grep -qE "^($(cat "$marker" 2>/dev/null || echo none)|$ours) "; then
            set_aside "$file"
        fi
    fi
    mrjob_settings | put_file "$file" 644 "$LAB_USER"
    printf '%s\n' "$ours" >"$marker.new"
    mv -f "$marker.new" "$marker"
}

put_cluster_id() {
    local file=$HOME_DIR/cluster-id.txt
    if [ -L "$file" ] || [ -d "$file" ]; then set_aside "$file"; fi
    put_file "$file" 644 "$LAB_USER" <<<"$LAB_CLUSTER_ID"
}

# `add` stands for ssh-add in ~/.mrjob.conf: mrjob's `ssh-add -t 60` would also shorten the life of the key that the agent holds.
# With the student's own forwarded agent the minute is right.
put_agent() {
    DUE=$AGENT_RESTART_DUE put_file "$HELPER" 755 root <<AGENT
#!/bin/sh
# student-labs: the agent that holds the key to the student's own cluster (student-labs-agent.service)
case "\$1" in
    serve) rm -f $SOCKET; exec /usr/bin/ssh-agent -D -a $SOCKET ;;
    load)
        for attempt in \$(seq 50); do
            /usr/bin/ssh-add -q $HOME_DIR/.ssh/cluster.pem </dev/null 2>/dev/null && exit 0
            sleep 0.2 # the agent has only just been started
        done
        echo "the key $HOME_DIR/.ssh/cluster.pem cannot be loaded" >&2; exit 1 ;;
    add)
        shift; if [ "\$SSH_AUTH_SOCK" = $SOCKET ]; then shift 2; fi
        exec /usr/bin/ssh-add "\$@" ;;
esac
AGENT
    DUE=$AGENT_RESTART_DUE put_file "$UNIT" 644 root <<UNIT
[Unit]
Description=student-labs: agent that holds the key to the student's cluster

[Service]
Type=simple
User=$LAB_USER
RuntimeDirectory=student-labs-agent
RuntimeDirectoryMode=0700
Environment=SSH_AUTH_SOCK=$SOCKET
ExecStart=$HELPER serve
# A student who removes the key still gets an agent.
ExecStartPost=-$HELPER load
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
UNIT
    # A forwarded agent stays in charge. bash.bashrc reads this as well (bootstrap.sh).
    put_file /etc/profile.d/student-labs-agent.sh 644 root <<PROFILE
# student-labs: the agent with the key to the student's cluster, where no other is forwarded
if [ ! -S "\${SSH_AUTH_SOCK:-}" ] && [ -S $SOCKET ]; then export SSH_AUTH_SOCK=$SOCKET; fi
PROFILE
}

agent_holds_key() {
    runuser -u "$LAB_USER" -- env SSH_AUTH_SOCK="$SOCKET" ssh-add -l 9>&- | grep -qF " $FINGERPRINT "
}

start_agent() {
    if [ -e "$AGENT_RESTART_DUE" ] || ! logged systemctl is-active --quiet student-labs-agent.service; then
        logged systemctl daemon-reload
        logged systemctl enable student-labs-agent.service
        logged systemctl restart student-labs-agent.service
        changed "agent with the cluster's key"
    elif ! agent_holds_key; then
        logged systemctl restart student-labs-agent.service # the student emptied it (ssh-add -D)
        changed "agent holds the cluster's key again"
    fi
    agent_holds_key || die "the agent does not hold the cluster's key"
    rm -f "$AGENT_RESTART_DUE"
}

lab_main() {
    set -Eeuo pipefail
    begin LAB_USER LAB_REGION LAB_CLUSTER_ID LAB_SCRATCH_URI LAB_CLUSTER_KEY LAB_POLL_SECONDS
    step "values" "look at the program's settings" check_values
    step "ssh folder" "look at the student's home folder on the machine" mend_ssh_folder
    step "cluster key" "look at the lab's key in the state (tls.PrivateKey)" put_cluster_key
    step "mrjob settings" "look at ~/.mrjob.conf on the machine" put_mrjob_conf
    step "cluster id" "look at ~/cluster-id.txt on the machine" put_cluster_id
    step "agent" "look at systemctl status student-labs-agent on the machine" put_agent
    step "agent start" "look at systemctl status student-labs-agent on the machine" start_agent
    say ok
}
# In braces: a cut inside this line is a syntax error, too.
{ lab_main </dev/null; }
