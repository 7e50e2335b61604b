#!/bin/sh
# Browser tests need Chromium: Debian's package, where this user may install one. Without it they skip (fail under CI).
command -v chromium >/dev/null 2>&1 && exit 0
command -v apt-get >/dev/null 2>&1 || exit 0
[ "$(id -u)" = 0 ] || exit 0
echo "Установка Chromium для проверок в браузере…"
apt-get update -qq >/dev/null 2>&1
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null 2>&1 \
    || echo "Chromium установить не удалось: проверки в браузере будут пропущены."
exit 0
