"""A parcel as a file on an SFTP server: written under another name, renamed when whole, read back. The name is the same
for every attempt, so a second one finds the first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import asyncssh

from mcu.connectors.base import SourceError
from mcu.connectors.files.sftp_server import SftpServer
from mcu.publications.files import sha256
from mcu.publications.sending.parcel import Parcel, Receipt, Unknown, receipt

SECONDS = 120.0


def hand_over(url: str, parcel: Parcel, begin: Callable[[], None]) -> Receipt:
    """Put the archive there unless it is there. Raises Unknown: a second attempt is safe."""
    server = SftpServer(url, SECONDS)
    body, target = parcel.archive, str(server.path / parcel.archive_name)
    draft = str(server.path / f".{parcel.key}.part")

    async def read_back(sftp: asyncssh.SFTPClient) -> bytes | None:
        if not await sftp.exists(target):
            return None
        async with sftp.open(target, "rb") as file:
            found = await file.read()
            return found if isinstance(found, bytes) else found.encode()

    async def put(sftp: asyncssh.SFTPClient) -> Receipt:
        if await read_back(sftp) != body:
            begin()
            async with sftp.open(draft, "wb") as file:
                await file.write(body)
            if await sftp.exists(target):
                await sftp.remove(target)
            await sftp.rename(draft, target)
        if await read_back(sftp) != body:
            raise Unknown("файл на сервере отличается от отправленного")
        changed = (await sftp.stat(target)).mtime or 0
        proof = f"файл {parcel.archive_name} прочитан обратно: SHA-256 {sha256(body)}"
        return receipt(parcel, proof, changed_at=datetime.fromtimestamp(changed, UTC).isoformat())

    try:
        return server.do(put)
    except SourceError as error:
        raise Unknown(str(error)) from None
