"""People who ask what is kept on them, or to be forgotten: dumped before and after, in every table and in Redis."""

import argparse
import json
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import structlog
from redis import Redis
from sqlalchemy import select

from app.domain.people import Asked, Person
from app.store import erasing, inbox, orders, privacy, shops
from app.store.base import Base, Session, unit_of_work
from app.store.reason_tables import ReasonCount
from app.store.tables import Delivery, PrivacyRequest, Shop
from jobs import erase, export
from jobs import privacy as keeping
from jobs.export import person_of
from jobs.handle import handle_all
from jobs.practice import POLICY
from jobs.privacy import forget_shop, keep_promises
from jobs.queue import Bell, Task
from jobs.review import review
from tests.jobs.conftest import Practice
from tests.jobs.test_customers import ENOUGH, gid, newcomer

SHOP = "lagniappe-practice.myshopify.com"
CANARY = "canary-bird"
# What must stay as it is, or it would be another webhook: everything else in a payload sings.
MUTE = {"customerId", "lastOrderId", "myshopify_domain", "occurredAt", "shop_domain", "status", "email", "phone"}


@pytest.fixture
def bird(inside: Practice) -> int:
    """A customer of whom we were told everything that there is to tell, and for whom much was done."""
    customer = newcomer(inside)
    person = inside.call(f"/town/customers/{customer}")
    inside.policy(replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, every=1, cooldown_days=0)))
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    order = inside.order(customer_id=customer, amount=ENOUGH, announce="send")
    inside.call(f"/town/customers/{customer}/tags", {"add": ["other"]})
    inside.hear([singing(letter) for letter in inside.letters() if str(customer) in letter["body"]])
    for topic in ("customers/create", "customers/update"):
        inside.tell(topic, key=topic, id=customer, email=person["email"], note=CANARY, first_name=CANARY)
    edit = {"id": 1, "order_id": order, "staff_note": CANARY}
    inside.tell("orders/edited", order_edit=edit)
    inside.tell("refunds/create", id=9, order_id=order, note=CANARY, transactions=[{"message": CANARY}])
    inside.tell("never/heard", key="unknown", customer={"id": customer, "first_name": CANARY})
    inside.drain()
    for act, form in {"refund_keep": {"amount": "5.00"}, "flowers": {"message": CANARY, "confirm": CANARY}}.items():
        inside.press(ticket, act, **form)
    inside.drain()
    inside.later(5)
    inside.drain()
    return customer


@pytest.mark.parametrize("books", ["sqlite", "postgres"])
def test_given_a_person_in_every_table_when_they_ask_to_be_forgotten_then_no_dump_speaks_of_them(
    inside: Practice, bird: int, redis_url: str
) -> None:
    inside = replace(inside, world=replace(inside.world, bell=Bell.at(redis_url, patient=True)))
    person = inside.call(f"/town/customers/{bird}")
    before, sums = dump(inside), totals(inside)
    assert speaks_of(person, before) == [
        CANARY,
        person["email"],
        person["phone"],
        person["address"]["address1"],
        gid(bird),
    ]
    assert {row["kind"] for row in tables(inside)["effects"] if row["customer_id"] == bird} >= {
        "tag_customer",
        "add_gift_line",
        "refund_order",
    }

    ask(inside, bird, "erasure")
    for task in Task:
        inside.world.bell.ring(task, inside.shop_id)

    after = dump(inside) + all_of(Redis.from_url(redis_url))
    assert speaks_of(person, after) == []
    assert totals(inside) == sums
    assert flowers_of(inside) == [("withdrawn", "forgotten")]


def test_given_a_person_who_was_forgotten_when_late_news_or_a_review_comes_then_they_do_not_come_back(
    inside: Practice, bird: int
) -> None:
    person = inside.call(f"/town/customers/{bird}")
    order = inside.call(f"/town/customers/{bird}")["orders"][0]["id"]
    ask(inside, bird, "erasure")
    sums, deeds = totals(inside), deeds_of(inside)

    inside.tell("orders/updated", key="late", id=order, email=person["email"], customer={"id": bird})
    inside.tell("customers/update", key="late", id=bird, email=person["email"])
    inside.tell("customer.tags_removed", key="late", customerId=gid(bird), tags=[POLICY.special_customer.tag])
    inside.tell("customers/purchasing_summary", key="late", customerId=gid(bird), lastOrderId=None)
    inside.drain()
    review(inside.world, inside.shop_id)
    inside.drain()

    assert speaks_of(person, dump(inside)) == []
    assert (totals(inside), deeds_of(inside)) == (sums, deeds)


def test_given_a_new_order_of_somebody_forgotten_when_its_webhook_comes_then_it_only_feeds_the_sums(
    inside: Practice, bird: int
) -> None:
    ask(inside, bird, "erasure")
    before, deeds = totals(inside), deeds_of(inside)

    inside.deliver(inside.order(customer_id=bird, amount="10.00"), key="new")
    inside.drain()

    assert totals(inside) == before + 10_00
    assert (deeds_of(inside), speaks_of({"id": bird}, dump(inside))) == (deeds, [])


def test_given_an_address_alone_when_it_is_to_be_forgotten_then_its_owner_is_found(inside: Practice, bird: int) -> None:
    person = inside.call(f"/town/customers/{bird}")

    ask(inside, bird, "erasure", email_only=True)

    assert speaks_of(person, dump(inside)) == []


def test_given_a_guest_when_their_address_is_to_be_forgotten_then_no_digest_of_it_is_left(inside: Practice) -> None:
    order = inside.order(customer_id=None)
    inside.deliver(order)
    inside.drain()
    email = inside.call(f"/town/orders/{order}")["email"]
    (digest,) = [row["mail_digest"] for row in tables(inside)["orders"] if row["order_id"] == order]
    assert digest is not None

    customer = {"id": None, "email": email, "phone": None}
    inside.tell("customers/redact", shop_domain=SHOP, customer=customer, orders_to_redact=[])
    inside.drain()
    keep_promises(inside.world, inside.shop_id)
    inside.deliver(order, key="late")
    inside.drain()

    assert digest not in dump(inside)


def test_given_news_that_still_waits_when_its_person_is_forgotten_then_it_loses_its_words_and_keeps_its_meaning(
    inside: Practice,
) -> None:
    customer = newcomer(inside)
    email = inside.call(f"/town/customers/{customer}")["email"]
    order = inside.order(customer_id=customer, amount="10.00")
    with unit_of_work(inside.world.sessions) as session:
        shops.note_history(session, shop_id=inside.shop_id, done_at=None)
    inside.tell("orders/paid", id=order, email=email, note=CANARY, customer={"id": customer})

    ask(inside, customer, "erasure")

    with unit_of_work(inside.world.sessions) as session:
        waiting = session.scalars(select(Delivery.body).where(Delivery.next_try_at.is_not(None))).all()
    assert [json.loads(body) for body in waiting] == [{"id": order, "updated_at": None}]


def test_given_word_from_a_source_that_only_a_newer_version_knows_when_its_person_is_forgotten_then_it_is_empty(
    inside: Practice,
) -> None:
    customer = newcomer(inside)
    email = inside.call(f"/town/customers/{customer}")["email"]
    with unit_of_work(inside.world.sessions) as session:
        inbox.receive(
            session,
            shop_id=inside.shop_id,
            source="pigeon_post",
            sender="loft",
            topic="pigeon",
            delivery_key="first",
            body=email.encode(),
            now=inside.world.clock.now(),
        )

    ask(inside, customer, "erasure")

    with unit_of_work(inside.world.sessions) as session:
        assert session.scalars(select(Delivery.body).where(Delivery.source == "pigeon_post")).one() == b""


def test_given_a_refund_in_doubt_when_its_person_asks_to_be_forgotten_then_it_is_settled_first(
    inside: Practice,
) -> None:
    customer = newcomer(inside)
    inside.deliver(inside.order(customer_id=customer, amount="30.00"))
    inside.drain()
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    inside.press(ticket, "refund_keep", amount="5.00")
    inside.fault("RefundCreate", "commit_then_drop")
    inside.drain()
    assert [row.state for row in inside.effects("refund_order")] == ["uncertain"]

    ask(inside, customer, "erasure")
    assert [(request.done_at, request.problem is None) for request in requests(inside)] == [(None, False)]

    inside.later(3700)
    inside.drain()
    keep_promises(inside.world, inside.shop_id)

    (refund,) = inside.effects("refund_order")
    assert (refund.state, refund.cost_minor, refund.ticket_id) == ("done", 5_00, None)
    assert [request.done_at is not None for request in requests(inside)] == [True]
    assert speaks_of({"id": customer}, dump(inside)) == []


def test_given_a_person_who_asks_for_a_copy_when_it_is_made_then_everything_is_in_it_and_it_is_sealed(
    inside: Practice, bird: int
) -> None:
    person = inside.call(f"/town/customers/{bird}")

    ask(inside, bird, "copy")

    (request,) = requests(inside)
    with unit_of_work(inside.world.sessions) as session:
        copy = privacy.copy_of(session, shop_id=inside.shop_id, request_id=request.id, seal=inside.world.seal)
    kept = json.loads(copy or "")["kept"]
    assert set(kept) == {"customers", "contacts", "orders", "decisions", "effects", "deliveries"}
    assert {"post_note", "refund_order", "send_flowers", "add_gift_line"} <= {row["kind"] for row in kept["effects"]}
    assert CANARY in json.dumps(kept["effects"])
    assert person["email"] in json.dumps(kept["deliveries"])
    assert (request.kind, request.has_copy, request.done_at is not None) == (Asked.COPY, True, True)


def test_given_a_copy_that_was_made_when_its_person_is_forgotten_then_it_is_gone_as_well(
    inside: Practice, bird: int
) -> None:
    ask(inside, bird, "copy")
    ask(inside, bird, "erasure")

    assert [request.has_copy for request in requests(inside)] == [False, False]


def test_given_a_copy_and_old_words_when_the_days_are_over_then_neither_is_kept(inside: Practice, bird: int) -> None:
    ask(inside, bird, "copy")
    inside.later(31 * 24 * 3600)

    keep_promises(inside.world, inside.shop_id)

    assert [request.has_copy for request in requests(inside)] == [False]
    assert words(inside) == 0


def test_given_more_old_words_than_one_commit_holds_when_tidying_breaks_off_then_it_goes_on_the_same_day(
    inside: Practice, bird: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.later(31 * 24 * 3600)
    monkeypatch.setattr(keeping, "ROWS_A_COMMIT", 1)
    whole, calls = erasing.forget_old_words, count()

    def breaks_off(session: Session, **limits: Any) -> int:
        if next(calls) == 1:
            raise RuntimeError("the process is gone")
        return whole(session, **limits)

    monkeypatch.setattr(erasing, "forget_old_words", breaks_off)
    with pytest.raises(RuntimeError, match="gone"):
        keep_promises(inside.world, inside.shop_id)
    keep_promises(inside.world, inside.shop_id)

    assert words(inside) == 0


def test_given_requests_that_still_wait_when_the_shop_is_forgotten_then_nobody_is_rung_for_them_any_more(
    inside: Practice, bird: int
) -> None:
    now, mine = inside.world.clock.now(), {"shop_id": inside.shop_id, "seal": inside.world.seal}
    with unit_of_work(inside.world.sessions) as session:
        privacy.note(session, kind=Asked.COPY, person=Person(ids=frozenset({bird})), now=now, **mine)
        shops.uninstall(session, shop_id=inside.shop_id, triggered_at=now, now=now)
    merchant = inside.world.known(inside.shop_id)
    assert merchant is not None

    forget_shop(inside.world, merchant)

    with unit_of_work(inside.world.sessions) as session:
        assert privacy.shops_with_requests(session, now=now + timedelta(days=60)) == []
    assert [request.done_at is not None for request in requests(inside)] == [True]


def test_given_words_of_today_when_it_is_tidied_then_they_stay_for_whoever_asks_why(
    inside: Practice, bird: int
) -> None:
    before = words(inside)

    keep_promises(inside.world, inside.shop_id)

    assert 0 < words(inside) == before


def test_given_a_night_when_it_is_tidied_then_its_reasons_are_counted_and_again_the_next_night(
    inside: Practice, bird: int
) -> None:
    counted = []
    for _ in range(3):
        keep_promises(inside.world, inside.shop_id)
        with unit_of_work(inside.world.sessions) as session:
            counted.append(session.scalar(select(ReasonCount.counted_at)))
        inside.later(13 * 3600)

    assert None not in counted
    assert len(set(counted)) == 2


def test_given_an_unknown_person_when_they_ask_twice_then_both_are_done(inside: Practice) -> None:
    for number in range(2):
        customer = {"id": 4_000_000_000_000 + number, "email": None, "phone": None}
        inside.tell("customers/redact", key=str(number), shop_domain=SHOP, customer=customer, orders_to_redact=[])
    inside.drain()
    keep_promises(inside.world, inside.shop_id)

    assert [request.done_at is not None for request in requests(inside)] == [True, True]


@pytest.mark.parametrize("topic", ["customers/redact", "customers/data_request"])
def test_given_a_second_request_when_the_first_is_just_carried_out_then_it_is_in_the_log_as_well(
    inside: Practice, bird: int, topic: str
) -> None:
    person = inside.call(f"/town/customers/{bird}")
    who = {"id": bird, "email": person["email"], "phone": person["phone"]}
    inside.tell("customers/redact", key="first-one", shop_domain=SHOP, customer=who, orders_to_redact=[])
    inside.drain()
    inside.tell(topic, key="second", shop_domain=SHOP, customer=who, orders_to_redact=[], orders_requested=[])
    with unit_of_work(inside.world.sessions) as session:
        now, lease = inside.world.clock.now(), inside.world.lease
        (second,) = inbox.claim(session, shop_id=inside.shop_id, now=now, lease=lease, limit=1, topics={topic})

    keep_promises(inside.world, inside.shop_id)
    merchant = inside.world.known(inside.shop_id)
    assert merchant is not None
    handle_all(inside.world, merchant, None, [second])
    keep_promises(inside.world, inside.shop_id)

    assert [request.done_at is not None for request in requests(inside)] == [True, True]
    assert speaks_of(person, dump(inside)) == []


def test_given_a_request_that_no_key_opens_when_another_waits_then_that_one_is_carried_out(inside: Practice) -> None:
    for number in range(2):
        customer = {"id": 4_000_000_000_000 + number, "email": None, "phone": None}
        inside.tell("customers/redact", key=str(number), shop_domain=SHOP, customer=customer, orders_to_redact=[])
    inside.drain()
    with unit_of_work(inside.world.sessions) as session:
        first = session.scalars(select(PrivacyRequest).order_by(PrivacyRequest.id)).first()
        assert first is not None
        first.sealed_person = inside.world.seal.close("{}", place="another shop's")

    keep_promises(inside.world, inside.shop_id)

    found = [(request.done_at is not None, request.problem) for request in requests(inside)]
    assert found == [(False, privacy.UNREADABLE), (True, None)]


def test_given_a_request_of_another_shop_when_it_comes_under_this_ones_name_then_it_is_set_aside(
    inside: Practice, bird: int
) -> None:
    customer = {"id": bird, "email": None, "phone": None}
    inside.tell(
        "customers/redact", key="foreign", shop_domain="a.myshopify.com", customer=customer, orders_to_redact=[]
    )
    inside.drain()
    keep_promises(inside.world, inside.shop_id)

    assert (inside.set_aside(), requests(inside)) == (["foreign"], [])


def test_given_a_shop_that_left_when_it_is_to_be_forgotten_then_only_the_log_is_left(
    inside: Practice, bird: int
) -> None:
    ask(inside, bird, "copy")
    uninstall(inside)

    inside.tell("shop/redact", shop_id=1, shop_domain=SHOP)
    inside.drain()
    keep_promises(inside.world, inside.shop_id)

    left = {name for name, rows in tables(inside).items() if rows} - {"alembic_version"}
    assert left == {"privacy_requests"}
    (copy, shop) = tables(inside)["privacy_requests"]
    assert (copy["sealed_person"], copy["sealed_copy"], shop["done_at"] is not None) == (None, None, True)


def test_given_a_shop_that_left_and_nobody_told_us_when_it_is_to_be_forgotten_then_it_is(
    inside: Practice, bird: int
) -> None:
    inside.call(f"/town/shops/{SHOP}/uninstall", {"announce": "lose"})

    inside.tell("shop/redact", shop_id=1, shop_domain=SHOP)
    inside.drain()
    keep_promises(inside.world, inside.shop_id)

    assert {name for name, rows in tables(inside).items() if rows} - {"alembic_version"} == {"privacy_requests"}


def test_given_a_shop_that_came_back_when_it_is_to_be_forgotten_then_nothing_is_touched(
    inside: Practice, bird: int
) -> None:
    before = totals(inside)

    inside.tell("shop/redact", shop_id=1, shop_domain=SHOP)
    inside.drain()
    keep_promises(inside.world, inside.shop_id)

    assert (totals(inside), [request.done_at is not None for request in requests(inside)]) == (before, [True])


def test_given_a_shop_that_left_when_its_customer_asks_to_be_forgotten_then_it_needs_no_way_in(
    inside: Practice, bird: int
) -> None:
    uninstall(inside)
    with unit_of_work(inside.world.sessions) as session:
        assert shops.with_work(session, now=inside.world.clock.now(), older_than=timedelta()) == []

    ask(inside, bird, "erasure")

    assert speaks_of({"id": bird}, dump(inside)) == []


def test_given_an_operator_when_they_export_and_erase_by_hand_then_it_is_the_same_as_by_request(
    inside: Practice, bird: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export.run(inside.world, SHOP, person_of(str(bird))) == 0
    assert str(bird) in capsys.readouterr().out
    assert erase.run(inside.world, SHOP, person_of(str(bird))) == 0
    assert export.run(inside.world, SHOP, person_of(str(bird))) == 0
    assert '"kept": {}' in capsys.readouterr().out
    assert erase.run(inside.world, SHOP, None) == 1  # it is installed
    uninstall(inside)
    assert erase.run(inside.world, SHOP, None) == 0
    assert export.run(inside.world, SHOP, person_of(str(bird))) == 1


@pytest.mark.parametrize("said", ["1", "4002", "goose", "@", "customer.example", "a b@c", ""])
def test_given_a_word_that_would_lead_to_everybody_when_named_by_hand_then_it_is_nobody(said: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="neither a customer's number"):
        person_of(said)


def test_given_an_address_when_a_copy_is_asked_for_by_hand_then_nothing_but_json_is_printed(
    inside: Practice, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "world", lambda: inside.world)
    try:
        assert export.main(["--shop", SHOP, "--customer", "Nobody@Example.com"]) == 0
    finally:
        structlog.reset_defaults()

    said = capsys.readouterr()
    assert json.loads(said.out)["kept"] == {}
    assert "shopify.personal_data" in said.err


def ask(inside: Practice, customer: int, what: str, *, email_only: bool = False) -> None:
    """Let the customer ask, and let a worker and the task for it do their work."""
    last = max((int(letter["id"]) for letter in inside.letters()), default=0)
    inside.call(f"/town/customers/{customer}/ask", {"for": what, "email_only": email_only})
    inside.hear(inside.letters(last))
    inside.drain()
    keep_promises(inside.world, inside.shop_id)


def requests(inside: Practice) -> list[privacy.Request]:
    with unit_of_work(inside.world.sessions) as session:
        return privacy.listed(session, shop_id=inside.shop_id, limit=10)[::-1]


def uninstall(inside: Practice) -> None:
    with unit_of_work(inside.world.sessions) as session:
        session.get_one(Shop, inside.shop_id).uninstalled_at = inside.world.clock.now()


def totals(inside: Practice) -> int:
    """Return what all customers have spent together, in minor units."""
    with unit_of_work(inside.world.sessions) as session:
        orders.recount(session, shop_id=inside.shop_id)
    return sum(row["net_minor"] for row in tables(inside)["customers"])


def deeds_of(inside: Practice) -> int:
    """Return how many deeds are put down to somebody who was forgotten."""
    return len([row for row in tables(inside)["effects"] if (row["customer_id"] or 0) < 0])


def flowers_of(inside: Practice) -> list[tuple[str, str]]:
    return [(row["state"], row["code"]) for row in tables(inside)["effects"] if row["kind"] == "send_flowers"]


def words(inside: Practice) -> int:
    """Return how many deliveries still have their words."""
    return sum(1 for row in tables(inside)["deliveries"] if row["body"])


def tables(inside: Practice) -> dict[str, list[dict[str, Any]]]:
    with unit_of_work(inside.world.sessions) as session:
        return {
            name: [dict(row) for row in session.execute(select(table)).mappings()]
            for name, table in Base.metadata.tables.items()
        }


def dump(inside: Practice) -> str:
    """Return every value of every table as text."""
    return "\n".join(f"{name}: {row}" for name, rows in tables(inside).items() for row in rows)


def speaks_of(person: dict[str, Any], text: str) -> list[str]:
    """Return what in the text leads to the person. Their number alone does not count: an order may bear it too."""
    told = [CANARY, *(person[name] for name in ("email", "phone") if name in person)]
    told += [person["address"]["address1"]] if "address" in person else []
    number = person["id"]
    numbers = (f"Customer/{number}", f"customer:{number}", f"'customer_id': {number}", f'"customer": {{"id": {number}')
    found = [name for name in told if name in text]
    return found + [f"gid://shopify/Customer/{number}"] * any(name in text for name in numbers)


def all_of(redis: "Redis") -> str:
    """Return everything that Redis holds as text."""
    read = {b"string": redis.get, b"hash": redis.hgetall, b"set": redis.smembers}
    ordered = {b"list": lambda key: redis.lrange(key, 0, -1), b"zset": lambda key: redis.zrange(key, 0, -1)}
    gone = {b"none": lambda _key: None}  # it expired since it was listed
    found = [(key, (read | ordered | gone)[redis.type(key)](key)) for key in redis.scan_iter()]
    assert found, "nothing was rung"
    return "\n".join(map(str, found))


def singing(letter: dict[str, Any]) -> dict[str, Any]:
    """Return the letter with a canary in every field that is not what the webhook is about."""
    return letter | {"body": json.dumps(_sing(json.loads(letter["body"])))}


def _sing(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _sing(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_sing(inner, name) for inner in value]
    quiet = name in MUTE or name.endswith(("_at", "_id", "address1"))
    return f"{value} {CANARY}" if isinstance(value, str) and not quiet else value


def test_given_bodies_when_they_sing_then_most_of_their_fields_do(inside: Practice) -> None:
    inside.order(announce="send")
    letters = [singing(letter) for letter in inside.letters()]

    assert all(letter["body"].count(CANARY) > 2 for letter in letters if letter["subject"].startswith("orders/"))
