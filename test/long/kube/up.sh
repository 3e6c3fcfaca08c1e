#!/usr/bin/env bash
# Starts a real kube-apiserver and etcd on 127.0.0.1, and prints the folder of its kubeconfigs: `admin`,
# and `coffer`, a user with no rights of its own. Needs openssl, curl and python3.
#   up.sh DIR        starts one with its state in DIR; a second time on the same port
#   up.sh down DIR   stops it
#   up.sh build      builds both (once; some ten CPU minutes, 2.4 GB of memory). Needs Go.
# KUBE_CACHE (default ~/.cache/kube-test) keeps the two binaries.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" = down ]; then
  dir=${2:?DIR}
  for p in apiserver etcd; do
    [ -f "$dir/$p.pid" ] || continue
    pid=$(cat "$dir/$p.pid"); rm -f "$dir/$p.pid"
    kill "$pid" 2>>"$dir/down.log" || continue
    for i in $(seq 50); do kill -0 "$pid" 2>>"$dir/down.log" || continue 2; sleep 0.1; done
    kill -9 "$pid" 2>>"$dir/down.log" || true
  done
  exit 0
fi
bin=${KUBE_CACHE:-$HOME/.cache/kube-test}; mkdir -p "$bin"
export GOFLAGS='-buildvcs=false -mod=readonly' CGO_ENABLED=0
if [ "${1:-}" = build ]; then
  for m in kube-apiserver etcd; do
    [ -x "$bin/$m" ] || (cd "$here/cluster" && nice -n 10 go build -p 2 -trimpath -ldflags='-s -w' -o "$bin/$m" "./$m") >&2
  done
  exit 0
fi
dir=${1:?DIR}; mkdir -p "$dir" && cd "$dir" && dir=$PWD && chmod 700 .
if [ ! -f ports ]; then
  python3 -c '
import socket
s=[socket.socket() for _ in range(3)]
[x.bind(("127.0.0.1",0)) for x in s]
print(*[x.getsockname()[1] for x in s])' >ports
fi
read -r port etcd peer <ports
if [ ! -f ca.crt ]; then
  {
    openssl ecparam -name prime256v1 -genkey -noout -out ca.key
    openssl req -x509 -new -key ca.key -subj /CN=test-ca -days 30 -out ca.crt
    openssl genrsa -out sa.key 2048
    openssl rsa -in sa.key -pubout -out sa.pub
    cert() { # name subject ext
      openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
      openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
      openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out "$1.crt" -extfile <(printf '%s' "$3")
    }
    cert server /CN=kube-apiserver 'subjectAltName=IP:127.0.0.1,DNS:localhost'
    cert admin /O=system:masters/CN=admin 'extendedKeyUsage=clientAuth'
    cert coffer /CN=coffer 'extendedKeyUsage=clientAuth'
  } >openssl.log 2>&1
fi
setsid "$bin/etcd" --name t --data-dir "$dir/etcd" --unsafe-no-fsync --log-level warn \
  --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" \
  --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
  --initial-cluster "t=http://127.0.0.1:$peer" >etcd.log 2>&1 & echo $! >etcd.pid
setsid "$bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" --bind-address=127.0.0.1 \
  --advertise-address=127.0.0.1 --secure-port="$port" --endpoint-reconciler-type=none \
  --tls-cert-file=server.crt --tls-private-key-file=server.key --client-ca-file=ca.crt \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=sa.pub \
  --service-account-signing-key-file=sa.key --api-audiences=https://kubernetes.default.svc \
  --authorization-mode=RBAC --service-cluster-ip-range=10.0.0.0/24 --cert-dir="$dir" \
  --disable-admission-plugins=ServiceAccount,NamespaceLifecycle --enable-priority-and-fairness=false \
  --shutdown-delay-duration=0s >apiserver.log 2>&1 & echo $! >apiserver.pid
for i in $(seq 600); do
  if curl -sf --cacert ca.crt --cert admin.crt --key admin.key "https://127.0.0.1:$port/readyz" >readyz.txt 2>>up.log; then ready=1; break; fi
  kill -0 "$(cat apiserver.pid)" 2>>up.log || { tail -5 apiserver.log >&2; exit 1; }
  sleep 0.2
done
[ "${ready:-}" ] || { echo "not ready after two minutes" >&2; tail -5 apiserver.log >&2; exit 1; }
for user in admin coffer; do
  cat >"$user.yaml" <<Y
apiVersion: v1
kind: Config
current-context: test
contexts: [{name: test, context: {cluster: test, user: $user}}]
clusters: [{name: test, cluster: {server: "https://127.0.0.1:$port", certificate-authority: ca.crt}}]
users: [{name: $user, user: {client-certificate: $user.crt, client-key: $user.key}}]
Y
done
echo "$dir"
