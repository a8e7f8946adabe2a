"""SMTP as far as a caller needs it to hand a mail over: one reader a mail, TLS where there is a certificate."""

import re
import socketserver
import ssl
import threading
from collections.abc import Callable

from integrations.sandbox.books import Books
from integrations.sandbox.clock import Clock
from integrations.sandbox.mailbox import letters
from integrations.sandbox.mailbox.letters import Unfit

_HOST = "127.0.0.1"
_LONGEST_LINE, _MOST_BYTES, _SILENCE_SECONDS = 1_000, 256 * 1_024, 30.0
_MAIL = re.compile(r"MAIL FROM:<([^<>\s]+@[^<>\s]+)>(?: SIZE=\d+)?", re.IGNORECASE)
_RCPT = re.compile(r"RCPT TO:<([^<>\s,]+@[^<>\s,]+)>", re.IGNORECASE)
Step = Callable[[str], str]


class Mailbox:
    """A mail server on this machine that serves from threads until it is closed."""

    def __init__(self, books: Books, clock: Clock, port: int, *, tls: ssl.SSLContext | None = None) -> None:
        self.books, self.clock, self.tls = books, clock, tls
        self._server = _Server((_HOST, port), _Talk)
        self._server.mailbox = self
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening; what the books hold stays."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def fault(self, step: str) -> str | None:
        """Return what goes wrong at this step, once, if anything was asked to."""
        with self.books.turn() as turn:
            waiting = (turn.get("switches", letters.FAULTS) or {"next": []})["next"]
            if not waiting or waiting[0]["step"] != step:
                return None
            turn.put("switches", letters.FAULTS, {"next": waiting[1:]})
        return str(waiting[0]["kind"])


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mailbox: Mailbox


class _HungUp(Exception):
    """The line is closed without another word."""


class _Talk(socketserver.StreamRequestHandler):
    """One caller, from the greeting to the last word."""

    server: _Server
    timeout = _SILENCE_SECONDS
    _sender = _reader = ""
    _greeted = _secure = False

    def handle(self) -> None:
        """Answer command by command."""
        try:
            self._say(self._fault("greeting") or "220 town ESMTP")
            while (line := self._line()) is not None:
                verb = line.partition(" ")[0].upper()
                step: Step = getattr(self, f"_do_{verb.lower()}", self._unknown) if verb.isalpha() else self._unknown
                self._say(self._fault(verb.lower()) or step(line))
                if verb == "STARTTLS" and self._secure and self.server.mailbox.tls:
                    self._wrap(self.server.mailbox.tls)
                if verb == "QUIT":
                    return
        except (_HungUp, OSError, ValueError):
            return

    def finish(self) -> None:
        """Hang up, on the line that was secured as well."""
        super().finish()
        self.connection.close()

    def _do_ehlo(self, _line: str) -> str:
        self._greeted = True
        offers = ["town", "STARTTLS", "8BITMIME"] if self._may_secure() else ["town", "8BITMIME"]
        return "\r\n".join([*(f"250-{each}" for each in offers), "250 SIZE"])

    def _do_starttls(self, _line: str) -> str:
        if not self._may_secure():
            return "502 Not here"
        self._secure = True
        return "220 Go ahead"

    def _do_mail(self, line: str) -> str:
        found = _MAIL.fullmatch(line)
        if not self._greeted:
            return "503 Say hello first"
        if found is None:
            return "501 Who?"
        self._sender, self._reader = found[1], ""
        return "250 OK"

    def _do_rcpt(self, line: str) -> str:
        found = _RCPT.fullmatch(line)
        if not self._sender:
            return "503 From whom?"
        if found is None:
            return "501 To whom?"
        if self._reader:
            return "452 One at a time"
        self._reader = found[1]
        return "250 OK"

    def _do_data(self, _line: str) -> str:
        if not self._reader:
            return "503 To whom?"
        self._say("354 Go ahead")
        content = self._content()
        box = self.server.mailbox
        with box.books.turn() as turn:
            try:
                letters.keep(turn, self._sender, self._reader, content, box.clock.now())
            except Unfit as why:
                return f"554 {why}"
        self._sender = self._reader = ""
        return self._fault("taken") or "250 Taken"

    def _do_rset(self, _line: str) -> str:
        self._sender = self._reader = ""
        return "250 OK"

    def _do_quit(self, _line: str) -> str:
        return "221 Goodbye"

    def _unknown(self, _line: str) -> str:
        return "500 What?"

    def _may_secure(self) -> bool:
        return self.server.mailbox.tls is not None and not self._secure

    def _wrap(self, tls: ssl.SSLContext) -> None:
        self.connection = tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self._greeted = False

    def _fault(self, step: str) -> str | None:
        kind = self.server.mailbox.fault(step)
        if kind == "drop":
            raise _HungUp
        return None if kind is None else f"{kind} So it was wished"

    def _line(self) -> str | None:
        raw = self.rfile.readline(_LONGEST_LINE)
        if not raw:
            return None
        if not raw.endswith(b"\r\n"):
            raise _HungUp  # a line that ends in another way is how mails are smuggled
        return raw[:-2].decode("ascii")

    def _content(self) -> bytes:
        lines, size = [], 0
        while (raw := self.rfile.readline(_LONGEST_LINE)) != b".\r\n":
            size += len(raw)
            if not raw.endswith(b"\r\n") or size > _MOST_BYTES:
                raise _HungUp
            lines.append(raw.removeprefix(b"."))
        return b"".join(lines)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())
