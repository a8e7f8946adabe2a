"""The two steps of a deed that ask the outside: to look again, and to do it. No transaction is open meanwhile.

Neither writes anything down: what came of it is an outcome, or that the deed is ready for the gate.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.effects import State
from app.domain.errors import Busy, Dearer, Rejected, Unavailable, Uncertain
from app.domain.retry import pause_before_next, wait_after
from app.store.ledger import Deed
from app.store.shops import Merchant
from jobs import address_asks, deeds, outcomes, second_choice
from jobs.deeds import Standings
from jobs.lever import held_for
from jobs.outcomes import Outcome
from jobs.runtime import Outside, World

CANNOT_BE_ASKED = "nobody answered, and this vendor cannot be asked; please check with them and say what is true"
TOO_LATE_TO_REPEAT = "the first try, long ago, was never answered; please check the order and say what is true"
PERHAPS_FORGOTTEN = "our books are an older copy, in which it was not done; please check and say what is true"
TOO_SOON = "not seen there, where it may take a while to be"
TURN_CAME_LATE = "its turn came too late"
# From the gate to the beginning of the call: all that the call may last must fit into the rest of the lease.
SOON = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A deed that was looked at again and is still wanted, with the call that it will make where that is fixed."""

    deed: Deed
    request: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A deed that passed the gate at that moment; `first`: no earlier try can come through any more."""

    deed: Deed
    at: datetime
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Steps with the deeds of one shop. Safe to take in several threads at once."""

    world: World
    merchant: Merchant
    outside: Outside

    def look(self, deed: Deed, known: Standings | None = None) -> Outcome | Ready:
        """Look again at a picked deed, and at what is in doubt or on its way; `known` as in `deeds.unwanted`."""
        if deed.pending:
            return self._follow(deed)
        if deed.state is State.UNCERTAIN:
            return self._look_up(deed)
        if deeds.overdue(self.outside, deed, self.world.clock.now()):
            return self._look_up_only(deed)
        if deed.tries > deeds.most_tries(deed):
            why = f"given up after {deeds.most_tries(deed)} tries, none of which came to an end"
            return outcomes.refused(self.merchant, deed, "gave_up", why)
        if deeds.may_be_forgotten(self.merchant, deed):
            return self._look_first(deed)
        return self._prepare(deed, known)

    def asks_nobody(self, deed: Deed) -> bool:
        """Return whether a look at the deed takes none of anybody's time but ours."""
        fresh = deed.state is State.PLANNED and not deeds.may_be_forgotten(self.merchant, deed)
        return fresh and deeds.asks_nobody(deed)

    def do(self, sent: Sent) -> Outcome:  # noqa: PLR0911  # one a kind of answer
        """Do a deed that has just passed the gate; where that is some time ago, leave it for another turn."""
        merchant, deed, now = self.merchant, sent.deed, self.world.clock.now()
        first = sent.first and not deeds.prepared_for_good(deed)
        if now - sent.at > SOON:
            return outcomes.not_begun(deed, TURN_CAME_LATE, afresh=first)
        try:
            with held_for(deed):
                receipt = deeds.do(self.world, merchant, self._outside(deed), deed, now)
        except Dearer as problem:
            # A person may say yes to the new price, and before the gate they are asked.
            return outcomes.put_back(deed, wait_after(deed.tries), str(problem), afresh=first)
        except Rejected as problem:
            return outcomes.refused(merchant, deed, "refused", str(problem))
        except Busy as busy:
            return outcomes.asked_to_wait(merchant, deed, busy, afresh=first)
        except Unavailable as problem:
            return self._try_later(deed, problem, afresh=first)
        except Uncertain as problem:
            if not deeds.can_look_up(self._outside(deed), deed.effect):
                return outcomes.left_to_a_person(merchant, deed, CANNOT_BE_ASKED)
            shows_within = deeds.shows_within(self._outside(deed), deed.effect)
            return outcomes.doubtful(deed, problem, max(self.world.quarantine, shows_within))
        return outcomes.done(merchant, deed, receipt)

    def _prepare(self, deed: Deed, known: Standings | None = None) -> Outcome | Ready:  # noqa: PLR0911  # one a kind
        world, merchant, outside = self.world, self.merchant, self._outside(deed)
        try:
            unanswered = address_asks.held_for(world, merchant, outside, deed)
            if unanswered is not None:
                return outcomes.unanswered(deed, unanswered)
            reason = deeds.unwanted(world, merchant, outside, deed, known)
            left = None if reason is None else second_choice.left(world, merchant, outside, deed, reason[0])
            question = None if reason is not None else deeds.question(world, merchant, outside, deed, known)
            with held_for(deed):  # a draft is written before the gate
                request = None if reason or question else deeds.prepare(world, merchant, outside, deed)
        except Busy as busy:
            return outcomes.asked_to_wait(merchant, deed, busy)
        except Unavailable as problem:
            return self._try_later(deed, problem)
        except Rejected as problem:
            return outcomes.refused(merchant, deed, "refused", str(problem))
        if reason is not None:
            return outcomes.unwanted(merchant, deed, *reason, left=left)
        if question is not None:
            return outcomes.parked(merchant, deed, question)
        by_hand = deeds.by_hand(outside, deed)
        if by_hand is not None:
            return outcomes.in_a_persons_hands(merchant, deed, by_hand)
        return Ready(deed=deed, request=request)

    def _look_up(self, deed: Deed) -> Outcome:  # noqa: PLR0911  # one a kind of answer
        merchant, outside = self.merchant, self._outside(deed)
        if not deeds.can_look_up(outside, deed.effect):
            return outcomes.left_to_a_person(merchant, deed, CANNOT_BE_ASKED)
        try:
            receipt = deeds.find(outside, deed)
        except Busy as busy:
            return outcomes.asked_to_wait(merchant, deed, busy)
        except (Unavailable, Uncertain) as problem:
            return outcomes.still_doubtful(deed, wait_after(deed.tries), str(problem))
        if receipt is not None:
            return outcomes.done(merchant, deed, receipt)
        now = self.world.clock.now()
        too_soon = deeds.may_not_show_yet(outside, deed, now)
        if too_soon is not None:
            return outcomes.still_doubtful(deed, too_soon, TOO_SOON)
        if deed.refusal is not None:
            return outcomes.refused(merchant, deed, "refused", deed.refusal)
        if deeds.overdue(outside, deed, now):
            return outcomes.left_to_a_person(merchant, deed, TOO_LATE_TO_REPEAT)
        return outcomes.absent(deed)

    def _look_up_only(self, deed: Deed) -> Outcome:
        """Look for a deed that may not be tried again: it was done after all, or a person finds out."""
        try:
            receipt = deeds.find(self._outside(deed), deed)
        except Busy as busy:
            return outcomes.asked_to_wait(self.merchant, deed, busy)
        except Unavailable as problem:
            # Never given up, as in `still_doubtful`.
            return outcomes.put_back(deed, wait_after(deed.tries), str(problem))
        if receipt is not None:
            return outcomes.done(self.merchant, deed, receipt)
        return outcomes.left_to_a_person(self.merchant, deed, TOO_LATE_TO_REPEAT, unsent=True)

    def _look_first(self, deed: Deed) -> Outcome | Ready:
        """Look for a deed that an old copy of our database may not know it has done, before it is done a first time."""
        if not deeds.can_look_up(self._outside(deed), deed.effect):
            return outcomes.left_to_a_person(self.merchant, deed, PERHAPS_FORGOTTEN, unsent=True)
        try:
            receipt = deeds.find_forgotten(self.merchant, self._outside(deed), deed)
        except Busy as busy:
            return outcomes.asked_to_wait(self.merchant, deed, busy)
        except (Unavailable, Uncertain) as problem:
            return outcomes.put_back(deed, wait_after(deed.tries), str(problem))
        return self._prepare(deed) if receipt is None else outcomes.done(self.merchant, deed, receipt)

    def _follow(self, deed: Deed) -> Outcome:
        """Look whether what was on its way has arrived."""
        try:
            receipt = deeds.follow(self._outside(deed), deed, self.world.clock.now())
        except Rejected as problem:
            return outcomes.failed_late(self.merchant, deed, str(problem))
        except Unavailable as problem:
            return outcomes.on_its_way(self.merchant, deed, problem if isinstance(problem, Busy) else None)
        if receipt.pending:
            return outcomes.on_its_way(self.merchant, deed)
        return outcomes.arrived(self.merchant, deed, receipt)

    def _try_later(self, deed: Deed, problem: Unavailable, *, afresh: bool = False) -> Outcome:
        pause = pause_before_next(problem, deed.tries, deeds.most_tries(deed))
        if pause is None:
            return outcomes.refused(self.merchant, deed, "gave_up", f"given up after {deed.tries} tries: {problem}")
        return outcomes.put_back(deed, pause, str(problem), afresh=afresh)

    def _outside(self, deed: Deed) -> Outside:
        return self.outside.for_a_person() if deed.for_a_person else self.outside
