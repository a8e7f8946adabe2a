"""What customers asked about their data: the log, and the copies that the merchant hands over."""

from flask import Blueprint, Response, abort

from app.store import privacy
from app.web.here import world
from app.web.language import _
from app.web.screen import look, show

blueprint = Blueprint("privacy", __name__)

ROWS = 100


@blueprint.get("/privacy")
def requests() -> str:
    """Show what was asked, what is still to be done, and by when."""
    with look() as seen:
        asked = privacy.listed(seen.session, shop_id=seen.merchant.id, limit=ROWS)
    facts = {"asked": asked, "days": world().settings.keep_words_days}
    return show("privacy.html", seen, facts)


@blueprint.get(f"/privacy/<int(max={2**63 - 1}):request_id>/copy")
def copy(request_id: int) -> Response:
    """Hand over the copy that was made for one request."""
    with look() as seen:
        made = privacy.copy_of(seen.session, shop_id=seen.merchant.id, request_id=request_id, seal=world().seal)
    if made is None:
        abort(404, _("There is no copy for this request, or its days are over."))
    answer = Response(made, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="customer-data-{request_id}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
