#!/bin/sh
# `docker compose` for one environment: deploy/compose.sh production up -d
set -eu
environment=${1:?staging or production}
shift
cd "$(dirname "$0")"
# COMPOSE: another program, e.g. that of deploy/requirements.txt.
exec ${COMPOSE:-docker compose} \
    --env-file environments/common/settings.env --env-file "environments/$environment/settings.env" \
    "$@"
