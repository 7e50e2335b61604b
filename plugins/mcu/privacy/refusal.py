"""Refusing what identifies a person in texts that people type into registers: such a text could not be masked without
changing what they said."""

from __future__ import annotations

from mcu.errors import UserError
from mcu.privacy.masking import mask


def refuse_personal(*texts: str | None) -> None:
    """Raises UserError if one of the texts identifies a person."""
    if any(text and mask(text) != text for text in texts):
        raise UserError(
            "Имена, телефоны, адреса квартир и другие личные данные в реестрах не хранятся: уберите их, вместо имени "
            "укажите должность или подразделение."
        )
