"""Why somebody does not come in. `pages.py` shows each of them as a page."""

from __future__ import annotations


class NotIn(Exception):
    """Nobody is signed in."""


class NotListed(NotIn):
    """The directory or the provider has proved who it is, but `access.csv` has no row for them."""

    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class Unreachable(NotIn):
    """The directory or the provider does not answer as agreed. The message is for the log: it holds no secret."""


class NotProved(NotIn):
    """The provider's answer proves nothing. The message is for the log."""
