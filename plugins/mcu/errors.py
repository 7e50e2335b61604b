"""Errors meant for people."""


class UserError(Exception):
    """Something a person can act on; the message is Russian and says what happened, where, and what to do."""
