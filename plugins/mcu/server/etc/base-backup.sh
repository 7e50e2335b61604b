#!/bin/sh
# Makes a base backup every day and deletes what no kept one needs. The place and the role come from PG… variables.
#   base-backup.sh ARCHIVE          runs for ever
#   base-backup.sh ARCHIVE once     one base backup now
set -eu
archive=$1
KEPT=7 # days, and so many that can be gone back to

make_one() {
    draft=$archive/base/.draft
    rm -rf "$draft"
    pg_basebackup --pgdata="$draft" --checkpoint=fast --no-password
    # Two in one second: mv would put the second one inside the first.
    while made=$archive/base/$(date -u +%Y-%m-%dT%H-%M-%SZ) && [ -e "$made" ]; do sleep 1; done
    mv "$draft" "$made"
}

clean() {
    ls -d "$archive"/base/2* | sort -r | tail -n +$((KEPT + 1)) | xargs -r rm -rf
    oldest=$(ls -d "$archive"/base/2* | sort | head -n 1)
    needed=$(sed -n 's/^START WAL LOCATION: .* (file \(.*\))$/\1/p' "$oldest/backup_label")
    pg_archivecleanup "$archive/wal" "$needed"
}

made_today() {
    find "$archive/base" -mindepth 1 -maxdepth 1 -name '2*' -mmin -1430 | grep -q .
}

if [ "${2-}" = once ]; then
    make_one
    clean
    exit
fi
while :; do
    made_today || sh "$0" "$archive" once || echo "The base backup failed; the next try is in ten minutes." >&2
    sleep 600
done
