"""A small IMAP4rev1 server over a folder of letters (`*.eml`, numbered by their order), enough for reading.
Commands: CAPABILITY, LOGIN, AUTHENTICATE PLAIN, SELECT, EXAMINE, UID SEARCH, UID FETCH, UID STORE, NOOP and
LOGOUT."""

from __future__ import annotations

import asyncio
import hmac
import re
from base64 import b64decode
from contextlib import suppress
from pathlib import Path

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
VALIDITY = 1


class ImapServer:
    def __init__(self, folder: Path, user: str, password: str, mailbox: str = "INBOX") -> None:
        """`mailbox`: its name as it is sent (modified UTF-7)."""
        self._folder = folder
        self._mailbox = mailbox
        self._secret = f"{user}\0{password}"
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def stop(self) -> None:
        if self._server:
            self._server.close()

    def letters(self) -> list[Path]:
        return sorted(self._folder.glob("*.eml"))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK IMAP4rev1 ready\r\n")
        is_known = False
        with suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
            while line := (await reader.readline()).decode("utf-8", "replace").strip():
                tag, _, rest = line.partition(" ")
                command, _, given = rest.partition(" ")
                command = command.upper()
                if command == "UID":
                    command, _, given = given.partition(" ")
                    command = f"UID {command.upper()}"
                if command == "LOGIN":
                    is_known = self._is_right(given)
                    lines, verdict = b"", "OK done" if is_known else "NO [AUTHENTICATIONFAILED] wrong"
                elif command == "AUTHENTICATE" and given.upper() == "PLAIN":
                    writer.write(b"+ \r\n")
                    is_known = self._is_right_plain(await reader.readline())
                    lines, verdict = b"", "OK done" if is_known else "NO [AUTHENTICATIONFAILED] wrong"
                elif command in ("CAPABILITY", "NOOP", "LOGOUT") or is_known:
                    lines, verdict = self._answer(command, given)
                else:
                    lines, verdict = b"", "NO log in first"
                writer.write(lines + f"{tag} {verdict}\r\n".encode())
                await writer.drain()
                if command == "LOGOUT":
                    break
        writer.close()

    def _is_right(self, given: str) -> bool:
        words = [re.sub(r"\\(.)", r"\1", quoted) if quoted else plain for quoted, plain in _WORD.findall(given)]
        return hmac.compare_digest("\0".join(words).encode(), self._secret.encode())

    def _is_right_plain(self, given: bytes) -> bool:
        """SASL PLAIN: Base64 of `\\0user\\0password` in UTF-8."""
        return hmac.compare_digest(b64decode(given).removeprefix(b"\0"), self._secret.encode())

    def _answer(self, command: str, given: str) -> tuple[bytes, str]:
        letters = self.letters()
        match command:
            case "CAPABILITY":
                return b"* CAPABILITY IMAP4rev1\r\n", "OK done"
            case "LOGOUT":
                return b"* BYE\r\n", "OK done"
            case "NOOP" | "UID STORE":
                return b"", "OK done"
            case "SELECT" | "EXAMINE":
                if given.strip('"').upper() != self._mailbox.upper():
                    return b"", "NO no such mailbox"
                status = f"* {len(letters)} EXISTS\r\n* OK [UIDVALIDITY {VALIDITY}] valid\r\n"
                return status.encode(), "OK [READ-ONLY] done"
            case "UID SEARCH":
                found = re.fullmatch(r"UID (\d+):\*", given)
                first = min(int(found[1]), len(letters)) if found else 1
                numbers = " ".join(str(n) for n in range(max(first, 1), len(letters) + 1))
                return f"* SEARCH {numbers}\r\n".encode(), "OK done"
            case "UID FETCH":
                number, _, what = given.partition(" ")
                if not number.isdigit() or not 0 < int(number) <= len(letters):
                    return b"", "OK nothing"
                letter = letters[int(number) - 1].read_bytes()
                head = f"* {number} FETCH (UID {number} RFC822.SIZE {len(letter)}"
                if "BODY" in what:
                    return f"{head} BODY[] {{{len(letter)}}}\r\n".encode() + letter + b")\r\n", "OK done"
                return f"{head})\r\n".encode(), "OK done"
        return b"", "BAD unknown command"
