#!/usr/bin/env bash
# Tests drive a browser, nginx, PostgreSQL, Redis, Mosquitto, promtool: installs what is missing as root, else says how.
set -euo pipefail
missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
    || missing+=(chromium chromium-driver fonts-dejavu-core)
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx)
command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null \
    || missing+=(postgresql)
# The embedded Valkey has no TLS.
command -v redis-server >/dev/null || missing+=(redis-server)
# promtool and amtool; their servers are not needed, nor is what comes with them.
command -v promtool >/dev/null && command -v amtool >/dev/null \
    || missing+=(prometheus prometheus-alertmanager prometheus-node-exporter-)
# Debian may start one of its own: tests use ports, folders and processes of theirs.
command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ] || missing+=(mosquitto mosquitto-clients)
# The fault suite: wrong clocks, and a network that swallows everything.
if [ -n "${WITH_FAULTS:-}" ]; then
    command -v faketime >/dev/null || missing+=(faketime)
    command -v ip >/dev/null || missing+=(iproute2)
fi
# `make check-deploy`: units.
if [ -n "${WITH_DEPLOY:-}" ]; then
    command -v systemd-analyze >/dev/null || missing+=(systemd)
fi
[ ${#missing[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${missing[*]} …"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
else
    echo "Tests need more: install it with 'sudo apt-get install ${missing[*]}'" >&2
    exit 1
fi
