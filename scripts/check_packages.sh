#!/usr/bin/env bash
# Installs the packages of build/packages, which scripts/package.sh makes, on a fresh Debian 12 in a container with systemd,
# and does there what an administrator does: three nodes, an upgrade that restarts nothing, a restart of one after the
# other, a purge that leaves nothing. Exits with 0 if all of it went as it should. Needs root, and the network for the
# packages that ours depend on.
#
# usage: scripts/check_packages.sh
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ $# -gt 0 ]]; then
  echo 'usage: scripts/check_packages.sh' >&2
  exit 2
fi
if [[ "$(id -u)" -ne 0 ]]; then
  echo 'error: this needs root, for the container' >&2
  exit 1
fi
scripts/deps.sh --package

readonly packages="${PWD}/build/packages"
package="$(find "${packages}" -maxdepth 1 -name 'ariadne_*.deb' 2>/dev/null | head -n 1)"
if [[ -z "${package}" ]]; then
  echo 'error: there are no packages in build/packages; run scripts/package.sh' >&2
  exit 1
fi

readonly base="${PWD}/build/debian-12"
if [[ ! -e "${base}/etc/ready" ]]; then
  rm -rf "${base}"
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,man-db,iproute2 bookworm "${base}"
  # A minimal system leaves manual pages out.
  rm -f "${base}"/etc/dpkg/dpkg.cfg.d/*
  touch "${base}/etc/ready"
fi

work="$(mktemp -d)"
readonly root="${work}/root"
readonly cgroup=/sys/fs/cgroup/unified/ariadne-packages
machine=0
# shellcheck disable=SC2317 # called when the script ends
stop_machine() {
  if [[ "${machine}" -ne 0 ]]; then
    kill -KILL "${machine}" 2>/dev/null || true
    wait "${machine}" 2>/dev/null || true
  fi
  # Its processes take a moment to go.
  for _ in {1..50}; do
    [[ -d "${cgroup}" ]] || break
    find "${cgroup}" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
  done
  rm -rf "${work}"
}
trap stop_machine EXIT
cp --archive "${base}" "${root}"
cp "${packages}"/*.deb "${root}/opt/"

# What is installed comes over the network of this machine; the nodes have one of their own.
unshare --mount --fork chroot "${root}" /bin/sh -c 'mount -t proc proc /proc && export DEBIAN_FRONTEND=noninteractive \
  && apt-get update -qq && apt-get install -qq --yes --no-install-recommends /opt/ariadne_*.deb' \
  >"${work}/install.log" 2>&1 || { tail -n 20 "${work}/install.log"; exit 1; }

# boot ROOT CGROUP: systemd in namespaces of its own, which end with this process. systemd-nspawn would want a systemd on
# this machine, too.
boot() {
  # Where there are two hierarchies of control groups, systemd gets the new one.
  if [[ -d "$(dirname "$2")" ]]; then
    mkdir -p "$2"
    echo "${BASHPID}" >"$2/cgroup.procs"
  fi
  # shellcheck disable=SC2016 # the variables are those of the inner shell
  exec unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child=KILL /bin/sh -c '
    set -e
    cd "$0"
    mount --bind . "$0" && cd "$0"
    mount -t proc proc proc
    mount -t cgroup2 cgroup2 sys/fs/cgroup 2>/dev/null || { mount -t sysfs -o ro sysfs sys; mount -t cgroup2 cgroup2 sys/fs/cgroup; }
    mount -t tmpfs tmpfs run
    mount -t tmpfs tmpfs tmp
    mount -t tmpfs -o mode=755 tmpfs dev
    for device in null zero full random urandom tty; do
      touch "dev/${device}"
      mount --bind "/dev/${device}" "dev/${device}"
    done
    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
    mkdir -p mnt/outside
    pivot_root . mnt/outside
    umount -l /mnt/outside
    exec env -i container=ariadne PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --show-status=no
  ' "$1"
}

boot "${root}" "${cgroup}" >"${work}/boot.log" 2>&1 </dev/null &
machine=$!

# inside COMMAND...: as root of the container.
inside() {
  nsenter --target "$(pgrep --parent "${machine}" | head -n 1)" --mount --uts --ipc --net --pid --cgroup -- \
    env HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

for _ in {1..100}; do
  ! inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded' || break
  sleep 0.2
done

failed=0
# expect WHAT COMMAND...: says whether it has gone as it should.
expect() {
  local -r what="$1"
  shift
  if "$@" >"${work}/output" 2>&1; then
    echo "right: ${what}"
  else
    echo "WRONG: ${what}"
    sed 's/^/       /' "${work}/output" | tail -n 20
    failed=1
  fi
}
# fails COMMAND...
# shellcheck disable=SC2317 # called by expect
fails() {
  ! "$@"
}
# same BEFORE AFTER
# shellcheck disable=SC2317 # called by expect
same() {
  [[ "$1" == "$2" ]] || { echo "$1, and then $2"; false; }
}
main_pids() {
  for node in a b c; do
    inside systemctl show --property MainPID --value "ariadne@${node}"
  done | tr '\n' ' '
}

inside ip link set lo up
cat >"${root}/etc/ariadne/cluster.toml" <<'END'
[cluster]
name = "games"

[storage]
directory = "/var/lib/ariadne"

[[node]]
name = "a"
port = 4101
[[node]]
name = "b"
port = 4102
[[node]]
name = "c"
port = 4103
END

for node in a b c; do
  expect "systemctl start ariadne@${node}" inside systemctl start "ariadne@${node}"
done
readonly at_a=(--node 127.0.0.1:4101) at_c=(--node 127.0.0.1:4103)
expect 'a node waits until it is ready' inside ariadne wait ready "${at_a[@]}"
expect 'a state is stashed on all disks' \
  inside sh -c 'echo round 7 | ariadne stash game --node 127.0.0.1:4101 --concern all,durable'
expect 'and picked up at another node' inside sh -c 'ariadne pickup game --node 127.0.0.1:4103 | grep -q "round 7"'
expect 'the service says what it does' inside sh -c 'systemctl status ariadne@a | grep -q "ready at"'
expect 'it reads its file again' inside systemctl reload ariadne@a
expect 'the unit is confined' inside systemd-analyze security --threshold=20 ariadne@a
expect 'man ariadne' inside sh -c 'man --pager=cat ariadne | grep -q SYNOPSIS'
expect 'man ariadne.toml' inside sh -c 'man --pager=cat 5 ariadne.toml | grep -q cold_start'
expect 'the completion for bash' inside bash -c \
  '. /usr/share/bash-completion/completions/ariadne && complete -p ariadne'

before="$(main_pids)"
expect 'an upgrade' inside sh -c 'DEBIAN_FRONTEND=noninteractive dpkg --install /opt/ariadne_*.deb'
expect 'restarts nothing' same "${before}" "$(main_pids)"
for node in a b c; do
  expect "a restart of ${node}" inside systemctl restart "ariadne@${node}"
  port="410$(tr abc 123 <<<"${node}")"
  expect 'which is ready then' inside ariadne wait ready --node "127.0.0.1:${port}"
done
expect 'and nothing is lost' inside sh -c 'ariadne pickup game --node 127.0.0.1:4103 | grep -q "round 7"'
for node in a b c; do
  expect "systemctl stop ariadne@${node}" inside systemctl stop "ariadne@${node}"
  expect 'it has handed over all that it had' \
    fails inside systemctl is-failed --quiet "ariadne@${node}"
done
expect 'a cluster that has stopped starts from its disks' inside systemctl start ariadne@a ariadne@b ariadne@c
# shellcheck disable=SC2016 # the variables are those of the inner shell
expect 'with all that it had' inside sh -c \
  'ariadne wait met "$0" "$1" && ariadne pickup game "$0" "$1" | grep -q "round 7"' "${at_c[@]}"
inside systemctl stop ariadne@a ariadne@b ariadne@c

expect 'a purge' inside sh -c 'DEBIAN_FRONTEND=noninteractive dpkg --purge ariadne'
for path in /etc/ariadne /var/lib/ariadne /usr/bin/ariadne /usr/lib/systemd/system/ariadne@.service; do
  expect "leaves no ${path}" test ! -e "${root}${path}"
done
exit "${failed}"
