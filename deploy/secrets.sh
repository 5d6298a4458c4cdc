#!/bin/sh
# Makes the secrets that compose.yaml names, each once. Only their folder's owner reads them; in it, each container reads its own.
set -eu
cd "$(dirname "$0")"
mkdir -p -m 700 secrets
cd secrets
umask 022
random() { od -An -N 24 -tx1 /dev/urandom | tr -d ' \n'; }
[ -s postgres.password ] || random > postgres.password
[ -s grafana.password ] || random > grafana.password
[ -s roundlot.env ] ||
  echo "ROUNDLOT_STORE=postgres://roundlot:$(cat postgres.password)@127.0.0.1:5432/roundlot" > roundlot.env
# `tokens create` makes the one that belongs here.
[ -e prometheus.token ] || : > prometheus.token
