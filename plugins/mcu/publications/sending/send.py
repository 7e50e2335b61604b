"""Sending one publication to all its addresses."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from psycopg.rows import dict_row

from mcu.publications.approval import StepRefused, find, mark_sent
from mcu.publications.kinds import KINDS
from mcu.publications.ledger import STATUSES, restore_files
from mcu.publications.sending import https, mail, sftp
from mcu.publications.sending.addresses import addresses_of, shown
from mcu.publications.sending.parcel import NotReceived, Parcel, Receipt, Unknown
from mcu.publications.sending.record import Sending
from mcu.warehouse.connect import connect

CHANNELS: dict[str, Callable[[str, Parcel, Callable[[], None]], Receipt]] = {
    "mailto": mail.hand_over,
    "sftp": sftp.hand_over,
    "https": https.hand_over,
}


@dataclass(frozen=True)
class Sent:
    """How it went with one address."""

    address: str
    is_received: bool
    message: str


def send(publication_id: int) -> list[Sent]:
    """Send an approved publication to each address that has not received it. After a crash at any point the next call
    goes on: nothing is lost, SFTP and HTTPS receive it once, mail at most once more and marked so. Raises StepRefused
    if it is not approved, UserError without addresses."""
    with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
        # A lock of the session: it outlives the commits, and two senders do not both send.
        cursor.execute("select pg_advisory_lock(hashtext('publication:' || %s))", [str(publication_id)])
        row = find(cursor, publication_id)
        if row["status"] not in ("approved", "sent"):
            raise StepRefused(f"Публикация № {publication_id} не отправляется: {STATUSES[row['status']]}.")
        urls = addresses_of(row)
        bodies = _bodies(row)
        conn.commit()
        sent = []
        for url in urls:
            sending = Sending(cursor, publication_id, shown(url), str(uuid.uuid4()))
            sent.append(_hand_over(url, sending, row, bodies))
        if row["status"] == "approved" and all(one.is_received for one in sent):
            mark_sent(cursor, publication_id, "платформа МЦУ", ", ".join(one.address for one in sent))
    return sent


def _hand_over(url: str, sending: Sending, row: Mapping[str, Any], bodies: dict[str, bytes]) -> Sent:
    address = shown(url)
    if sending.is_received:
        return Sent(address, True, f"{address}: получено ранее, повторно не отправлено.")
    parcel = Parcel(
        publication_id=row["publication_id"],
        title=KINDS[row["kind"]].title(row) + (f" (редакция {row['revision']})" if row["revision"] > 1 else ""),
        addressee=row["addressee"],
        name=f"{row['kind']}_{row['period']}_{row['municipality_code']}_r{row['revision']}",
        files=bodies,
        key=sending.key,
        repeats=sending.repeats,
    )
    try:
        receipt = CHANNELS[urlsplit(url).scheme](url, parcel, sending.begin)
    except (NotReceived, Unknown) as error:
        sending.fail(str(error), is_known=isinstance(error, NotReceived))
        return Sent(address, False, f"{address}: не отправлено, {error}.")
    sending.receive(receipt)
    again = " повторно, с пометкой «Повтор»" if sending.repeats and urlsplit(url).scheme == "mailto" else ""
    return Sent(address, True, f"{address}: получено{again}.")


def _bodies(row: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that the ledger fixes; what stands beside them (a PDF) is a view and does not leave by itself."""
    place = restore_files(KINDS[row["kind"]], row)
    return {name: (place / name).read_bytes() for name in sorted(row["files"])}
