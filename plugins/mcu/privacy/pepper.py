"""The pepper: the secret key of all pseudonyms. `ops.peppers` holds its fingerprint, so that no other one is ever used:
a second key would break every chain of repeats, silently and for ever.

The secret is one key, or several separated by blanks: the first makes the pseudonym, each later one makes a pseudonym
of that pseudonym. So a rotation can re-key what is stored without knowing whom it means (`mcu.landing.rekey`)."""

from __future__ import annotations

import hmac
from functools import cache
from secrets import token_bytes

import psycopg

from mcu.errors import UserError
from mcu.secrets import drop_secret, given_secret, put_secret, secret
from mcu.settings import settings

_MARK = b"the fingerprint of a pepper"

_RESTORE = (
    "Восстановите секрет pepper из резервной копии (файл {path} или переменная MCU_SECRET_PEPPER). Новый ключ разорвал"
    " бы все цепочки повторных обращений, поэтому без прежнего ключа загрузки не выполняются. Принятые данные целы."
)


NEXT = "pepper_next"
"""The secret of a rotation under way. It takes the place of the pepper once the database is re-keyed."""


class PepperRefused(UserError):
    """The pepper is missing, or is not the one that the stored pseudonyms were made with."""

    code = "pepper_refused"


def keys() -> list[bytes]:
    """The keys of the pepper, in the order in which they are applied. An installation without data may have none yet:
    then a throw-away one, which `guard` lets nothing be written with."""
    given = given_secret("pepper")
    return given.encode().split() if given else [_throw_away()]


def keyed(peppers: list[bytes], text: str) -> str:
    """The pseudonym of a normalised identity."""
    digest = text.encode()
    for key in peppers:
        digest = hmac.digest(key, digest, "sha256")
    return digest.hex()


def keyed_again(pseudonym: str, key: bytes) -> str:
    """The pseudonym after one more key."""
    return hmac.digest(key, bytes.fromhex(pseudonym), "sha256").hex()


def fingerprint(pepper: str) -> str:
    """What tells one pepper from another and betrays neither."""
    return keyed(pepper.encode().split(), _MARK.decode())


def guard(conn: psycopg.Connection) -> None:
    """Make sure that the present pepper is the one of the stored pseudonyms. The first pepper of an installation
    without data is generated and recorded, by the caller's transaction. Raises PepperRefused."""
    given = given_secret("pepper")
    recorded = recorded_fingerprint(conn)
    if recorded is None:
        if given is None and _has_data(conn):
            raise PepperRefused(f"Ключ псевдонимов потерян. {_restore()}")
        first = given or secret("pepper")
        conn.execute(
            "insert into ops.peppers (generation, fingerprint) values (1, %s) on conflict (generation) do nothing",
            [fingerprint(first)],
        )
        given, recorded = first, recorded_fingerprint(conn)
    if given is None:
        raise PepperRefused(f"Ключ псевдонимов потерян. {_restore()}")
    later = given_secret(NEXT)
    if later and fingerprint(later) == recorded:
        given = put_secret("pepper", later)
        drop_secret(NEXT)
    if fingerprint(given) != recorded:
        raise PepperRefused(f"Ключ псевдонимов не тот, которым созданы хранимые псевдонимы. {_restore()}")


def recorded_fingerprint(conn: psycopg.Connection) -> str | None:
    """The fingerprint of the pepper in force; None before the first load."""
    row = conn.execute("select fingerprint from ops.peppers order by generation desc limit 1").fetchone()
    return str(row[0]) if row else None


def _has_data(conn: psycopg.Connection) -> bool:
    return conn.execute("select exists (select from ops.loads)").fetchone() == (True,)


def _restore() -> str:
    return _RESTORE.format(path=settings().secrets_dir / "pepper")


@cache
def _throw_away() -> bytes:
    return token_bytes(24).hex().encode()
