#!/bin/bash
# Turns a Debian root file system into what an Ubuntu 24.04 cloud image is to a bootstrap script that comes by SSH.
set -euo pipefail
R=$1
chroot "$R" useradd -m -s /bin/bash -u 1000 -G sudo ubuntu # its password stays locked ('!'), as on the cloud image
printf 'ubuntu ALL=(ALL) NOPASSWD:ALL\n' > "$R/etc/sudoers.d/90-cloud-init-users"
chmod 440 "$R/etc/sudoers.d/90-cloud-init-users"
install -d -m 700 -o 1000 -g 1000 "$R/home/ubuntu/.ssh"
install -d -m 755 "$R/etc/ssh/sshd_config.d" "$R/etc/systemd/system"
printf 'PasswordAuthentication no\n' > "$R/etc/ssh/sshd_config.d/60-cloudimg-settings.conf"
chmod 600 "$R/etc/ssh/sshd_config.d/60-cloudimg-settings.conf"
grep -qm1 '^Include /etc/ssh/sshd_config.d' "$R/etc/ssh/sshd_config"
# On Ubuntu 24.04 ssh.socket is enabled and ssh.service is not: it is started by the socket.
rm -f "$R/etc/systemd/system/multi-user.target.wants/ssh.service" "$R/etc/systemd/system/sshd.service"
install -d "$R/etc/systemd/system/sockets.target.wants"
ln -sf /lib/systemd/system/ssh.socket "$R/etc/systemd/system/sockets.target.wants/ssh.socket"
# /etc/environment reaches SSH sessions on both (pam_env in sshd's file); that it reaches sudo is Ubuntu's doing.
printf 'PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/games:/usr/local/games:/snap/bin"\n' \
    > "$R/etc/environment"
for service in sudo sudo-i; do
    [ ! -f "$R/etc/pam.d/$service" ] || grep -q '^session.*pam_env.so' "$R/etc/pam.d/$service" ||
        sed -i '0,/^@include/s//session    required   pam_env.so readenv=1 user_readenv=0\n&/' "$R/etc/pam.d/$service"
done
# Package scripts must not start services: PID 1 of a host is not the init system that they know.
printf '#!/bin/sh\nexit 101\n' > "$R/usr/sbin/policy-rc.d"
chmod 755 "$R/usr/sbin/policy-rc.d"
: > "$R/etc/machine-id"
rm -f "$R/etc/hostname" "$R/var/lib/dbus/machine-id" "$R"/etc/apt/apt.conf.d/docker-*
