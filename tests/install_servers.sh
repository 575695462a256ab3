#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the servers that tests talk to and this machine lacks: Redis, PgBouncer, Chromium, Firefox;
# with "webkit", the browser of `make browsers` in their place.
# Where it may not (no root, no apt) it says what will be skipped; with CI=true that is an error.
set -euo pipefail

missing=()
if [ "${1:-}" = webkit ]; then
  command -v WebKitWebDriver >/dev/null || missing+=(webkit2gtk-driver)
  command -v Xvfb >/dev/null || missing+=(xvfb)
else
  command -v redis-server >/dev/null || missing+=(redis-server)
  # Debian puts it where an ordinary user's PATH does not lead.
  command -v pgbouncer >/dev/null || [ -x "${SBIN:-/usr/sbin}/pgbouncer" ] || missing+=(pgbouncer)
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing+=(chromium)
  command -v firefox-esr >/dev/null || missing+=(firefox-esr)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

give_up() {
  echo "servers: $1; the tests that need ${missing[*]} are skipped"
  if [ "${CI:-}" = true ]; then exit 1; fi
  exit 0
}

[ "$(id -u)" -eq 0 ] || give_up "not root"
command -v apt-get >/dev/null || give_up "no apt-get"
echo "servers: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
{ apt-get update && apt-get install --yes --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 \
  || give_up "apt-get could not install them"
