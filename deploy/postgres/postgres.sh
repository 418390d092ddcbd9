#!/usr/bin/env bash
# PostgreSQL on this machine without Docker, from the distribution's packages, on loopback only. For tests and for trying
# the hub out: whoever reaches the port may do everything.
#
#   postgres.sh start DIR PORT     start; prints the URL once it answers
#   postgres.sh kill|again DIR     SIGKILL the server and its children; start it again
#   postgres.sh pause|resume DIR   SIGSTOP and SIGCONT the server and its children
#   postgres.sh stop DIR           end it, and wait until it is gone
#
# DIR keeps everything: start it again after a stop, delete it when it is no longer wanted. What is committed is on disk
# (fsync and synchronous_commit are on). The server refuses to run as root; then it runs as the account `postgres`, which
# becomes the owner of DIR.
#
# Needs PostgreSQL 13 or newer (Debian: postgresql). $IOM_HUB_POSTGRES_BIN is the folder of its programs, if it is
# neither where Debian has it nor on the path.
set -euo pipefail

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; }
fail() { echo "postgres.sh: $*" >&2; exit 2; }
fail_with_log() { tail -n 5 "$1" >&2; fail "$2; its log is above"; }

find_programs() {
  bin=${IOM_HUB_POSTGRES_BIN:-$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)}
  [ -n "$bin" ] || bin=$(dirname "$(command -v initdb || true)")
  [ -x "$bin/initdb" ] || fail "PostgreSQL is missing (Debian: postgresql); or IOM_HUB_POSTGRES_BIN says where it is"
}

as_owner() {  # from /, which every account may enter
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

launch() {
  ! server_pid >/dev/null || fail "the server runs already"
  as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 -s start >/dev/null \
    || fail_with_log "$dir/log" "the server does not start"
}

start() {
  local port=${1:-}
  [[ $port =~ ^[0-9]+$ ]] || fail "start DIR PORT: the port is missing"
  [ "$(id -u)" != 0 ] || chown postgres "$dir"
  if [ ! -e "$dir/data/PG_VERSION" ]; then
    as_owner "$bin/initdb" -D "$dir/data" -U hub -A trust --no-locale -E UTF8 >"$dir/initdb.log" 2>&1 \
      || fail_with_log "$dir/initdb.log" "the database cannot be made"
    echo "include 'local.conf'" >>"$dir/data/postgresql.conf"
  fi
  printf '%s\n' "listen_addresses = '127.0.0.1'" "port = $port" "unix_socket_directories = ''" \
    "max_connections = 200" "shared_buffers = 64MB" >"$dir/data/local.conf"
  launch
  echo "postgresql://hub@127.0.0.1:$port/postgres"
}

server_pid() {  # the server, if it runs; a number that the machine gave to somebody else meanwhile is not it
  local pid; pid=$(head -n 1 "$dir/data/postmaster.pid" 2>/dev/null) || return 1
  case $(ps -ww -o args= -p "$pid") in *"$dir/data"*) echo "$pid" ;; *) return 1 ;; esac
}

family() {  # the server first, then its children
  local server; server=$(server_pid) || fail "no server runs in $dir"
  echo "$server"
  ps -o pid= --ppid "$server" || true
}

kill_all() {
  local pid all; all=$(family)
  for pid in $all; do kill -KILL "$pid" 2>/dev/null || true; done
  for pid in $all; do wait_until_gone "$pid"; done
}

wait_until_gone() {  # PID: the lock of a killed server counts until it has left the process table
  for _ in $(seq 300); do ps -p "$1" >/dev/null || return 0; sleep 0.1; done
  fail "process $1 does not end"
}

signal_all() {  # SIGNAL
  local pid all; all=$(family)
  kill "-$1" "$(echo "$all" | head -n 1)"  # a server that is stopped first gets no more children
  all=$(family)
  for pid in $all; do kill "-$1" "$pid" 2>/dev/null || true; done
}

stop() {
  server_pid >/dev/null || return 0
  signal_all CONT
  as_owner "$bin/pg_ctl" -D "$dir/data" -m fast -w -t 60 -s stop 2>/dev/null || kill_all
}

case ${1:-} in -h | --help | help) usage; exit 0 ;; esac
[ $# -ge 2 ] || { usage >&2; exit 2; }
verb=$1
case $verb in
  start) mkdir -p "$2" ;;
  *) [ -d "$2" ] || fail "there is no $2" ;;
esac
dir=$(cd "$2" && pwd)
shift 2
find_programs
case $verb in
  start) start "$@" ;;
  again) launch ;;
  kill) kill_all ;;
  pause) signal_all STOP ;;
  resume) signal_all CONT ;;
  stop) stop ;;
  *) fail "no such verb: $verb; see --help" ;;
esac
