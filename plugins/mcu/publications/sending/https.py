"""A parcel by HTTPS: POST of the archive with an Idempotency-Key, by which the receiver knows a second attempt."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote, urlsplit, urlunsplit

import requests

from mcu.connectors.certificates import default_tls, tls_of
from mcu.connectors.deadline import Limit
from mcu.connectors.http_session import authorisation, open_session
from mcu.publications.files import sha256
from mcu.publications.sending.parcel import NotReceived, Parcel, Receipt, Unknown, receipt

SECONDS = 120.0
LONGEST_ANSWER = 2_000


def hand_over(url: str, parcel: Parcel, begin: Callable[[], None]) -> Receipt:
    """Post the archive. A name and a password in the address are sent as Basic, a name alone as Bearer; the authority
    to trust is the secret `conn_publications_ca`. Raises NotReceived, Unknown."""
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    auth = authorisation("basic" if password else "bearer" if user else "none", user, password, "")
    tls = tls_of("publications", shows_certificate=False) or default_tls()
    body = parcel.archive
    headers = {
        "Idempotency-Key": parcel.key,
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{parcel.archive_name}"',
        "Digest-SHA-256": sha256(body),
    }
    begin()
    with open_session(auth, tls, Limit(SECONDS)) as session:
        try:
            answer = session.post(
                urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])),
                data=body,
                headers=headers,
                timeout=30,
            )
        except (requests.RequestException, OSError) as error:
            raise Unknown(f"нет ответа ({type(error).__name__})") from None
    if not answer.ok or answer.is_redirect:
        refusal = f"получатель ответил {answer.status_code}"
        raise (Unknown if answer.status_code >= 500 else NotReceived)(refusal)
    return receipt(parcel, f"{answer.status_code} {answer.text[:LONGEST_ANSWER]}", key=parcel.key)
