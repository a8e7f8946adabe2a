"""The month's story as a mail: the page's own sentences, in plain words and once more as simple HTML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from html import escape

from app.domain import campaign_paid, paid
from app.domain.effects import Pool
from app.domain.money import Money, zero
from app.domain.paid import Judged, Verdict
from app.domain.policy import Trial
from app.domain.rules.campaign_gift import is_purse
from app.store.shops import Merchant
from jobs.languages import N_, Tongue, both
from jobs.story import Story

GIVEN = {
    "add_gift_line": both("gift in a parcel", "gifts in parcels"),
    "send_gift_order": both("gift in a parcel of its own", "gifts in parcels of their own"),
    "refund_order": both("refund", "refunds"),
    "send_flowers": both("bouquet", "bouquets"),
    "write_card": both("hand-written card", "hand-written cards"),
    "send_gift": both("gift by a vendor", "gifts by vendors"),
}
TRIED = {
    "special_customer": N_("Special customers"),
    "nth_order_gift": N_("A gift in the parcel"),
    "anniversary": N_("Anniversary of the first order"),
    "birthday": N_("Birthday"),
    "comeback": N_("Welcome back"),
}
PURSES: Mapping[str, str] = {Pool.TEAM: N_("The team's pool"), Pool.GIFTS: N_("The gift pool")}
_VERDICTS = {
    Verdict.PAYS: N_(
        "%(rule)s: it pays. It brought %(brought)s once its cost is taken off; with chance allowed for, from %(low)s to"
        " %(high)s."
    ),
    Verdict.LOSES: N_(
        "%(rule)s: it costs more than it brings. With its cost taken off it comes to %(brought)s; with chance allowed"
        " for, from %(low)s to %(high)s."
    ),
    Verdict.EVEN: N_("%(rule)s: no difference that matters."),
    Verdict.TOO_FEW: N_("%(rule)s: not enough data yet."),
}
_PAGE = "font:16px/1.5 system-ui,sans-serif;color:#222;max-width:36em;margin:0 auto;padding:1em"
_QUIET = "color:#666;font-size:14px"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail as it is written."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the whole story is, and where whoever wants no more of them says so."""

    page: str
    leave: str


def letter(merchant: Merchant, story: Story, tongue: Tongue, places: Places) -> Letter:
    """Return what somebody is written about a month. Figures, and nobody's name."""
    writer = _Writer(merchant, story, tongue)
    subject = writer.subject
    parts = [
        ("h1", [subject]),
        ("p", [writer._("What your store did for its customers, beyond what it had to.")]),
        ("p", writer.lead),
        ("li", writer.moments),
        ("h2", [writer._("What it cost")]),
        ("li", writer.costs),
        ("h2", [writer._("What came of it")]),
        ("li", writer.trials),
    ]
    told = [(kind, lines) for kind, lines in parts if lines]
    all_of_it = writer._("The whole month, and what stands behind each figure:")
    why = writer._(
        "You read this because somebody at %(shop)s asked for it to be sent to you once a month. No more of it:",
        shop=writer.shop,
    )
    text = "\n\n".join([*map(_plain, told), f"{all_of_it}\n{places.page}", f"--\n{why}\n{places.leave}"])
    body = "".join([*map(_marked, told), _linked(all_of_it, places.page), _linked(why, places.leave, _QUIET)])
    head = f'<meta charset="utf-8"><title>{escape(subject)}</title>'
    html = f'<!doctype html><html lang="{tongue.language}"><head>{head}</head><body style="{_PAGE}">{body}</body>'
    return Letter(subject=subject, text=f"{text}\n", html=f"{html}</html>")


class _Writer:
    """Says each part of a story in one language."""

    def __init__(self, merchant: Merchant, story: Story, tongue: Tongue) -> None:
        self.merchant, self.story, self.tongue = merchant, story, tongue
        self.shop = " ".join(merchant.name.split())  # in one line: it stands in a mail's head

    def _(self, message: str, **values: str) -> str:
        said = self.tongue.word(message)
        return said % values if values else said

    def ngettext(self, one: str, many: str, count: int, **values: str) -> str:
        return self.tongue.plural(one, many, count) % {**values, "num": self.tongue.number(count)}

    @property
    def subject(self) -> str:
        month = self.tongue.dated(date.fromisoformat(f"{self.story.month}-01"), "LLLL yyyy")
        return self._("%(month)s at %(shop)s", month=month[:1].upper() + month[1:], shop=self.shop)

    @property
    def lead(self) -> list[str]:
        what = ", ".join(
            f"{self.tongue.number(each.count)} {self.tongue.plural(*GIVEN[each.name], each.count)}"
            for each in self.story.done
        )
        treated = self.story.told.treated
        if not treated:
            return []
        return [
            self.ngettext(
                "%(num)s customer was given something they had not paid for: %(what)s.",
                "%(num)s customers were given something they had not paid for: %(what)s.",
                treated,
                what=what,
            )
        ]

    @property
    def moments(self) -> list[str]:
        told = self.story.told
        said = [
            told.newly
            and self.ngettext(
                "For %(num)s of them it was the first time.", "For %(num)s of them it was the first time.", told.newly
            ),
            told.by_team
            and self.ngettext(
                "For %(num)s of them it was your team that saw what was needed, and simply did it.",
                "For %(num)s of them it was your team that saw what was needed, and simply did it.",
                told.by_team,
            ),
            told.back
            and self.ngettext(
                "%(num)s of them has ordered again since. Whether because of it, only a trial can tell.",
                "%(num)s of them have ordered again since. Whether because of it, only a trial can tell.",
                told.back,
            ),
            told.left_in_peace
            and self.ngettext(
                "It was a hard time for %(num)s customer, and everything fell silent around them.",
                "It was a hard time for %(num)s customers, and everything fell silent around them.",
                told.left_in_peace,
            ),
            told.marked
            and self.ngettext(
                "%(num)s customer became special, and your team has seen it ever since.",
                "%(num)s customers became special, and your team has seen it ever since.",
                told.marked,
            ),
            told.held_out
            and self.ngettext(
                "%(num)s customer was given nothing, by lot, so that you learn whether it pays.",
                "%(num)s customers were given nothing, by lot, so that you learn whether it pays.",
                told.held_out,
            ),
        ]
        return [line for line in said if line]

    @property
    def costs(self) -> list[str]:
        sums: dict[str, Money] = {}
        for each in self.story.spent:
            name = self._purse(each.purse)
            sums[name] = sums.get(name, zero(self.merchant.currency)) + each.cost
        lines = [f"{name}{self.tongue.colon} {self.tongue.money(cost)}" for name, cost in sums.items()]
        return lines or [self._("Nothing.")]

    def _purse(self, name: str) -> str:
        if is_purse(name):
            return self._("A campaign")
        return self._(PURSES[name]) if name in PURSES else name or self._("No pool")

    @property
    def trials(self) -> list[str]:
        policy = self.merchant.policy
        tried = [(self._(TRIED[rule]), policy.trial_of(rule)) for rule in self.story.tried]
        drawn = [each for each in self.story.campaigns if each.terms.hold_out]
        tried += [(each.name, campaign_paid.trial_of(each.id, each.approved_at)) for each in drawn]
        return [self._verdict(*each) for each in tried] or [
            self._("Nobody can say: no rule had a trial in this month.")
        ]

    def _verdict(self, name: str, trial: Trial) -> str:
        found = self._judged(trial)
        verdict = Verdict.TOO_FEW if found is None else found.verdict
        values = {"rule": name}
        if found is not None:
            figures = {"brought": found.brought, "low": found.brought_low, "high": found.brought_high}
            currency = self.merchant.currency
            values |= {
                name: self.tongue.money(Money(minor=minor, currency=currency)) for name, minor in figures.items()
            }
        return self._(_VERDICTS[verdict], **values)

    def _judged(self, trial: Trial) -> Judged | None:
        """Return what is known of a trial; what was found of an earlier edition says nothing of this one."""
        kept = self.story.found.get(trial.rule)
        if kept is None or kept.found.edition != trial.edition:
            return None
        return paid.judged(kept.found.claimed, self.merchant.policy.results, trial)


def _plain(part: tuple[str, list[str]]) -> str:
    kind, lines = part
    return "\n".join(f"- {line}" if kind == "li" else line for line in lines)


def _marked(part: tuple[str, list[str]]) -> str:
    kind, lines = part
    items = "".join(f"<{kind}>{escape(line)}</{kind}>" for line in lines)
    return f"<ul>{items}</ul>" if kind == "li" else items


def _linked(words: str, place: str, style: str = "") -> str:
    link = f'<a href="{escape(place)}">{escape(place)}</a>'
    return f'<p style="{style}">{escape(words)}<br>{link}</p>'
