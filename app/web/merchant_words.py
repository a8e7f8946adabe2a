"""What the merchant's cards may begin with: kept and changed, and looked at as they come out."""

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.card_templates import LONGEST, LONGEST_NAME, Sample, sample
from app.store import card_templates
from app.web.identity import in_their_name, merchant
from app.web.language import _
from app.web.screen import look, show
from jobs import card_templates as keeping

blueprint = Blueprint("words", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody has typed and not kept yet, and how it would come out."""

    name: str = ""
    words: str = ""
    sympathy: bool = False
    shown: Sample | None = None


@blueprint.get("/cards")
def listed() -> str:
    """Show what cards may begin with."""
    return _page(Typed())


@blueprint.post("/cards")
def keep() -> ResponseReturnValue:
    """Show how words would come out, or keep them."""
    name, words, sympathy = " ".join(_plain("name").split()), _lines("words"), "sympathy" in request.form
    if not 0 < len(name) <= LONGEST_NAME:
        abort(422, _("Please give these words a name of at most %(longest)s letters.", longest=LONGEST_NAME))
    if len(words) > LONGEST:
        abort(422, _("Please use %(longest)s characters at most.", longest=LONGEST))
    typed = Typed(name=name, words=words, sympathy=sympathy, shown=_sample(words, sympathy=sympathy))
    if request.form.get("do") == "show":
        return _page(typed)
    wrong = keeping.keep(in_their_name(), merchant(), name=name, words=words, sympathy=sympathy)
    return (_page(typed, wrong), 422) if wrong else _back("words_kept")


@blueprint.post("/cards/begin")
def begin() -> ResponseReturnValue:
    """Keep words of ours to begin with."""
    keeping.begin(in_their_name(), merchant())
    return _back("words_kept")


@blueprint.post(f"/cards/templates/<int(max={2**63 - 1}):template_id>/active")
def set_active(template_id: int) -> ResponseReturnValue:
    """Offer words on the desk, or no longer."""
    active = request.form.get("active")
    if active not in {"0", "1"}:
        abort(422, _("Say active=1 to offer these words on the desk, active=0 to put them away."))
    keeping.set_active(in_their_name(), merchant(), template_id, active=active == "1")
    return _back("words_offered" if active == "1" else "words_put_away")


def _page(typed: Typed, wrong: tuple[str, ...] = ()) -> str:
    with look() as seen:
        kept = [
            (each, _sample(each.words, sympathy=each.sympathy))
            for each in card_templates.listed(seen.session, shop_id=seen.merchant.id)
        ]
    limits = {"longest": LONGEST, "longest_name": LONGEST_NAME}
    return show("words.html", seen, {"kept": kept, "typed": typed, "wrong": wrong} | limits)


def _sample(words: str, *, sympathy: bool) -> Sample:
    return sample(words, sympathy=sympathy, shop=merchant().name)


def _lines(name: str) -> str:
    """Return what was typed into a field of several lines."""
    lines = request.form.get(name, "").splitlines()
    return "\n".join("".join(filter(str.isprintable, line)) for line in lines).strip()


def _plain(name: str) -> str:
    return "".join(filter(str.isprintable, request.form.get(name, ""))).strip()


def _back(said: str) -> ResponseReturnValue:
    return redirect(url_for("merchant.words.listed", said=said), 303)
