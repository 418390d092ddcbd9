#!/usr/bin/env bash
# Apache Kafka on this machine without Docker: KRaft, one broker or three, on loopback only. For tests and for trying
# the hub out.
#
#   kafka.sh start DIR PORT [1|3] [plain|scram|tls]   start; prints the bootstrap servers once all brokers answer
#   kafka.sh kill|pause|resume|again DIR N            SIGKILL, SIGSTOP, SIGCONT broker N; start it again
#   kafka.sh kill DIR                                 SIGKILL all of them
#   kafka.sh stop DIR                                 end all of them, and wait until they are gone
#
# Broker N listens on PORT+N-1 for clients and on PORT+10+N-1 for the quorum. DIR keeps everything: start it again
# after a stop, delete it when it is no longer wanted.
#
# scram: the only account is admin; its password is in DIR/admin-password, and nobody else may do anything until an ACL
# says so. tls: the same, encrypted; DIR/ca.pem is the authority that clients trust.
#
# Needs Java 17 and, the first time, Maven (Debian: default-jre-headless, maven); tls needs openssl. The jars are kept
# in $IOM_HUB_KAFKA_JARS, else in var/kafka-jars of the project. $IOM_HUB_KAFKA_HEAP is each broker's heap, else 256m.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
jars=${IOM_HUB_KAFKA_JARS:-$here/../../var/kafka-jars}
heap=${IOM_HUB_KAFKA_HEAP:-256m}

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; }
say() { echo "kafka.sh: $*" >&2; }
fail() { say "$*"; exit 2; }
fail_with_log() { tail -n 5 "$dir/$1/log" >&2; shift; fail "$*"; }

need() { command -v "$1" >/dev/null || fail "$2 is missing (Debian: $3)"; }

bring_jars() {
  need java "Java 17 or newer" default-jre-headless
  [ -d "$jars" ] && return
  need mvn "Maven, which brings the broker's jars," maven
  say "bringing the broker's jars into $jars (once)"
  mkdir -p "$(dirname "$jars")"
  local part; part=$(mktemp -d "$jars.XXXXXX")
  chmod 755 "$part"
  mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$part" >"$dir/maven.log" 2>&1 \
    || { rm -rf "$part"; tail -n 5 "$dir/maven.log" >&2; fail "Maven could not bring the broker's jars; its log is above"; }
  mv -T "$part" "$jars" 2>/dev/null || rm -rf "$part"  # another start was faster
}

make_certificates() {  # an authority, and one certificate for every broker; as PEM, so that nobody needs keytool
  [ -e "$dir/ca.pem" ] && return
  need openssl openssl openssl
  (
    cd "$dir"
    umask 077
    new=(openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
    "${new[@]}" -x509 -days 365 -subj "/CN=authority of kafka.sh" -keyout ca.key -out ca.new
    "${new[@]}" -subj "/CN=broker" -keyout broker.key -out broker.csr
    openssl x509 -req -in broker.csr -CA ca.new -CAkey ca.key -set_serial 1 -days 365 -out broker.crt \
      -extfile <(echo "subjectAltName=IP:127.0.0.1,DNS:localhost")
    cat broker.key broker.crt >broker.pem
    mv ca.new ca.pem
  ) >"$dir/certificates.log" 2>&1 || fail "openssl failed; see $dir/certificates.log"
}

make_password() {
  [ -e "$dir/admin-password" ] || (umask 077 && head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$dir/admin-password")
}

run_java() {  # `exec`: the pid that is kept has to be the broker's, not a shell's
  # A broker that lives for minutes, beside everything else on a small machine, does not earn back what optimising costs.
  [ ! -e "$dir/admin-password" ] || KAFKA_ADMIN_PASSWORD=$(cat "$dir/admin-password")
  export KAFKA_ADMIN_PASSWORD
  exec java -Xms"$heap" -Xmx"$heap" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dlog4j2.configurationFile="$here/log4j2.properties" -cp "$jars/*" "$@"
}

properties() {  # N
  local transport copies=1 in_sync=1
  case $mode in plain) transport=PLAINTEXT ;; scram) transport=SASL_PLAINTEXT ;; tls) transport=SASL_SSL ;; esac
  [ "$brokers" = 1 ] || { copies=3 in_sync=2; }
  # The session is short so that a fault is noticed in 3 seconds and not in 9.
  cat <<END
process.roles=broker,controller
node.id=$1
controller.quorum.voters=$voters
listeners=CLIENT://127.0.0.1:$((port + $1 - 1)),CONTROLLER://127.0.0.1:$((port + 10 + $1 - 1))
advertised.listeners=CLIENT://127.0.0.1:$((port + $1 - 1))
listener.security.protocol.map=CLIENT:$transport,CONTROLLER:$transport
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENT
log.dirs=$dir/$1/data
auto.create.topics.enable=false
default.replication.factor=$copies
min.insync.replicas=$in_sync
offsets.topic.replication.factor=$copies
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=$copies
transaction.state.log.min.isr=$in_sync
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=$copies
share.coordinator.state.topic.min.isr=$in_sync
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
END
  [ "$mode" = plain ] || cat "$here/guarded.properties"
  [ "$mode" != tls ] || printf '%s\n' ssl.keystore.type=PEM "ssl.keystore.location=$dir/broker.pem" \
    ssl.truststore.type=PEM "ssl.truststore.location=$dir/ca.pem"
}

prepare() {  # N: its folder; its storage is made once
  local users=()
  mkdir -p "$dir/$1"
  properties "$1" >"$dir/$1/server.properties"
  [ -e "$dir/$1/data/meta.properties" ] && return
  [ "$mode" = plain ] || users=(--add-scram "SCRAM-SHA-512=[name=admin,password=$(cat "$dir/admin-password")]")
  (run_java kafka.tools.StorageTool format -t "$cluster" -c "$dir/$1/server.properties" "${users[@]}") \
    >"$dir/$1/log" 2>&1 || fail_with_log "$1" "the storage of broker $1 cannot be made; its log is above"
  : >"$dir/$1/log"  # it told the administrator's SCRAM keys
}

lives() { case $(ps -o stat= -p "$1") in '' | Z*) return 1 ;; esac; }

pid_of() {  # N: its process, if it runs; a number that the machine gave to somebody else meanwhile is not it
  local pid; pid=$(cat "$dir/$1/pid" 2>/dev/null) && lives "$pid" || return 1
  case $(ps -ww -o args= -p "$pid") in *"$dir/$1/server.properties"*) echo "$pid" ;; *) return 1 ;; esac
}

launch() {  # N
  [ -e "$dir/$1/server.properties" ] || fail "there is no broker $1 in $dir"
  ! pid_of "$1" >/dev/null || fail "broker $1 runs already"
  run_java kafka.Kafka "$dir/$1/server.properties" >>"$dir/$1/log" 2>&1 </dev/null &
  echo $! >"$dir/$1/pid"
}

wait_until_it_answers() {  # N
  local at; at=$(sed -n 's|^advertised.listeners=.*:||p' "$dir/$1/server.properties")
  for _ in $(seq 300); do
    lives "$(cat "$dir/$1/pid")" || fail_with_log "$1" "broker $1 ended; its log is above"
    (exec 3<>"/dev/tcp/127.0.0.1/$at") 2>/dev/null && return
    sleep 0.2
  done
  fail_with_log "$1" "broker $1 does not answer; its log is above"
}

wait_until_gone() {  # PID: a broker that was killed holds its files until then
  for _ in $(seq 150); do lives "$1" || return 0; sleep 0.1; done
  return 1
}

start() {
  port=${1:-} brokers=${2:-1} mode=${3:-plain}
  [[ $port =~ ^[0-9]+$ ]] || fail "start DIR PORT: the port is missing"
  case $brokers in 1 | 3) ;; *) fail "one broker or three, not $brokers" ;; esac
  case $mode in plain | scram | tls) ;; *) fail "plain, scram or tls, not $mode" ;; esac
  bring_jars
  [ "$(cat "$dir/is" 2>/dev/null || echo "$brokers $mode")" = "$brokers $mode" ] \
    || fail "$dir holds something else (brokers, mode): $(cat "$dir/is")"
  echo "$brokers $mode" >"$dir/is"
  [ "$mode" = plain ] || make_password
  [ "$mode" != tls ] || make_certificates
  local n all; all=$(seq "$brokers")
  voters=$(for n in $all; do echo "$n@127.0.0.1:$((port + 10 + n - 1))"; done | paste -sd,)
  [ -e "$dir/cluster" ] || head -c 16 /dev/urandom | base64 | tr '+/' '-_' | sed 's/^-/A/' | cut -c1-22 >"$dir/cluster"  # else it looks like an option
  cluster=$(cat "$dir/cluster")
  for n in $all; do prepare "$n"; done
  for n in $all; do launch "$n"; done
  for n in $all; do wait_until_it_answers "$n"; done
  for n in $all; do echo "127.0.0.1:$((port + n - 1))"; done | paste -sd,
}

end_all() {  # SIGNAL
  local n pid all=()
  for n in 1 2 3; do
    pid=$(pid_of "$n") || continue
    all+=("$pid")
    kill "-$1" "$pid"
    kill -CONT "$pid" 2>/dev/null || true  # one that is paused hears nothing
  done
  for pid in "${all[@]}"; do
    wait_until_gone "$pid" || { kill -KILL "$pid" && wait_until_gone "$pid"; } || fail "process $pid does not end"
  done
}

strike() {  # SIGNAL N
  local pid; pid=$(pid_of "${2:-}") || fail "there is no broker ${2:-(which?)} running in $dir"
  kill "-$1" "$pid"
  [ "$1" != KILL ] || wait_until_gone "$pid" || fail "process $pid does not end"
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
case $verb in
  start) start "$@" ;;
  again) need java "Java 17 or newer" default-jre-headless; launch "${1:-}"; wait_until_it_answers "$1" ;;
  kill) if [ $# = 0 ]; then end_all KILL; else strike KILL "$@"; fi ;;
  pause) strike STOP "$@" ;;
  resume) strike CONT "$@" ;;
  stop) end_all TERM ;;
  *) fail "no such verb: $verb; see --help" ;;
esac
