#!/bin/sh
# The words of the installation: what is missing before it begins, and why a step of it failed. Called by the Makefile.
#   install.sh check PYTHON UV     exit 1 with one line if this machine cannot install
#   install.sh step WHAT COMMAND…  run a command; exit 1 with one line if it fails
LOG=var/install.log
NEEDED_KB=2500000 # both environments take 1.2 GB, and uv's cache as much where it cannot link

fail() {
    echo "Ошибка: $1" >&2
    exit 1
}

check() {
    python=$1 uv=$2
    command -v "$python" >/dev/null 2>&1 \
        || fail "не найден $python. Установите Python 3.11 или укажите, где он: make PYTHON=/путь/python3.11"
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) \
        || fail "$python не запускается. Установите Python 3.11 или укажите, где он: make PYTHON=/путь/python3.11"
    [ "$version" = 3.11 ] \
        || fail "нужен Python 3.11, а $python - это $version. Установите 3.11 рядом и повторите: make PYTHON=python3.11"
    mkdir -p var 2>/dev/null && [ -w var ] && touch "$LOG" 2>/dev/null \
        || fail "в папку $PWD/var нельзя писать. Возьмите копию, которая принадлежит вам, или верните её себе: chown -R"
    free=$(df -Pk var | awk 'NR == 2 { print $4 }')
    [ "${free:-$NEEDED_KB}" -ge "$NEEDED_KB" ] \
        || fail "на диске свободно $((free / 1024)) МБ, для установки нужно $((NEEDED_KB / 1000)) МБ. Освободите место"
    [ -x "$(command -v "$uv" 2>/dev/null)" ] || "$python" -m pip --version >/dev/null 2>&1 \
        || fail "у $python нет модуля pip. Установите его (Debian, Ubuntu: apt install python3-pip) или программу uv"
}

step() {
    what=$1
    shift
    "$@" >"$LOG" 2>&1 || fail "$what: $(why). Подробности: $LOG"
}

said() {
    grep -qiE "$1" "$LOG"
}

why() {
    if said 'no space left|os error 28|disk quota'; then
        echo "на диске нет места. Освободите его и повторите команду"
    elif said 'permission denied|read-only file system|os error (13|30)'; then
        echo "нет права записи. Верните себе папку $PWD/var: chown -R"
    elif said 'certificate|ssl error'; then
        echo "сертификату реестра пакетов нет доверия. Укажите свой: переменная SSL_CERT_FILE"
    elif said '401 |403 |unauthorized|forbidden|407 '; then
        echo "реестр пакетов или прокси не принял вход. Проверьте имя и пароль в его адресе"
    elif said 'hash mismatch|do not match the hashes'; then
        echo "пакет в реестре не тот, что записан в requirements.txt. Проверьте, тот ли это реестр"
    elif said 'dns error|lookup|error sending request|connect|unreachable|timed out|name resolution|failed to fetch'; then
        echo "реестр пакетов Python недоступен. Проверьте сеть, прокси и адрес реестра"
    elif said 'no solution found|not found in the package registry|no matching distribution|no usable wheels'; then
        echo "в реестре пакетов нет нужной версии. Проверьте, тот ли это реестр"
    elif said 'no module named|ensurepip'; then
        echo "в этом Python нет нужного модуля. Установите пакеты python3-pip и python3-venv"
    else
        echo "команда не выполнена: $(grep . "$LOG" | tail -n 1)"
    fi
}

action=$1
shift
"$action" "$@"
