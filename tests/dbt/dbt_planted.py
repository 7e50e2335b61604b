"""Planted records in the shapes of the three sources, in local time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dbt_lives import MOSCOW, NOW, Version

AFTER = NOW + timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


def end_of(day: str) -> datetime:
    return at(f"{day}T23:59:59")


def message(ref: str, registered: str, *steps: tuple[str, ...], updated: datetime = NOW, **changes: Any) -> Version:
    """A message of the ПОС, registered when it came; a step is what happened, when, and whose it was."""
    moment = at(registered).isoformat()
    history = [{"event": "Создано", "at": moment}, {"event": "Зарегистрировано", "at": moment}]
    for event, when, *organization in steps:
        step = {"event": event, "at": at(when).isoformat()}
        history.append(step | {"organization": organization[0]} if organization else step)
    payload = {
        "id": ref,
        "kind": "сообщение",
        "municipality": "город Мурманск",
        "createdAt": moment,
        "registeredAt": moment,
        "status": "Назначено",
        "topic": "Ремонт дороги",
        "organization": "Администрация города Мурманска",
        "author_key": None,
        "history": history,
    }
    return Version(ref, payload | changes, updated)


def appeal(ref: str, registered: str, **changes: Any) -> Version:
    moment = at(registered).isoformat()
    payload = {
        "id": ref,
        "municipality": "Мурманск",
        "received_at": moment,
        "registered_at": moment,
        "delivery": "письменно",
        "status": "На рассмотрении",
        "recipient": "Администрация города Мурманска",
        "author_key": None,
        "questions": [],
    }
    for field in ("extended_at", "forwarded_at", "notified_at", "answered_at"):
        if field in changes:
            changes[field] = at(changes[field]).isoformat()
    return Version(ref, payload | changes, NOW)


def incident(ref: str, created: str, updated: datetime = NOW, **changes: Any) -> Version:
    payload = {
        "number": ref,
        "municipality": "г.о. Мурманск",
        "result": "",
        "topic": "Ремонт дороги",
        "author_key": None,
        "importance": "Обычная",
        "executor": "Администрация г. Мурманска",
        "created_at": f"{at(created):%d.%m.%Y %H:%M}",
    }
    for field in ("first_reply_at", "interim_reply_at", "closed_at"):
        if field in changes:
            changes[field] = f"{at(changes[field]):%d.%m.%Y %H:%M}"
    return Version(ref, payload | changes, updated)
