"""The page on which whoever is told of each month by mail says that they want no more. The link alone lets them in.

To open it changes nothing, for mails are opened by machines as well: it takes a press, here or in the mail program.
"""

from flask import Blueprint, Response, make_response, render_template
from werkzeug.exceptions import NotFound

from app.web import address_page, language
from app.web.here import world
from jobs import story_mails

blueprint = Blueprint("story_page", __name__)
blueprint.after_request(address_page.quietly)


@blueprint.get("/no-more-stories/<token>")
def ask(token: str) -> Response:
    """Ask whether they are sure; nothing changes by that."""
    _opened(token)
    return _shown("ask")


@blueprint.post("/no-more-stories/<token>")
def leave(token: str) -> Response:
    """Send no more. Whoever presses twice is told twice."""
    shop_id, reader_id = _opened(token)
    story_mails.leave(world(), shop_id=shop_id, reader_id=reader_id)
    return _shown("left")


@blueprint.errorhandler(NotFound)
def over(_: NotFound) -> Response:
    """Say the same of every link that leads to nobody."""
    return _shown("over", 404)


def _opened(token: str) -> tuple[int, int]:
    whose = story_mails.whose(world(), token)
    if whose is None:
        raise NotFound
    shop_id, reader_id, reads = whose
    language.prefer(reads)
    return shop_id, reader_id


def _shown(said: str, status: int = 200) -> Response:
    return make_response(render_template("no_more_stories.html", said=said), status)
