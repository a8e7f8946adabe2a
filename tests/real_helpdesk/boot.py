"""Boots a real django-helpdesk in a process of its own, and says on its first line which port it took.

    DESK_HOME=<an empty folder> python -m tests.real_helpdesk.boot

Beside the helpdesk's own pages there is one back door, /back-door, through which a test arranges what would take an
agent an hour, looks at what agents see, and lets the next call of the API go wrong.
"""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.real_helpdesk.settings"
django.setup()

from django.contrib.auth.models import User  # noqa: E402  # models can be had once Django is set up
from django.utils import timezone  # noqa: E402
from helpdesk.models import CustomField, FollowUp, Queue, Ticket, TicketCustomFieldValue  # noqa: E402

Json = dict[str, Any]
App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

STANDING, TAGS = "lagniappe", "lagniappe_tags"


def furnish() -> None:
    """Make the database and what whoever runs a helpdesk makes by hand: people, a queue, two fields for staff."""
    call_command("migrate", verbosity=0)
    User.objects.create_superuser("lagniappe", "app@shop.example", "key")
    User.objects.create_user("ana", "ana@shop.example", "pw", first_name="Ana", last_name="Reyes", is_staff=True)
    Queue.objects.create(title="Support", slug="support", email_address="support@shop.example")
    one_line = {"data_type": "varchar", "max_length": 255}
    CustomField.objects.create(name=STANDING, label="Lagniappe", staff_only=True, required=False, **one_line)
    CustomField.objects.create(name=TAGS, label="Tags", staff_only=True, required=False, data_type="text")


class BackDoor:
    """What stands before the helpdesk: it answers at /back-door, and spoils calls of the API when told so."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._fault: tuple[str, str] | None = None

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/back-door":
            wish = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            found = getattr(self, wish.pop("do"))(**wish)
            start("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(found).encode()]
        return self._spoilt(environ, start) or self._app(environ, start)

    def open(self, email: str) -> int:
        """A customer wrote; nobody is mailed and no hook is called."""
        queue = Queue.objects.get(slug="support")
        return int(Ticket.objects.create(queue=queue, title="Help", submitter_email=email, status=1).id)

    def close(self, ticket: int) -> None:
        Ticket.objects.filter(id=ticket).update(status=Ticket.CLOSED_STATUS)

    def close_all(self) -> None:
        """The day is over: what is closed is looked through by nobody who looks for a customer's tickets."""
        Ticket.objects.update(status=Ticket.CLOSED_STATUS)

    def write(self, ticket: int, field: str, value: str) -> None:
        """Somebody filled in a field of a ticket."""
        which = {"ticket_id": ticket, "field": CustomField.objects.get(name=field)}
        TicketCustomFieldValue.objects.update_or_create(**which, defaults={"value": value})

    def chatter(self, ticket: int, messages: int) -> None:
        moment = timezone.now()
        said = [FollowUp(ticket_id=ticket, comment=f"{n}", public=True, date=moment) for n in range(messages)]
        FollowUp.objects.bulk_create(said)

    def reword(self, which: int, **changes: Any) -> None:
        """Somebody changed what was written, or in whose name."""
        FollowUp.objects.filter(id=which).update(**changes)

    def last(self) -> int:
        """Return the number of what was written last, on whatever ticket."""
        return int(FollowUp.objects.latest("id").id)

    def look(self, ticket: int) -> Json:
        said = FollowUp.objects.filter(ticket_id=ticket).order_by("id")
        values = {each.field.name: each.value for each in TicketCustomFieldValue.objects.filter(ticket_id=ticket)}
        return {
            "standing": values.get(STANDING) or "",
            "tags": values.get(TAGS) or "",
            "notes": [{"id": each.id, "user": each.user_id, "text": each.comment} for each in said if not each.public],
            "public": [each.comment for each in said if each.public],
        }

    def tickets_of(self, email: str) -> list[int]:
        return [*Ticket.objects.filter(submitter_email=email).values_list("id", flat=True)]

    def hooks(self, url: str) -> None:
        """Whoever runs it sets the two settings."""
        os.environ["HELPDESK_FOLLOWUP_WEBHOOK_URLS"] = os.environ["HELPDESK_NEW_TICKET_WEBHOOK_URLS"] = url

    def mails(self) -> int:
        folder = Path(os.environ["DESK_HOME"]) / "mail"
        return len([*folder.iterdir()]) if folder.is_dir() else 0

    def fault(self, method: str, kind: str) -> None:
        """Let the next call of the API by that method ("*": any) be done and not answered, or turned away."""
        self._fault = (method, kind)

    def _spoilt(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes] | None:
        method, kind = self._fault or ("", "")
        if not environ["PATH_INFO"].startswith("/api/") or method not in ("*", environ["REQUEST_METHOD"]):
            return None
        self._fault = None
        if kind == "drop":
            for _ in self._app(environ, lambda *_: None):
                pass
            environ["desk.line"].shutdown(socket.SHUT_RDWR)
            return [b""]
        if kind == "busy":
            start("429 Too Many Requests", [("Retry-After", "7")])
            return [b""]
        start("200 OK", [("Content-Type", "text/html")])
        return [b"<h1>Back soon</h1>"]


class Handler(WSGIRequestHandler):
    """Says nothing, and hands the line on so that it can be cut."""

    def get_environ(self) -> dict[str, Any]:
        return super().get_environ() | {"desk.line": self.connection}

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's word
        """Say nothing."""


class Server(ThreadingMixIn, WSGIServer):
    """Serves several at once: while an agent's comment is on its way out, we look at it."""

    daemon_threads = True


def main() -> None:
    furnish()
    server = make_server("127.0.0.1", 0, BackDoor(get_wsgi_application()), Server, Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
