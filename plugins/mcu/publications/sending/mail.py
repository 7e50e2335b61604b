"""A parcel as a letter. Mail has no key that a server would know: a letter whose receipt was lost is sent again under
the same Message-ID and marked «Повтор»."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime
from mimetypes import guess_type
from urllib.parse import unquote, urlsplit

from mcu.alerts.mail import domain_of, open_server
from mcu.publications.sending.parcel import NotReceived, Parcel, Receipt, Unknown, receipt
from mcu.settings import settings


def hand_over(url: str, parcel: Parcel, begin: Callable[[], None]) -> Receipt:
    """Send the letter; `begin` is called when it is about to leave. Raises NotReceived, Unknown."""
    to = unquote(urlsplit(url).path)
    message = letter(parcel, to)
    try:
        server = open_server()
    except (OSError, smtplib.SMTPException) as error:
        raise NotReceived(f"почтовый сервер недоступен ({type(error).__name__})") from None
    try:
        server.ehlo_or_helo_if_needed()
        options = ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []
        _command(server, server.mail(settings().alert_from, options))
        _command(server, server.rcpt(to))
        begin()
        return _leave(server, message, parcel)
    except (OSError, smtplib.SMTPException) as error:
        raise NotReceived(f"почтовый сервер прервал соединение ({type(error).__name__})") from None
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def letter(parcel: Parcel, to: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = ("[Повтор] " if parcel.repeats else "") + parcel.title
    message["From"], message["To"] = settings().alert_from, to
    message["Date"] = localtime()
    message["Message-ID"] = f"<{parcel.key}@{domain_of(settings().alert_from)}>"
    lines = [f"{parcel.title}.", f"Кому: {parcel.addressee}." if parcel.addressee else "", ""]
    if parcel.repeats:
        lines += [
            "Повтор: подтверждение о получении прежнего письма утрачено. Если оно пришло (тот же Message-ID), это",
            "письмо можно удалить: вложения те же.",
            "",
        ]
    message.set_content("\n".join([*lines, "Файлы и их контрольные суммы перечислены в manifest.json.", ""]))
    for name, body in parcel.files.items():
        main, _, sub = (guess_type(name)[0] or "application/octet-stream").partition("/")
        message.add_attachment(body, maintype=main, subtype=sub, filename=name)
    return message


def _leave(server: smtplib.SMTP, message: EmailMessage, parcel: Parcel) -> Receipt:
    try:
        code, said = server.data(message.as_bytes(policy=SMTP))
    except smtplib.SMTPDataError as error:
        raise NotReceived(f"письмо не принято ({error.smtp_code})") from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unknown(f"связь прервалась во время передачи ({type(error).__name__})") from None
    if code != 250:
        raise NotReceived(f"письмо не принято ({code})")
    return receipt(parcel, f"{code} {said.decode(errors='replace')}", message_id=message["Message-ID"])


def _command(server: smtplib.SMTP, answer: tuple[int, bytes]) -> None:
    code, said = answer
    if code not in (250, 251):
        raise NotReceived(f"письмо не принято ({code} {said.decode(errors='replace')})")
