"""The page's addresses. What is read answers with a page; what is done answers with the way back to one."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from integrations.sandbox.helpdesk.refusals import Refused
from integrations.sandbox.page import words
from integrations.sandbox.page.deeds import Deeds, Unclear
from integrations.sandbox.page.sights import Lost, Sights
from integrations.sandbox.store.actions import Impossible
from integrations.sandbox.town import Town

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def blueprint(town: Town) -> Blueprint:
    """Return the page's routes."""
    page = Blueprint("page", __name__, template_folder="templates", static_folder="static", static_url_path="/page")
    for wording in (words.ago, words.clock, words.day):
        page.add_app_template_filter(wording)
    page.before_request(_refuse_other_sites)
    page.after_request(_protect)
    _show_problems(page, town)
    _show_sights(page, Sights(town))
    _take_orders(page, Deeds(town))
    return page


def _show_sights(page: Blueprint, sights: Sights) -> None:
    @page.get("/")
    def start() -> str:
        return render_template("town/start.html", **sights.start(request.args.get("q", "").strip()))

    @page.get("/people/<int:key>")
    def person(key: int) -> str:
        return render_template("town/person.html", **sights.person(key, _number("placed")))

    @page.get("/orders/<int:key>")
    def order(key: int) -> str:
        return render_template("town/order.html", **sights.order(key, placed="placed" in request.args))

    @page.get("/mails")
    def mailbox() -> str:
        return render_template("town/mails.html", **sights.mailbox())

    @page.get("/tickets/<int:key>")
    def ticket(key: int) -> str:
        return render_template("town/ticket.html", **sights.ticket(key, _number("pressed")))

    @page.get("/gorgias/<account>/app/ticket/<int:key>")
    def where_agents_read_it(account: str, key: int) -> ResponseReturnValue:  # noqa: ARG001
        return _to("ticket", key=key)


def _take_orders(page: Blueprint, deeds: Deeds) -> None:
    @page.post("/people/<int:key>/orders")
    def place_order(key: int) -> ResponseReturnValue:
        placed = deeds.place(key, request.form.get("amount", ""), request.form.get("hearing", "once"))
        return _to("person", key=key, placed=placed)

    @page.post("/guests/orders")
    def place_guest_order() -> ResponseReturnValue:
        placed = deeds.place(None, request.form.get("amount", ""), request.form.get("hearing", "once"))
        return _to("order", key=placed, placed="")

    @page.post("/by-hand")
    def place_by_hand() -> ResponseReturnValue:
        return _to("order", key=deeds.place_by_hand(), placed="")

    @page.post("/orders/<int:key>/<any(take, send, cancel):deed>")
    def change_order(key: int, deed: str) -> ResponseReturnValue:
        deeds.change_order(key, deed)
        return _back()

    @page.post("/people/<int:key>/<any(copy, erasure):what>")
    def ask_about_data(key: int, what: str) -> ResponseReturnValue:
        deeds.ask_about_data(key, what)
        return _to("person", key=key)

    @page.post("/people/<int:key>/tickets")
    def open_ticket(key: int) -> ResponseReturnValue:
        return _to("ticket", key=deeds.open_ticket(key, request.form.get("subject", "")))

    @page.post("/tickets/<int:key>/press")
    def press(key: int) -> ResponseReturnValue:
        return _to("ticket", key=key, pressed=deeds.press(key, request.form))

    @page.post("/clock")
    def advance() -> ResponseReturnValue:
        deeds.advance(request.form.get("days", ""))
        return _back()


def _show_problems(page: Blueprint, town: Town) -> None:
    def show(title: str, text: str, status: int) -> ResponseReturnValue:
        return render_template("town/lost.html", title=title, text=text, **Sights(town).frame()), status

    @page.errorhandler(Lost)
    def lost(error: Lost) -> ResponseReturnValue:
        return show("Nobody and nothing by that number", str(error), 404)

    @page.errorhandler(Impossible)
    def impossible(error: Impossible) -> ResponseReturnValue:
        return show("That cannot be done any more", str(error), 409)

    @page.errorhandler(Unclear)
    def unclear(error: Unclear) -> ResponseReturnValue:
        return show("That was not quite clear", str(error), 400)

    @page.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        return show("The helpdesk would not do that", error.message, error.status)


def _refuse_other_sites() -> ResponseReturnValue | None:
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return Response("The town takes orders from its own page only.", 403, mimetype="text/plain")
    return None


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response


def _to(sight: str, **values: Any) -> ResponseReturnValue:  # noqa: ANN401 - parts of an address
    return redirect(url_for(f"page.{sight}", **values), 303)


def _back() -> ResponseReturnValue:
    wish = request.form.get("back", "/")
    own = wish.startswith("/") and not wish.startswith(("//", "/\\"))
    return redirect(wish.rstrip("?") if own else "/", 303)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() else None
