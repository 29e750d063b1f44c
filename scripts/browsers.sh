#!/usr/bin/env bash
# Sees to the two browsers that the tests drive. As root on Debian it installs what is
# missing; elsewhere it says in a line how, and fails only where CI is set: without a
# browser its tests are passed over, and say so.
set -euo pipefail
missing=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v firefox-esr >/dev/null || command -v firefox >/dev/null || missing+=(firefox-esr)
((${#missing[@]})) || exit 0
if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  echo "installing ${missing[*]} for the tests"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  exit 0
fi
echo "the tests in browsers are passed over: install ${missing[*]} (Debian: sudo apt-get install ${missing[*]})" >&2
[[ -z ${CI:-} ]]
