"""The municipality's directory: finds a person by login, and says whether a password is theirs.

ldap3 instead of python-ldap, which Flask-AppBuilder's own LDAP needs: it installs from the registry alone."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ldap3
from ldap3.core.exceptions import LDAPException
from ldap3.core.results import (
    RESULT_BUSY,
    RESULT_CONFIDENTIALITY_REQUIRED,
    RESULT_OPERATIONS_ERROR,
    RESULT_OTHER,
    RESULT_PROTOCOL_ERROR,
    RESULT_SIZE_LIMIT_EXCEEDED,
    RESULT_STRONGER_AUTH_REQUIRED,
    RESULT_SUCCESS,
    RESULT_UNAVAILABLE,
)
from ldap3.utils.conv import escape_filter_chars

from sign_in.faults import Unreachable
from sign_in.settings import Ldap

CONNECT_SECONDS, ANSWER_SECONDS = 5, 10
LONGEST_LOGIN = 256
LONGEST_PASSWORD = 1_024
"""A directory hangs up at a message too long for it, which would look as if it had not answered: no attempt counted."""
_NO_ANSWER = {
    *(RESULT_BUSY, RESULT_UNAVAILABLE, RESULT_OTHER, RESULT_OPERATIONS_ERROR, RESULT_PROTOCOL_ERROR),
    *(RESULT_CONFIDENTIALITY_REQUIRED, RESULT_STRONGER_AUTH_REQUIRED),
}
"""Results of a bind that say nothing of the password."""


@dataclass(frozen=True)
class Entry:
    """A person as the directory knows them."""

    dn: str
    login: str
    first_name: str = ""
    last_name: str = ""


def find(given: Ldap, typed: str) -> Entry | None:
    """The one person with this login, in any case; None if there is none, or several. Raises Unreachable.

    The login is that of the entry, not the typed one: a directory takes «ivanova », or the same in other letters that
    look alike, for «ivanova», and each such spelling would have ten guesses of its own."""
    if not typed or len(typed) > LONGEST_LOGIN or not typed.isprintable():
        return None
    with _service(given) as connection:
        connection.search(
            given.base,
            f"(&{given.filter}({given.login}={escape_filter_chars(typed)}))",
            attributes=[given.login, "givenName", "sn"],
            size_limit=2,
            time_limit=ANSWER_SECONDS,
        )
        if connection.result["result"] not in (RESULT_SUCCESS, RESULT_SIZE_LIMIT_EXCEEDED):
            raise Unreachable(f"search below {given.base}: {connection.result['description']}")
        found = [entry for entry in connection.response or [] if entry["type"] == "searchResEntry"]
    if len(found) != 1:
        return None
    texts = {name.casefold(): list(_texts(values)) for name, values in found[0]["raw_attributes"].items()}
    logins = [login for login in texts.get(given.login.casefold(), []) if login.casefold() == typed.casefold()]
    names = [next(iter(texts.get(name, [])), "") for name in ("givenname", "sn")]
    return Entry(found[0]["dn"], logins[0], *names) if logins else None


def has_password(given: Ldap, entry: Entry, password: str) -> bool:
    """True if the directory takes the password for that of the person. Raises Unreachable.

    An empty password would be an anonymous bind, which succeeds whoever the person is (RFC 4513, 5.1.2)."""
    if not password or len(password.encode()) > LONGEST_PASSWORD or "\0" in password or not entry.dn:
        return False
    with _opened(given, entry.dn, password) as connection:
        return _is_bound(connection)


def refuse_fault(given: Ldap) -> None:
    """Raises Unreachable if the directory does not answer, refuses the bind account or has no such base."""
    with _service(given) as connection:
        connection.search(given.base, "(objectClass=*)", search_scope=ldap3.BASE, attributes=["1.1"])
        if connection.result["result"] != RESULT_SUCCESS:
            raise Unreachable(f"base {given.base}: {connection.result['description']}")


@contextmanager
def _service(given: Ldap) -> Iterator[Any]:
    with _opened(given, given.bind_dn, given.password) as connection:
        if not _is_bound(connection):
            raise Unreachable(f"the bind account is refused: {connection.result['description']}")
        yield connection


@contextmanager
def _opened(given: Ldap, dn: str, password: str) -> Iterator[Any]:
    """A connection whose other side is the directory, before any password is sent."""
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(given.ca) if given.ca else None)
    try:
        server = ldap3.Server(given.url, get_info=ldap3.NONE, tls=tls, connect_timeout=CONNECT_SECONDS)
        # Bytes: ldap3 prepares a text by rules of its own, the directory stores what other programs send.
        connection = ldap3.Connection(
            server, dn, password.encode(), receive_timeout=ANSWER_SECONDS, auto_referrals=False, check_names=False
        )
        connection.open()
        if given.security == "starttls" and not connection.start_tls():
            raise Unreachable("StartTLS is refused")
        try:
            yield connection
        finally:
            connection.unbind()
    except (LDAPException, OSError) as error:
        raise Unreachable(f"{given.url}: {type(error).__name__}: {error}") from None


def _is_bound(connection: Any) -> bool:
    if connection.bind():
        return True
    if connection.result["result"] in _NO_ANSWER:
        raise Unreachable(f"bind: {connection.result['description']}")
    return False


def _texts(values: list[bytes]) -> Iterator[str]:
    for value in values:
        try:
            yield value.decode()
        except UnicodeDecodeError:
            continue
