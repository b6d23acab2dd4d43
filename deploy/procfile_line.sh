#!/bin/sh
# Becomes the process of one line of the Procfile (web, worker, ingest): containers, systemd and
# Kubernetes start exactly what a platform that reads the Procfile starts.
set -eu
cd "$(dirname "$0")/.."
line=$(sed -n "s/^${1:?web, worker or ingest}: *//p" Procfile)
[ -n "$line" ] || { echo "no line '$1' in the Procfile" >&2; exit 64; }
eval "exec $line"
