"""What is said of campaigns, in words that are translated when they are shown."""

from app.domain.campaigns import Refusal, Stage
from app.domain.effects import State
from app.store.campaign_lists import Listed
from app.web import phrases
from app.web.language import N_, _

STAGES = {
    Stage.DRAFT: N_("draft"),
    Stage.APPROVED: N_("approved"),
    Stage.RUNNING: N_("under way"),
    Stage.DONE: N_("done"),
    Stage.CALLED_OFF: N_("called off"),
}
SHADES = {
    Stage.DRAFT: "observed",
    Stage.APPROVED: "planned",
    Stage.RUNNING: "sending",
    Stage.DONE: "done",
    Stage.CALLED_OFF: "withdrawn",
}
REFUSALS = {
    Refusal.NO_GIFT: N_("Choose a gift that has a price."),
    Refusal.NOT_OFFERED: N_("This gift is not offered just now, or nobody is connected who brings it."),
    Refusal.NO_STOCK: N_("This gift is sold out."),
    Refusal.NOBODY: N_("There is nobody on the list."),
    Refusal.OVER_BUDGET: N_(
        "It would cost more than the budget. Raise the budget, lower the least, or choose a gift that costs less."
    ),
    Refusal.WORDS: N_("The words cannot go out like that."),
    Refusal.UNSIGNED: N_("A card is signed by a person: say who."),
    Refusal.TOO_SOON: N_(
        "Say on which day the first gifts leave: three days ahead at least if they go to a door, half a year at most."
    ),
    Refusal.TOO_LATE: N_("The last wave leaves too late for that day. Send more a day, or begin earlier."),
    Refusal.OLD_COUNT: N_("Your customers were counted more than a day ago. Count them again first."),
    Refusal.OVERTAKEN: N_("Somebody has changed or approved it since you opened this page. Please look again."),
    Refusal.DIFFERENT: N_(
        "Nothing was approved: the gift, its price or the list is not what you were shown. Please look again."
    ),
}
LEFT_OUT = {
    "lapsed": N_("have not ordered for a long time"),
    "opted_out": N_("want nothing automatic"),
    "sensitive": N_("have a hard time"),
    "disputed": N_("dispute the payment of an order"),
    "cool_down": N_("were given something a short while ago"),
}
PASSED_OVER = {
    "gone": N_("The store knows them no more."),
    "opted_out": N_("They want nothing automatic."),
    "sensitive": N_("It is a hard time for them."),
    "disputed": N_("They dispute the payment of an order."),
    "cool_down": N_("They were given something a short while ago."),
    "not_theirs": N_("This gift is not for them."),
}
WAITS_FOR = {
    "stock": N_("It waits until there are more of the gift."),
    "gift": N_("Its gift cannot be given to anybody just now: look into your catalogue. Nobody has lost their turn."),
    "budget": N_("What is left of the budget pays for no more."),
    "failures": N_("It has stopped itself: too many gifts were refused or came back. Look at them before you go on."),
}
_DELIVERED, _BACK = frozenset({"delivered"}), frozenset({"returned", "failed"})


def standing(one: Listed) -> tuple[str, str]:
    """Return how it stands with somebody on a list, as (shade, words)."""
    if one.held_out:
        return "observed", _("held out")
    if one.code:
        return "withdrawn", _("passed over")
    if one.state is None:
        return "awaiting", _("their turn comes")
    if one.state is State.DONE and one.sent in _DELIVERED:
        return "done", _("delivered")
    if one.state is State.DONE and one.sent in _BACK:
        return "refused", _("came back")
    return one.state.value, _(phrases.STATES[one.state][0])


def why(one: Listed) -> str:
    """Return why somebody was given nothing, or is not yet; "" where there is nothing to say."""
    if one.code:
        return _(PASSED_OVER[one.code]) if one.code in PASSED_OVER else one.because
    return one.why
