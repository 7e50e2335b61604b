"""What the columns of an unknown file may mean: judged by the words of the header, then by the values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from mcu.moments import YEARS_AHEAD_OF_DUE, Moments, NotAMoment
from mcu.onboarding.date_forms import slashed_forms
from mcu.onboarding.doubts import date_doubts
from mcu.onboarding.example import Column, Example
from mcu.privacy.masking import mask
from mcu.settings import settings

_HEADER_WORDS = {
    # The order decides where two roles fit: «Дата ответа» is first a time, then an answer.
    "author_link": r"(ссылк|профил|аккаунт|страниц).*(автор|заявит|пользоват)|^ник\b|account|profile",
    "author_phone": r"телефон|phone|\bмоб",
    "author_email": r"почт[аы]\b|e-?mail",
    "flat": r"квартир[аы]|\bкв\b|flat\b",
    "birth": r"рожден|birth|снилс|паспорт|\bинн\b",
    "name_part": r"\b(first|last|middle|given|family) ?name|\bsurname|patronymic|^имя\b|отчество",
    "author": r"\bфио\b|абонент|ф\. ?и\. ?о|заявител|\bавтор|фамили|гражданин|отправител|author|^name$|full ?name"
    r"|\b(contact|applicant|user|person|citizen|customer|sender|reporter|requestor)s? name$",
    "reply_at": r"(дата|время).*(ответ|исполнен|закрыт|заверш)|closed|answered",
    "registered_at": r"(дата|время).*регистр|registered",
    "updated_at": r"(дата|время).*(измен|обновл)|updated",
    "received_at": r"(дата|время).*(создан|поступ|подач|публик|получен|обращ|сообщ)|^дата|^поступил"
    r"|created|opened|received",
    "mark": r"оценк|балл|rating|\bmark\b",
    "latitude": r"широт|\blat",
    "longitude": r"долгот|\blon",
    "reply_text": r"ответ\b|ответа|решение|резолюц|reply|answer",
    "municipality": r"муниц|^мо$|\bокруг|municipality|^район",
    "status": r"статус|состояни|стади|status|state",
    "topic": r"^тем[аы]|тематик|категор|рубрик|вид (проблем|работ)|topic|category|theme"
    r"|(complaint|request|issue) type|service name",
    "recipient": r"исполнител|ответствен|бригад|ведомств|\bорган|подразделен|recipient|executor|department|\bagency",
    "text": r"текст|суть|содержан|описан|сообщени|жалоб|обращени[ея]$|^что (случилось|произошло|беспокоит)|text"
    r"|description|body|message",
    "address": r"адрес|улиц|место|(address|location|\bstreet)(?! type)",
    "place": r"насел\w+ пункт|посел|микрорайон|settlement",
    "number": r"номер|№|^id$|\bid\b|рег\. ?н|код (обращ|сообщ|запис)|number",
}
_HAS_WORDS_OF = {role: re.compile(words, re.I).search for role, words in _HEADER_WORDS.items()}
TIMES = ("received_at", "registered_at", "updated_at", "reply_at")
IDENTITY = ("author_link", "author_phone", "author_email", "author")
"""The surest sign of a person first."""
DROPPED = ("flat", "birth", "name_part")
TEXTS = ("text", "reply_text", "address")
EXPECTED = {
    "received_at": "дата поступления",
    "municipality": "муниципалитет",
    "status": "статус",
    "topic": "тема",
    "recipient": "исполнитель",
    "text": "текст",
}
"""Roles that the contract asks of a source, in words for people."""

_ROLE_OF_TOKEN = {
    "[ТЕЛЕФОН]": "author_phone",
    "[ПОЧТА]": "author_email",
    "[ФИО]": "author",
    "[ССЫЛКА]": "author_link",
}
_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "_", "ы": "y", "ь": "_", "э": "e", "ю": "yu",
    "я": "ya",
}  # fmt: skip  # a table of letters reads best in rows


@dataclass(slots=True)
class Guess:
    """`columns`: field → column, every column once. `doubts`: what a person must decide, in Russian."""

    columns: dict[str, Column] = field(default_factory=dict)
    free_text: list[str] = field(default_factory=list)
    """Further fields whose values contain something personal."""
    lists: dict[str, str] = field(default_factory=dict)
    """Dotted path of a field in a list → the list of `personal` that it belongs to: drop or text."""
    date_forms: dict[str, str] = field(default_factory=dict)
    """Field → the form of its dates, where it is not one that is read anyway."""
    doubts: list[str] = field(default_factory=list)

    def has(self, role: str) -> bool:
        return role in self.columns


def guess(example: Example) -> Guess:
    """Name a field for each column: by its role, or by its own header in Latin letters."""
    found = Guess(doubts=list(example.doubts))
    single = [column for column in example.columns if not column.is_list]
    forms = slashed_forms(single)
    for column in example.columns:
        is_time = any(_HAS_WORDS_OF[role](_words(column.name)) for role in TIMES)
        if column.name not in forms:
            found.doubts += date_doubts(column.name, column.values[:200], is_time=is_time)
        if column.is_list and (kind := _kind_in_list(column)):
            found.lists[column.name] = kind
    roles = {column.name: _role(column, forms.get(column.name)) for column in single}
    by_values = {name: role for name, (role, is_sure) in roles.items() if role and is_sure}
    for column in single:
        role = by_values.get(column.name) or roles[column.name][0]
        if role in (*IDENTITY, *DROPPED):
            role = _unused(str(role), found.columns)  # a second phone is personal too
        if role is None or role in found.columns:
            role = _unused(_latin(column.name), found.columns)
        found.columns[role] = column
    _find_time(found, forms)
    found.date_forms = {name: forms[c.name] for name, c in found.columns.items() if name in TIMES and c.name in forms}
    _find_number(found, example)
    _find_text(found)
    personal = [name for name in found.columns if role_of(name) in (*IDENTITY, *DROPPED)]
    for name, column in found.columns.items():
        if name not in (*personal, *TIMES, *TEXTS, "number") and _masked_share(column) > 0.02:
            found.free_text.append(name)
    found.doubts += [f"не найдено: {title}" for role, title in EXPECTED.items() if role not in found.columns]
    if any(role_of(name) == "name_part" for name in personal):
        found.doubts.append("имя разделено на поля и удаляется: по нему повторные обращения не узнать")
    if not personal and "drop" not in found.lists.values():
        found.doubts.append("не найден автор: без него повторные обращения не узнать")
    return found


def role_of(name: str) -> str:
    """The role of a field: «author_phone_2» is a second `author_phone`."""
    return name.rstrip("0123456789_")


def _role(column: Column, form: str | None = None) -> tuple[str | None, bool]:
    """The role of a column, and whether its values prove it without its title. `form`: of its dates."""
    sample = column.values[:200]
    roles = [_ROLE_OF_TOKEN.get(mask(value).strip(" .,;")) for value in sample]
    for role in dict.fromkeys(filter(None, roles)):
        if roles.count(role) * 2 > len(sample):
            return role, True
    for role, has_words in _HAS_WORDS_OF.items():
        if has_words(_words(column.name)) and _fits(role, sample, form):
            return role, False
    return None, False


def _kind_in_list(column: Column) -> str:
    """Which list of `personal` a field of a list belongs to; empty if it says nothing of people."""
    role, _ = _role(column)
    if role in (*IDENTITY, *DROPPED):
        return "drop"
    return "text" if role in TEXTS or _masked_share(column) > 0.02 else ""


def _words(name: str) -> str:
    """A header or a path as words: `applicant.lastName` and `applicant.last_name` are «applicant last name»."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"(?<=[A-Za-z0-9])[._](?=[A-Za-z0-9])", " ", name)


def _fits(role: str, values: list[str], form: str | None) -> bool:
    """True if the values agree with the role that the header suggests."""
    if role in TIMES:
        return _times_share(values, form) >= 0.8
    if role in ("latitude", "longitude", "mark"):
        return all(re.fullmatch(r"-?\d+([.,]\d+)?", value) for value in values)
    return not (role in ("status", "topic", "municipality") and len(values) > 20 and len(set(values)) == len(values))


def _find_time(found: Guess, forms: dict[str, str]) -> None:
    """If no header names the time of receipt, take the first column of times."""
    if "received_at" not in found.columns:
        free = [name for name, column in found.columns.items() if name not in _HEADER_WORDS and column.values]
        for name in free:
            column = found.columns[name]
            if _times_share(column.values[:200], forms.get(column.name)) >= 0.8:
                found.columns = {("received_at" if n == name else n): c for n, c in found.columns.items()}
                return


def _find_number(found: Guess, example: Example) -> None:
    """The number of a record is always filled and never repeats; the header only helps to choose."""
    unique = [
        name
        for name, column in found.columns.items()
        if column.filled_share == 1
        and len(set(column.values)) == example.rows
        and name not in (*TIMES, *IDENTITY, *DROPPED, *TEXTS)
        and max(map(len, column.values)) <= 60
    ]
    if "number" in unique:
        return
    if old := found.columns.pop("number", None):
        found.columns[_unused(_latin(old.name), found.columns)] = old
        found.doubts.append(f"номер записи повторяется или не заполнен: «{old.name}»")
    if unique:
        named = [name for name in unique if _HAS_WORDS_OF["number"](_words(found.columns[name].name))]
        found.columns = {"number": found.columns.pop((named or unique)[0]), **found.columns}
    else:
        found.doubts.append("не найден номер записи: столбец, где всё заполнено и ничего не повторяется")


def _find_text(found: Guess) -> None:
    """If no header names the text, take the column with the longest values."""
    if "text" in found.columns:
        return
    mean_lengths = {
        name: sum(map(len, column.values)) / len(column.values)
        for name, column in found.columns.items()
        if name not in {*_HEADER_WORDS, "number"} and column.values
    }
    longest = max(mean_lengths, key=lambda name: mean_lengths[name], default=None)
    if longest and mean_lengths[longest] >= 60:
        found.columns["text"] = found.columns.pop(longest)


def _masked_share(column: Column) -> float:
    """The share of values in which masking finds something personal."""
    sample = column.values[:500]
    return sum(mask(value) != value for value in sample) / max(len(sample), 1)


def _times_share(values: list[str], form: str | None) -> float:
    zone = settings().tz
    moments = Moments(zone, datetime.now(zone).year + YEARS_AHEAD_OF_DUE, form=form)
    return sum(_is_moment(moments, value) for value in values) / max(len(values), 1)


def _is_moment(moments: Moments, value: str) -> bool:
    try:
        return moments.read(value) is not None
    except NotAMoment:
        return False


def _unused(name: str, taken: dict[str, Column]) -> str:
    """`name`, or `name_2`, `name_3`… if it is taken."""
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}_{number}"
    return candidate


def _latin(name: str) -> str:
    letters = "".join(_LATIN.get(sign, sign) for sign in name.lower())
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:40] or "field"
