"""Errors meant for people."""

from __future__ import annotations

from typing import Any, ClassVar


class UserError(Exception):
    """Something a person can act on; the message is Russian and says what happened, where, and what to do.

    `code` names the kind of error for programs and never changes with the wording; `fields` holds the values that the
    message mentions (slug, load_id, path). No secret and no personal data in either.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.fields = fields
