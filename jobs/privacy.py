"""Requests about data are carried out: a copy made, a person or a shop forgotten. And what is old is not kept."""

import json
from dataclasses import asdict
from datetime import timedelta

import structlog

from app.domain.errors import Unavailable
from app.domain.people import Asked, Person
from app.store import asks, attentions, chores, erasing, orders, privacy, pruning, reason_counts, snoozes, traces, veil
from app.store.base import reading, unit_of_work
from app.store.privacy import Request
from app.store.shops import Merchant
from app.store.traces import Kept
from integrations import registry
from jobs import tracing
from jobs.queue import Task
from jobs.runtime import World, local, midnight
from jobs.tracing import Found

log = structlog.get_logger("privacy")

AGAIN = timedelta(hours=1)
ROWS_A_COMMIT = 500
TIDY = "tidy"  # the chore of every day
CALENDAR = timedelta(days=60)


def keep_promises(world: World, shop_id: int) -> None:
    """Carry out what was asked of the shop's data, and once a day tidy up and count the reasons."""
    world.bell.heard(Task.PRIVACY, shop_id)
    merchant = world.known(shop_id)
    if merchant is None:
        return
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        requests = privacy.take(session, shop_id=shop_id, now=now, lease=world.lease, seal=world.seal)
    for request in requests:
        _carry_out(world, merchant, request)
    if world.known(shop_id) is not None:
        _tidy(world, merchant)
        _count_reasons(world, merchant)


def copy(world: World, merchant: Merchant, person: Person) -> str:
    """Return everything that is kept on a person, as JSON for people."""
    found = tracing.find(world, merchant, person)
    with reading(world.sessions) as session:
        rows = traces.everything(session, shop_id=merchant.id, person=found.person, letters=found.letters)
        deeds = [row["id"] for row in rows.get("effects", ())]
        told = asks.kept(session, shop_id=merchant.id, effect_ids=deeds, seal=world.seal)
    if told:
        rows["addresses"] = [{"effect_id": number} | asdict(address) for number, address in told.items()]
    made = {"shop": merchant.domain, "made_at": world.clock.now().isoformat(), "kept": rows}
    return json.dumps(made, indent=1, ensure_ascii=False)


def forget(world: World, merchant: Merchant, person: Person) -> int:
    """Take a person out of everything; return how many deeds for them are under way, and must end first."""
    found = tracing.find(world, merchant, person)
    _forget_words(world, merchant, found)
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)
        left = erasing.forget_person(
            session,
            shop_id=merchant.id,
            person=found.person,
            letters=found.letters,
            key=veil.key_of(session, shop_id=merchant.id, seal=world.seal),
            now=world.clock.now(),
        )
        privacy.drop_copies_about(session, shop_id=merchant.id, person=found.person, seal=world.seal)
    log.info("privacy.forgot_person", shop=merchant.id, letters=len(found.letters), under_way=left)
    return left


def forget_shop(world: World, merchant: Merchant) -> bool:
    """Take out everything of a shop; return False, and touch nothing, while it is installed."""
    with unit_of_work(world.sessions) as session:
        gone = erasing.forget_shop(session, shop_id=merchant.id, now=world.clock.now())
    log.info("privacy.forgot_shop" if gone else "privacy.shop_is_back", shop=merchant.id)
    return gone


def _carry_out(world: World, merchant: Merchant, request: Request) -> None:
    now = world.clock.now()
    if now > request.due_at:
        log.error("privacy.overdue", shop=merchant.id, request=request.id, due_at=request.due_at.isoformat())
    try:
        problem = _do(world, merchant, request)
    except Unavailable as fault:
        problem = str(fault)
    if problem is None:
        return
    with unit_of_work(world.sessions) as session:
        privacy.put_off(session, shop_id=merchant.id, request_id=request.id, until=now + AGAIN, problem=problem)
    log.warning("privacy.put_off", shop=merchant.id, request=request.id, problem=problem)


def _do(world: World, merchant: Merchant, request: Request) -> str | None:
    """Do what was asked; return why it must wait, if it must."""
    mine = {"shop_id": merchant.id, "request_id": request.id}
    if request.kind is Asked.COPY:
        made = copy(world, merchant, request.person)
        with unit_of_work(world.sessions) as session:
            privacy.hand_over(session, **mine, copy=made, seal=world.seal, now=world.clock.now())
        return None
    if request.kind is Asked.SHOP_ERASURE:
        forget_shop(world, merchant)
    elif left := forget(world, merchant, request.person):
        return f"{left} deeds for this customer are under way or in doubt, and must end first"
    with unit_of_work(world.sessions) as session:
        privacy.done(session, **mine, now=world.clock.now())
    return None


def _forget_words(world: World, merchant: Merchant, found: Found) -> None:
    last = 0
    while True:
        with unit_of_work(world.sessions) as session:
            batch = traces.letters(session, shop_id=merchant.id, after=last, limit=tracing.BATCH)
            for kept in batch:
                if kept.id not in found.letters or _asks(kept):
                    continue
                # What is still to be handled loses its words and keeps its meaning, unless that is the person.
                cut = registry.BONES.get(kept.source)
                bones = cut(kept.topic, kept.body) if kept.waiting and cut else b""
                if tracing.names(Person(ids=found.person.ids, words=found.person.words), bones):
                    bones = b""
                now = world.clock.now()
                erasing.forget_words(session, shop_id=merchant.id, delivery_id=kept.id, bones=bones, now=now)
        if not batch:
            return
        last = batch[-1].id


def _asks(kept: Kept) -> bool:
    """Return whether the delivery is a request of its own, not yet in the log: whoever writes it there empties it."""
    return kept.waiting and kept.source == "shopify" and kept.topic in registry.ASKS


def _tidy(world: World, merchant: Merchant) -> None:
    while _tidy_some(world, merchant):
        pass


def _tidy_some(world: World, merchant: Merchant) -> bool:
    """Return whether there is more to tidy. The day's chore is done with its last part: who dies before has left it."""
    now, shop_id, kept = world.clock.now(), merchant.id, world.settings
    before = now - timedelta(days=kept.keep_words_days)
    today = f"{local(merchant, now):%Y-%m-%d}"
    with unit_of_work(world.sessions) as session:
        if not chores.take(session, shop_id=shop_id, name=TIDY, period=today, now=now):
            return False
        privacy.drop_copies(session, shop_id=shop_id, before=before)
        erasing.forget_strangers(session, before=before, limit=ROWS_A_COMMIT)
        pruning.calendar(session, shop_id=shop_id, before=now - CALENDAR)
        snoozes.prune(session, shop_id=shop_id, before=now)
        attentions.forget_old(session, shop_id=shop_id, before=now)
        asks.clear_out(session, shop_id=shop_id)
        dropped = (
            erasing.forget_old_words(session, shop_id=shop_id, before=before, limit=ROWS_A_COMMIT),
            pruning.letters(
                session, shop_id=shop_id, before=now - timedelta(days=kept.keep_letters_days), limit=ROWS_A_COMMIT
            ),
            pruning.reasons(
                session, shop_id=shop_id, before=now - timedelta(days=kept.keep_reasons_days), limit=ROWS_A_COMMIT
            ),
        )
        more = ROWS_A_COMMIT in dropped
        if more:
            chores.leave(session, shop_id=shop_id, name=TIDY, period=today)
    return more


def _count_reasons(world: World, merchant: Merchant) -> None:
    """Count once a day what a page would count at each look; what is too old has gone by now, and who asked for it."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)  # nobody is merged or forgotten meanwhile
        reason_counts.take(session, shop_id=merchant.id, now=now, day_start=midnight(merchant, now))
