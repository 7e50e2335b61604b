"""Superset's own events, written once a request. It commits each of them by itself, five for a tile, and after each
commit SQLAlchemy reads anew what the request had read: a third of the time of a tile."""

from __future__ import annotations

import logging
from typing import Any

from flask import Response, after_this_request, g, has_request_context
from sqlalchemy.exc import SQLAlchemyError
from superset.utils import json
from superset.utils.log import DBEventLogger

_log = logging.getLogger(__name__)


class EventsOfRequest(DBEventLogger):
    """What is told after the answer is ready (a file that is sent in pieces), or outside of a request, is written at
    once, as Superset does."""

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
        if not records or not has_request_context() or g.get("mcu_events_are_written"):
            return super().log(user_id, action, dashboard_id, duration_ms, slice_id, referrer, *args, **kwargs)
        if "mcu_events" not in g:
            g.mcu_events = []
            after_this_request(_write)
        common = {"action": action, "user_id": user_id, "duration_ms": duration_ms, "referrer": referrer}
        g.mcu_events += [
            {
                **common,
                "dashboard_id": dashboard_id or record.get("dashboard_id"),
                "slice_id": slice_id or record.get("slice_id"),
                "json": _text(record),
            }
            for record in records
        ]


def _write(response: Response) -> Response:
    """An event that cannot be written takes no answer from anybody, as in Superset: who looked at what is written by
    `guard.journal`, without which there is no answer."""
    from superset.models.core import Log

    from superset import db

    g.mcu_events_are_written = True
    try:
        db.session.execute(Log.__table__.insert(), g.mcu_events)
        db.session.commit()
    except SQLAlchemyError:
        _log.exception("Superset's events of a request are lost")
        db.session.rollback()
    return response


def _text(record: Any) -> str | None:
    try:
        return json.dumps(record)
    except (TypeError, ValueError):
        return None
