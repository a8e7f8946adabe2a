"""The trail: every move is told once, with what it cost and in whose name; what did not come to pass is not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, select, update
from sqlalchemy.exc import DBAPIError

from app.domain.effects import Pool
from app.domain.policy import Mode
from app.store import leaving, ledger, parking, pending, shops, trail, undoing
from app.store.base import Sessions, signed, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Shop
from app.store.watch_tables import Trail
from tests.builders import NOON, auto_policy, gift_line, paid, planned, purse, receipt, refund, tag, usd
from tests.store.ledger_steps import Steps, after, into


def told(steps: Steps, *columns: str) -> list[Any]:
    """Return the trail since the shop was installed, by these columns."""
    with unit_of_work(steps.sessions) as session:
        rows = session.scalars(select(Trail).where(Trail.effect_id.is_not(None)).order_by(Trail.id)).all()
    found = [tuple(getattr(row, name) for name in columns) for row in rows]
    return [each[0] for each in found] if len(columns) == 1 else found


def test_given_a_deed_when_it_is_planned_sent_and_done_then_each_move_is_told_with_what_it_cost(steps: Steps) -> None:
    sent = steps.sent(steps.planned().id)
    steps.done(sent, receipt(cost=usd(11_00), reference="#1"))

    assert told(steps, "what", "rule", "amount_minor", "effect_id", "reference") == [
        ("planned", "refund_keep", 12_00, sent.id, None),
        ("sending", "refund_keep", 12_00, sent.id, None),
        ("done", "refund_keep", 11_00, sent.id, "#1"),
    ]


def end_refused(steps: Steps) -> None:
    steps.refuse(steps.sent(steps.planned().id))


def end_dropped(steps: Steps) -> None:
    steps.drop(steps.picked(steps.planned().id))


def end_withdrawn(steps: Steps) -> None:
    steps.withdraw(steps.planned().key)


def end_declined(steps: Steps) -> None:
    steps.decline(steps.planned(mode=Mode.APPROVE).id)


def end_approved(steps: Steps) -> None:
    steps.approve(steps.planned(mode=Mode.APPROVE).id)


def end_over_budget(steps: Steps) -> None:
    steps.planned(purse=purse(team=1))


def end_put_back(steps: Steps) -> None:
    steps.put_back(steps.sent(steps.planned().id))


def end_busy(steps: Steps) -> None:
    steps.ask_to_wait(steps.sent(steps.planned().id))


def end_in_doubt(steps: Steps) -> None:
    steps.doubt(steps.sent(steps.planned().id))


def end_with_a_person(steps: Steps) -> None:
    steps.doubt(steps.sent(steps.planned().id), None)


def end_silent(steps: Steps) -> None:
    steps.sent(steps.planned().id)
    steps.doubt_the_silent(after())


def end_parked(steps: Steps) -> None:
    picked = steps.picked(steps.planned().id)
    with unit_of_work(steps.sessions) as session:
        parking.park(session, picked, code="needs_person", why="The address is odd.")


def end_pending(steps: Steps) -> None:
    steps.done(steps.sent(steps.planned().id), receipt(pending=True))


def end_arrived(steps: Steps) -> None:
    end_pending(steps)
    with unit_of_work(steps.sessions) as session:
        pending.arrived(session, moving(steps), receipt(cost=usd(9_00)))


def end_failed_late(steps: Steps) -> None:
    end_pending(steps)
    with unit_of_work(steps.sessions) as session:
        pending.failed(session, moving(steps), why="The bank said no.", now=NOON)


def end_taken_back(steps: Steps) -> None:
    gift = into(steps, "done", planned(gift_line(), cost=usd(8_00), pool=Pool.GIFTS), rule="nth_order_gift")
    with unit_of_work(steps.sessions) as session:
        undoing.undone(session, shop_id=steps.shop_id, key=gift.key)


def end_left(steps: Steps) -> None:
    steps.planned()
    with unit_of_work(steps.sessions) as session:
        leaving.withdraw_everything(session, shop_id=steps.shop_id, why="Gone.", now=NOON)


def end_taken_up(steps: Steps) -> None:
    steps.planned(planned(tag()), mode=Mode.OBSERVE)
    with unit_of_work(steps.sessions) as session:
        kinds = ("tag_customer",)
        ledger.promote_observed(
            session, shop_id=steps.shop_id, rule="refund_keep", kinds=kinds, mode=Mode.AUTO, now=NOON
        )


def moving(steps: Steps) -> ledger.Deed:
    with unit_of_work(steps.sessions) as session:
        (effect_id,) = session.scalars(select(Trail.effect_id).distinct().where(Trail.effect_id.is_not(None)))
    deed = steps.pick(effect_id or 0, NOON.replace(hour=14))
    assert deed is not None
    return deed


MOVES: dict[Callable[[Steps], None], tuple[str, str]] = {
    end_refused: ("refused", "refused"),
    end_dropped: ("withdrawn", "too_late"),
    end_withdrawn: ("withdrawn", "withdrawn"),
    end_declined: ("withdrawn", "declined"),
    end_approved: ("planned", "approved"),
    end_over_budget: ("over_budget", "over_budget"),
    end_put_back: ("planned", "put_back"),
    end_busy: ("planned", "busy"),
    end_in_doubt: ("uncertain", "in_doubt"),
    end_with_a_person: ("uncertain", "needs_person"),
    end_silent: ("uncertain", "silent"),
    end_parked: ("awaiting", "needs_person"),
    end_pending: ("done", "pending"),
    end_arrived: ("done", "arrived"),
    end_failed_late: ("refused", "failed_late"),
    end_taken_back: ("taken_back", ""),
    end_left: ("withdrawn", "shop_gone"),
    end_taken_up: ("planned", "taken_up"),
}


@pytest.mark.parametrize("move", MOVES)
def test_given_any_move_of_the_ledger_when_made_then_the_trail_tells_it_and_why(
    steps: Steps, move: Callable[[Steps], None]
) -> None:
    move(steps)

    assert told(steps, "what", "why")[-1] == MOVES[move]


def test_given_a_frozen_worker_when_it_comes_back_late_then_nothing_is_told_of_what_it_could_not_do(
    steps: Steps,
) -> None:
    frozen = steps.sent(steps.planned().id)
    steps.refuse(frozen)
    before = told(steps, "what")

    assert not steps.done(frozen)
    assert told(steps, "what") == before


def test_given_many_moves_in_one_transaction_when_committed_then_they_cost_one_statement_more(
    steps: Steps, engine: Engine
) -> None:
    with counted(engine) as statements, unit_of_work(steps.sessions) as session:
        for number in range(20):
            ledger.plan(
                session,
                shop_id=steps.shop_id,
                decision_id=None,
                rule="refund_keep",
                because="Robin refunds.",
                plan=paid(refund(order_id=number)),
                mode=Mode.AUTO,
                purse=purse(),
                now=NOON,
            )

    assert len([each for each in statements if "INTO trail" in each]) == 1
    assert told(steps, "what") == ["planned"] * 20


def test_given_a_part_that_is_rolled_back_when_the_rest_is_committed_then_only_the_rest_is_told(steps: Steps) -> None:
    with unit_of_work(steps.sessions) as session:
        trail.some_moved(session, shop_id=steps.shop_id, effect_ids=[1], what="done", why="before")
        with session.begin_nested():
            trail.some_moved(session, shop_id=steps.shop_id, effect_ids=[2], what="done", why="kept part")
        with session.begin_nested() as part:
            trail.some_moved(session, shop_id=steps.shop_id, effect_ids=[3], what="done", why="lost part")
            part.rollback()
        trail.some_moved(session, shop_id=steps.shop_id, effect_ids=[4], what="done", why="after")

    assert told(steps, "effect_id") == [1, 2, 4]


def test_given_a_transaction_that_is_rolled_back_when_looked_at_then_nothing_is_told(steps: Steps) -> None:
    with steps.sessions() as session:
        session.begin()
        trail.some_moved(session, shop_id=steps.shop_id, effect_ids=[1], what="done", why="")
        session.rollback()
        session.commit()

    assert told(steps, "what") == []


def test_given_sessions_of_somebody_when_they_write_then_it_is_in_their_name(steps: Steps) -> None:
    waiting = steps.planned(mode=Mode.APPROVE)
    replace(steps, sessions=signed(steps.sessions, "staff:42")).approve(waiting.id)
    with unit_of_work(steps.sessions) as session:
        with trail.in_the_name_of(session, "agent:1f"):
            trail.some_moved(session, shop_id=steps.shop_id, effect_ids=[1], what="done", why="")
        trail.some_moved(session, shop_id=steps.shop_id, effect_ids=[1], what="done", why="")

    assert told(steps, "who") == ["house", "staff:42", "agent:1f", "house"]


@pytest.mark.parametrize(
    ("effect", "reference", "known_as"),
    [
        (paid(refund(customer_id=55)), "gid://shopify/Refund/7", "gid://shopify/Refund/7"),
        (paid(refund(customer_id=55)), "gid://shopify/Customer/55", None),
        (planned(tag(customer_id=55)), "gid://shopify/Tag/7", None),
    ],
)
def test_given_a_deed_when_done_then_only_a_number_that_accounts_for_money_and_leads_to_nobody_is_told(
    steps: Steps, effect: Any, reference: str, known_as: str | None
) -> None:
    steps.done(steps.sent(steps.planned(effect).id), receipt(reference=reference))

    assert told(steps, "reference")[-1] == known_as


def test_given_settings_when_changed_stopped_and_resumed_then_it_is_told_what_was_changed_and_no_word_repeated(
    sessions: Sessions, shop: Merchant
) -> None:
    policy = auto_policy()
    team = replace(policy.team, refund_mode=Mode.OBSERVE, refund_limit_minor=75_00, muted_tag="hush")
    with unit_of_work(sessions) as session:
        shops.change_policy(session, shop_id=shop.id, policy=replace(policy, team=team), now=NOON)
        shops.pause(session, shop_id=shop.id, paused=True)
        shops.pause(session, shop_id=shop.id, paused=False)
    with unit_of_work(sessions) as session:
        rows = [(row.what, row.why) for row in trail.newest(session, shop_id=shop.id, limit=3)]

    why = "team.refund_mode: auto → observe, team.refund_limit_minor: 10000 → 7500, team.muted_tag"
    assert rows == [("settings", why), ("stopped", ""), ("resumed", "")]


@pytest.mark.parametrize(
    "touch",
    [
        update(Trail).values(amount_minor=1),
        update(Trail).values(who="somebody"),
        update(Trail).values(place=7),
        delete(Trail),
    ],
)
def test_given_the_trail_when_somebody_changes_or_shortens_it_then_the_database_refuses(
    steps: Steps, touch: Any
) -> None:
    steps.planned()

    with pytest.raises(DBAPIError, match="only added to"), unit_of_work(steps.sessions) as session:
        session.execute(touch.execution_options(synchronize_session=False))


def test_given_a_shop_that_has_left_when_everything_is_forgotten_then_its_trail_goes_with_it(steps: Steps) -> None:
    steps.planned()

    with unit_of_work(steps.sessions) as session:
        session.execute(update(Shop).values(uninstalled_at=NOON))
        session.execute(delete(Trail))

    assert told(steps, "what") == []


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Yield the statements that reach the database in this block."""
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)
