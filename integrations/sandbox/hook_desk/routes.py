"""Its five calls over HTTP: /hook_desk/<account>/lagniappe/…, behind our key; and the town's own way in.

POST tickets/<ticket>/notes      GET tickets/<ticket>/notes?key=
POST tickets/<ticket>/tags       POST customers/marks        POST customers/marks/look
"""

import hmac
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, Unauthorized

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.mishaps import Mishaps
from integrations.sandbox.town import Town

ACCOUNT = "desk.practice.example"
KEY = "practice-hook-desk-key"
_API = f"/hook_desk/{ACCOUNT}/lagniappe"
_TOWN = "/town/hook_desk"
_TICKETS, _STANDINGS = "hook_desk_tickets", "hook_desk_standings"


def blueprint(town: Town) -> Blueprint:
    """Return the helpdesk's routes."""
    desk, counter = Blueprint("hook_desk", __name__), Counter(town)
    desk.before_request(_turn_away_strangers)
    Mishaps(town, vendor="hook_desk", prefix=_API).watch(desk)
    desk.register_error_handler(HTTPException, _refused)
    desk.add_url_rule(f"{_API}/tickets/<key>/notes", view_func=counter.leave_note, methods=["POST"])
    desk.add_url_rule(f"{_API}/tickets/<key>/notes", view_func=counter.find_notes)
    desk.add_url_rule(f"{_API}/tickets/<key>/tags", view_func=counter.tag, methods=["POST"])
    desk.add_url_rule(f"{_API}/customers/marks", view_func=counter.mark, methods=["POST"])
    desk.add_url_rule(f"{_API}/customers/marks/look", view_func=counter.look, methods=["POST"])
    desk.add_url_rule(f"{_TOWN}/tickets", view_func=counter.open_ticket, methods=["POST"])
    desk.add_url_rule(f"{_TOWN}/tickets/<key>", view_func=counter.ticket)
    desk.add_url_rule(f"{_TOWN}/tickets/<key>", endpoint="work", view_func=counter.work_on, methods=["POST"])
    desk.add_url_rule(f"{_TOWN}/standings/<email>", view_func=counter.standing)
    return desk


class Counter:
    """What can be asked there, by us and by the town."""

    def __init__(self, town: Town) -> None:
        self._books = town.books

    def leave_note(self, key: str) -> ResponseReturnValue:
        """Leave a note that agents read; its own key finds it again."""
        note = _body(key=str, text=str)
        with self._books.turn() as turn:
            ticket = _ticket(turn, key)
            ticket["notes"].append({"id": str(turn.next_id("hook_desk_notes")), **note})
            turn.put(_TICKETS, key, ticket)
        return jsonify(reference=ticket["notes"][-1]["id"]), 201

    def find_notes(self, key: str) -> Response:
        """Answer with the notes that were left under a key."""
        with self._books.turn() as turn:
            notes = _ticket(turn, key)["notes"]
        return jsonify(references=[note["id"] for note in notes if note["key"] == request.args.get("key")])

    def tag(self, key: str) -> Response:
        """Put a tag on a ticket, beside the others; there is no room for the reason."""
        wanted = _body(tag=str, reason=str)["tag"]
        with self._books.turn() as turn:
            _retag(turn, [_ticket(turn, key)], wanted, present=True)
        return jsonify({})

    def mark(self) -> Response:
        """Show a customer's standing on them and on their open tickets."""
        wanted = _body(emails=list, special=bool, reason=str, tag=str)
        emails = {str(email).strip().lower() for email in wanted["emails"]}
        with self._books.turn() as turn:
            theirs = [ticket for ticket in turn.all(_TICKETS) if ticket["email"] in emails]
            for email in {ticket["email"] for ticket in theirs}:
                words = f"{'Special' if wanted['special'] else 'No longer special'}: {wanted['reason']}"
                turn.put(_STANDINGS, email, {"words": words})
            _retag(turn, (each for each in theirs if each["open"]), wanted["tag"], present=wanted["special"])
        return jsonify(known=bool(theirs))

    def look(self) -> Response:
        """Answer whether a customer, and their open tickets but one, show that they are special."""
        wanted = _body(emails=list, tag=str, but=str)
        emails = {str(email).strip().lower() for email in wanted["emails"]}
        with self._books.turn() as turn:
            theirs = [ticket for ticket in turn.all(_TICKETS) if ticket["email"] in emails]
            standings = [turn.get(_STANDINGS, email) for email in {ticket["email"] for ticket in theirs}]
        said = all(standing is not None and standing["words"].startswith("Special") for standing in standings)
        others = [each for each in theirs if each["open"] and each["id"] != wanted["but"]]
        return jsonify(known=bool(theirs), shown=said and all(wanted["tag"] in each["tags"] for each in others))

    def open_ticket(self) -> Response:
        """Let somebody write: {"email"}."""
        email = str(_body(email=str)["email"]).strip().lower()
        with self._books.turn() as turn:
            key = f"T-{turn.next_id(_TICKETS)}"
            turn.put(_TICKETS, key, {"id": key, "email": email, "open": True, "tags": [], "notes": [], "messages": []})
        return jsonify(ticket_id=key)

    def ticket(self, key: str) -> Response:
        """Show the town a whole ticket."""
        with self._books.turn() as turn:
            return jsonify(_ticket(turn, key))

    def work_on(self, key: str) -> Response:
        """Let an agent close a ticket, tag it, or write some messages: {"open", "tag", "messages"}."""
        wanted = _body(open=bool, tag=str, messages=int)
        with self._books.turn() as turn:
            ticket = _ticket(turn, key)
            ticket["open"] = wanted["open"]
            ticket["messages"] += [f"And another thing, {number}" for number in range(wanted["messages"])]
            _retag(turn, [ticket], wanted["tag"], present=bool(wanted["tag"]))
        return jsonify({})

    def standing(self, email: str) -> Response:
        """Show what agents read about a customer."""
        with self._books.turn() as turn:
            return jsonify(turn.get(_STANDINGS, email) or {"words": ""})


def _turn_away_strangers() -> None:
    borne = request.headers.get("Authorization", "")
    if request.path.startswith(_API) and not hmac.compare_digest(borne.encode(), f"Bearer {KEY}".encode()):
        raise Unauthorized


def _body(**kinds: type) -> dict[str, Any]:
    """Return the body, which has these names and no others."""
    said = request.get_json(silent=True)
    if not isinstance(said, dict) or said.keys() != kinds.keys():
        raise BadRequest
    if any(type(said[name]) is not kind for name, kind in kinds.items()):
        raise BadRequest
    return said


def _ticket(turn: Turn, key: str) -> Doc:
    found = turn.get(_TICKETS, key)
    if found is None:
        raise NotFound
    return found


def _retag(turn: Turn, tickets: Iterable[Doc], tag: str, *, present: bool) -> None:
    for ticket in tickets:
        others = [each for each in ticket["tags"] if each != tag]
        turn.put(_TICKETS, ticket["id"], ticket | {"tags": [*others, tag] if present else others})


def _refused(why: HTTPException) -> ResponseReturnValue:
    return jsonify(error=why.name), why.code or 500
