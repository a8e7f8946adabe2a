"""The same flows while the store has a bad day: deaths on top of lost answers, late deeds and closed doors."""

from types import MappingProxyType

from tests.jobs.egifts import ORDERING
from tests.torture.campaign_flows import FLOWS as CAMPAIGNS
from tests.torture.desk_flows import FLOWS as DESK
from tests.torture.egift_flows import AFTERWARDS
from tests.torture.egift_flows import FLOWS as EGIFTS
from tests.torture.flows import Flow, gathered, struck, struck_at
from tests.torture.gift_flows import FLOWS as GIFTS
from tests.torture.moment_flows import FLOWS as MOMENTS
from tests.torture.money_flows import FLOWS as MONEY
from tests.torture.sample_flows import FLOWS as SAMPLES
from tests.torture.shop_flows import FLOWS as SHOP
from tests.torture.story_flows import FLOWS as STORY

CALM = gathered(GIFTS, MONEY, EGIFTS, SHOP, SAMPLES, DESK, MOMENTS, STORY)
ONCE_MORE = ("500_before", "throttled")  # certainly did not happen
WHO_KNOWS = ("500_after", "commit_then_drop")  # happened, and nobody heard
LATE = "late_commit"  # happens after the line broke
HOOKS = ("500_before", "429", *WHO_KNOWS)
STOPS = ("500_before", "429", *WHO_KNOWS, LATE)
ORDERS = ("500_before", "429", "odd_body", *WHO_KNOWS, LATE)
CALLS = {
    "gift": ("OrderEditCommit", (*ONCE_MORE, *WHO_KNOWS, LATE)),
    "gift-taken-back": ("OrderEditCommit", (*WHO_KNOWS, LATE)),
    "gift-order": ("GiftOrderCreate", (*ONCE_MORE, *WHO_KNOWS, LATE)),
    "gift-draft": ("GiftDraftComplete", (*ONCE_MORE, *WHO_KNOWS, LATE)),
    "tag": ("TagsAdd", WHO_KNOWS),
    "refund": ("RefundCreate", (*ONCE_MORE, *WHO_KNOWS, LATE)),
    "refund-of-items": ("RefundCreate", WHO_KNOWS),
    "refund-as-credit": ("RefundCreate", WHO_KNOWS),
    "sweep": ("OrdersUpdatedSince", ONCE_MORE),
    "token": ("TokenRefresh", WHO_KNOWS),
}


def names(flow: str, kinds: tuple[str, ...]) -> list[str]:
    return [f"{flow}+{kind.replace('_', '-')}" for kind in kinds]


ROUGH: dict[str, Flow] = {
    name: struck(CALM[flow], operation=operation, kind=kind)
    for flow, (operation, kinds) in CALLS.items()
    for name, kind in zip(names(flow, kinds), kinds, strict=True)
}
# A silence has several ways to fall, and each may be struck.
SILENCES = {
    **{
        name.replace("+", f"+{operation.lower()}-"): struck(CALM["compassion"], operation=operation, kind=kind)
        for operation in ("TagsAdd", "QuietNote")
        for name, kind in zip(names("compassion", WHO_KNOWS), WHO_KNOWS, strict=True)
    },
    **{
        name.replace("+", "+listener-"): struck_at(CALM["compassion"], "/town/listener/faults", kind=kind)
        for name, kind in zip(names("compassion", HOOKS), HOOKS, strict=True)
    },
}
SENDS = {
    name: struck_at(CALM["egift"], "/town/tremendous/faults", kind=kind, call=ORDERING)
    for name, kind in zip(names("egift", ORDERS), ORDERS, strict=True)
}
CALLED_OFF = {
    name: struck_at(AFTERWARDS["egift-called-off"], "/town/tremendous/faults", kind=kind, call="POST cancel")
    for name, kind in zip(names("egift-called-off", STOPS), STOPS, strict=True)
}
FLOWS = MappingProxyType({**CALM, **ROUGH, **SILENCES, **SENDS, **AFTERWARDS, **CALLED_OFF, **CAMPAIGNS})
