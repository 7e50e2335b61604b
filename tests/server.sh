#!/bin/sh
# The server's topology needs Redis and Caddy: Debian's packages, where this user may install them. Without them its
# test is skipped (fails under CI).
command -v redis-server >/dev/null 2>&1 && command -v caddy >/dev/null 2>&1 && exit 0
command -v apt-get >/dev/null 2>&1 || exit 0
[ "$(id -u)" = 0 ] || exit 0
echo "Установка Redis и Caddy для проверки сервера…"
apt-get update -qq >/dev/null 2>&1
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server caddy >/dev/null 2>&1 \
    || echo "Redis и Caddy установить не удалось: проверка сервера будет пропущена."
# The test starts its own.
systemctl disable --now redis-server caddy >/dev/null 2>&1
exit 0
