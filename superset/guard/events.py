"""Superset's own events, written once a request. It commits each of them by itself, five for a tile, and after each
commit SQLAlchemy reads anew what the request had read: a third of the time of a tile."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, has_request_context
from sqlalchemy.exc import SQLAlchemyError
from superset.utils import json
from superset.utils.log import DBEventLogger

_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    app.before_request(_collect)
    app.after_request(_write)


class EventsOfRequest(DBEventLogger):
    """What no request of a browser waits for (a query of SQL Lab, a task of a worker) is written at once, as Superset
    does."""

    def log(
        self,
        user_id: int | None,
        action: str,
        dashboard_id: int | None,
        duration_ms: int | None,
        slice_id: int | None,
        referrer: str | None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        records = kwargs.get("records")
        if not records or not has_request_context() or "mcu_events" not in g:
            return super().log(user_id, action, dashboard_id, duration_ms, slice_id, referrer, *args, **kwargs)
        common = {"action": action, "user_id": user_id, "duration_ms": duration_ms, "referrer": referrer}
        now = datetime.now(UTC).replace(tzinfo=None)  # Superset's column has no zone
        g.mcu_events += [
            {
                **common,
                "dashboard_id": dashboard_id or record.get("dashboard_id"),
                "slice_id": slice_id or record.get("slice_id"),
                "json": _text(record),
                "dttm": now,
            }
            for record in records
        ]


def _collect() -> None:
    g.mcu_events = []


def _write(response: Response) -> Response:
    """An event that cannot be written takes no answer from anybody, as in Superset: who looked at what is written by
    `guard.journal`, without which there is no answer.

    In the session of the request: Superset stores some of its own changes by the commit of an event."""
    from superset.models.core import Log

    from superset import db

    events = g.pop("mcu_events", [])
    if not events:
        return response
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        db.session.rollback()  # what it was changing when it failed
    for is_last in (False, True):  # an error that Superset swallowed spoils the first attempt
        try:
            db.session.execute(Log.__table__.insert(), events)
            db.session.commit()
            break
        except SQLAlchemyError:
            db.session.rollback()
            if is_last:
                _log.exception("Superset's events of a request are lost")
    return response


def _text(record: Any) -> str | None:
    try:
        return json.dumps(record)
    except (TypeError, ValueError):
        return None
