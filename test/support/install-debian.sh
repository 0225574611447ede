#!/bin/sh
# Installs the packages named as arguments (redis-server, postgresql) on a Debian-like system
# without leaving a service running or a Postgres cluster behind. Needs root.
set -eu
export DEBIAN_FRONTEND=noninteractive

# One at a time: a second test run waits here, and then finds everything installed.
exec 9>/var/lock/parley-test-install.lock
flock 9

policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.conf
backup=$(mktemp -d)
restore() {
  for file in "$policy" "$clusters"; do
    saved=$backup/$(basename "$file")
    if [ -e "$saved" ]; then cp -p "$saved" "$file"; elif [ -e "$saved.none" ]; then rm -f "$file"; fi
  done
  rm -rf "$backup"
}
keep() {
  if [ -e "$1" ]; then cp -p "$1" "$backup/"; else touch "$backup/$(basename "$1").none"; fi
}
trap restore EXIT
trap 'exit 1' INT TERM

apt() {
  apt-get -qq -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@"
}
install() {
  apt install -y --no-install-recommends "$@"
}

# 101 is "forbidden by policy": what starts services asks this file first.
keep "$policy"
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod +x "$policy"

apt update
for package in "$@"; do
  if [ "$package" = postgresql ]; then
    install postgresql-common
    keep "$clusters"
    echo 'create_main_cluster = false' >>"$clusters"
  fi
  install "$package"
done
