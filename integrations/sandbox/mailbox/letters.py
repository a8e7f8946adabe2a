"""What a mail must be to be taken, and the mails that were."""

from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from typing import Any

from integrations.sandbox.books import Turn

KIND, FAULTS = "mails", "mail_faults"
_BOTH = "multipart/alternative"
_NEEDED = ("From", "To", "Subject", "Date", "Message-ID")


class Unfit(Exception):
    """No mail that this server takes; the text says why."""


def keep(turn: Turn, sender: str, reader: str, content: bytes, now: datetime) -> int:
    """Keep a mail for its reader; raises Unfit."""
    mail = _read(content)
    if [mail["From"].addresses[0].addr_spec, *(each.addr_spec for each in mail["To"].addresses)] != [sender, reader]:
        raise Unfit("It is from somebody else, or to somebody else, than the envelope says.")
    said = {"from": sender, "to": reader, "subject": str(mail["Subject"]), "text": _words(mail, "plain")}
    if mail.get_content_type() == _BOTH:
        said |= {"html": _words(mail, "html")}
    if mail["List-Unsubscribe"]:
        said |= {"leave": str(mail["List-Unsubscribe"]).strip(" <>")}
    return turn.append(KIND, said | {"message_id": str(mail["Message-ID"]).strip(), "at": now.isoformat()})


def mails(turn: Turn) -> list[dict[str, Any]]:
    """Return every mail that was taken, the newest first."""
    return sorted(turn.all(KIND), key=lambda each: -each["id"])


def _words(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    if found is None:
        raise Unfit(f"It has no {kind} words.")
    return str(found.get_content()).replace("\r\n", "\n")


def _read(content: bytes) -> EmailMessage:
    try:
        mail = message_from_bytes(content, policy=default)
        parsedate_to_datetime(str(mail["Date"]))
    except (MessageError, TypeError, ValueError):
        raise Unfit("It has no head that could be read.") from None
    if mail.defects or mail.get_content_type() not in {"text/plain", _BOTH}:
        raise Unfit("It is not in plain words.")
    for name in _NEEDED:
        if len(mail.get_all(name, [])) != 1 or mail[name].defects:
            raise Unfit(f"It needs one {name}, and a proper one.")
    return mail
