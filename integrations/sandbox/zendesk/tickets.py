"""Tickets, the tags on them, and every change of them as an audit. What is closed is never changed again."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.helpdesk.templates import filled
from integrations.sandbox.zendesk import mails, people
from integrations.sandbox.zendesk.refusals import Body, Refused, flag, invalid, missing, one_of, text, wrapped

KIND, COMMENTS, AUDITS = "zendesk_ticket", "zendesk_comment", "zendesk_audit"
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
_UPDATES, _WITHIN = 30, timedelta(minutes=10)  # of one ticket by one user
_BETWEEN = re.compile(r"[\s,]+")
_OURS = frozenset({"updates"})


def ticket(turn: Turn, key: int) -> Doc:
    """Return the ticket as kept; raises Refused."""
    found = turn.get(KIND, key)
    if found is None:
        raise missing()
    return found


def as_json(row: Doc) -> dict[str, Any]:
    """Return the ticket as the API shows it."""
    return {"external_id": None} | {name: value for name, value in row.items() if name not in _OURS}


def of_requester(turn: Turn, user_id: int) -> list[Doc]:
    """Return the tickets that somebody has opened, whatever became of them."""
    return turn.find(KIND, "requester_id", user_id)


def opened(turn: Turn, requester: Doc, words: str, now: datetime, *, channel: str = "email") -> Doc:
    """Open a ticket with its first comment."""
    key = turn.append(KIND, _blank(requester, "A question about my order", words, channel, now))
    said(turn, ticket(turn, key), words, author=requester, public=True, now=now, channel=channel)
    return ticket(turn, key)


def named(turn: Turn, external_id: str) -> list[Doc]:
    """Return the tickets that bear one of these names, which are apart by commas; of several, any may be the first."""
    wanted = set(external_id.split(","))
    return [row for row in turn.all(KIND) if row.get("external_id") in wanted]


def create(turn: Turn, value: object, now: datetime, *, careless: bool = False) -> Doc:
    """Open a ticket in a customer's name, as an agent does; they are mailed what they may read. Raises Refused."""
    known = {"subject", "comment", "requester_id", "external_id", "tags", "priority"}
    body, author = wrapped(value, "ticket", known=known, required=("comment",)), _caller(turn)
    words, public = _comment(body["comment"])
    asked = body.get("requester_id", author["id"])
    requester = turn.get(people.KIND, asked) if isinstance(asked, int) else None
    if requester is None:
        raise invalid("requester", "is not a valid user")
    row = _blank(requester, text(body, "subject") or words[:60], words, "api", now)
    row |= {"submitter_id": author["id"], "external_id": text(body, "external_id", longest=255)}
    row |= {"priority": text(body, "priority"), "tags": _tags(body.get("tags", []))}
    key = turn.append(KIND, row)
    public = public or careless
    said(turn, ticket(turn, key), words, author=author, public=public, now=now, channel="api")
    if public:
        mails.send(turn, requester["email"], words)
    return ticket(turn, key)


def delete(turn: Turn, key: int) -> None:
    """Take a ticket away; raises Refused."""
    for comment in comments(turn, key):
        turn.delete(COMMENTS, comment["id"])
    turn.delete(KIND, key)


def comments(turn: Turn, key: int) -> list[Doc]:
    """Return what was said on a ticket, the oldest first; raises Refused."""
    ticket(turn, key)
    return turn.find(COMMENTS, "ticket_id", key)


def said(
    turn: Turn, row: Doc, words: str, *, author: Doc, public: bool, now: datetime, channel: str = "web"
) -> tuple[Doc, Doc]:
    """Write a comment, placeholders filled in as the real one does; return it and its audit."""
    body = filled({"words": words}, {"ticket": row | {"title": row["subject"]}})["words"]
    comment = {
        "ticket_id": row["id"],
        "type": "Comment",
        "body": body,
        "plain_body": body,
        "public": public,
        "author_id": author["id"],
        "via": {"channel": channel},
        "created_at": now.isoformat(),
    }
    key = turn.append(COMMENTS, comment)
    return comment | {"id": key}, _audit(turn, row, author, {**comment, "id": key}, now=now)


def change(
    turn: Turn, key: int, value: object, now: datetime, *, careless: bool = False
) -> tuple[Doc, Doc, Doc | None]:
    """Change what the body names, `tags` being all tags from then on; return ticket, audit and comment. Raises Refused.

    `careless`: what should be private comes out public.
    """
    row, author = _open_to_changes(turn, key, now), _caller(turn)
    known = {"status", "subject", "priority", "tags", "comment", "safe_update", "updated_stamp"}
    body = wrapped(value, "ticket", known=known)
    if flag(body, "safe_update", default=False) and body.get("updated_stamp") != row["updated_at"]:
        raise Refused(409, "UpdateConflict")
    if "status" in body:
        row["status"] = one_of(body, "status", STATUSES)
    if "tags" in body:
        row["tags"] = _tags(body["tags"])
    row |= {name: text(body, name) for name in ("subject", "priority") if name in body}
    turn.put(KIND, key, row | {"updated_at": now.isoformat()})
    if "comment" not in body:
        return ticket(turn, key), _audit(turn, row, author, {"type": "Change"}, now=now), None
    words, public = _comment(body["comment"])
    comment, audit = said(turn, row, words, author=author, public=public or careless, now=now, channel="api")
    return ticket(turn, key), audit, comment


def retag(turn: Turn, key: int, value: object, now: datetime, *, how: str) -> list[str]:
    """Put tags on beside the others, take some off, or leave no others; return those that are there then."""
    row = _open_to_changes(turn, key, now)
    if not isinstance(value, dict):
        raise Refused(400, "tags is missing")
    named = _tags(value.get("tags"))
    kept = {"add": row["tags"], "set": [], "remove": [tag for tag in row["tags"] if tag not in named]}[how]
    tags = kept if how == "remove" else sorted({*kept, *named})
    turn.put(KIND, key, row | {"tags": tags, "updated_at": now.isoformat()})
    _audit(turn, row, _caller(turn), {"type": "Change", "field_name": "tags", "value": tags}, now=now)
    return tags


def hide(turn: Turn, key: int, comment_id: int) -> None:
    """Make a comment private that came out public; raises Refused."""
    ticket(turn, key)
    found = turn.get(COMMENTS, comment_id)
    if found is None or found["ticket_id"] != key:
        raise missing()
    turn.put(COMMENTS, comment_id, found | {"public": False})


def work_on(turn: Turn, key: int, *, status: str, tags: Iterable[str], now: datetime) -> None:
    """Let an agent set the status, and put tags on, as their page does."""
    row = ticket(turn, key)
    turn.put(
        KIND,
        key,
        row | {"status": status, "tags": sorted({*row["tags"], *tags}), "updated_at": now.isoformat()},
    )


def _blank(requester: Doc, subject: str, words: str, channel: str, now: datetime) -> Doc:
    return {
        "subject": subject,
        "description": words,
        "status": "new",
        "priority": None,
        "requester_id": requester["id"],
        "submitter_id": requester["id"],
        "external_id": None,
        "tags": [],
        "via": {"channel": channel},
        "updates": [],
        "created_at": now.isoformat(),
        "updated_at": now.isoformat(),
    }


def _caller(turn: Turn) -> Doc:
    caller = people.by_email(turn, people.API_USER)
    if caller is None:
        raise missing()
    return caller


def _open_to_changes(turn: Turn, key: int, now: datetime) -> Doc:
    row = ticket(turn, key)
    if row["status"] == "closed":
        raise invalid("status", "closed prevents ticket update")
    recent = [each for each in row["updates"] if now - datetime.fromisoformat(each) < _WITHIN]
    if len(recent) >= _UPDATES:
        free = datetime.fromisoformat(recent[0]) + _WITHIN
        raise Refused(429, "TooManyUpdates", retry_after=max(1, int((free - now).total_seconds()) + 1))
    return row | {"updates": [*recent, now.isoformat()]}


def _audit(turn: Turn, row: Doc, author: Doc, event: Body, *, now: datetime) -> Doc:
    audit = {"ticket_id": row["id"], "author_id": author["id"], "events": [event], "created_at": now.isoformat()}
    return audit | {"id": turn.append(AUDITS, audit)}


def _comment(value: object) -> tuple[str, bool]:
    if not isinstance(value, dict) or not set(value) <= {"body", "html_body", "public", "author_id"}:
        raise invalid("comment", "is not understood")
    words = text(value, "body")
    if not words:
        raise invalid("comment", "cannot be blank")
    return words.strip(), flag(value, "public", default=True)


def _tags(value: object) -> list[str]:
    """Return tags as they are kept: small, and what has a space in it is two."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise invalid("tags", "is no list of texts")
    return sorted({word for each in value for word in _BETWEEN.split(each.strip().lower()) if word})
