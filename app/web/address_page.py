"""The page that asks a customer for their address: where may a card go? Whoever opens it is nobody that we know.

To open it changes nothing, for mails are opened by machines as well. It shows nothing of the customer, the order or
what is planned, and is over with the first answer.
"""

from flask import Blueprint, Response, abort, make_response, render_template, request
from werkzeug.exceptions import NotFound

from app.domain.countries import COUNTRIES
from app.web import address_form
from app.web.address_form import Filled
from app.web.here import world
from jobs import address_asks, address_links
from jobs.address_asks import Page
from jobs.address_links import Link

blueprint = Blueprint("address", __name__)

MOST_BYTES = 4_096
_HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
}


@blueprint.after_request
def quietly(response: Response) -> Response:
    """Let no search engine know the page, and no script run on it."""
    response.headers.update(_HEADERS)
    return response


@blueprint.get("/card/<token>")
def ask(token: str) -> Response:
    """Ask where the card may go; nothing is used up by that."""
    _, page = _opened(token)
    if page.answered:
        raise NotFound
    return _shown(page, Filled())


@blueprint.post("/card/<token>")
def answer(token: str) -> Response:
    """Take the answer, the first and no other. Whoever presses twice is thanked twice."""
    if (request.content_length or 0) > MOST_BYTES:
        abort(413, "Nobody lives at so long an address.")
    link, page = _opened(token)
    if page.answered:
        return _thanked()
    filled = address_form.read(request.form, box_will_do=page.box_will_do)
    if filled.wrong:
        return _shown(page, filled)
    address_asks.answer(world(), link, filled.address)
    return _thanked()


@blueprint.errorhandler(NotFound)
def over(_: NotFound) -> Response:
    """Say the same of every link that opens nothing: used, late, forged, or never made."""
    return make_response(render_template("address.html", said="over"), 404)


def _opened(token: str) -> tuple[Link, Page]:
    link = address_links.read(world(), token)
    page = None if link is None else address_asks.page(world(), link)
    if link is None or page is None:
        raise NotFound
    return link, page


def _shown(page: Page, filled: Filled) -> Response:
    longest, countries = address_form.LONGEST, sorted(COUNTRIES.items(), key=lambda pair: pair[1])
    told = {"page": page, "it": filled, "longest": longest, "countries": countries}
    return make_response(render_template("address.html", said="ask", **told), 422 if filled.wrong else 200)


def _thanked() -> Response:
    return make_response(render_template("address.html", said="thanks"))
