"""Handing mails over to a mail server: under TLS, or in the clear to this machine alone.

A mail is handed over with its last line. Where the answer to that is lost nobody knows, and it is not sent again: who
waited for it asks once more. What a server says may quote an address, so of its words only the number is repeated.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.mail import Mail
from integrations.addresses import on_this_machine

SECONDS = 10.0  # for each step
_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
_NOT_LET_IN = 600.0  # seconds; whoever runs us must see to it
# What every mail server reads alike: no quotes, no comments, nothing that could end a line or name a second reader.
_ADDRESS = re.compile(r"(?a:[\w.!#$%&'*+/=?^`{|}~-]{1,64})@(?a:(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63})", re.IGNORECASE)
_REFUSED = 500  # and above: for good


def is_address(text: str) -> bool:
    """Return whether the text is one plain address and nothing besides."""
    return _ADDRESS.fullmatch(text) is not None


def postman(url: str, sender: str, *, trusts: ssl.SSLContext | None = None) -> "Smtp":
    """Return who carries mails; raises ValueError, without a word of the URL, where none can be meant."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise ValueError("MAIL_URL must be smtps://, smtp+starttls:// or, on this machine, smtp://") from None
    if not host or (parts.scheme == "smtp" and not on_this_machine(url)):
        raise ValueError("MAIL_URL must name a server, and ask for TLS unless that is this machine")
    if not is_address(sender):
        raise ValueError("MAIL_FROM must be an address, such as lagniappe@example.com")
    return Smtp(
        scheme=parts.scheme,
        host=host,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
        trusts=trusts or ssl.create_default_context(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """Satisfies app.domain.ports.Postman for one mail server."""

    scheme: str
    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    sender: str
    trusts: ssl.SSLContext = field(repr=False)

    def carry(self, mail: Mail) -> None:
        """Hand a mail over. Raises Unavailable, Rejected, or Uncertain when the last answer was lost."""
        if not is_address(mail.to):
            raise Rejected("This address cannot be written to.")
        written = self._written(mail)
        with self._line() as line:
            _taken(line.mail(self.sender))
            _taken(line.rcpt(mail.to))
            try:
                _taken(line.data(written))
            except smtplib.SMTPDataError as problem:  # before a word of it was sent
                _taken((problem.smtp_code, b""))
            except (OSError, smtplib.SMTPServerDisconnected) as problem:
                raise Uncertain("the mail server gave no answer") from problem

    def _written(self, mail: Mail) -> bytes:
        message = EmailMessage(policy=SMTP)
        try:
            message["From"] = Address("Lagniappe", addr_spec=self.sender)
            message["To"] = Address(addr_spec=mail.to)
            message["Subject"] = mail.subject
            message["Date"] = format_datetime(mail.at)
            message["Message-ID"] = f"<{mail.key}@{self._domain}>"
            message["Auto-Submitted"] = "auto-generated"
            if mail.leave:  # a mail program's own button presses there, without opening the page (RFC 8058)
                message["List-Unsubscribe"] = f"<{mail.leave}>"
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        except ValueError:
            raise Rejected("This mail cannot be written.") from None
        message.set_content(mail.text, cte="quoted-printable")
        if mail.html:
            message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        return message.as_bytes()

    @contextmanager
    def _line(self) -> Iterator[smtplib.SMTP]:
        """Yield a line on which the server knows us."""
        try:
            line = self._connected()
        except (OSError, smtplib.SMTPException) as problem:
            raise Unavailable(f"the mail server cannot be reached ({type(problem).__name__})") from problem
        try:
            self._let_in(line)
            yield line
        except smtplib.SMTPAuthenticationError as problem:
            raise Unavailable("the mail server does not let us in", retry_after=_NOT_LET_IN) from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise Unavailable(f"the mail server broke off ({type(problem).__name__})") from problem
        finally:
            line.close()  # without a goodbye: by then the mail is theirs, whatever becomes of the line

    def _connected(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(
                self.host, self.port, local_hostname=self._domain, timeout=SECONDS, context=self.trusts
            )
        return smtplib.SMTP(self.host, self.port, local_hostname=self._domain, timeout=SECONDS)

    def _let_in(self, line: smtplib.SMTP) -> None:
        line.ehlo()
        if self.scheme == "smtp+starttls":
            _taken(line.starttls(context=self.trusts))  # raises where it is not offered: nothing goes in the clear
            line.ehlo()
        if self.user:
            line.login(self.user, self.password)

    @property
    def _domain(self) -> str:
        return self.sender.rpartition("@")[2]


def _taken(answer: tuple[int, bytes]) -> None:
    code, _ = answer
    if code >= _REFUSED:
        raise Rejected(f"The mail server said no ({code}).")
    if not 200 <= code < 400:
        raise Unavailable(f"the mail server has no time ({code})")
