"""The rules' codes and the callers' topics in a merchant's words. What has none here is shown as it is."""

from app.domain import tastes
from app.domain.rules import elsewhere, gift_order, granted, hard_time, let_alone, moments, pressed, typed

_REASONS = {
    granted.CODE: "not granted",
    let_alone.CODE: "nothing automatic",
    hard_time.CODE: "nothing promotional for now",
    tastes.CODE: "never wanted",
    # marks
    "entered": "became special",
    "stays": "stays special",
    "dwells": "stays special for a while",
    "fell": "spends too little now",
    "lapsed": "ordered too long ago",
    "below": "below the threshold",
    "inactive": "not active",
    "too_soon": "changed just before",
    "outdated": "no longer so",
    "crossed": "no longer so",
    "put_on_by_hand": "tag put on by hand",
    "taken_off_by_hand": "tag taken off by hand",
    "mark_lost": "put back in the helpdesk",
    "no_match": "not known in the store",
    "several_match": "several customers fit",
    "no_orders": "has not ordered yet",
    "no_measure": "not measured yet",
    "not_special": "not special",
    "greeted": "agents were told",
    "not_now": "put off by an agent",
    # moments
    moments.CODE: "a small thing goes to them",
    moments.TOO_LATE: "too late for the day",
    "had_it": "had it already",
    "said_late": "birthday written down lately",
    "promise_open": "something else is owed to them",
    "not_yet": "all is not well yet",
    # gifts
    "gift": "a gift goes along",
    "gift_order": "a gift by itself",
    "given": "has its gift",
    "taken_back": "gift taken back",
    "left": "parcel had left",
    gift_order.TOO_LATE: "came too late",
    "other_ordinal": "not its turn",
    "guest": "a guest's order",
    "not_counted": "does not count",
    "unwished": "gift not wanted",
    "old": "an old order",
    "before_us": "made before the rule",
    "daily_cap": "enough for one day",
    "cool_down": "too soon after the last",
    "nothing_fits": "no gift fits",
    "not_paid": "not fully paid",
    "risky": "the store advises caution",
    "subscription": "a subscription's order",
    "foreign": "ships abroad",
    "owes": "something is still owed",
    "closed": "archived",
    "out_of_sight": "too old to change",
    "unseen": "warehouse not seen",
    "not_editable": "cannot be edited",
    # agents' presses
    "refund": "refunded",
    "not_refundable": "cannot be refunded",
    "bad_amount": "amount not understood",
    "no_order": "no order found",
    "no_credit": "no store credit",
    "no_coupon": "no credit in a hard time",
    "hard_time": "left in peace",
    hard_time.OVER: "a hard time is over",
    "already": "done before",
    elsewhere.CODE: "done on another ticket",
    "flowers": "flowers are sent",
    "team_gift": "a gift from an agent",
    "card": "a card is written",
    "card_words": "no words for a card",
    "no_gift": "no gift for this customer",
    "sends": "a gift is sent",
    "on_board": "in the parcel anyway",
    "sold_out": "gone from stock",
    "nothing_to_withdraw": "nothing to withdraw",
    "bad_days": "day not possible",
    "too_dear": "flowers too dear",
    pressed.CHANGED: "changed meanwhile",
    "let_go": "not in the team any more",
    "other_currency": "in another currency",
    typed.HELP: "asked how it is typed",
    typed.PUBLIC: "typed in public",
    typed.CHANGED: "changed since it was typed",
    typed.TOO_LATE: "typed too long ago",
}
_OCCASIONS = {
    "orders/create": "a new order",
    "orders/paid": "a payment",
    "orders/updated": "a change of the order",
    "orders/edited": "an edit of the order",
    "orders/cancelled": "a cancellation",
    "refunds/create": "a refund",
    "customers/create": "a new customer",
    "customers/update": "news of the customer",
    "customers/purchasing_summary": "news of the customer's spending",
    "customers/merge": "a merge of two customers",
    "customer.tags_added": "a tag put on in the store",
    "customer.tags_removed": "a tag taken off in the store",
    "press": "a press on the desk",
    "http-integration": "word from the helpdesk",
}


def reason(code: str) -> str:
    """Return why, or why not, in two or three words."""
    return _REASONS.get(code, code.replace("_", " "))


def occasion(topic: str) -> str:
    """Return what made a rule look."""
    return _OCCASIONS.get(topic, topic)
