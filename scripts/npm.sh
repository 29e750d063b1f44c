#!/usr/bin/env bash
# scripts/npm.sh ARGS: npm in the folder web, after a look at whether it can work.
# `ci` installs exactly what web/package-lock.json names.
set -euo pipefail
cd "$(dirname "$0")/../web"
need=20.19.0
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "what browsers load is built with Node: install Node $need or later with npm (Debian: apt-get install nodejs npm) and run make again" >&2
  exit 1
fi
have=$(node -p process.versions.node)
if [[ $(printf '%s\n' "$need" "$have" | sort -V | head -1) != "$need" ]]; then
  echo "what browsers load is built with Node $need or later; this is Node $have: install a newer one and run make again" >&2
  exit 1
fi
if [[ ${1:-} != ci ]]; then
  exec npm "$@"
fi
# Older versions of npm read the lock file of this one otherwise: they leave out the
# native parts of other platforms that it names as optional.
npm=(npm)
version=$(npm --version)
(( ${version%%.*} >= 11 )) || npm=(npx --yes npm@11)
"${npm[@]}" "$@"
touch node_modules/.package-lock.json # what make compares with the lock file
