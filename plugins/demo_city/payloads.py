"""An item as its source shows it at an instant; later events are left out."""

from __future__ import annotations

from typing import Any

from demo_city import truth
from demo_city.clock import DAY, dotted, iso, local, utc
from demo_city.item import Event, Item
from demo_city.places import STREETS, TOWNS
from demo_city.reference import reference
from demo_city.texts import INTERIM_REPLY

POS_EVENTS = {
    "received": "Создано",
    "registered": "Зарегистрировано",
    "assigned": "Назначено",
    "forwarded": "Перенаправлено",
    "interim_reply": "Промежуточный ответ",
    "deferred": "Отложено",
    "extended": "Срок продлён",
    "final_reply": "Ответ дан",
    "marked": "Оценено",
    "reopened": "Возобновлено",
    "closed": "Закрыто",
    "rejected_by_author": "Ответ отклонён автором",
}
POS_STATUS = {
    "received": "Новое",
    "registered": "Зарегистрировано",
    "assigned": "Назначено",
    "forwarded": "Назначено",
    "interim_reply": "На рассмотрении",
    "deferred": "Отложено",
    "extended": "Срок продлён",
    "final_reply": "Ответ дан",
    "marked": "Ответ дан",
    "reopened": "На рассмотрении",
    "closed": "Закрыто",
    "rejected_by_author": "Ответ отклонён автором",
}
_REGISTRY_STATUS = {
    "Explained": "Рассмотрено. Разъяснено",
    "Supported": "Рассмотрено. Поддержано",
    "SupportedMeasures": "Рассмотрено. Поддержано",
    "NotSupported": "Рассмотрено. Не поддержано",
    "Answered": "Дан ответ автору",
    "LeftWithoutAnswer": "Оставлено без ответа автору",
    "Transferred": "Направлено по компетенции",
}
_REGISTRY_RESULT = {
    "Explained": "Разъяснено",
    "Supported": "Поддержано",
    "SupportedMeasures": "Поддержано, меры приняты",
    "NotSupported": "Не поддержано",
    "Answered": "Дан ответ автору",
    "LeftWithoutAnswer": "Оставлено без ответа автору",
    "Transferred": "Направлено по компетенции",
}
_APPEAL_TYPES = ("Заявление", "Заявление", "Жалоба", "Жалоба", "Предложение")


def updated_at(item: Item, until: int) -> int:
    """The instant of the last change that the source shows at `until`."""
    touched = max((e.at for e in item.events if e.at <= until), default=item.received)
    return max(touched, item.seen_from) if item.seen_from <= until else touched


def _recipient(item: Item, event: Event | None = None) -> str:
    if truth.is_orphan_recipient(item.index) and not item.fault:
        return f"{truth.ORPHAN_RECIPIENT} № {item.index % 7 + 1}"
    code = (event.recipient if event else None) or item.recipient
    return reference().recipient_ref(item.source, code, item.received)


def _topic(item: Item) -> str:
    if truth.is_orphan_topic(item.index):
        return truth.ORPHAN_TOPIC
    refs: list[str] = reference().topic_refs[item.source, item.topic]
    return refs[item.index % len(refs)]


def address_of(item: Item) -> str:
    """The address of the problem; every ninth one names the author's flat."""
    town = TOWNS[item.municipality]
    problem = item.problem
    address = f"{town.name}, {town.districts[problem.district]}, {STREETS[problem.street].short}, д. {problem.house}"
    return f"{address}, кв. {item.flat}" if item.index % 9 == 0 else address


def _step(item: Item, event: Event) -> dict[str, str]:
    step = {"event": POS_EVENTS[event.code], "at": iso(event.at)}
    return step | {"organization": _recipient(item, event)} if event.recipient else step


def point_of(item: Item) -> tuple[float | None, float | None]:
    """Latitude and longitude in degrees; None if the author marked no point."""
    if not item.has_point:
        return None, None
    town, east = TOWNS[item.municipality], item.problem.district - 1
    return (
        round(town.latitude + 0.03 * east + 0.02 * item.jitter[0], 6),
        round(town.longitude + 0.05 * east + 0.03 * item.jitter[1], 6),
    )


def _answer(item: Item, final: int | None, interim: int | None) -> dict[str, Any] | None:
    if not final and not interim:
        return None
    return {
        "text": item.answer if final else INTERIM_REPLY,
        "at": iso(final) if final else None,
        "interimAt": iso(interim) if interim else None,
    }


def pos(item: Item, until: int) -> dict[str, Any]:
    """A message as the ПОС API gives it."""
    shown = [e for e in item.events if e.at <= until]
    final, interim = item.last("final_reply", until), item.first("interim_reply", until)
    registered, marked = item.first("registered", until), item.first("marked", until)
    town, district = TOWNS[item.municipality], item.problem.district
    latitude, longitude = point_of(item)
    status = POS_STATUS[shown[-1].code]
    if shown[-1].code in ("assigned", "forwarded") and until - shown[-1].at > DAY:
        status = "На рассмотрении"
    elif shown[-1].code == "reopened" and item.index % 3 == 0:
        status = "Ответ отклонён автором"
    ref = reference()
    body: dict[str, Any] = {
        "id": item.ref,
        "kind": "обращение" if item.kind == "appeal" else "сообщение",
        "municipality": ref.municipality_refs["pos", item.municipality],
        "createdAt": iso(item.received),
        "registeredAt": iso(registered) if registered else None,
        "updatedAt": iso(updated_at(item, until)),
        "status": status,
        "category": ref.topic_groups[item.topic],
        "topic": _topic(item),
        "fastTrack": ref.topic_is_key[item.topic] and item.kind == "message",
        "organization": _recipient(item, next((e for e in reversed(shown) if e.recipient), None)),
        "author": {
            "fullName": item.author.full_name,
            "phone": item.author.phone(item.index) if item.author.has_phone else None,
            "email": item.author.email if item.author.has_email else None,
        },
        "address": {
            "text": address_of(item),
            "flat": str(item.flat),
            "lat": latitude,
            "lon": longitude,
            "district": town.districts[district],
        },
        "text": item.text,
        "answer": _answer(item, final, interim),
        "deferredUntil": iso(item.deferred_until) if item.deferred_until and item.first("deferred", until) else None,
        "rating": item.mark if marked else None,
        "ratedAt": iso(marked) if marked else None,
        "parentId": item.earlier,
        "history": [_step(item, e) for e in shown],
    }
    match item.fault:
        case "no_municipality":
            body["municipality"] = None
        case "no_created":
            body["createdAt"] = None
        case "bad_created":
            body["createdAt"] = "2026-13-45T99:00:00+03:00"
        case "bad_registered":
            body["registeredAt"] = "вчера"
    return body


def incident(item: Item, until: int) -> dict[str, Any]:
    """A row of the cabinet's export by the fields of its source spec; local time, no seconds."""
    closed = item.first("closed", until)
    first, interim = item.first("first_reply", until), item.first("interim_reply", until)
    if item.corrected and until >= item.corrected[0] and closed:
        closed -= item.corrected[1]
        first = min(first, closed) if first else None
        interim = min(interim, closed) if interim else None
    result = item.result_at(until)
    ref = reference()
    row: dict[str, Any] = {
        "number": int(item.ref) if item.ref else None,
        "type": "Решаемый" if item.index % 11 else "Нерешаемый",
        "result": result,
        "executor": _recipient(item),
        "first_reply_at": dotted(first) if first else None,
        "interim_reply_at": dotted(interim) if interim else None,
        "author": f"{item.author.name} {item.author.surname}",
        "author_link": item.author.link(item.network),
        "network": item.network,
        "importance": "Повышенная" if item.is_raised else "Обычная",
        "created_at": dotted(item.received),
        "closed_at": dotted(closed) if closed else None,
        "topic_group": ref.topic_groups[item.topic],
        "topic": _topic(item),
        "region": _REGIONS[item.municipality],
        "municipality": ref.municipality_refs["incident", item.municipality],
        "settlement": TOWNS[item.municipality].districts[item.problem.district],
        "reply_text": _guarded(item.answer) if closed else None,
        "text": _guarded(item.text),
    }
    match item.fault:
        case "no_municipality":
            row["municipality"] = None
        case "no_created":
            row["created_at"] = None
        case "bad_created":
            row["created_at"] = "31.02.2026 25:61"
        case "bad_closed":
            row["closed_at"] = "31.06.2026"
    return row


_REGIONS = {
    "murmansk": "Мурманская область",
    "lomonosovsky": "Ленинградская область",
    "gubkinsky": "Белгородская область",
    "giaginsky": "Республика Адыгея",
    "novoshakhtinsk": "Ростовская область",
}


def _guarded(text: str) -> str:
    """The spreadsheet's guard: an apostrophe before every text."""
    return f"'{text}"


def registry(item: Item, until: int) -> dict[str, Any]:
    """A row of `public.appeals_export`; instants are datetimes in UTC."""
    registered, assigned = item.first("registered", until), item.first("assigned", until)
    forwarded, answered = item.first("forwarded", until), item.first("final_reply", until)
    extended, notified = item.first("extended", until), item.first("forwarding_notice", until)
    is_done = bool(forwarded or answered)
    if is_done:
        status = _REGISTRY_STATUS[item.result]
    elif extended:
        status = "Рассмотрение продлено"
    else:
        status = "На рассмотрении" if assigned else "Зарегистрировано" if registered else "Поступило"
    author, index = item.author, item.index
    ref = reference()
    row: dict[str, Any] = {
        "id": item.ref,
        "number": f"{item.number}-{'ОЖПЗ'[index % 4]}/{local(item.received):%y}" if registered else None,
        "municipality": ref.municipality_refs["registry", item.municipality],
        "received_at": utc(item.received),
        "registered_at": utc(registered) if registered else None,
        "updated_at": utc(updated_at(item, until)),
        "delivery": item.delivery,
        "appeal_type": _APPEAL_TYPES[index % 5],
        "status": status,
        "recipient": _recipient(item),
        "assigned_at": utc(assigned) if assigned else None,
        "extended_at": utc(extended) if extended else None,
        "forwarded_at": utc(forwarded) if forwarded else None,
        "forwarded_to": ref.recipient_ref("registry", f"{item.municipality}.region", forwarded) if forwarded else None,
        "notified_at": utc(notified) if notified else None,
        "answered_at": utc(answered) if answered else None,
        "result": _REGISTRY_RESULT[item.result] if is_done else None,
        "author_name": author.full_name,
        "author_phone": author.phone(index + 1) if author.has_phone else None,
        "author_email": author.email if author.has_email else None,
        "author_address": address_of(item),
        "author_flat": str(item.flat),
        "text": item.text,
        "answer_text": item.answer if answered else None,
        "repeat_of": item.earlier,
        "questions": _questions(item, answered or forwarded),
    }
    match item.fault:
        case "no_municipality":
            row["municipality"] = None
        case "no_created":
            row["received_at"] = None
        case "no_status":
            row["status"] = None
    return row


def _questions(item: Item, done: int | None) -> list[dict[str, Any]]:
    """One to three questions of the appeal, each with its own code and, once reviewed, its own result."""
    classifiers = reference().classifiers
    own = truth.ORPHAN_CODE if truth.is_orphan_topic(item.index) else classifiers[item.topic]
    codes = [own]
    if item.index % 7 < 2:
        codes.append(classifiers[(item.topic + item.index) % len(classifiers)])
    if item.index % 29 == 1:
        codes.append(classifiers[(item.topic * 3 + item.index) % len(classifiers)])
    result = item.result.removesuffix("Measures") if done else None
    return [
        {
            "no": no,
            "code": code,
            "result": result if no == 1 or not done else "Explained",
            "resultOn": local(done).date().isoformat() if done else None,
        }
        for no, code in enumerate(dict.fromkeys(codes), 1)
    ]


PAYLOADS = {"pos": pos, "incident": incident, "registry": registry}
