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
_NEEDED = ("From", "To", "Subject", "Date", "Message-ID")


class Unfit(Exception):
    """No mail that this server takes; the text says why."""


def keep(turn: Turn, sender: str, reader: str, content: bytes, now: datetime) -> int:
    """Keep a mail for its reader; raises Unfit."""
    mail = _read(content)
    if [mail["From"].addresses[0].addr_spec, *(each.addr_spec for each in mail["To"].addresses)] != [sender, reader]:
        raise Unfit("It is from somebody else, or to somebody else, than the envelope says.")
    text = mail.get_content().replace("\r\n", "\n")
    said = {"from": sender, "to": reader, "subject": str(mail["Subject"]), "text": text}
    return turn.append(KIND, said | {"message_id": str(mail["Message-ID"]).strip(), "at": now.isoformat()})


def mails(turn: Turn) -> list[dict[str, Any]]:
    """Return every mail that was taken, the newest first."""
    return sorted(turn.all(KIND), key=lambda each: -each["id"])


def _read(content: bytes) -> EmailMessage:
    try:
        mail = message_from_bytes(content, policy=default)
        parsedate_to_datetime(str(mail["Date"]))
    except (MessageError, TypeError, ValueError):
        raise Unfit("It has no head that could be read.") from None
    if mail.defects or mail.get_content_type() != "text/plain":
        raise Unfit("It is not in plain words.")
    for name in _NEEDED:
        if len(mail.get_all(name, [])) != 1 or mail[name].defects:
            raise Unfit(f"It needs one {name}, and a proper one.")
    return mail
