#!/bin/sh
# Restarts Meltwatch one process after the other, so that screens go on without a gap: the next one
# only when all web processes are ready and all workers live. docs/backup.md tells the conditions.
#
#   WEB="http://127.0.0.1:8050 http://127.0.0.1:8051" WORKERS=2 deploy/rolling_restart.sh \
#       meltwatch-worker@1 meltwatch-worker@2 meltwatch-web@8050 meltwatch-web@8051 meltwatch-ingest
#
# RESTART is the command that restarts the unit that is its last argument. With AUTH=local (or oidc)
# TOKEN_FILE holds a metrics token (docs/people.md).
set -eu

: "${WEB:?addresses of all web processes, without nginx}"
: "${WORKERS:=2}" "${RESTART:=systemctl restart}" "${WITHIN_S:=60}" "${TOKEN_FILE:=}"
# A worker that has ended counts as living for 2.5 s (data/team.py).
FORGOTTEN_S=3

# By standard input: arguments can be seen by others.
metrics() {
    { [ -z "$TOKEN_FILE" ] || printf 'header = "Authorization: Bearer %s"\n' "$(cat "$TOKEN_FILE")"; } |
        curl -fsS -m 2 -K - "$1/metrics" 2>/dev/null
}

ready() {
    for url in $WEB; do
        curl -fsS -m 2 -o /dev/null "$url/readyz" 2>/dev/null || return 1
        metrics "$url" |
            awk -v all="$WORKERS" '/^meltwatch_workers_live /{ live = $2 } END { exit live < all }' ||
            return 1
    done
}

wait_ready() {
    end=$(($(date +%s) + WITHIN_S))
    until ready; do
        [ "$(date +%s)" -lt "$end" ] || { echo "$1: not all are ready after $WITHIN_S s; stopped here" >&2; exit 1; }
        sleep 1
    done
}

wait_ready "before anything was restarted"
for unit in "$@"; do
    $RESTART "$unit" || { echo "$unit: not restarted; stopped here" >&2; exit 1; }
    sleep "$FORGOTTEN_S"
    wait_ready "$unit"
    echo "$unit is back"
done
