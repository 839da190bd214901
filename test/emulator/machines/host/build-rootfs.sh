#!/bin/bash
# Builds the layers of the disposable hosts in $OUT: base/ (looks like an Ubuntu cloud image to a bootstrap script)
# and node/ (on top of it: what an EMR cluster's node has more). Called by rootfs.ts inside private mount and PID
# namespaces, so that a killed build leaves no mount and no process.
# In: OUT WORK (folders), DEBOOTSTRAP_DIR, SUITE MIRROR COMPONENTS KEYRING, IMAGE_PACKAGES BOOTSTRAP_PACKAGES
# BOOTSTRAP_WHEELS NODE_WHEELS PIP_CA PIP_CA_IN_IMAGE; $WORK/sources.d, $WORK/apt.conf, $WORK/pip.conf as rendered by rootfs.ts.
# Lines "== text" on stdout are progress for people; everything else is the log.
set -euo pipefail
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
BASE=$OUT/base NODE=$OUT/node
say() { echo "== $*"; }
# No man pages, documents or translations in the hosts (a third of the files), and no fsync: the disks are disposable.
dpkg_conf() {
    install -d "$1/etc/dpkg/dpkg.cfg.d"
    printf '%s\n' force-unsafe-io path-exclude=/usr/share/man/* path-exclude=/usr/share/doc/* \
        path-exclude=/usr/share/locale/* path-exclude=/usr/share/info/* path-exclude=/usr/share/lintian/* \
        path-include=/usr/share/doc/*/copyright > "$1/etc/dpkg/dpkg.cfg.d/50-disposable"
}
in_root() { chroot "$1" /usr/bin/env -i PATH="$PATH" HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "${@:2}"; }

say "unpacking Debian $SUITE"
mkdir -p "$BASE"
/bin/sh "$DEBOOTSTRAP_DIR/../../sbin/debootstrap" --foreign --variant=minbase --components="$COMPONENTS" --keyring="$KEYRING" \
    --include="$IMAGE_PACKAGES" "$SUITE" "$BASE" "$MIRROR"
say "configuring Debian $SUITE"
dpkg_conf "$BASE"
in_root "$BASE" /debootstrap/debootstrap --second-stage

say "making it look like a cloud image"
rm -f "$BASE/etc/apt/sources.list" "$BASE"/etc/ssh/ssh_host_* "$BASE"/var/cache/apt/archives/*.deb
cp "$WORK/sources.d/image.sources" "$BASE/etc/apt/sources.list.d/"
awk '/^Signed-By:/{print $2}' "$WORK/sources.d/image.sources" | sort -u | while read -r f; do cp -nL --parents "$f" "$BASE"; done
cp "$WORK/apt.conf" "$BASE/etc/apt/apt.conf.d/90-machine"
cp "$WORK/pip.conf" "$BASE/etc/pip.conf"
for f in /etc/apt/auth.conf.d/*.conf /etc/apt/auth.conf; do [ ! -f "$f" ] || cp -p --parents "$f" "$BASE"; done
cp -L /etc/ssl/certs/ca-certificates.crt "$BASE/etc/ssl/certs/ca-certificates.crt"
[ -z "$PIP_CA" ] || cp -L "$PIP_CA" "$BASE$PIP_CA_IN_IMAGE"
cp -L /etc/resolv.conf "$BASE/etc/resolv.conf"
"$(dirname "$0")/customize.sh" "$BASE"

mount -t proc proc "$BASE/proc"
say "fetching updates and the packages that bootstrap installs, unopened"
in_root "$BASE" apt-get -q update
# Else the first package that each host installs pulls in updates of what the image has.
in_root "$BASE" apt-get -y -q --no-install-recommends dist-upgrade
# shellcheck disable=SC2086 # lists of words
in_root "$BASE" apt-get -y -q --no-install-recommends --download-only install $BOOTSTRAP_PACKAGES
# An unused copy of the machine, in which pip fills the cache that the hosts share.
say "filling pip's cache"
mkdir -p "$WORK"/{rehearsal,node}/{upper,work,root} "$BASE/var/cache/pip" "$NODE" "$WORK/wheels"
M=$WORK/rehearsal/root
mount -t overlay overlay -o "lowerdir=$BASE,upperdir=$WORK/rehearsal/upper,workdir=$WORK/rehearsal/work,volatile" "$M"
mount -t proc proc "$M/proc"; mount --bind /dev "$M/dev"
mkdir -p "$M/wheels"; mount --bind "$WORK/wheels" "$M/wheels"; mount --bind "$BASE/var/cache/pip" "$M/var/cache/pip"
in_root "$M" apt-get -y -q --no-install-recommends install python3-venv python3-pip
in_root "$M" python3 -m venv /venv
# shellcheck disable=SC2086
in_root "$M" /venv/bin/python -m pip -q --disable-pip-version-check --no-input install $BOOTSTRAP_WHEELS
# shellcheck disable=SC2086
in_root "$M" python3 -m pip -q --disable-pip-version-check --no-input install --root-user-action=ignore --target /wheels $NODE_WHEELS

say "making the cluster node's layer"
M=$WORK/node/root
mount -t overlay overlay -o "lowerdir=$BASE,upperdir=$NODE,workdir=$WORK/node/work" "$M"
"$(dirname "$0")/customize-node.sh" "$M" "$WORK/wheels"
umount "$M"
umount "$BASE/proc"
# Log files and answers of the build are not the hosts'.
rm -rf "$BASE"/var/log/{apt,bootstrap.log,dpkg.log,alternatives.log} "$BASE"/tmp/* "$BASE"/var/tmp/*
# apt's binary caches are made once here instead of by each host's first apt call.
in_root "$BASE" apt-cache gencaches
say "done: $(du -xshc "$BASE" "$NODE" | tail -n 1 | cut -f1)"
