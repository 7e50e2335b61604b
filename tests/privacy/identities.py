"""Identities of invented people in ten spellings each, for every kind that masking covers.

Numbers are from unused ranges (946 is no operator's code); surnames are made up and end as Russian ones do."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from random import Random

Spelling = Callable[[Random], str]

_SURNAME_LIST = (
    "Ветроходов Снегоступов Громобоев Листопадов Звездочётов Травников Водолеев Камнеградов Перелесков Полозов Дымкин"
    " Ручейкин Синичкин Берёзкин Огнивин Полянский Залесский Приозёрский Нагорский Луговской Вьюженко Ясненко Кленчук"
)
_MEN_LIST = "Пётр Иван Сергей Александр Николай Дмитрий Владимир Алексей Михаил Андрей"
_MIDDLE_LIST = "Ильич Петрович Сергеевич Александрович Николаевич Дмитриевич Владимирович Алексеевич Михайлович"
_WOMEN_LIST = "Анна Мария Елена Ольга Наталья Татьяна Ирина Светлана Екатерина Людмила"
_MIDDLE_W_LIST = "Ильинична Петровна Сергеевна Александровна Николаевна Дмитриевна Владимировна Алексеевна"
_SURNAMES, _MEN, _MIDDLE = _SURNAME_LIST.split(), _MEN_LIST.split(), _MIDDLE_LIST.split()
_WOMEN, _MIDDLE_W = _WOMEN_LIST.split(), _MIDDLE_W_LIST.split()


def _d(rng: Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _phone(form: str) -> Spelling:
    return lambda rng: form.format(a=_d(rng, 3), b=_d(rng, 2), c=_d(rng, 2))


def _numbers(form: str) -> Spelling:
    """A digit for each # of the form."""
    return lambda rng: "".join(_d(rng, 1) if sign == "#" else sign for sign in form)


def _mail(form: str) -> Spelling:
    return lambda rng: form.format(n=rng.choice(["vetrohod", "snegostup", "p.gromov", "anna_l"]) + _d(rng, 2))


def _female(surname: str) -> str:
    return (
        surname[:-2] + "ая" if surname.endswith(("ский", "ской")) else surname if surname[-1] in "ок" else surname + "а"
    )


def _dative(surname: str) -> str:
    return (
        surname[:-2] + "ому" if surname.endswith(("ский", "ской")) else surname if surname[-1] == "о" else surname + "у"
    )


def _man(form: str) -> Spelling:
    def spell(rng: Random) -> str:
        f, i, o = rng.choice(_SURNAMES), rng.choice(_MEN), rng.choice(_MIDDLE)
        dative = {"f3": _dative(f), "o3": o + "у"}
        return form.format(f=f, i=i, o=o, I=i[0], O=o[0], **dative)

    return spell


def _woman(form: str) -> Spelling:
    def spell(rng: Random) -> str:
        f, i, o = _female(rng.choice(_SURNAMES)), rng.choice(_WOMEN), rng.choice(_MIDDLE_W)
        return form.format(f=f, i=i, o=o, I=i[0], O=o[0], F=f.upper())

    return spell


def _in_case(change: Callable[[str], str], spelling: Spelling) -> Spelling:
    return lambda rng: change(spelling(rng))


KINDS: dict[str, list[Spelling]] = {
    "телефоны": [
        _phone("+7 (946) {a}-{b}-{c}"), _phone("+7946{a}{b}{c}"), _phone("8946{a}{b}{c}"), _phone("8 946 {a} {b} {c}"),
        _phone("8-946-{a}-{b}-{c}"), _phone("8(946){a}{b}{c}"), _phone("946-{a}-{b}-{c}"), _phone("8.946.{a}.{b}.{c}"),
        _phone("+7&nbsp;946&nbsp;{a}-{b}-{c}"), _phone("тел: 4-{b}-{c}"),
    ],
    "почта": [
        _mail("{n}@example.com"), _mail("{n}@mail.example.ru"), _mail("{n}@EXAMPLE.COM"), _mail("{n}+mcu@example.com"),
        _mail("{n} @ example.com"), _mail("{n}(собака)example.com"), _mail("{n}[at]example.com"),
        _mail("{n}@пример.рф"),
        _mail("{n}&#64;example.com"), _mail("{n} собака example точка com"),
    ],
    "СНИЛС": [
        _numbers(f) for f in (
            "9##-###-### ##", "9## ### ### ##", "9##-###-###-##", "СНИЛС 9##########", "снилс: 9##-###-### ##",
            "СНИЛС №9##-###-###-##", "9##-###-#####", "9##&nbsp;###&nbsp;###&nbsp;##", "СНИЛС 9## ### ### ##",
            "снилс 9##–###–### ##",
        )
    ],
    "паспорта": [
        _numbers(f) for f in (
            "99## ######", "99 ## ######", "паспорт 99########", "паспорт: 99## ######", "серия 99## номер ######",
            "99## №######", "паспорт 99 ## № ######", "серии 99## № ######", "99##-######", "Паспорт РФ 99## ######",
        )
    ],
    "карты": [
        _numbers(f) for f in (
            "2299 4800 #### ####", "22994800########", "2299-4800-####-####", "2299.4800.####.####",
            "карта 2299 4800 #### ####",
            "2299&nbsp;4800&nbsp;####&nbsp;####", "4299 48## #### ####", "5299480#########",
            "на карту 429948##########",
            "5299  48##  ####  ####",
        )
    ],
    "ссылки на страницы": [
        _mail(f) for f in (
            "https://vk.com/{n}", "vk.com/{n}", "http://m.vk.com/{n}", "https://ok.ru/profile/{n}", "t.me/{n}",
            "https://t.me/{n}", "@{n}", "www.ok.ru/{n}", "[id99480001|{n}]", "VK.COM/{n}",
        )
    ],
    "ФИО с инициалами": [
        _man("{f} {I}.{O}."), _man("{f} {I}. {O}."), _man("{I}.{O}. {f}"), _man("{I}. {O}. {f}"), _man("{I}.{O}.{f}"),
        _woman("{F} {I}.{O}."), _man("{f3} {I}.{O}."), _woman("{f} {I}.{O}"),
        _man("{f}&nbsp;{I}.{O}."), _woman("{f} {I} {O}"),
    ],
    "ФИО полностью": [
        _man("{f} {i} {o}"), _man("{i} {o} {f}"), _woman("{f} {i} {o}"), _in_case(str.upper, _man("{f} {i} {o}")),
        _in_case(str.lower, _woman("{f} {i} {o}")), _man("{i} {o}"), _woman("{i} {f}"), _woman("{i} {o} {f}"),
        _man("{f}&nbsp;{i}&nbsp;{o}"), _man("<b>{f}</b> {i} {o}"),
    ],
    "номера квартир": [
        _numbers(f) for f in (
            "кв. 1##", "кв.1##", "кв 1##", "квартира 1##", "в квартире 1##", "квартира № 1##", "кв. № 1##", "д. 5-1##",
            "д. 5, кв1##", "Кв. 1#а",
        )
    ],
}  # fmt: skip  # a table
"""Kind → ten ways to write one."""

_LOOK_ALIKE = {"а": "a", "е": "e", "о": "o", "с": "c", "р": "p", "х": "x", "А": "A", "В": "B", "Е": "E", "Н": "H"}
_LOOK_ALIKE |= {latin: russian for russian, latin in _LOOK_ALIKE.items()}
_WIDE = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}


def _once(text: str, change: Callable[[str], str | None]) -> str:
    """The text with its first sign changed for which `change` has another."""
    for place, sign in enumerate(text):
        if other := change(sign):
            return text[:place] + other + text[place + 1 :]
    return text


_LETTERS = {
    "разложенные буквы": lambda text: unicodedata.normalize("NFD", text),
    "похожая буква другого алфавита": lambda text: _once(text, _LOOK_ALIKE.get),
}
_DIGITS = {"широкие цифры": lambda text: text.translate(_WIDE)}
_SIGNS = {
    "знак без ширины": lambda text: f"{text[:-2]}\u200b{text[-2:]}",
    "мягкий перенос": lambda text: f"{text[:-2]}\u00ad{text[-2:]}",
    "неразрывный пробел": lambda text: text.replace(" ", "\u00a0"),
}
FOLDS: dict[tuple[str, str], Callable[[str], str]] = {
    (kind, title): fold
    for kind in KINDS
    for title, fold in {**(_LETTERS if kind[:3] in ("ФИО", "поч", "ссы") else _DIGITS), **_SIGNS}.items()
}
"""(kind, title) → an identity of the kind in other signs: a reader sees the same."""

LEAST = {kind: 0.95 if kind.startswith("ФИО") else 0.99 for kind in KINDS}
