"""What tags allow, as a merchant types it: "vip: refund 150, flowers 80", one tag a line."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.money import Money
from app.domain.policy import TagRule
from app.domain.tags import folded
from app.web.fields import Amount, Words, Wrong
from app.web.language import N_, _

_AMOUNT, _TAG = Amount(), Words(tag=True)
_LIKE_THIS = N_("write it like “vip: refund 150, flowers 80”.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRules:
    """What agents may do by themselves for whoever bears a tag, one tag a line."""

    longest: int = 20
    shape: str = "lines"

    def read(self, text: str, currency: str) -> tuple[TagRule, ...]:
        """Return the rules; raise Wrong, which says line by line what cannot be meant."""
        lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) > self.longest:
            raise Wrong(_("Please keep to %(longest)s tags.", longest=self.longest))
        rules: dict[str, TagRule] = {}
        wrongs: list[str] = []
        for number, line in lines:
            try:
                rule = _rule(line, currency)
                if folded(rule.tag) in rules:
                    raise Wrong(_("this tag has a line already."))  # noqa: TRY301  # said like all else that is wrong
                rules[folded(rule.tag)] = rule
            except Wrong as wrong:
                wrongs.append(_("Line %(number)s: %(wrong)s", number=number, wrong=wrong))
        if wrongs:
            raise Wrong(" ".join(wrongs))
        return tuple(rules.values())

    def show(self, value: object, currency: str) -> str:
        """Return the rules as the merchant would type them."""
        rules = value if isinstance(value, tuple) else ()
        return "\n".join(f"{rule.tag}: {', '.join(_acts(rule, currency))}" for rule in rules)


def _rule(line: str, currency: str) -> TagRule:
    tag, colon, acts = line.rpartition(":")
    found = _allowed(acts, currency)
    if not colon or not found:
        raise Wrong(_(_LIKE_THIS))
    try:
        tag = _TAG.read(unicodedata.normalize("NFC", tag.strip()), currency)
    except Wrong:
        raise Wrong(_("a tag has at most 40 characters, and no comma.")) from None
    return TagRule(tag=tag, refund_minor=found.get("refund"), flowers_minor=found.get("flowers"))


def _allowed(acts: str, currency: str) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for act in acts.split(","):
        name, _space, amount = act.strip().partition(" ")
        if name.lower() not in {"refund", "flowers"} or name.lower() in found:
            raise Wrong(_(_LIKE_THIS))
        try:
            found[name.lower()] = _AMOUNT.read(amount.strip(), currency)
        except Wrong:
            raise Wrong(
                _("“%(typed)s” is not an amount in %(currency)s.", typed=amount.strip()[:16], currency=currency)
            ) from None
    return found


def _acts(rule: TagRule, currency: str) -> list[str]:
    allowed = (("refund", rule.refund_minor), ("flowers", rule.flowers_minor))
    return [f"{name} {Money(minor=minor, currency=currency).text}" for name, minor in allowed if minor is not None]
