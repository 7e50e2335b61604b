"""The book of alerts, `ops.alerts`: one open alert by cause, told once when it opens and once when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from mcu.alerts import mail
from mcu.privacy.patterns import without_personal
from mcu.warehouse.connect import connect


def alert(cause: str, severity: str, owner: str, title: str, body: str, *, now: datetime | None = None) -> None:
    """Something is wrong. Seen before under this `cause` and still open: only counted. New: told by e-mail,
    at once when critical, in working hours otherwise. Never fails because of the mail."""
    with connect("loader") as conn:
        conn.execute(
            """insert into ops.alerts (cause, severity, owner, title, body) values (%s, %s, %s, %s, %s)
               on conflict (cause) where closed_at is null do update
               set seen_count = alerts.seen_count + 1, last_seen_at = clock_timestamp(),
                   severity = excluded.severity, title = excluded.title, body = excluded.body""",
            [cause, severity, owner, without_personal(title), without_personal(body)],
        )
    mail.send_pending(now=now)


def recover(cause: str, *, quiet: timedelta = timedelta(0), now: datetime | None = None) -> bool:
    """It is well again: closes the open alert of `cause`, if there is one, and tells so once. True if it did.
    With `quiet` only when it was not seen for so long: what comes and goes with each load is one alert, not many."""
    with connect("loader") as conn:
        closed = conn.execute(
            """update ops.alerts set closed_at = clock_timestamp()
               where cause = %s and closed_at is null and last_seen_at <= clock_timestamp() - %s::interval""",
            [cause, quiet],
        ).rowcount
    if closed:
        mail.send_pending(now=now)
    return bool(closed)
