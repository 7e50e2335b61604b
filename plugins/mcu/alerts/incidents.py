"""Open and closed alerts, `ops.alerts`: one open alert for each cause, with a letter when it opens and when it ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from mcu.alerts import mail
from mcu.privacy.patterns import without_personal
from mcu.warehouse.connect import connect


def alert(cause: str, severity: str, owner: str, title: str, body: str, *, now: datetime | None = None) -> None:
    """Open an alert, or count once more the one that is open under this `cause`. A new critical alert is mailed at
    once. Others wait, so that those of one rule share a letter: for the end of the mart gate, or for the DAG `watch`,
    in working hours. Never fails because of the mail."""
    with connect("loader") as conn:
        conn.execute(
            """insert into ops.alerts (cause, severity, owner, title, body) values (%s, %s, %s, %s, %s)
               on conflict (cause) where closed_at is null do update
               set seen_count = alerts.seen_count + 1, last_seen_at = clock_timestamp(),
                   severity = excluded.severity, title = excluded.title, body = excluded.body""",
            [cause, severity, owner, without_personal(title), without_personal(body)],
        )
    mail.send_pending(now=now, only_critical=True)


def recover(cause: str, *, quiet: timedelta = timedelta(0), now: datetime | None = None) -> bool:
    """Close the open alert of `cause` and mail that it is over. True if there was one.

    With `quiet` it is closed only if it was not seen for so long: a cause that comes and goes with each load gives
    one alert, not many."""
    with connect("loader") as conn:
        closed = conn.execute(
            """update ops.alerts set closed_at = clock_timestamp()
               where cause = %s and closed_at is null and last_seen_at <= clock_timestamp() - %s::interval""",
            [cause, quiet],
        ).rowcount
    if closed:
        mail.send_pending(now=now, only_critical=True)
    return bool(closed)
