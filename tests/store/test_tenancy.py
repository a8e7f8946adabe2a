"""Two shops with twin data: whatever is asked in one shop's name, nothing of the other's is found or touched.

The questions are made from the signatures of `app.store`, so a new function cannot be forgotten: it names its shop, or
stands on the list below with a reason.
"""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from importlib import import_module
from typing import Any

from sqlalchemy import select, update

import app.store
from app.domain import gifts
from app.domain.agents import Reason, Role
from app.domain.backtest.asked import Kind as Walk
from app.domain.campaigns import Entrant, Place, Stage, Terms
from app.domain.catalogue import Entry
from app.domain.decisions import Decision
from app.domain.decisions import Place as Drawn
from app.domain.effects import Pool, PushCard
from app.domain.facts import Change
from app.domain.gifts import GiftKind, Health, Moneys, Placed, Seen
from app.domain.history import Batch, Export, PastCustomer, PastOrder
from app.domain.moments import Birthday, Shipment
from app.domain.paid import Found
from app.domain.people import Asked, Person
from app.domain.policy import Brake, Mode, Policy, SpecialCustomer, Trial
from app.domain.rules.brake import Load
from app.domain.sample_tickets import SampleStage
from app.domain.sendings import Status
from app.domain.tastes import Tastes
from app.store import (
    agent_sessions,
    agents,
    alarms,
    asks,
    attentions,
    backtests,
    birthdays,
    campaign_lists,
    campaigns,
    card_templates,
    care,
    catalogue,
    chain,
    chores,
    connections,
    contacts,
    decisions,
    doors,
    endings,
    imports,
    inbox,
    insights,
    late_orders,
    ledger,
    login_asks,
    mails,
    marks,
    orders,
    pools,
    privacy,
    reason_counts,
    results,
    reviews,
    sendings,
    setups,
    shops,
    shortages,
    snoozes,
    story_mails,
    tallies,
    trials,
    trips,
    veil,
    vendor_accounts,
    welcomes,
    yardstick,
)
from app.store.alarms import What
from app.store.backtests import Walked
from app.store.base import Base, Session, Sessions
from app.store.campaign_tables import CampaignPerson
from app.store.connection_tables import Connection, SampleTicket
from app.store.contacts import Kind
from app.store.grants import Pair
from app.store.imports import Overtaken, Reading
from app.store.inbox import Letter
from app.store.ledger import Deed, Draft
from app.store.lifetime import Move, Share
from app.store.sealed import Seal
from app.store.sendings import Sent
from app.store.stories import Search
from app.store.swapping import Other
from app.store.tables import Effect, Grant
from app.store.watch_tables import Trail
from tests.builders import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    address,
    auto_policy,
    flowers,
    gift_line,
    gift_option,
    letter,
    mark,
    mute,
    order,
    outcome,
    paid,
    planned,
    present,
    profile,
    purse,
    receipt,
    refund,
    standing,
    tag,
    usd,
)
from tests.builders import yardstick as measure
from tests.conftest import let_in
from tests.store.bookkeeping import pick
from tests.store.test_decisions import decision

NO_SHOP_NEEDED = {
    "agent_sessions.enter": "finds out whose link it is, by a code too long to guess",
    "agent_sessions.opens": "finds out whether it is a link's, by a code too long to guess",
    "agent_sessions.who": "finds out whose agent it is, by a token too long to guess",
    "agents.agent_of": "turns a row that was found into a person",
    "agents.place": "asks no database",
    "arrivals.keep": "finds out which shop each is for, by the domain that it came with",
    "arrivals.strangers": "finds out which domains are no shop's",
    "asks.place": "asks no database",
    "asks.shops_due": "the ticker's: ids alone",
    "base.as_kept": "asks no database",
    "alarms.shops_in_doubt": "the ticker's: ids alone",
    "alarms.counted": "the operator's: numbers alone",
    "base.insert": "speaks SQL, not data",
    "base.insert_in": "speaks SQL, not data",
    "birthdays.read": "reads a row that was found",
    "bulk.pour": "writes rows that name their shop",
    "care.noted": "reads a row that was found",
    "backtests.shops_due": "the ticker's: ids alone",
    "campaigns.shops_due": "the ticker's: ids alone",
    "bulk.weigh": "lets the database count its own rows",
    "base.open_database": "opens the database",
    "base.sessions_of": "opens the database",
    "base.reading": "opens the database",
    "base.some_rows": "speaks SQL, not data",
    "base.signed": "opens the database",
    "base.unit_of_work": "opens the database",
    "chain.unsealed": "the ticker's: ids alone",
    "chores.daily": "the ticker's: ids alone",
    "checkup.address": "the operator's: where the database is",
    "checkup.time": "the operator's: the database's clock",
    "checkup.unsealable": "the operator's: which shop's keys do not open, never what they say",
    "checkup.waiting": "the operator's: numbers over all shops",
    "conditions.by_hand": "a condition inside statements that name the shop",
    "conditions.believed": "a condition inside statements that name the shop",
    "conditions.crossed": "a condition inside statements that name the shop",
    "conditions.decided_together": "a condition inside statements that name the shop",
    "conditions.due_by": "a condition inside statements that name the shop",
    "conditions.for_one_let_alone": "a condition inside statements that name the shop",
    "conditions.held_back": "a condition inside statements that name the shop",
    "conditions.mine": "a condition inside statements that name the shop",
    "conditions.on_its_way": "a condition inside statements that name the shop",
    "conditions.open_for_business": "a condition inside statements that name the shop",
    "conditions.outdated": "a condition inside statements that name the shop",
    "conditions.passable": "a condition inside statements that name the shop",
    "conditions.picked": "a condition inside statements that name the shop",
    "conditions.sent": "a condition inside statements that name the shop",
    "conditions.told": "asks no database",
    "connections.in_use": "a condition inside statements that name the shop",
    "connections.key_place": "asks no database",
    "connections.opened": "reads a row that was found",
    "connections.secrets_sealed": "asks no database",
    "connections.account_by_token": "finds out which shop it is, by a token too long to guess",
    "dead.strangers_letter_again": "a letter of nobody's shop, given to the one that it names",
    "connections.place_of": "finds out whose desk it is, by an address too long to guess",
    "timekeeping.asking": "the database's clock",
    "dead.addressed_by": "the operator's: to whom a stranger's letter is addressed",
    "deeds.deed_of": "turns a row that was found into a deed",
    "deeds.described": "turns an effect into columns",
    "deeds.reason_of": "asks no database",
    "doors.are_open": "a condition inside statements that name the shop",
    "deeds.readable": "turns rows that were found into deeds",
    "deeds.understood": "reads a row that was found",
    "deeds.vendor_of": "asks no database",
    "gauges.attempts": "the operator's: numbers over all shops",
    "gauges.braked": "the operator's: numbers over all shops",
    "gauges.deeds": "the operator's: numbers over all shops",
    "gauges.doubts": "the operator's: numbers over all shops",
    "gauges.inbox": "the operator's: numbers over all shops",
    "gauges.oldest_due": "the operator's: a moment alone",
    "gauges.pools": "the operator's: numbers over all shops",
    "trips.come_back": "finds out whose trip it is, by what only their browser carries",
    "trips.set_out": "finds out whose trip it is, by a code too long to guess",
    "connections.refresh_place": "asks no database",
    "login_asks.opened_by": "finds out whose link it is, by a code too long to guess",
    "login_asks.place": "asks no database",
    "mails.due": "the ticker's: ids alone",
    "mails.later": "ends what was taken in hand, which names its shop",
    "mails.lost": "ends what was taken in hand, which names its shop",
    "mails.place": "asks no database",
    "mails.sent": "ends what was taken in hand, which names its shop",
    "inbox.all_handled": "marks letters that name their shop, as `inbox.handled` asks it to",
    "inbox.hold": "moves letters that name their shop, and stand as they were taken",
    "grants.let_us_in": "a condition inside statements about shops",
    "grants.refresh_place": "asks no database",
    "grants.to_be_asked_again": "the ticker's: ids alone",
    "grants.token_place": "asks no database",
    "grants.worth_renewing": "the ticker's: ids alone",
    "erasing.forget_strangers": "calls of nobody's shop",
    "groups.costs_nothing": "asks no database",
    "lifting.liftable": "a condition inside statements that name the shop",
    "marks.to_be_looked_through": "the ticker's: ids alone",
    "migrate.is_known": "looks at tables, not data",
    "migrate.newest": "looks at tables, not data",
    "migrate.revision": "looks at tables, not data",
    "migrate.main": "moves tables, not data",
    "migrate.to_head": "moves tables, not data",
    "migrate.to_nothing": "moves tables, not data",
    "migrate.where": "looks at tables, not data",
    "moves.ending": "asks no database",
    "moves.how_many": "runs a statement that names the shop",
    "moves.moved": "runs a statement that names the shop",
    "privacy.note_stranger": "about a shop of which nothing is kept",
    "privacy.overdue": "the doctor's: a number alone",
    "privacy.shops_with_requests": "the ticker's: ids alone",
    "setups.checked": "ends what was taken in hand, which names its shop",
    "setups.due": "the ticker's: ids alone",
    "setups.left": "ends what was taken in hand, which names its shop",
    "setups.not_now": "ends what was taken in hand, which names its shop",
    "setups.proven_by": "is about what was taken in hand, which names its shop",
    "setups.stands": "ends what was taken in hand, which names its shop",
    "samples.email_of": "asks no database",
    "samples.given_up": "ends what was read, which names its shop",
    "samples.gone": "ends what was read, which names its shop",
    "samples.not_done": "ends what was read, which names its shop",
    "settling.release": "books a row that was found",
    "settling.reserve": "books a row that was found",
    "settling.true_cost": "asks no database",
    "pulse.beat": "the ticker's: of the whole database",
    "pulse.held": "the operator's: a number alone",
    "pulse.hold_all": "the operator's: of every shop",
    "pulse.number": "the workers': of the whole database",
    "pulse.installation": "the ticker's: of the whole database",
    "pulse.is_trusted": "a condition inside statements that name the shop",
    "reckoning.sent_all_the_same": "asks no database",
    "resealing.older": "the operator's: a number over all shops",
    "resealing.reseal": "the operator's: every secret stays that of its shop",
    "switch.is_thrown": "a condition inside statements that name the shop",
    "switch.release": "the operator's: of every shop",
    "switch.standstill": "the operator's: of every shop",
    "switch.stop": "the operator's: of every shop",
    "sendings.sent_of": "turns a row that was found into a gift",
    "sendings.shops_due": "the ticker's: ids alone",
    "shortages.shops_due": "the ticker's: ids alone",
    "shops.everybody": "the operator's: for commands that look at all shops",
    "shops.by_domain": "finds out which shop it is, by the domain that was proven",
    "shops.expect": "makes a shop known",
    "shops.install": "makes a shop known",
    "shops.due_for_sweep": "the ticker's: ids alone",
    "shops.with_work": "the ticker's: ids alone",
    "shops.without_history": "the ticker's: ids alone",
    "trail.in_the_name_of": "asks no database",
    "trail.whose": "asks no database",
    "trail.row_moved": "tells of a row that was found",
    "story_mails.later": "ends what was taken in hand, which names its shop",
    "story_mails.lost": "ends what was taken in hand, which names its shop",
    "story_mails.place": "asks no database",
    "story_mails.sent": "ends what was taken in hand, which names its shop",
    "story_mails.shops_due": "the ticker's: ids alone",
    "stories.by_agents": "a condition inside statements that name the shop",
    "stories.matching": "a condition inside statements that name the shop",
    "traces.about": "a condition inside statements that name the shop",
    "traces.deeds_for": "a condition inside statements that name the shop",
    "trials.is_let_be": "a condition inside statements that name the shop",
    "veil.alias_of": "asks no database",
    "veil.subject_of": "asks no database",
}
NOBODYS_TABLES = {"stops", "pulses"}  # the operator's switch is thrown for every shop, and one database has one pulse
BORN = Birthday(month=NOON.month, day=NOON.day, said_at=NOON - DAY)
LATE = Shipment(order_id=1001, ordered_at=NOON - 20 * DAY, tracked=True)
MUG = Entry(id=0, vendor="by_hand", sku="mug", kind=GiftKind.PARCEL, title="Mug", cost=usd(6_00))
ADA = Person(ids=frozenset({55}), words=frozenset({"ada@example.com"}))
# What leaves no trace when it is asked in the right name either.
ONLY_LOCKS = {"orders.lock"}
AS_FOR_A_NEWCOMER = {"pulse.let_go", "switch.is_released_for"}  # neither is stopped or held back
AS_FOR_A_NEWCOMER |= {"yardstick.usual_pause"}  # who has come back at once has the shortest pause there is
AT_THE_END = {"trail.happened", "trail.moved", "trail.note", "trail.some_moved"}  # of the transaction
NOT_WHILE_INSTALLED = {"erasing.forget_shop"}
THE_OTHER = ("connections.mended", "setups.notes_are_stopped", "setups.trust_notes", "setups.wake")
THE_OTHER += ("samples.ask", "samples.read", "samples.take_back", "samples.written")
ASKED_OF = {"privacy.note": Asked.ERASURE} | dict.fromkeys(THE_OTHER, "florist")
ASKED_OF |= {"vendor_accounts.planned": "shelf"}
TO_A_DRAFT = {"approve", "counted", "revise", "keep", "contenders", "freeze"}  # what is asked of a campaign's draft
ONE_OF_ALL = Entrant(customer_id=55, net_minor=1, tenure_days=9, last_order_at=NOON, poorer=0, newer=0, lot=1)
ASKED_OF |= dict.fromkeys(("backtests.ask", "backtests.drop"), Walk.KEPT)
WALKED = Walked(
    kind=Walk.KEPT,
    policy=Policy(),
    asked_at=NOON,
    tries=1,
    percent=0,
    done_at=None,
    outcome=None,
    problem=None,
)
NEW_ID = {"agent_sessions.link", "agents.add", "decisions.keep", "decisions.keep_all", "grants.begin", "privacy.note"}
NEW_ID |= {"story_mails.ask", "catalogue.add", "campaigns.begin", "shortages.raise_shield"}
NEW_ID |= {"agent_sessions.admit", "desk_keys.begin", "login_asks.answer", "trips.plan"}  # tokens and codes
SENT = Sent(
    id=1,
    effect_id=1,
    vendor="shelf",
    reference="S-1",
    other="",
    status=Status.PLACED,
    confirmed=True,
    status_at=NOON,
    placed_at=NOON,
    day=None,
    cancel_until=None,
    next_look_at=NOON,
    looks=0,
)


def placed_in_a_trial(customer_id: int, *, held_out: bool = False) -> Decision:
    """Return a decision that brings somebody into a trial."""
    return replace(decision("gift"), place=Drawn(edition=1, customer_id=customer_id, held_out=held_out))


FOUND = Found(edition=1, followed=7, stretches=())
THEIR_TURN = "turn"  # of whoever is at the token endpoint, in every shop the same


def all_functions() -> dict[str, Callable[..., Any]]:
    """Return every public function of the store by its module and name."""
    modules = {
        found.name: import_module(f"app.store.{found.name}") for found in pkgutil.iter_modules(app.store.__path__)
    }
    return {
        f"{short}.{name}": function
        for short, module in modules.items()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


FUNCTIONS = all_functions()
ASKED = {name: function for name, function in FUNCTIONS.items() if name not in NO_SHOP_NEEDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhabitant:
    """One shop's rows, by the numbers that only its own questions may use."""

    shop_id: int
    agent_id: int
    session_id: int
    ask_id: int
    awaiting: int
    beyond: int
    later: int
    doubtful: int
    misfit: int
    template_id: int
    gift_id: int
    draft_id: int
    running_id: int
    stopped_id: int
    shield_id: int
    pool_id: int
    decision_id: int
    request_id: int
    copied_id: int
    reader_id: int
    letter: Letter
    picked: Deed
    sending: Deed
    moving: Deed
    in_hands: Deed
    sent: Sent

    def arguments(self, name: str, seal: Seal) -> dict[str, Any]:
        """Return what the function of that name is asked, in this shop's name and about its rows."""
        keys: dict[str, Any] = {"connections.connect": "sealed", "undoing.undone": refund(order_id=6).key}
        keys |= {"erasing.forget_person": b"key", "care.was_ours": mute().key}
        keys |= {"sendings.of_key": refund(order_id=1001).key, "samples.written": "sample"}
        effects = {"alarms.put_to_rest": 7, "dead.deed_again": self.doubtful, "stories.needs_person": self.doubtful}
        asked = {"lifting.allowable": self.awaiting, "asks.forget": self.later, "asks.kept": self.doubtful}
        effects |= {"lifting.lift": self.beyond, "ledger.hurry": self.later, "follow.is_overtaken": 1}
        known = {
            "shop_id": self.shop_id,
            "agent_id": -1 if name == "attentions.of_others" else self.agent_id,
            "session_id": self.session_id,
            "ask_id": self.ask_id,
            "reader_id": self.reader_id,
            "effect_ids": [self.sent.effect_id if name.startswith("sendings.") else asked.get(name, 1)],
            "sent": self.sent,
            "email_digest": {"agents.member": "l", "agents.of_mail": "s"}.get(name, "n") * 64,
            "effect_id": self._asked_for(name) or effects.get(name, self.awaiting),
            "template_id": self.template_id,
            "entry": replace(MUG, id=self.gift_id, sku="other", title="Big mug"),
            "campaign_id": self._campaign(name),
            "active_since": NOON - (900 if name.startswith(("campaign_lists.", "shortages.")) else 1) * DAY,
            "customer_ids": (58,) if name == "campaign_lists.disputed" else (55,),
            "shield_id": self.shield_id,
            "variant_id": 77 if name == "shortages.of_variant" else 78,
            "keys": {55: refund(order_id=2).key} if name == "campaign_lists.planned" else [refund(order_id=2).key],
            "seen": NOON if name == "campaigns.take" else 0,
            "pool_id": self.pool_id,
            "decision_id": self.decision_id,
            "letter": self.letter,
            "deed": self._deed(name),
            "other": self.picked and Other(effect=self.picked.effect, cost=usd(1), why="It was gone."),
            "ready": [(self.picked, None)],
            "deeds": [self.picked],
            "ended": [(self.sending, receipt())],
            "key": keys.get(name, refund(order_id=2).key),
            "known": {} if name == "orders.write" else None,
            "name": {
                "agents.add": "Sam",
                "pools.open_month": Pool.TEAM,
                "pools.whole": "campaign-1",
                "orders.latest_order": "#1001",
            }.get(name, "review"),
            "policy": Policy() if name in {"backtests.ask", "shops.change_policy"} else SpecialCustomer(),
            "orders": [
                order(id=1001, customer_id=54 if name == "people.at_home" else 55, net=usd(3), updated_at=NOON + DAY)
            ],
            "order": order(id=1001, customer_id=54, net=usd(3), updated_at=NOON + DAY),
            "customer_id": {"people.home_of": 54, "people.mark_refused": 54, "treats.latest": 58}.get(name, 55),
            "account": "somebody",
            "handle": "bulk-1" if name == "imports.is_awaited" else "bulk-2",
            "seal": seal,
            # The one that has stopped.
            "rule": "special_customer" if name == "tallies.release" else "nth_order_gift",
            "kind": Export.ORDERS if name.startswith("imports.") else ASKED_OF.get(name, "gorgias"),
            "request_id": self.copied_id if name == "privacy.copy_of" else self.request_id,
            "letters": () if name == "traces.everything" else (self.letter.id,),
            "delivery_id": {"erasing.forget_words": self.letter.id, "dead.letter_again": self.misfit}.get(name),
            "now": NOON + (100 * DAY if name == "privacy.overdue_in" else HOUR),
            "since": "2026-10" if name == "costs.spent" else NOON - DAY,
            "what": What.TWICE if name.startswith("alarms.") else "stopped",
            "before": NOON + 2 * DAY,
            "after": 0,
            "ticket_id": "43" if name.endswith("_elsewhere") else "42",
            "said": [decision("gift")] if name == "decisions.just_said" else [(decision("gift"), self.letter.id)],
        }
        known |= {"known": {}} if name == "orders.write" else {}
        return SAME_FOR_ALL | known

    def _campaign(self, name: str) -> int:
        """Return the campaign that is as far as the question supposes."""
        asks_for = name.partition(".")[2]
        if asks_for in TO_A_DRAFT:
            return self.draft_id
        return self.stopped_id if asks_for in {"resume", "still_to_leave", "doubts", "billed"} else self.running_id

    def _asked_for(self, name: str) -> int | None:
        """Return the deed whose address is as far as the question supposes: new, looked at, asked for, told."""
        module, _, asks_for = name.partition(".")
        if module != "asks" or asks_for == "begin":
            return None
        if asks_for in {"asked", "looked", "put_off"}:
            return self.later
        if asks_for == "hand_on":
            return self.awaiting
        return self.doubtful if asks_for == "address" else self.beyond

    def _deed(self, name: str) -> Deed:
        if name.startswith(("pending.", "reckoning.")):
            return self.moving
        if name == "endings.let_be":
            return self.in_hands
        return (
            self.picked
            if name in {"ledger.gate", "endings.drop", "endings.leave_to_a_person", "parking.park", "swapping.swap"}
            else self.sending
        )


SAME_FOR_ALL: dict[str, Any] = {
    "seed": "s",
    "terms": Terms(weight=20),
    "among": 9,
    "left_out": {"lapsed": 3},
    "entrants": [replace(ONE_OF_ALL, customer_id=56)],
    "places": [Place(number=1, entrant=ONE_OF_ALL, held_out=False)],
    "list_print": "f" * 64,
    "next_at": NOON,
    "waits_for": "stock",
    "forgiven": 3,
    "alias": -5,
    "number": 55,
    "treated_since": NOON,
    "variants": [gift_line().variant_id],
    "taking": {1: 77},
    "title": "Candle",
    "available": 1,
    "walked": WALKED,
    "outcome": outcome(),
    "percent": 7,
    "placed": Placed(reference="S-2"),
    "told": Seen(status=Status.CANCELLED, money=Moneys.BACK),
    "vendor": "shelf",
    "references": ("S-1",),
    "rules": {"nth_order_gift": NOON - DAY, "special_customer": NOON - DAY},
    "tried": ("special_customer",),
    "months": ("2026-11",),
    "paths": ("special_customer.mode",),
    "old": Policy(),
    "new": auto_policy(),
    "all_the_same": False,
    "partial": True,
    "typed": "1001",
    "tickets": ("42",),
    "unpaid": False,
    "upto": 2**63 - 1,
    "moves": [Move(None, Share(55, counted=True, net_minor=1, at=NOON))],
    "mails": {55: "d" * 64},
    "to_do": False,
    "cost_minor": 12_00,
    "words": "So sorry.",
    "sympathy": False,
    "health": Health(mode=gifts.Mode.LIVE),
    "tasted": Tastes(likes=("cake",)),
    "door": address(),
    "digest": "d",
    "language": "fr",
    "most": 5,
    "nothing": False,
    "town": "t",
    "keep_until": None,
    "ways": {"e" * 64: Kind.PHONE},
    "order_ids": [1001],
    "metafield": "facts.birth_date",
    "days": {55: BORN},
    "late": [Shipment(order_id=1003, ordered_at=NOON)],
    "occasions": {55: "birthday:2026"},
    "within": [(NOON - DAY, NOON)],
    "active_since": NOON - DAY,
    "customers": [55],
    "buyers": {1001: 55},
    "modes": {"nth_order_gift": Mode.AUTO},
    "reference": "1",
    "press": "d-1",
    "vouched_by": "a frame's token",
    "ref": "7",
    "who": "staff:1",
    "token": "t",
    "refresh": "r",
    "expires_at": NOON + DAY,
    "options": {"sender": "us"},
    "subject": "Hello",
    "text": "Hello.",
    "desk": "d1",
    "about": "",
    "browser": "browser",
    "role": Role.LEAD,
    "active": False,
    "email": "new@example.com",
    "address": "new@example.com",
    "held_since": NOON,
    "agent": "agent:1f",
    "at": NOON,
    "brake": Brake(),
    "day": NOON.date(),
    "load": Load(deeds=1, minor=1_00),
    "today": NOON.date() + 90 * DAY,
    "person": ADA,
    "digests": ("d",),
    "bones": b"",
    "handled": False,
    "copy": "{}",
    "aliases": (-7,),
    "found": FOUND,
    "begins": NOON - 30 * DAY,
    "ends": NOON + 30 * DAY,
    "trial": Trial(rule="nth_order_gift", percent=10, edition=1),
    "decided": [placed_in_a_trial(59)],
    "timezone": "America/New_York",
    "older_than": NOON + DAY,
    "until": NOON + DAY,
    "day_start": NOON - DAY,
    "updated_at": NOON - HOUR,
    "lease": MINUTE,
    "quarantine": MINUTE,
    "look_at": None,
    "to": 55,
    "request": None,
    "afresh": False,
    "from_hands": False,
    "vouched": False,
    "refusal": None,
    "but": (),
    "editing": (),
    "cost": usd(12_00),
    "limit": 50,
    "limit_minor": 700_00,
    "minor": 12_00,
    "month_minor": 900_00,
    "pool": Pool.TEAM,
    "reserved_minor": 12_00,
    "spent_minor": 12_00,
    "month": "2026-11",
    "period": "2026-11-21",
    "chore": "review",
    "few": False,
    "changed": 3,
    "order_id": 1001,
    "option": gift_option(title="A mug in blue"),
    "change": Change(order_id=1001, updated_at=NOON - 9 * DAY, net=usd(1)),
    "delivery_key": "d-new",
    "event_key": "e-new",
    "news": "comment:7",
    "topics": None,
    "sources": None,
    "rest": DAY,
    "gone_id": 55,
    "kept_id": 57,
    "profile": profile(name="Renamed"),
    "triggered_at": NOON,
    "source": "shopify",
    "sender": "x.myshopify.com",
    "topic": "orders/paid",
    "body": b"{}",
    "bounds": (1, 2**60),
    "batch": Batch(lines=2, orders=[PastOrder(1009, 55, "#1009", NOON, NOON, 5_00, counted=True, mail_digest=None)]),
    "reading": Reading(
        kind=Export.ORDERS,
        handle="bulk-1",
        asked_at=NOON,
        without_people=False,
        lines=0,
        things=0,
        promised=0,
        failures=0,
        done=False,
    ),
    "count": 3,
    "without_people": True,
    "kept": 57,
    "gone": 55,
    "deleted": 55,
    "mail_digest": "d" * 64,
    "currency": "USD",
    "kinds": ("tag_customer",),
    "user": "u",
    "mode": Mode.AUTO,
    "special": False,
    "even_own": False,
    "marked": True,
    "gesture": "send_flowers",
    "paused": True,
    "code": "gift",
    "why": "because",
    "because": "because",
    "problem": "odd",
    "plan": paid(refund(order_id=77)),
    "drafts": [
        Draft(plan=paid(refund(order_id=78)), rule="refund_keep", because="because", mode=Mode.AUTO, decision_id=None)
    ],
    "purse": purse(),
    "pair": Pair(token="shpat_next", expires_at=NOON + HOUR),
    "turn": THEIR_TURN,
    "insisting": False,
    "reason": "revoked",
    "secret": "fingerprint",
    "scopes": frozenset({"write_orders"}),
    "receipt": receipt(),
    "decision": decision("gift"),
    "yardstick": measure(threshold=usd(1)),
    "standing": standing(),
    "subjects": ("order:1001",),
    "search": Search(),
    "done_at": NOON + DAY,
    "url_token": "another token",
    "secrets": ("another secret",),
}


def test_given_every_function_of_the_store_when_looked_at_then_it_names_its_shop_or_says_why_not() -> None:
    nameless = {
        name for name, function in FUNCTIONS.items() if not {"shop_id", "deed", "letter"} & set(parameters(function))
    }

    assert nameless <= set(NO_SHOP_NEEDED)
    assert set(NO_SHOP_NEEDED) <= set(FUNCTIONS), "the list names what there is no more"


def test_given_twin_shops_when_one_asks_everything_then_the_others_rows_make_no_difference(
    sessions: Sessions, seal: Seal
) -> None:
    with rolled_back(sessions) as session:
        twin = moved_in(session, seal, "twin.myshopify.com", net=50_00)
        nobody = replace(
            twin,
            agent_id=-1,
            session_id=-1,
            ask_id=-1,
            awaiting=-1,
            beyond=-1,
            later=-1,
            doubtful=-1,
            misfit=-1,
            template_id=-1,
            gift_id=-1,
            draft_id=-1,
            running_id=-1,
            stopped_id=-1,
            shield_id=-1,
            pool_id=-1,
            request_id=-1,
            copied_id=-1,
            reader_id=-1,
            sent=replace(twin.sent, id=-1, effect_id=-1),
        )
        nobody = replace(nobody, picked=replace(twin.picked, id=-1), sending=replace(twin.sending, id=-1))
        before = {name: ask(session, name, nobody, seal) for name in ASKED if not holds_row(name)}
        mine = moved_in(session, seal, "mine.myshopify.com", net=90_00)
        books = rows_of(session, mine.shop_id)

        meddler = replace(
            mine,
            shop_id=twin.shop_id,
            letter=replace(mine.letter, shop_id=twin.shop_id),
            picked=replace(mine.picked, shop_id=twin.shop_id),
            sending=replace(mine.sending, shop_id=twin.shop_id),
            moving=replace(mine.moving, shop_id=twin.shop_id),
            in_hands=replace(mine.in_hands, shop_id=twin.shop_id),
            decision_id=twin.decision_id,
        )
        found, touched = {}, set()
        for name in ASKED:
            with session.begin_nested() as attempt:
                found[name] = answer(session, name, meddler, seal)
                session.flush()
                touched |= {name} if rows_of(session, mine.shop_id) != books else set()
                attempt.rollback()

    assert touched == set()
    assert {name for name, told in before.items() if found[name] != told and name not in NEW_ID} == set()
    assert {name for name in ASKED if holds_row(name) and found[name]} == set()


def test_given_the_right_shop_when_it_asks_everything_then_every_answer_depends_on_its_rows(
    sessions: Sessions, seal: Seal
) -> None:
    """Prove that the test above can fail: these very questions do find and touch something."""
    with rolled_back(sessions) as session:
        mine = moved_in(session, seal, "mine.myshopify.com", net=90_00)
        stranger = replace(mine, shop_id=newcomer(session, seal, "new.myshopify.com"))
        books = rows_of(session, mine.shop_id)
        blind = set()
        for name in ASKED:
            nothing = ask(session, name, stranger, seal)
            with session.begin_nested() as attempt:
                something = answer(session, name, mine, seal)
                session.flush()
                if something == nothing and rows_of(session, mine.shop_id) == books:
                    blind.add(name)
                attempt.rollback()

    assert blind == ONLY_LOCKS | AS_FOR_A_NEWCOMER | AT_THE_END | NOT_WHILE_INSTALLED


def test_given_every_question_when_asked_then_this_test_knows_what_to_ask(seal: Seal) -> None:
    named = (
        "shop_id",
        "agent_id",
        "session_id",
        "ask_id",
        "awaiting",
        "beyond",
        "later",
        "doubtful",
        "misfit",
        "template_id",
        "gift_id",
        "draft_id",
        "running_id",
        "stopped_id",
        "shield_id",
        "pool_id",
        "decision_id",
        "request_id",
        "copied_id",
        "reader_id",
    )
    numbers = dict.fromkeys(named, 1)
    letter = Letter(
        id=1, shop_id=1, source="", topic="", body=b"", received_at=NOON, triggered_at=None, attempts=1, tries=1
    )
    nobody: Any = None
    whom = Inhabitant(
        **numbers, letter=letter, picked=nobody, sending=nobody, moving=nobody, in_hands=nobody, sent=SENT
    )

    unknown = {name: set(required(FUNCTIONS[name])) - set(whom.arguments(name, seal)) for name in ASKED}
    assert {name: words for name, words in unknown.items() if words} == {}


def parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(function).parameters)


def required(function: Callable[..., Any]) -> list[str]:
    found = parameters(function)
    return [name for name, each in found.items() if name != "session" and each.kind is not each.VAR_KEYWORD]


def holds_row(name: str) -> bool:
    """Return whether the function is handed a row that names its shop, in place of the shop."""
    return not {"shop_id"} & set(parameters(FUNCTIONS[name]))


def ask(session: Session, name: str, whom: Inhabitant, seal: Seal) -> object:
    """Return the answer and undo whatever the question did."""
    with session.begin_nested() as attempt:
        told = answer(session, name, whom, seal)
        attempt.rollback()
    return told


def answer(session: Session, name: str, whom: Inhabitant, seal: Seal) -> object:
    session.expire_all()
    function = FUNCTIONS[name]
    known = whom.arguments(name, seal)
    named = {each: known[each] for each in required(function)}
    if name == "shops.note_history":
        named["done_at"] = known["done_at"]
    try:
        return without_ids(function(session, **named))
    except Overtaken:
        return None


def without_ids(found: Any) -> object:  # whatever the store answers
    """Return an answer so that it can be compared: a new row's number says nothing."""
    if is_dataclass(found):
        return {field.name: without_ids(getattr(found, field.name)) for field in fields(found) if field.name != "id"}
    if isinstance(found, list | tuple | Iterator):
        return [without_ids(each) for each in found]
    return found


def rows_of(session: Session, shop_id: int) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of one shop."""
    found = {}
    for name, table in Base.metadata.tables.items():
        if name in NOBODYS_TABLES:
            continue
        column = table.c.id if name == "shops" else table.c.shop_id
        found[name] = sorted((tuple(row) for row in session.execute(select(table).where(column == shop_id))), key=repr)
    return found


@contextmanager
def rolled_back(sessions: Sessions) -> Iterator[Session]:
    with sessions() as session:
        yield session
        session.rollback()


def newcomer(session: Session, seal: Seal, domain: str) -> int:
    """Install a shop that has nothing yet."""
    shop_id = shops.install(session, profile=profile(domain=domain), policy=auto_policy(), now=NOON)
    let_in(session, shop_id, seal, Pair(token=f"shpat_{domain}", expires_at=None, refresh_token=f"shprt_{domain}"))
    return shop_id


def moved_in(session: Session, seal: Seal, domain: str, *, net: int) -> Inhabitant:
    """Install a shop with something in every table: the same customers, orders, tickets and keys in each shop."""
    shop_id = newcomer(session, seal, domain)
    keys_given(session, shop_id, domain, seal)
    connections.connect(session, shop_id=shop_id, kind="florist", account="a", user="u", key=domain, seal=seal)
    connections.broke(session, shop_id=shop_id, kind="florist", now=NOON)
    setups.begin(session, shop_id=shop_id, kind="gorgias", now=NOON)
    setups.notes_came_out(session, shop_id=shop_id, kind="florist")
    session.execute(update(Grant).where(Grant.shop_id == shop_id).values(lease=THEIR_TURN, lease_until=NOON))
    shops.note_history(session, shop_id=shop_id, swept_to=NOON)
    shops.new_mail_key(session, shop_id=shop_id, seal=seal)
    imports.begin(session, shop_id=shop_id, now=NOON, since=None)
    for kind in Export:
        imports.asked(session, shop_id=shop_id, kind=kind, handle="bulk-1", now=NOON)
    (customers, _) = imports.readings(session, shop_id=shop_id)
    told = Batch(lines=1, customers=[PastCustomer(55, None, 1_00, 1)])
    imports.keep(session, shop_id=shop_id, reading=customers, after=0, batch=told, since=NOON, now=NOON)
    doors.shut(session, shop_id=shop_id, until=NOON - DAY, because="It was frozen.")
    for number in (1001, 1002):
        orders.record(session, shop_id=shop_id, order=order(id=number, name=f"#{number}", net=usd(net)))
    orders.set_special(session, shop_id=shop_id, customer_ids=[55], special=True, now=NOON)
    first_steps(session, shop_id)
    orders.record(session, shop_id=shop_id, order=order(id=1004, customer_id=56, net=usd(net)))
    people_known(session, shop_id, net)
    guest = order(id=1005, customer_id=None, mail_digest="d" * 64, net=usd(net))
    orders.record(session, shop_id=shop_id, order=guest)
    orders.rehome(session, shop_id=shop_id, kept=55, deleted=54, now=NOON)
    orders.write(session, shop_id=shop_id, orders=[order(id=1003, customer_id=54, net=usd(net))])
    chores.take(session, shop_id=shop_id, name="review", period="2026-11-21", now=NOON)
    counted = {"shop_id": shop_id, "load": Load(deeds=1, minor=1_00), "day": NOON.date()}
    tallies.watch(session, rule="nth_order_gift", **counted)
    tallies.press(session, shop_id=shop_id, agent="agent:1f", at=NOON)
    for rule in ("nth_order_gift", "special_customer"):
        tallies.fire(session, rule=rule, brake=Brake(), now=NOON, **counted)
    tallies.stop(session, shop_id=shop_id, rule="special_customer", day=NOON.date(), now=NOON)
    for key, source in (("a press", "gorgias"), *((f"d-{number}", "shopify") for number in (1, 2, 3))):
        receive(session, shop_id, domain, key, source)
    _, (letter,) = (inbox.claim(session, shop_id=shop_id, now=NOON, lease=DAY, limit=1) for _ in range(2))
    (misfit,) = inbox.claim(session, shop_id=shop_id, now=NOON, lease=DAY, limit=1)
    inbox.set_aside(session, misfit, problem="odd")
    with_a_test_ticket(session, shop_id, letter)
    made = decisions.keep(session, decision("gift"), shop_id=shop_id, delivery_id=letter.id, mode=Mode.AUTO, now=NOON)
    sam, session_id, ask_id = team_of(session, shop_id, seal)
    ledger_rows = with_addresses(session, shop_id, deeds(session, shop_id, made, by=sam), seal)
    month = pools.open_month(session, shop_id=shop_id, name=Pool.TEAM, month="2026-11", limit_minor=1_00)
    pools.grant(session, shop_id=shop_id, pool_id=month.id, key="page:1", minor=30_00, now=NOON)  # little is left
    veil.draw_over(session, shop_id=shop_id, aliases=(-5,), now=NOON)
    gone_wrong = [7, ledger_rows["moving"].id]
    alarms.sound(session, shop_id=shop_id, effect_ids=gone_wrong, what=What.TWICE, now=NOON)
    for place in ("sealed", "to be sealed"):
        session.add(Trail(shop_id=shop_id, what="done", who="house", why=place, effect_id=-1))
        session.flush()
        if place == "sealed":
            chain.seal_some(session, shop_id=shop_id, seal=seal)
    request, copied = (
        privacy.note(session, shop_id=shop_id, kind=Asked.COPY, person=ADA, seal=seal, now=NOON) for _ in range(2)
    )
    privacy.hand_over(session, shop_id=shop_id, request_id=copied, copy="{}", seal=seal, now=NOON)
    return Inhabitant(
        shop_id=shop_id,
        agent_id=sam,
        session_id=session_id,
        ask_id=ask_id,
        pool_id=month.id,
        decision_id=made,
        request_id=request,
        copied_id=copied,
        reader_id=story_readers(session, shop_id, seal),
        letter=letter,
        misfit=misfit.id,
        **kindness_of(session, shop_id),
        **campaigns_of(session, shop_id, {55: ledger_rows["awaiting"], 57: ledger_rows["beyond"]}),
        **ledger_rows,
    )


def with_a_test_ticket(session: Session, shop_id: int, letter: Letter) -> None:
    """Let one be asked for, a call about one be understood, and something be decided that nobody called for."""
    session.add(SampleTicket(shop_id=shop_id, kind="florist", key="sample", stage=SampleStage.ASKED))
    decisions.keep(session, decision("dwells"), shop_id=shop_id, delivery_id=None, mode=Mode.AUTO, now=NOON)
    about = replace(decision("gift"), subject="ticket:42")
    decisions.keep(session, about, shop_id=shop_id, delivery_id=letter.id, mode=Mode.AUTO, now=NOON)


def decided_on(session: Session, shop_id: int, effect_id: int) -> None:
    """Let somebody say yes to a deed, and change their mind about all rules; and all that was decided be counted."""
    approved = {"rule": "nth_order_gift", "why": "approved", "effect_id": effect_id}
    session.add(Trail(shop_id=shop_id, what="planned", who="house", **approved))
    for policy in (Policy(), auto_policy()):
        shops.change_policy(session, shop_id=shop_id, policy=policy, now=NOON)
    reason_counts.take(session, shop_id=shop_id, now=NOON, day_start=NOON)


def campaigns_of(session: Session, shop_id: int, theirs: dict[int, int]) -> dict[str, int]:
    """Begin three campaigns, one of them under way and one that stopped itself, and keep something back."""
    mine, numbers = {"shop_id": shop_id}, []
    pools.open_whole(session, name="campaign-1", limit_minor=90_00, **mine)
    for stage in (Stage.DRAFT, Stage.RUNNING, Stage.APPROVED):
        number = campaigns.begin(session, name="Thanks", seed="s", terms=Terms(), now=NOON, **mine)
        about = mine | {"campaign_id": number}
        campaign_lists.keep(session, entrants=[ONE_OF_ALL, replace(ONE_OF_ALL, customer_id=57)], **about)
        if stage is not Stage.DRAFT:
            places = [Place(number=1, entrant=ONE_OF_ALL, held_out=False)]
            places += [Place(number=2, entrant=replace(ONE_OF_ALL, customer_id=57), held_out=True)]
            campaigns.approve(session, seen=0, list_print="p", next_at=NOON, now=NOON, **about)
            campaign_lists.freeze(session, places=places, **about)
        if stage is Stage.APPROVED:
            campaigns.stop(session, waits_for="failures", **about)
            spent = (Effect.shop_id == shop_id, Effect.state == "done", Effect.kind == "add_gift_line")
            sent = {"customer_id": 61, "place": 3, "effect_id": session.scalar(select(Effect.id).where(*spent))}
            known = {name: getattr(ONE_OF_ALL, name) for name in ("net_minor", "tenure_days", "last_order_at", "lot")}
            session.add(CampaignPerson(**about, **known, **sent, poorer=0, newer=0))
            for customer_id, effect_id in theirs.items():
                this = (CampaignPerson.campaign_id == number, CampaignPerson.customer_id == customer_id)
                session.execute(update(CampaignPerson).where(*this).values(effect_id=effect_id))
        numbers.append(number)
    shield = shortages.raise_shield(session, variant_id=77, title="Candle", kept=5, now=NOON, **mine)
    shortages.looked(session, shield_id=shield, available=2, until=NOON, now=NOON, **mine)
    draft, running, stopped = numbers
    return {"draft_id": draft, "running_id": running, "stopped_id": stopped, "shield_id": shield}


def kindness_of(session: Session, shop_id: int) -> dict[str, int]:
    """Keep words for cards, and a gift; return their numbers."""
    template = card_templates.keep(session, shop_id=shop_id, name="review", words="Be well.", sympathy=True)
    gift = catalogue.add(session, MUG, shop_id=shop_id, currency="USD", now=NOON)
    assert gift is not None
    health = Health(mode=gifts.Mode.SANDBOX, balance=usd(5_00))
    vendor_accounts.looked_at(session, health, shop_id=shop_id, kind="florist", now=NOON)
    return {"template_id": template, "gift_id": gift}


def keys_given(session: Session, shop_id: int, domain: str, seal: Seal) -> None:
    """Let a helpdesk have given its key, which somebody renews, and let the merchant be on their way to it again."""
    known = {"shop_id": shop_id, "kind": "gorgias", "account": "a", "user": "u"}
    given = {"key": domain, "url_token": domain, "refresh": domain, "expires_at": NOON}
    connections.connect(session, seal=seal, **known, **given)
    turn = update(Connection).where(Connection.shop_id == shop_id, Connection.kind == "gorgias")
    session.execute(turn.values(key_lease=THEIR_TURN, key_lease_until=NOON))
    trips.plan(session, who="staff:1", now=NOON, **known)


def with_addresses(session: Session, shop_id: int, rows: dict[str, Any], seal: Seal) -> dict[str, Any]:
    """Let one deed's address be looked at yet, another's be asked for, and a third one's be told."""
    decided_on(session, shop_id, rows["awaiting"])
    for name in ("later", "beyond", "doubtful"):
        asks.begin(session, shop_id=shop_id, effect_id=rows[name], now=NOON)
    for name in ("beyond", "doubtful"):
        asked = {"expires_at": NOON + DAY, "until": NOON + DAY, "now": NOON}
        assert asks.asked(session, shop_id=shop_id, effect_id=rows[name], **asked)
    told = {"door": address(), "seal": seal, "now": NOON}
    assert asks.answer(session, shop_id=shop_id, effect_id=rows["doubtful"], **told)
    back = {"shop_id": shop_id, "effect_id": rows["moving"].id}
    asks.came_back(session, **back, **asked)
    assert asks.answer(session, **back, **told)
    return rows


def team_of(session: Session, shop_id: int, seal: Seal) -> tuple[int, int, int]:
    """Take in Sam, who sits at the desk, and Lea, who left; return Sam's number, their session's and their ask's."""
    sam, lea = (hired(session, shop_id, name, digest * 64, seal) for name, digest in (("Sam", "s"), ("Lea", "l")))
    agents.set_active(session, shop_id=shop_id, agent_id=lea, active=False)
    agents.introduce(session, shop_id=shop_id, agent_id=sam, kind="gorgias", ref="7")
    snoozes.snooze(session, shop_id=shop_id, customer_id=55, agent_id=sam, until=NOON + DAY + HOUR)
    attentions.take(session, shop_id=shop_id, customer_id=55, agent_id=sam, what="flowers", now=NOON + HOUR)
    return sam, came_in(session, shop_id, sam, seal), written_to(session, shop_id, sam, seal)


def story_readers(session: Session, shop_id: int, seal: Seal) -> int:
    """Let two people be told of each month, of whom one is to be told of this one; return that one's number."""
    asked = {"shop_id": shop_id, "language": "en", "seal": seal, "most": 9}
    first = story_mails.ask(session, address="first@example.com", digest="1" * 64, **asked)
    story_mails.begin(session, shop_id=shop_id, month="2026-11", nothing=False, now=NOON)
    story_mails.ask(session, address="second@example.com", digest="2" * 64, **asked)
    assert first is not None
    return first


def hired(session: Session, shop_id: int, name: str, digest: str, seal: Seal) -> int:
    """Take somebody into the team; return their number."""
    role = Role.LEAD if name == "Sam" else Role.AGENT
    known = {"name": name, "email": f"{name}@example.com", "email_digest": digest, "role": role}
    number = agents.add(session, shop_id=shop_id, seal=seal, **known)
    assert number is not None
    return number


def came_in(session: Session, shop_id: int, agent_id: int, seal: Seal) -> int:
    """Sign somebody in by a link that stays about; return the session's number."""
    vouched = {"shop_id": shop_id, "agent_id": agent_id, "vouched_by": "another frame's token"}
    assert agent_sessions.admit(session, seal=seal, now=NOON, **vouched) is not None
    code = agent_sessions.link(session, shop_id=shop_id, agent_id=agent_id, now=NOON)
    assert code is not None
    entered = agent_sessions.enter(session, code=code, browser="browser", seal=seal, now=NOON)
    assert entered is not None
    return entered[1].session_id


def written_to(session: Session, shop_id: int, agent_id: int, seal: Seal) -> int:
    """Let somebody be mailed, and two have asked for a link, of whom one has it; return the number of the other."""
    known = {"shop_id": shop_id, "seal": seal, "now": NOON}
    said = {"subject": "Hello", "text": "Hello.", "until": NOON + MINUTE}
    mails.queue(session, agent_id=agent_id, key="before", **said, **known)
    for number in (1, 2):
        login_asks.keep(session, email="e", desk="d1", about="", browser="browser", **known)
        asked = login_asks.take(session, shop_id=shop_id, seal=seal)
        assert asked is not None
        if number == 1:
            login_asks.answer(session, shop_id=shop_id, ask_id=asked.id, agent_id=agent_id, now=NOON)
    tallies.ask(session, shop_id=shop_id, at=NOON)
    tallies.ask_as(session, shop_id=shop_id, agent_id=agent_id, at=NOON)
    return asked.id


def first_steps(session: Session, shop_id: int) -> None:
    """Let the shop be measured and counted, and its merchant pick a gift."""
    yardstick.measure(session, shop_id=shop_id, policy=SpecialCustomer(), now=NOON)
    insights.take(session, shop_id=shop_id, policy=SpecialCustomer(), now=NOON)
    reviews.begin(session, shop_id=shop_id, period="2026-11-21", few=True, now=NOON)
    welcomes.pick(session, shop_id=shop_id, option=gift_option(), now=NOON)
    welcomes.skip_helpdesk(session, shop_id=shop_id, now=NOON)
    walked_through(session, shop_id)


def walked_through(session: Session, shop_id: int) -> None:
    """Let one walk through the past be in hands, and another be asked for."""
    backtests.ask(session, shop_id=shop_id, kind=Walk.KEPT, policy=Policy(), now=NOON)
    backtests.take_up(session, shop_id=shop_id, now=NOON, lease=MINUTE)
    backtests.ask(session, shop_id=shop_id, kind=Walk.TRIED, policy=Policy(), now=NOON)


def people_known(session: Session, shop_id: int, net: int) -> None:
    long_ago = order(id=990, customer_id=55, net=usd(net), processed_at=NOON - 300 * DAY, updated_at=NOON - 300 * DAY)
    orders.record(session, shop_id=shop_id, order=long_ago)
    orders.record(session, shop_id=shop_id, order=order(id=1010, customer_id=58, net=usd(net), disputed=True))
    orders.set_special(session, shop_id=shop_id, customer_ids=[58], special=True, now=NOON)
    marks.shown(session, shop_id=shop_id, customer_ids=[58], marked=True, now=NOON)
    contacts.learn(session, shop_id=shop_id, customer_id=55, ways={"d": Kind.MAIL})
    birthdays.learn(session, days={55: BORN}, metafield="facts.born", now=NOON, shop_id=shop_id, customer_ids=[55])
    orders.record(session, shop_id=shop_id, order=order(id=6, net=usd(net)))
    arrived = Shipment(order_id=1010, ordered_at=NOON - 20 * DAY, arrived_at=NOON)
    late_orders.note(session, shop_id=shop_id, late=[LATE, arrived])
    care.note_tastes(session, Tastes(likes=("tea",)), shop_id=shop_id, customer_id=55)
    care.mark_sensitive(session, shop_id=shop_id, customer_id=55, until=NOON - HOUR, now=NOON - DAY)
    in_trial = [placed_in_a_trial(55), placed_in_a_trial(56, held_out=True)]
    trials.enter(session, shop_id=shop_id, decided=in_trial, now=NOON)
    results.keep(session, shop_id=shop_id, rule="nth_order_gift", found=FOUND, now=NOON)


def receive(session: Session, shop_id: int, domain: str, key: str, source: str) -> None:
    inbox.receive(
        session,
        shop_id=shop_id,
        source=source,
        sender=domain,
        topic="orders/paid",
        delivery_key=key,
        body=b"{}",
        now=NOON,
    )


def deeds(session: Session, shop_id: int, decision_id: int, *, by: int) -> dict[str, Any]:
    """Write a deed into the ledger for each state that somebody might ask for."""

    def write(plan: Any, mode: Mode = Mode.AUTO, rule: str = "nth_order_gift") -> Deed:  # a Plan
        deed = ledger.plan(
            session,
            shop_id=shop_id,
            decision_id=decision_id,
            rule=rule,
            because="because",
            plan=plan,
            mode=mode,
            purse=purse(),
            now=NOON,
        )
        assert deed is not None
        return deed

    def take(deed: Deed) -> Deed:
        found = pick(session, deed.id, shop_id=shop_id, lease=MINUTE)
        assert found is not None
        return found

    def send(deed: Deed) -> Deed:
        found = ledger.gate(session, take(deed), now=NOON, lease=MINUTE)
        assert found is not None
        return found

    write(planned(tag()), Mode.OBSERVE)
    write(planned(PushCard(customer_id=55, about="1")))
    write(paid(present(gift_id=7)))
    doubtful = send(write(paid(refund(order_id=3))))
    endings.doubt(session, doubtful, until=None, why="lost")
    endings.done(session, send(write(planned(gift_line(order_id=1000), cost=usd(8_00)))), receipt(), now=NOON)
    given = send(write(paid(refund(order_id=6), reason=Reason.OUR_MISTAKE)))
    endings.done(session, given, receipt(), now=NOON)
    endings.done(session, send(write(planned(mute()))), receipt(), now=NOON)
    write(paid(flowers(), by=by))
    write(paid(flowers(customer_id=58, ticket_id="58")))
    write(paid(refund(order_id=2)))
    write(planned(tag(occasion="standing-0")), rule="special_customer")
    refused = take(write(planned(tag(occasion="standing-2")), rule="special_customer"))
    endings.refuse(session, refused, code="refused", why="no such customer", now=NOON)
    moving = send(write(paid(refund(order_id=1001))))
    endings.done(session, moving, receipt(pending=True), now=NOON, look_at=NOON + 2 * DAY)
    sendings.begin(session, moving, Placed(reference="S-1", expires_at=NOON), vendor="shelf", now=NOON, digest="d")
    arrived = Placed(reference="S-0", status=Status.DELIVERED)
    sendings.begin(session, given, arrived, vendor="shelf", now=NOON, digest="d")
    (sent,) = sendings.of_effects(session, shop_id=moving.shop_id, effect_ids=[moving.id]).values()
    in_hands = take(write(paid(letter())))
    endings.leave_to_a_person(session, in_hands, why="A person writes this.", to_do=True)
    return {
        "awaiting": write(planned(mark()), Mode.APPROVE).id,
        "beyond": write(paid(refund(order_id=8), minor=900_00)).id,
        "doubtful": doubtful.id,
        "later": write(paid(refund(order_id=9), due_at=NOON + DAY)).id,
        "picked": take(write(paid(refund(order_id=4)))),
        "sending": send(write(paid(refund(order_id=5)))),
        "moving": moving,
        "in_hands": in_hands,
        "sent": sent,
    }
