"""What a merchant types of a campaign, and what it means. It is looked at by an address of its own, and then kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.domain.campaigns import MOST, Method, Terms
from app.web.fields import Amount, Kind, Whole, Words, Wrong
from app.web.language import N_, _

LONGEST_NAME, LONGEST_MESSAGE, LONGEST_SIGNATURE = 80, 600, 60
MOST_A_DAY = 200
METHODS = {
    Method.RANKED: N_("The best first, by spend and by how long they have been there"),
    Method.DRAWN: N_("A draw: everybody who may be given something has the same chance"),
}
_AMOUNTS = ("budget_minor", "packing_minor", "shipping_minor", "fee_minor")
_KINDS: Mapping[str, Kind] = {
    "weight": Whole(most=100),
    "least": Whole(least=1, most=MOST),
    "most": Whole(least=1, most=MOST),
    "per_day": Whole(least=1, most=MOST_A_DAY),
    "gift_id": Whole(least=1, most=999_999_999, may_be_empty=True),
    "signed_by": Words(longest=LONGEST_SIGNATURE),
    **dict.fromkeys(_AMOUNTS, Amount()),
}
_DAYS = ("starts_on", "arrive_on")
_LAST_YEAR = 2199


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody typed, what it means, and what of it cannot be meant. `texts` is the form as it is shown again."""

    name: str
    terms: Terms
    texts: Mapping[str, str]
    wrongs: Mapping[str, str]


def as_kept(name: str, terms: Terms, currency: str) -> Typed:
    """Return the form of a campaign as it is kept."""
    texts = {path: kind.show(getattr(terms, path), currency) for path, kind in _KINDS.items()}
    days = {path: "" if (day := getattr(terms, path)) is None else day.isoformat() for path in _DAYS}
    more = {"name": name, "method": terms.method.value, "message": terms.message}
    held_out = {"hold_out": "yes" if terms.hold_out else ""}
    return Typed(name=name, terms=terms, texts=texts | days | more | held_out, wrongs={})


def read(given: Mapping[str, str], kept: Typed, currency: str) -> Typed:
    """Return what was typed; as it is kept where nothing was, or where it cannot be meant."""
    if "weight" not in given:
        return kept
    texts = {path: _line(given.get(path, "")) for path in kept.texts}
    texts["message"] = _lines(given.get("message", ""))
    values: dict[str, object] = {"hold_out": texts["hold_out"] == "yes", "message": texts["message"][:LONGEST_MESSAGE]}
    wrongs: dict[str, str] = {}
    for path, kind in _KINDS.items():
        try:
            values[path] = kind.read(texts[path], currency)
            texts[path] = kind.show(values[path], currency)  # however it was typed: what means the same is no change
        except Wrong as wrong:
            wrongs[path] = str(wrong)
    for path in _DAYS:
        try:
            values[path] = _day(texts[path]) if texts[path] else None
        except ValueError:
            wrongs[path] = _("Please give a day, such as 2026-12-24.")
    if texts["method"] in set(Method):
        values["method"] = Method(texts["method"])
    terms = replace(kept.terms, **{path: value for path, value in values.items() if path not in wrongs})  # type: ignore[arg-type]  # each was read as its field's
    if terms.least > terms.most:
        wrongs["most"] = _("Please let the most be no fewer than the least.")
    name = texts["name"][:LONGEST_NAME] or kept.name
    return Typed(name=name, terms=terms, texts=texts, wrongs=wrongs)


def name_of(given: Mapping[str, str]) -> str:
    """Return what a new campaign is to be called; "" where nothing was typed."""
    return _line(given.get("name", ""))[:LONGEST_NAME]


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.year > _LAST_YEAR:
        raise ValueError("nobody plans so far ahead, and calendars end")
    return day


def _line(text: str) -> str:
    return "".join(filter(str.isprintable, text)).strip()


def _lines(text: str) -> str:
    return "\n".join(map(_line, text.splitlines())).strip()
