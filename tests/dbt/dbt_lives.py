"""Random payloads in the shapes of the three sources, as they stand in raw: no person in them, and nasty on purpose.
Every version of a record is drawn anew, so a later version may change its author, topic, place and whole history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")
START = datetime(2026, 8, 20, 8, 0, tzinfo=MOSCOW)
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=MOSCOW)
SLUGS = ("pos", "incident", "registry")

MUNICIPALITIES = {
    "pos": ["город Мурманск", "Губкинский городской округ", "город, которого нет в справочнике"],
    "incident": ["г.о. Мурманск", "Губкинский г.о."],
    "registry": ["Мурманск", "Губкинский ГО"],
}
KEY_TOPIC = "Нарушение правил очистки дорог от снега и наледи"
TOPICS = {
    "pos": ["Ремонт дороги", "Дети и многодетные семьи", KEY_TOPIC, "Летающие тарелки"],
    "incident": ["★ Ремонт дороги", "Дети и многодетные семьи"],
    "registry": ["0003.0009.0099.0000", "0002.0004.0000.0000", "9999.0000.0000.0000"],
}
RECIPIENTS = {
    "pos": ["Администрация города Мурманска", "МКУ «Центр городской среды»", None, "Никому не известное учреждение"],
    "incident": ["Администрация г. Мурманска", "МКУ ДСМ г. Мурманска"],
    "registry": ["Администрация города Мурманска", "МКУ «Дорожная служба муниципалитета»"],
}
PLACES = ["на улице Лесной, дом 3", "около дома 3 по улице Лесной", "на улице Лесной, дом 8", "у нас в посёлке"]
SAYINGS = [
    "Дорога {place} разбита, обещали починить ещё весной, прошу ответить по существу. {number}",
    "Огромная яма {place}, машины объезжают её по газону, прошу принять меры. {number}",
    "Каток вместо тротуара {place}, песка не видели с начала зимы. {number}",
]
AUTHORS = [f"{n:064x}" for n in range(7)]


@dataclass(frozen=True)
class Version:
    """A version of a record as landing writes it."""

    record_ref: str
    payload: dict[str, Any]
    updated_at: datetime


def version(rng: Random, slug: str, number: int, now: datetime) -> Version:
    """A version of record `number` of `slug` as it might stand at `now`, some time before it for a late one."""
    updated = now - timedelta(minutes=rng.choice([0, 1, 30, 60 * 24 * 20]))
    return {"pos": pos, "incident": incident, "registry": registry}[slug](rng, number, updated)


def quiet_message(updated: datetime, number: int = 700, days_ago: int = 60, **changes: Any) -> Version:
    """A message of nobody known, registered so long before NOW and not answered."""
    received = (NOW - timedelta(days=days_ago)).isoformat()
    drawn = version(Random(3), "pos", number, updated)
    history = [{"event": "Создано", "at": received}, {"event": "Зарегистрировано", "at": received}]
    payload = drawn.payload | {
        "municipality": "город Мурманск",
        "createdAt": received,
        "registeredAt": received,
        "status": "Назначено",
        "author_key": None,
        "parentId": None,
        "answer": None,
        "rating": None,
        "ratedAt": None,
        "history": history,
    }
    return Version(drawn.record_ref, payload | changes, updated)


def _later(rng: Random, moment: datetime, days: float) -> datetime:
    return (moment + timedelta(seconds=rng.uniform(60, days * 86400))).replace(microsecond=0)


def _text(rng: Random) -> str:
    """A few troubles in a few places, some of which quote another record."""
    number = rng.choice(["", "", f"Инцидент № {3_000_000 + rng.randrange(40)}"])
    return rng.choice(SAYINGS).format(place=rng.choice(PLACES), number=number)


def _author(rng: Random) -> str | None:
    return rng.choice([*AUTHORS, None])


def _received(rng: Random) -> datetime:
    return _later(rng, START, 80)


def pos(rng: Random, number: int, updated: datetime) -> Version:
    received = _received(rng)
    history = [{"event": "Создано", "at": received.isoformat()}]
    moment = received
    names = ["Зарегистрировано", "Назначено", "Перенаправлено", "Промежуточный ответ", "Отложено", "Срок продлён",
             "Ответ дан", "Оценено", "Возобновлено", "Ответ дан", "Закрыто", "Неведомое событие"
]  # fmt: skip  # a table
    for name in names:
        if rng.random() < 0.5:
            moment = _later(rng, moment, 9)
            step = {"event": name, "at": moment.isoformat()}
            recipient = rng.choice(RECIPIENTS["pos"])
            history.append(step | {"organization": recipient} if recipient else step)
    at = {step["event"]: step["at"] for step in history}
    statuses = ["Новое", "Назначено", "Отложено", "Ответ дан", "Закрыто", "Направлено по компетенции", "Неизвестный"]
    mark = rng.choice([None, 1, 3, 4, 5]) if "Оценено" in at else None
    return Version(
        f"POS-{number}",
        {
            "id": f"POS-{number}",
            "kind": rng.choice(["сообщение", "обращение"]),
            "municipality": rng.choice(MUNICIPALITIES["pos"]),
            "createdAt": received.isoformat(),
            "registeredAt": at.get("Зарегистрировано"),
            "updatedAt": updated.isoformat(),
            "status": rng.choice(statuses),
            "topic": rng.choice(TOPICS["pos"]),
            "fastTrack": rng.random() < 0.2,
            "organization": rng.choice(RECIPIENTS["pos"]),
            "author_key": _author(rng),
            "address": {
                "text": rng.choice(["ул. Ленина", "ул. Лесная, д. 3", None]),
                "lat": rng.choice([68.9, "не число", 900]),
                "lon": 33.1,
                "district": "Центр",
            },
            "text": rng.choice(["<p>Яма&nbsp;во дворе</p>", _text(rng)]),
            "answer": {"text": "Готово", "at": at["Ответ дан"]} if "Ответ дан" in at else None,
            "rating": mark,
            "ratedAt": at.get("Оценено"),
            "parentId": rng.choice([None, None, None, f"POS-{rng.randrange(30)}"]),
            "history": history,
        },
        updated,
    )


def incident(rng: Random, number: int, updated: datetime) -> Version:
    received = _received(rng)
    first = _later(rng, received, 2) if rng.random() < 0.8 else None
    interim = first if rng.random() < 0.4 else None
    closed = _later(rng, first or received, 12) if rng.random() < 0.6 else None
    return Version(
        str(3_000_000 + number),
        {
            "number": 3_000_000 + number,
            "type": "Решаемый",
            "result": rng.choice(["Решено", "Не решено"]) if closed else rng.choice(["", "Отложено"]),
            "executor": rng.choice(RECIPIENTS["incident"]),
            "first_reply_at": _dotted(first),
            "interim_reply_at": _dotted(interim),
            "author_key": _author(rng),
            "importance": rng.choice(["Обычная", "Повышенная"]),
            "created_at": _dotted(received),
            "closed_at": _dotted(closed),
            "topic": rng.choice(TOPICS["incident"]),
            "municipality": rng.choice(MUNICIPALITIES["incident"]),
            "settlement": "Центр",
            "text": rng.choice(["'Сообщение без текста", _text(rng)]),
        },
        updated,
    )


def registry(rng: Random, number: int, updated: datetime) -> Version:
    received = _received(rng)
    registered = _later(rng, received, 6) if rng.random() < 0.9 else None
    extended = _later(rng, registered, 35) if registered and rng.random() < 0.2 else None
    forwarded = _later(rng, registered, 7) if registered and rng.random() < 0.1 else None
    answered = _later(rng, registered, 50) if registered and not forwarded and rng.random() < 0.7 else None
    status = "На рассмотрении"
    if forwarded:
        status = "Направлено по компетенции"
    elif answered:
        status = rng.choice(["Рассмотрено. Разъяснено", "Рассмотрено. Поддержано", "Оставлено без ответа автору"])
    return Version(
        f"REG-{number}",
        {
            "id": f"REG-{number}",
            "municipality": rng.choice(MUNICIPALITIES["registry"]),
            "received_at": received.isoformat(),
            "registered_at": registered and registered.isoformat(),
            "updated_at": updated.isoformat(),
            "delivery": rng.choice(["ЕПГУ", "письменно", "личный приём", "телефонограмма", "голубиная почта"]),
            "status": status,
            "recipient": rng.choice(RECIPIENTS["registry"]),
            "extended_at": extended and extended.isoformat(),
            "forwarded_at": forwarded and forwarded.isoformat(),
            "answered_at": answered and answered.isoformat(),
            "author_key": _author(rng),
            "repeat_of": rng.choice([None, None, f"REG-{rng.randrange(30)}"]),
            "questions": [
                {"no": no + 1, "code": rng.choice(TOPICS["registry"]), "result": None, "resultOn": None}
                for no in range(rng.randrange(3))
            ],
        },
        updated,
    )


def _dotted(moment: datetime | None) -> str | None:
    return moment.astimezone(MOSCOW).strftime("%d.%m.%Y %H:%M") if moment else None
