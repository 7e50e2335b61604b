"""What stands in a masked text in place of what identified a person."""

PHONE = "[ТЕЛЕФОН]"
EMAIL = "[ПОЧТА]"
SNILS = "[СНИЛС]"
PASSPORT = "[ПАСПОРТ]"
CARD = "[КАРТА]"
ACCOUNT = "[СЧЁТ]"
INN = "[ИНН]"
LINK = "[ССЫЛКА]"
NAME = "[ФИО]"
FLAT = "[N]"

Span = tuple[int, int, str]
"""(start, stop, the token that replaces this part of the text)."""
