"""Phone numbers and e-mail addresses as patterns: the last check, after landing has masked everything.
The patterns mean the same in Python and in PostgreSQL."""

import re

PHONE = r"(?<![0-9A-Za-z+])(\+7|8)[ (-]{0,3}[0-9]{3}[ )-]{0,3}[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{2}(?![0-9A-Za-z])"
EMAIL = r"[A-Za-z0-9_][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"


def without_personal(text: str) -> str:
    """The text with every phone number and e-mail address replaced."""
    return re.sub(EMAIL, "[почта]", re.sub(PHONE, "[телефон]", text))
