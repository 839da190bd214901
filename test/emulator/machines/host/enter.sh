#!/bin/bash
# Runs as PID 1 of new mount, PID, UTS and IPC namespaces: mounts a host's root, pivots into it and becomes labinit.
# enter.sh FOLDER LOWER: FOLDER holds upper/ work/ root/ and boot.json; LOWER is overlayfs's list of read-only layers.
# The network is the machine's own: sshd is told its address, and 127.0.0.0/8 needs no set-up on Linux.
set -euo pipefail
folder=$1 lower=$2 root=$1/root
# "volatile" means no fsync (apt is several times faster), and leaves a marker that refuses the next mount of the same
# disk. Nothing is lost by dropping it: the disk was not interrupted by a crash of the machine.
rm -rf "$folder/work/work/incompat"
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$folder/upper,workdir=$folder/work,volatile" "$root"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o mode=755,size=64m,nosuid,nodev tmpfs "$root/run"
mkdir -m 755 "$root/run/labhost" "$root/run/lock"
install -m 600 "$folder/boot.json" "$root/run/labhost/boot.json"
[ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$root/run/labhost/resolv.conf"
mount -t tmpfs -o mode=755,nosuid,size=64k tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root"/dev/{pts,shm}
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777,nosuid,nodev,size=256m tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for n in 0 1 2; do ln -s "fd/$n" "$root/dev/$(set -- stdin stdout stderr; shift $n; echo "$1")"; done
mkdir -p "$root/.machine"
cd "$root"
pivot_root . .machine
exec /usr/sbin/chroot . /bin/sh -c \
    'umount -l /.machine && rmdir /.machine && cd / && exec /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 /usr/local/sbin/labinit'
