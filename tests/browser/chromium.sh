#!/bin/sh
# The browser tests need a Chromium. Where none is found: root installs Debian's, anyone else is told what to install.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium for the browser tests (once)…"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-color-emoji >/dev/null && exit 0
fi
echo "No Chromium found: the browser tests will be skipped. Install it, for example: sudo apt-get install chromium"
exit 0
