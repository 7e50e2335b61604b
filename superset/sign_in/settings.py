"""The settings of the sign-in, read from the environment; README.md lists them."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

WAYS = ("local", "ldap", "oidc")
PREFIX = "MCU_SUPERSET_"
_PASSWORD, _SECRET = "LDAP_PASSWORD", "OIDC_CLIENT_SECRET"
_GIVEN_BY = {_PASSWORD: "MCU_SECRET_SUPERSET_LDAP", _SECRET: "MCU_SECRET_SUPERSET_OIDC"}
"""What an administrator sets, where that is another name: secrets."""
_NEEDED = {
    "local": (),
    "ldap": ("LDAP_URL", "LDAP_BASE", "LDAP_BIND_DN", _PASSWORD),
    "oidc": ("OIDC_ISSUER", "OIDC_CLIENT_ID", _SECRET),
}
_OPTIONAL = {"local": (), "ldap": ("LDAP_SECURITY", "LDAP_FILTER", "LDAP_LOGIN"), "oidc": ("OIDC_SCOPES", "OIDC_LOGIN")}
_SECURITY = {"ldaps": ("tls",), "ldap": ("starttls", "none")}
"""Scheme of the address → what may protect the connection, the default first."""


class SignInRefused(Exception):
    """The settings are not whole, or contradict each other; the message names the variable, in Russian."""


@dataclass(frozen=True)
class Ldap:
    url: str
    security: str
    """`tls`, `starttls`, or `none` where somebody has said so."""
    base: str
    bind_dn: str
    password: str = field(repr=False)
    filter: str
    login: str
    """The attribute that is the login."""
    ca: Path | None


@dataclass(frozen=True)
class Oidc:
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str
    login: str
    """The claim that is the login."""
    ca: Path | None


@dataclass(frozen=True)
class SignIn:
    way: str = "local"
    ldap: Ldap | None = None
    oidc: Oidc | None = None
    contact: str = "администратору МЦУ"
    """Whom somebody who is not in the list shall ask, in the dative."""

    @property
    def is_local(self) -> bool:
        return self.way == "local"


def read(environ: Mapping[str, str]) -> SignIn:
    """Raises SignInRefused."""
    given = {name[len(PREFIX) :]: value.strip() for name, value in environ.items() if name.startswith(PREFIX)}
    given = {name: value for name, value in given.items() if value}
    way = given.get("SIGN_IN", "local")  # said in so many words, it may stand beside settings that wait
    if way not in WAYS:
        raise SignInRefused(f"{PREFIX}SIGN_IN: «{way}» не годится, возможно одно из: {', '.join(WAYS)}")
    if given.get("SIGN_IN") != "local":
        _refuse_others(way, given)
    if missing := [_name(name) for name in _NEEDED[way] if name not in given]:
        raise SignInRefused(f"{PREFIX}SIGN_IN={way}: не задано: {', '.join(missing)}")
    if way != "local" and given.get("USERS", "{}") != "{}":
        raise SignInRefused(
            f"{PREFIX}USERS: при {PREFIX}SIGN_IN={way} местные пароли не принимаются, уберите эту переменную"
        )
    ca = None if way == "local" else _ca(given)
    return SignIn(
        way,
        _ldap(given, ca) if way == "ldap" else None,
        _oidc(given, ca) if way == "oidc" else None,
        given.get("SIGN_IN_CONTACT", SignIn.contact),
    )


def _refuse_others(way: str, given: Mapping[str, str]) -> None:
    """A setting of another way is a mistake: somebody believes that it holds."""
    others = [name for other in WAYS if other != way for name in (*_NEEDED[other], *_OPTIONAL[other])]
    if found := [_name(name) for name in others if name in given]:
        raise SignInRefused(
            f"{', '.join(found)}: не действует при {PREFIX}SIGN_IN={way};"
            f" уберите или задайте {PREFIX}SIGN_IN={'oidc' if '_OIDC' in found[0] else 'ldap'}"
        )


def _ldap(given: Mapping[str, str], ca: Path | None) -> Ldap:
    url, variable = urlsplit(given["LDAP_URL"]), f"{PREFIX}LDAP_URL"
    if url.scheme not in _SECURITY or not url.hostname or url.path.strip("/") or url.query or url.username:
        raise SignInRefused(f"{variable}: нужен адрес вида ldaps://каталог.город.рф или ldap://каталог.город.рф:389")
    _refuse_bad_port(given["LDAP_URL"], variable)
    allowed = _SECURITY[url.scheme]
    security = given.get("LDAP_SECURITY", allowed[0])
    if security not in allowed:
        raise SignInRefused(
            f"{PREFIX}LDAP_SECURITY: «{security}» не сочетается с {url.scheme}:// в {variable},"
            f" возможно: {', '.join(allowed)}"
        )
    return Ldap(
        url=given["LDAP_URL"].rstrip("/"),
        security=security,
        base=given["LDAP_BASE"],
        bind_dn=given["LDAP_BIND_DN"],
        password=given[_PASSWORD],
        filter=_filter(given.get("LDAP_FILTER", "(objectClass=person)")),
        login=_attribute(given.get("LDAP_LOGIN", "uid")),
        ca=ca,
    )


def _filter(text: str) -> str:
    from ldap3.core.exceptions import LDAPException
    from ldap3.operation.search import parse_filter

    try:
        parse_filter(text, None, None, None, None, False)
    except (LDAPException, ValueError, IndexError, AttributeError):  # what its parser trips over
        raise SignInRefused(f"{PREFIX}LDAP_FILTER: «{text}» не фильтр LDAP, нужен вид (objectClass=person)") from None
    return text


def _attribute(name: str) -> str:
    if not name.replace("-", "").isalnum() or not name.isascii():
        raise SignInRefused(f"{PREFIX}LDAP_LOGIN: «{name}» не имя атрибута, нужен вид uid или sAMAccountName")
    return name


def _oidc(given: Mapping[str, str], ca: Path | None) -> Oidc:
    url, variable = urlsplit(given["OIDC_ISSUER"]), f"{PREFIX}OIDC_ISSUER"
    if url.scheme != "https" or not url.hostname or url.query or url.fragment or url.username:
        raise SignInRefused(f"{variable}: нужен адрес издателя вида https://вход.город.рф/realms/mcu, только https")
    _refuse_bad_port(given["OIDC_ISSUER"], variable)
    scopes = given.get("OIDC_SCOPES", "openid profile email")
    if "openid" not in scopes.split():
        raise SignInRefused(f"{PREFIX}OIDC_SCOPES: среди областей должна быть openid")
    return Oidc(
        issuer=given["OIDC_ISSUER"],
        client_id=given["OIDC_CLIENT_ID"],
        client_secret=given[_SECRET],
        scopes=scopes,
        login=given.get("OIDC_LOGIN", "preferred_username"),
        ca=ca,
    )


def _refuse_bad_port(address: str, variable: str) -> None:
    try:
        _ = urlsplit(address).port
    except ValueError:
        raise SignInRefused(f"{variable}: порт не число от 0 до 65535") from None


def _ca(given: Mapping[str, str]) -> Path | None:
    """The authorities that are believed besides none: without the file, those of the system. An empty file counts as
    none: compose mounts one where nothing is given."""
    if "SIGN_IN_CA" not in given:
        return None
    path, variable = Path(given["SIGN_IN_CA"]), f"{PREFIX}SIGN_IN_CA"
    try:
        if not path.read_bytes().strip():
            return None
        ssl.create_default_context(cafile=str(path))
    except ssl.SSLError:
        raise SignInRefused(f"{variable}: в файле {path} нет сертификатов в виде PEM") from None
    except OSError as error:
        raise SignInRefused(f"{variable}: файл {path} не читается ({type(error).__name__})") from None
    return path


def _name(name: str) -> str:
    return _GIVEN_BY.get(name, PREFIX + name)
