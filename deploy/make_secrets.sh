#!/bin/sh
# Makes what is missing of the secrets of one environment; what is there is kept.
#
#   deploy/make_secrets.sh deploy/secrets/production
#
# REDIS and DATABASE say where the servers are (default: those of compose), e.g.
#   REDIS=redis+sentinel://sentinel-1:26379,sentinel-2:26379,sentinel-3:26379/meltwatch
# The folder is for root alone. Its files can be read by all who get at them, since a container's
# user has another number: compose and systemd hand each process its own.
set -eu
folder=${1:?a folder, e.g. deploy/secrets/production}
redis=${REDIS:-redis://redis:6379/0}
database=${DATABASE:-postgres:5432/meltwatch}
acl="$(dirname "$0")/redis/users.acl"
umask 077
mkdir -p "$folder/etc"
chmod 755 "$folder/etc"

password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# NAME: standard input becomes the file, unless there is one.
keep() {
    if [ -e "$folder/$1" ]; then cat > /dev/null; return; fi
    cat > "$folder/$1"
    chmod 444 "$folder/$1"
}

if [ ! -e "$folder/users.acl" ]; then
    rm -f "$folder"/*_redis_url "$folder"/*_redis_password
    for user in web worker ingest replica sentinel; do
        password | keep "${user}_redis_password"
        word=$(echo "$user" | tr '[:lower:]' '[:upper:]')_PASSWORD
        echo "s/$word/$(cat "$folder/${user}_redis_password")/"
    done > "$folder/passwords.sed"
    sed -f "$folder/passwords.sed" "$acl" | keep users.acl
    rm "$folder/passwords.sed"
fi
for user in web worker ingest; do
    secret=$(cat "$folder/${user}_redis_password")
    echo "$redis" | sed "s#://#://$user:$secret@#" | keep "${user}_redis_url"
done
password | keep postgres_password
echo "postgresql://meltwatch:$(cat "$folder/postgres_password")@$database" | keep database_url
password | keep grafana_password
# Empty until the store is there: docs/deploy.md says how they are made.
keep nginx_token < /dev/null
keep metrics_token < /dev/null
if [ ! -e "$folder/tls.crt" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=meltwatch" -batch \
        -keyout "$folder/tls.key" -out "$folder/tls.crt" 2> /dev/null
    chmod 444 "$folder/tls.key" "$folder/tls.crt"
    echo "$folder/tls.crt is self-signed, for 90 days: put the site's own in its place" >&2
fi
