"""TLS of a connection: the certificate that we show, the authority that we trust, and faults of either in Russian."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from mcu.connectors.base import SourceError
from mcu.secrets import given_secret, secret


def tls_of(connection: str, shows_certificate: bool) -> ssl.SSLContext | None:
    """The TLS context of the connection by its secrets `conn_<connection>_cert`, `_key` and `_ca`: paths of PEM files.
    None if it needs no context of its own. Raises SourceError; SecretMissing for a client's certificate not given."""
    authority = given_secret(f"conn_{connection}_ca")
    if not authority and not shows_certificate:
        return None
    try:
        context = (
            ssl.create_default_context(cafile=_file(authority, "удостоверяющего центра"))
            if authority
            else default_tls()
        )
    except ssl.SSLError:
        raise SourceError("Файл сертификата удостоверяющего центра не читается: нужен формат PEM.") from None
    if not shows_certificate:
        return context
    certificate = _file(secret(f"conn_{connection}_cert", generate=False), "клиента")
    key = _file(secret(f"conn_{connection}_key", generate=False), "клиента (ключ)")
    try:
        # Without a password OpenSSL would ask for one at the terminal.
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, ValueError):
        raise SourceError(
            "Сертификат клиента не читается: нужны файлы PEM, ключ без пароля, подходящий к сертификату."
        ) from None
    return context


def default_tls() -> ssl.SSLContext:
    """Trusts the well-known authorities, or those in the file that the environment names (SSL_CERT_FILE)."""
    return ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or DEFAULT_CA_BUNDLE_PATH)


def tls_fault(error: BaseException | None) -> str | None:
    """What is wrong with a certificate, in Russian, if that is why the exchange failed; else None."""
    while error and not isinstance(error, ssl.SSLError):
        wrapped = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        error = error.__cause__ or wrapped or error.__context__
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"сертификат сервера не принят ({error.verify_message})."
            " Укажите сертификат удостоверяющего центра: секрет conn_…_ca."
        )
    if error and re.search(r"alert.*(certificate|unknown ca)", str(error).replace("_", " "), re.IGNORECASE):
        return (
            "сервер не принял сертификат клиента. Проверьте его и срок его действия: секреты conn_…_cert, conn_…_key."
        )
    return None


def _file(path: str, whose: str) -> str:
    if not Path(path).is_file():
        raise SourceError(f"Нет файла сертификата {whose}. Секрет соединения должен быть путём к файлу PEM.")
    return path
