"""The rules' codes and the callers' topics in a merchant's words. What has none here is shown as it is."""

from app.domain import tastes
from app.domain.rules import elsewhere, gift_order, granted, hard_time, holdout, let_alone, moments, pressed, typed
from app.web.language import N_, _

_REASONS = {
    granted.CODE: N_("not granted"),
    let_alone.CODE: N_("nothing automatic"),
    hard_time.CODE: N_("nothing promotional for now"),
    tastes.CODE: N_("never wanted"),
    holdout.CODE: N_("held out, to see whether it pays"),
    # marks
    "entered": N_("became special"),
    "stays": N_("stays special"),
    "dwells": N_("stays special for a while"),
    "fell": N_("spends too little now"),
    "lapsed": N_("ordered too long ago"),
    "below": N_("below the threshold"),
    "inactive": N_("not active"),
    "too_soon": N_("changed just before"),
    "outdated": N_("no longer so"),
    "crossed": N_("no longer so"),
    "put_on_by_hand": N_("tag put on by hand"),
    "taken_off_by_hand": N_("tag taken off by hand"),
    "mark_lost": N_("put back in the helpdesk"),
    "told_at_last": N_("told to the helpdesk"),
    "no_match": N_("not known in the store"),
    "several_match": N_("several customers fit"),
    "no_orders": N_("has not ordered yet"),
    "no_measure": N_("not measured yet"),
    "not_special": N_("not special"),
    "greeted": N_("agents were told"),
    "not_now": N_("put off by an agent"),
    # moments
    moments.CODE: N_("a small thing goes to them"),
    moments.TOO_LATE: N_("too late for the day"),
    "had_it": N_("had it already"),
    "said_late": N_("birthday written down lately"),
    "promise_open": N_("something else is owed to them"),
    "not_yet": N_("all is not well yet"),
    # gifts
    "gift": N_("a gift goes along"),
    "gift_order": N_("a gift by itself"),
    "given": N_("has its gift"),
    "taken_back": N_("the gift was taken back"),
    "left": N_("parcel had left"),
    gift_order.TOO_LATE: N_("came too late"),
    "other_ordinal": N_("not its turn"),
    "guest": N_("a guest's order"),
    "not_counted": N_("does not count"),
    "unwished": N_("gift not wanted"),
    "old": N_("an old order"),
    "before_us": N_("made before the rule"),
    "daily_cap": N_("enough for one day"),
    "cool_down": N_("too soon after the last"),
    "nothing_fits": N_("no gift fits"),
    "not_paid": N_("not fully paid"),
    "risky": N_("the store advises caution"),
    "subscription": N_("a subscription's order"),
    "foreign": N_("ships abroad"),
    "owes": N_("something is still owed"),
    "closed": N_("archived"),
    "out_of_sight": N_("too old to change"),
    "unseen": N_("warehouse not seen"),
    "not_editable": N_("cannot be edited"),
    # agents' presses
    "refund": N_("refunded"),
    "not_refundable": N_("cannot be refunded"),
    "bad_amount": N_("amount not understood"),
    "no_order": N_("no order found"),
    "no_credit": N_("no store credit"),
    "no_coupon": N_("no credit in a hard time"),
    "hard_time": N_("left in peace"),
    hard_time.OVER: N_("a hard time is over"),
    "already": N_("done before"),
    elsewhere.CODE: N_("done on another ticket"),
    "flowers": N_("flowers are sent"),
    "team_gift": N_("a gift from an agent"),
    "card": N_("a card is written"),
    "card_words": N_("no words for a card"),
    "no_gift": N_("no gift for this customer"),
    "sends": N_("a gift is sent"),
    "on_board": N_("in the parcel anyway"),
    "sold_out": N_("gone from stock"),
    "nothing_to_withdraw": N_("nothing to withdraw"),
    "bad_days": N_("day not possible"),
    "too_dear": N_("flowers too dear"),
    pressed.CHANGED: N_("changed meanwhile"),
    "let_go": N_("not in the team any more"),
    "other_currency": N_("in another currency"),
    typed.HELP: N_("asked how it is typed"),
    typed.PUBLIC: N_("typed in public"),
    typed.CHANGED: N_("changed since it was typed"),
    typed.TOO_LATE: N_("typed too long ago"),
}
_OCCASIONS = {
    "orders/create": N_("a new order"),
    "orders/paid": N_("a payment"),
    "orders/updated": N_("a change of the order"),
    "orders/edited": N_("an edit of the order"),
    "orders/cancelled": N_("a cancellation"),
    "refunds/create": N_("a refund"),
    "customers/create": N_("a new customer"),
    "customers/update": N_("news of the customer"),
    "customers/purchasing_summary": N_("news of the customer's spending"),
    "customers/merge": N_("a merge of two customers"),
    "customer.tags_added": N_("a tag put on in the store"),
    "customer.tags_removed": N_("a tag taken off in the store"),
    "press": N_("a press on the desk"),
    "http-integration": N_("word from the helpdesk"),
}


def reason(code: str) -> str:
    """Return why, or why not, in two or three words."""
    return _(_REASONS.get(code, code.replace("_", " ")))


def occasion(topic: str) -> str:
    """Return what made a rule look."""
    return _(_OCCASIONS.get(topic, topic))
