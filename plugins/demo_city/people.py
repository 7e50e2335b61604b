"""Invented citizens. Their surnames exist nowhere, their telephone codes belong to no operator, their mail is at
reserved domains, and their account numbers are higher than any in use.

A person is a number: all attributes are computed from it, so ten million people need no memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_FIRST = ("Ветро", "Снего", "Листо", "Камне", "Звездо", "Тихо", "Верхо", "Низо", "Буре", "Зимо", "Летне", "Сухо",
          "Горо", "Скоро", "Сине", "Ясно", "Дымо", "Туче", "Травно", "Светло", "Рано", "Поздно", "Ровно", "Льдо",
          "Искро", "Росно", "Громо", "Песко", "Крае")  # fmt: skip  # a table
_SECOND = ("ходов", "ступов", "летов", "бродов", "цветов", "клюев", "плавов", "звонов", "крылов", "плетов", "мёдов",
           "зорев", "лугов", "берегов", "лапов", "ключев", "рогов", "воротов", "мостов", "шагов", "пёров"
)  # fmt: skip  # a table
_MEN = ("Пётр", "Иван", "Сергей", "Андрей", "Николай", "Павел", "Виктор", "Дмитрий", "Олег", "Михаил", "Юрий")
_WOMEN = ("Анна", "Мария", "Елена", "Ольга", "Татьяна", "Ирина", "Наталья", "Светлана", "Галина", "Людмила", "Вера")
_PATRONYMICS = ("Петрович", "Иванович", "Сергеевич", "Андреевич", "Николаевич", "Павлович", "Викторович", "Дмитриевич",
                "Олегович", "Михайлович", "Юрьевич", "Ильич", "Фёдорович")  # fmt: skip  # a table
_CANARY_SURNAMES = ("Ястребоклюев", "Пустозерихин", "Медноступов", "Буреломовцев", "Кривозубцевский", "Тетеревятников",
                    "Сорокопутский", "Звездочётовский", "Перекатиполев", "Чертополохов", "Громовержцев",
                    "Самолётовский", "Синеусовский", "Барсукоедов", "Лиходейкинский", "Щукоедов"
)  # fmt: skip  # a table

NETWORKS = ("ВКонтакте", "ВКонтакте", "ВКонтакте", "Одноклассники", "Telegram")
_LINKS = {
    "ВКонтакте": "https://vk.com/id{}",
    "Одноклассники": "https://ok.ru/profile/{}",
    "Telegram": "https://t.me/id{}",
}


@dataclass(frozen=True, slots=True)
class Person:
    surname: str
    name: str
    patronymic: str
    number: int
    """Seven digits and more: phone, mail and account are built from it."""
    phone_code: str
    mail_domain: str

    @property
    def full_name(self) -> str:
        return f"{self.surname} {self.name} {self.patronymic}"

    @property
    def surname_initials(self) -> str:
        return f"{self.surname} {self.name[0]}.{self.patronymic[0]}."

    @property
    def initials_surname(self) -> str:
        return f"{self.name[0]}.{self.patronymic[0]}. {self.surname}"

    @property
    def email(self) -> str:
        return f"pochta.{self.number}@{self.mail_domain}"

    @property
    def has_phone(self) -> bool:
        """True if this citizen leaves a phone. The others leave a mail address."""
        return self.number % 10 != 0

    @property
    def has_email(self) -> bool:
        return self.number % 3 != 0 or not self.has_phone

    @property
    def digits(self) -> str:
        """Ten digits of the phone, without the country's."""
        return f"{self.phone_code}{self.number % 10_000_000:07d}"

    def phone(self, spelling: int) -> str:
        """The same phone in one of five ordinary spellings."""
        d = self.digits
        match spelling % 5:
            case 0:
                return f"+7 ({d[:3]}) {d[3:6]}-{d[6:8]}-{d[8:]}"
            case 1:
                return f"8{d}"
            case 2:
                return f"8 {d[:3]} {d[3:6]} {d[6:8]} {d[8:]}"
            case 3:
                return f"+7{d}"
            case _:
                return f"8({d[:3]}){d[3:6]}-{d[6:]}"

    def link(self, network: str) -> str:
        return _LINKS[network].format(99_00_000_000 + self.number)


def person(number: int) -> Person:
    """The citizen `number`."""
    mixed = (number * 2_654_435_761) & 0xFFFFFFFF
    surname = _FIRST[mixed % 29] + _SECOND[mixed // 29 % 21]
    woman = mixed >> 16 & 1
    name = (_WOMEN if woman else _MEN)[mixed // 609 % 11]
    patronymic = _PATRONYMICS[mixed // 6_699 % 13]
    if woman:
        surname, patronymic = _feminine(surname, patronymic)
    return Person(surname, name, patronymic, number, "946", "example.com")


def canary(number: int) -> Person:
    """An invented citizen who must not be found anywhere after landing."""
    surname = _CANARY_SURNAMES[number % len(_CANARY_SURNAMES)]
    patronymic = _PATRONYMICS[number % 13]
    scattered = (number * 7_919_777 + 1_234_567) % 8_999_993 + 1_000_000
    return Person(surname, _MEN[number % 11], patronymic, scattered, "948", "example.org")


def _feminine(surname: str, patronymic: str) -> tuple[str, str]:
    stem = patronymic.removesuffix("ич")
    return surname + "а", "Ильинична" if patronymic == "Ильич" else stem + "на"


def canary_phrase(who: Person, form: int) -> tuple[str, str, list[str]]:
    """(phrase for the text, its kind, needles that must not be found later) for one form of personal data."""
    d = who.digits
    tail = d[-6:]
    match form % 9:
        case 0:
            phone = who.phone(who.number)
            return f"Звоните мне: {phone}.", "phone", sorted({phone, d})
        case 1:
            return f"Ответ прошу прислать на {who.email}, спасибо.", "email", [who.email, who.email.split("@")[0]]
        case 2:
            return f"С уважением, {who.surname_initials}", "surname_initials", [who.surname]
        case 3:
            return f"Пишет вам {who.initials_surname}, жду ответа.", "initials_surname", [who.surname]
        case 4:
            return f"Меня зовут {who.full_name}, живу здесь давно.", "full_name", [who.surname]
        case 5:
            snils = f"948-{tail[:3]}-{tail[3:]} {_snils_check(f'948{tail}')}"
            return f"Мой СНИЛС {snils}.", "snils", [snils, snils[:11]]
        case 6:
            return f"Документ: паспорт 9948 {tail}, прилагаю.", "passport", [f"9948 {tail}"]
        case 7:
            card = f"2299 4800 {tail[:4]} {tail[3:]}"
            card += _luhn_check(card)
            return f"Оплачивал с карты {card}, деньги списали дважды.", "card", [card, card[5:14]]
        case _:
            link = f"vk.com/id{99_48_000_000 + who.number}"
            return f"Вот моя страница: https://{link} , там фото.", "account_link", [link, link.split("/")[1]]


def _snils_check(nine: str) -> str:
    total = sum(int(d) * (9 - i) for i, d in enumerate(nine)) % 101
    return f"{total % 100:02d}"


def _luhn_check(fifteen: str) -> str:
    total = 0
    for i, d in enumerate(fifteen.replace(" ", "")):
        doubled = int(d) * (2 - i % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def ordinary_phrase(who: Person, rng: Random) -> str:
    """A phrase with personal data, in a form that masking must recognise."""
    roll = rng.random()
    if roll < 0.4:
        return f"Мой телефон {who.phone(int(roll * 50))}."
    if roll < 0.75:
        return f"С уважением, {who.surname_initials}"
    if roll < 0.9:
        return f"Почта для ответа: {who.email}."
    return f"{who.full_name}, кв. {who.number % 180 + 1}."
