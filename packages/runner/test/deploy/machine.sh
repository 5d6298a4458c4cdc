#!/bin/sh
# machine.sh CHECKOUT FOLDER COMMAND...: begins a command as the first process of a machine of its own, in namespaces that are there
# already. Its files are this machine's under a layer that goes with it, without what is enabled here; CHECKOUT is its /opt/roundlot.
set -eu
checkout=$1 folder=$2
shift 2
mount --make-rprivate /
mount -t tmpfs tmpfs "$folder"
cd "$folder"
mkdir upper work root
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" root
cd root
mkdir -p opt/roundlot
mount --bind "$checkout" opt/roundlot
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for each in run tmp dev; do mount -t tmpfs tmpfs $each; done
for each in null zero full random urandom tty; do touch dev/$each && mount --bind /dev/$each dev/$each; done
mkdir dev/pts dev/shm dev/mqueue dev/hugepages
ln -s pts/ptmx dev/ptmx
ln -s /run/systemd/journal/dev-log dev/log
rm -rf etc/systemd/system/*
: > etc/fstab
test -x usr/bin/node || test -x usr/local/bin/node
pivot_root . mnt
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin container=roundlot "$@"
