"""What every page of the merchant shares: whose shop it is, what time it is there, and how its words are found."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import render_template

from app.domain import deed_words
from app.domain.effects import by_pen
from app.store import switch
from app.store.alarms import COMPARED
from app.store.base import Session, reading
from app.store.shops import Merchant
from app.store.switch import Standstill
from app.web import identity, pages, phrases, reason_words, store_admin
from app.web.helpdesk_words import AILS
from app.web.here import world
from app.web.language import N_, counted, dated
from app.web.retold import retold
from integrations import registry

MODE_STAYS = "mode_stays"
# What a page says once after a press; the redirect carries the name, never the words.
NOTICES = {
    "approved": N_("Approved. It is on its way."),
    "changed_since": N_("Nothing was approved: more waits than when you looked. Please look again."),
    "over_budget": N_("Approved, but the pool does not hold all of it this month."),
    "lifted": N_("Allowed. It is on its way."),
    "not_lifted": N_("Nothing was sent: it was done in another way since, or is a week old."),
    "granted": N_("The pool holds more from now on, until the month ends."),
    "granted_before": N_("Nothing was added: somebody had just allowed more. Please look again."),
    "nothing_waited": N_("Nothing was waiting any more."),
    "declined": N_("Declined. Nothing was sent."),
    "withdrawn": N_("Taken back. Nothing was sent."),
    "stopping": N_("The vendor is asked to stop it. What came of that stands here in a moment."),
    "too_late": N_("Too late: it has already left, or was ended before."),
    "settled": N_("Written down as done."),
    "put_back": N_("It will be tried again."),
    "not_in_doubt": N_("This row is not in doubt any more."),
    "known": N_("We leave it at that. You hear of it again only if it was put right and goes wrong anew."),
    "no_alarm": N_("Nobody asks about this any more."),
    "mode_observe": N_("From now on it only watches: it decides and shows, and nothing leaves the house."),
    "mode_approve": N_("From now on it asks you each time: nothing leaves without your yes."),
    "mode_auto": N_("From now on it acts by itself, inside its limits. Nobody is asked before."),
    "mode_unknowing": N_(
        "Set. Nothing comes of it yet: the settings want the field in which your store keeps birthdays."
    ),
    MODE_STAYS: N_("Nothing was changed: another mode was set since you opened that page. This is how it stands now."),
    "resumed": N_("Everything goes on."),
    "released": N_("The rule goes on today, however much there is to do."),
    "not_stopped": N_("The rule had not stopped itself, or somebody was faster."),
    "let_alone": N_("Nothing automatic is done for this customer from now on. Your team still may."),
    "looked_at_again": N_("The rules look at this customer again."),
    "team_added": N_("They are in the team now."),
    "team_known": N_("That address is in the team already."),
    "team_role": N_("Their role was changed."),
    "team_gone": N_("Let go. From this moment on they can do nothing any more."),
    "team_back": N_("They are back in the team."),
    "team_limits": N_("Their limits were changed. They hold from now on."),
    "team_known_there": N_("Written down. Commands that they type in the helpdesk are theirs now."),
    "helpdesk_connected": N_("The key is kept. Look again in a minute: what belongs there is being made."),
    "helpdesk_other": N_("Another account there is connected: disconnect that one first."),
    "helpdesk_set_up": N_("What is missing there is being made. Look again in a minute."),
    "helpdesk_left": N_("Disconnected. What we made there is being taken away."),
    "helpdesk_none": N_("Nothing is connected there any more."),
    "helpdesk_notes": N_("Notes are written there again."),
    "test_asked": N_("The test ticket is being written. It takes a few seconds."),
    "test_stands": N_("One stands there already, so no other was written. Take it away first."),
    "test_going": N_("The test ticket is being taken away."),
    "test_none": N_("There is no test ticket any more."),
    "listener_named": N_("It is told of every hard time from now on."),
    "listener_forgotten": N_("It is told nothing any more."),
    "listener_none": N_("No tool was told of anything."),
    "story_asked": N_("It is told there from now on, at the beginning of each month."),
    "story_left": N_("It is told there no more, and the address is forgotten."),
    "story_none": N_("It was not told there any more."),
    "saved": N_("Saved. It holds from now on."),
    "gift_added": N_("It is in your catalogue now."),
    "gift_changed": N_("Changed. It holds from now on."),
    "gift_stays": N_(
        "Nothing was changed: that gift has changed or was given since you opened that page. This is how it stands now."
    ),
    "vendor_connected": N_("Connected. It let us in."),
    "vendor_checked": N_("It let us in, and this is how it is."),
    "vendor_left": N_("Disconnected, and its key is forgotten. What it has taken on, it still brings."),
    "vendor_none": N_("Nothing is connected there any more."),
    "trial": N_("The trial has begun. Whoever the rule acts for from now on is drawn anew."),
    "trial_goes_on": N_("That share is held out already. The trial goes on as it was, and nobody is drawn anew."),
    "trial_stays": N_("Nothing was changed: a trial was begun since you opened that page. This is how it stands now."),
    "trial_over": N_("Nobody is held out any more. What was found stays here."),
    "words_kept": N_("Kept. Agents can begin with it on the desk."),
    "words_offered": N_("Agents can begin with it on the desk again."),
    "campaign_begun": N_("Begun. Your customers were counted; nothing is sent before you approve the list."),
    "campaign_kept": N_("Kept. Nothing is sent before you approve the list."),
    "campaign_counted": N_("Counted again."),
    "campaign_too_early": N_("Your past is still being read: nobody can be counted yet."),
    "campaign_approved": N_("Approved. The list is frozen, and its budget set aside."),
    "campaign_goes_on": N_("It goes on."),
    "campaign_off": N_("Called off. What had not left is withdrawn."),
    "campaign_overtaken": N_("Nothing was changed: somebody was faster. This is how it stands now."),
    "shield_raised": N_("Kept back from now on."),
    "shield_lowered": N_("Nothing of it is kept back any more."),
    "shield_seen_to": N_("Written down as done."),
    "shield_nothing": N_("Nobody asks about this any more."),
    "words_put_away": N_("Put away. What was sent with it stays as it is."),
    "gift_picked": N_("Picked. While the rule only watches, nothing is given."),
    "store_away": N_("Your store does not answer just now. Please try again in a moment."),
    "gift_dropped": N_("Taken off. What is planned stays planned."),
    "welcome_done": N_("It is as you chose. Whatever happens from now on is seen here first."),
}

WORDS: dict[str, object] = {
    "PENDING": phrases.PENDING,
    "STATES": phrases.STATES,
    "REASONS": phrases.REASONS,
    "RULES": phrases.RULES,
    "BY": phrases.BY,
    "AILS": AILS,
    "ALARMS": phrases.ALARMS,
    "COMPARED": COMPARED,
    "KINDS": phrases.KINDS,
    "MODES": phrases.MODES,
    "PAST": phrases.PAST,
    "POOLS": phrases.POOLS,
    "ROLES": phrases.ROLES,
    "NOTICES": NOTICES,
    "VENDORS": registry.VENDORS,
    "called": registry.called,
    "what": deed_words.what,
    "by_pen": by_pen,
    "so_far": deed_words.so_far,
    "text": phrases.text,
    "dated": dated,
    "retold": retold,
    "tally": phrases.tally,
    "counted": counted,
    "month": phrases.month,
    "sections": pages.sections,
    "reason": reason_words.reason,
    "occasion": reason_words.occasion,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look into the books: an open transaction, whose shop it is about, and the moment it is taken at."""

    session: Session
    merchant: Merchant
    now: datetime
    standstill: Standstill | None = None  # the operator has stopped everything


@contextmanager
def look() -> Iterator[Look]:
    """Open the books of whoever looks, for one page."""
    here = world()
    now = here.clock.now()
    with reading(here.sessions) as session:
        yield Look(session=session, merchant=identity.merchant(), now=now, standstill=switch.standstill(session))


def show(template: str, seen: Look, facts: dict[str, Any]) -> str:
    """Return the page, its moments told by the shop's own clock."""
    zone = seen.merchant.timezone
    return render_template(
        template,
        merchant=seen.merchant,
        town=f"http://127.0.0.1:{world().settings.sandbox_port}/" if world().settings.practice else None,
        now=seen.now,
        standstill=seen.standstill,
        when=partial(phrases.moment, zone=zone, now=seen.now),
        day=partial(phrases.day, zone=zone),
        date=partial(phrases.date, zone=zone),
        in_store=partial(store_admin.address, seen.merchant, world().settings),
        **facts,
    )
