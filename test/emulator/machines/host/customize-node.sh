#!/bin/bash
# What a node of an EMR cluster has and a student's machine has not: user hadoop, its logs, boto3 for its python3.
set -euo pipefail
R=$1 WHEELS=$2
chroot "$R" userdel -r ubuntu 2> /dev/null
rm -f "$R/etc/sudoers.d/90-cloud-init-users"
chroot "$R" useradd -m -s /bin/bash -u 996 hadoop
printf 'hadoop ALL=(ALL) NOPASSWD:ALL\n' > "$R/etc/sudoers.d/sudo-hadoop"
chmod 440 "$R/etc/sudoers.d/sudo-hadoop"
install -d -m 700 -o hadoop -g hadoop "$R/home/hadoop/.ssh" 2> /dev/null ||
    { install -d -m 700 "$R/home/hadoop/.ssh"; chroot "$R" chown hadoop:hadoop /home/hadoop/.ssh; }
# On EMR the logs' owners are service users whose files hadoop reads with sudo.
install -d "$R/mnt/var/log/hadoop" "$R/mnt/var/log/hadoop-yarn" "$R/mnt/var/lib/hadoop" "$R/mnt/tmp"
chmod 1777 "$R/mnt/tmp"
mkdir -p "$R/mnt/var/log/hadoop/steps" "$R/mnt/var/log/hadoop-yarn/containers"
chroot "$R" chown -R hadoop:hadoop /mnt/var/log/hadoop /mnt/var/log/hadoop-yarn /mnt/var/lib/hadoop
site=$(chroot "$R" python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
mkdir -p "$R$site"
cp -a "$WHEELS/." "$R$site/"
chroot "$R" python3 -c 'import boto3'
