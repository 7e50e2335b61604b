"""A real SFTP server (asyncssh, in a thread of the test) over a folder."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import asyncssh

USER, PASSWORD = "mcu", "p@ss/word"


def address(host: str, fingerprint: str, password: str = PASSWORD) -> str:
    """The connection to the server's folder /inbox."""
    return f"sftp://{USER}:{quote(password, safe='')}@{host}/inbox?fingerprint={fingerprint}"


class _Login(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


@contextmanager
def serve(root: Path, kind: type[asyncssh.SFTPServer] = asyncssh.SFTPServer) -> Iterator[tuple[str, str]]:
    """Its host with the port, and the fingerprint of its key."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=_Login,
            server_host_keys=[key],
            sftp_factory=lambda channel: kind(channel, chroot=str(root).encode()),
        )

    acceptor = loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{acceptor.get_port()}", key.get_fingerprint()
    finally:
        loop.call_soon_threadsafe(acceptor.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
