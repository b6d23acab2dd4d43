#!/bin/sh
# meltwatch.conf.template → stdout, with a `server` line for each web process:
#
#   MELTWATCH_LISTEN=80 MELTWATCH_WEB="127.0.0.1:8050 127.0.0.1:8051" \
#       MELTWATCH_CACHE=/dev/shm/meltwatch deploy/nginx/render.sh
#
# The token comes from MELTWATCH_TOKEN or the file MELTWATCH_TOKEN_FILE. With TLS:
# MELTWATCH_LISTEN="443 ssl; ssl_certificate /path/tls.crt; ssl_certificate_key /path/tls.key"
set -eu
: "${MELTWATCH_LISTEN:?}" "${MELTWATCH_WEB:?}" "${MELTWATCH_CACHE:?}"
[ -z "${MELTWATCH_TOKEN_FILE:-}" ] || MELTWATCH_TOKEN=$(cat "$MELTWATCH_TOKEN_FILE")
export MELTWATCH_LISTEN MELTWATCH_WEB MELTWATCH_CACHE MELTWATCH_TOKEN="${MELTWATCH_TOKEN:-}"
awk '
    BEGIN {
        servers = split(ENVIRON["MELTWATCH_WEB"], web, " ")
        for (at = split("LISTEN CACHE TOKEN", names, " "); at > 0; at--)
            value[names[at]] = ENVIRON["MELTWATCH_" names[at]]
    }
    # Not sub(): an "&" in a value would mean something.
    function filled(line, sign, text,   at) {
        while ((at = index(line, sign)) > 0)
            line = substr(line, 1, at - 1) text substr(line, at + length(sign))
        return line
    }
    /^#/ { print; next }
    /server \$\{MELTWATCH_WEB\}/ {
        for (at = 1; at <= servers; at++) print filled($0, "${MELTWATCH_WEB}", web[at])
        next
    }
    {
        for (name in value) $0 = filled($0, "${MELTWATCH_" name "}", value[name])
        print
    }
' "$(dirname "$0")/meltwatch.conf.template"
