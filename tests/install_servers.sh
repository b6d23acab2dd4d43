#!/usr/bin/env bash
# Browser tests need Debian's or Ubuntu's Chromium: installs it as root, else says what to do.
set -euo pipefail
command -v chromium >/dev/null || command -v chromium-browser >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium …"
    apt-get update -qq && apt-get install -y -qq chromium chromium-driver fonts-dejavu-core >/dev/null
else
    echo "Browser tests need Chromium: install it with 'sudo apt-get install chromium'" >&2
    exit 1
fi
