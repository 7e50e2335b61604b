"""IMAP connections that show their socket before the server greets: a limit must be able to shut it."""

from __future__ import annotations

import imaplib
import socket
import ssl

from imap_tools import BaseMailBox


def open_mailbox(host: str, port: int, seconds: float, *, is_tls: bool, sockets: list[socket.socket]) -> BaseMailBox:
    """A greeted connection; its socket is appended to `sockets` as soon as there is one."""

    class Plain(imaplib.IMAP4):
        def _create_socket(self, timeout: float | None) -> socket.socket:
            sockets.append(super()._create_socket(timeout))  # type: ignore[misc]  # typeshed leaves it out
            return sockets[-1]

    class Tls(imaplib.IMAP4_SSL):
        def _create_socket(self, timeout: float | None) -> socket.socket:
            sockets.append(super()._create_socket(timeout))  # type: ignore[misc]  # typeshed leaves it out
            return sockets[-1]

    class Box(BaseMailBox):
        def _get_mailbox_client(self) -> imaplib.IMAP4:
            if is_tls:
                return Tls(host, port, timeout=seconds, ssl_context=ssl.create_default_context())
            return Plain(host, port, timeout=seconds)

    return Box()
