"""The doctor looks shops of the town over, over real HTTP, and changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from app.domain.findings import Finding, Verdict
from integrations import registry
from integrations.sandbox.store.shops import SCOPES
from integrations.sandbox.town import PRACTICE_SHOP, PRACTICE_TOKEN
from integrations.shopify.access import FixedAccess
from integrations.shopify.checkup import Patient
from integrations.shopify.open_questions import QUESTIONS
from tests.integrations.contract.test_shopify import ShopifyStage, gift_in
from tests.integrations.contract.town import TownDoor, patient

NOW = datetime(2026, 11, 26, tzinfo=UTC)
FEATURES = {"gifts": frozenset({"write_order_edits", "read_products"}), "credit": frozenset({"write_moon"})}


@dataclass(frozen=True, slots=True)
class Doctor:
    """Looks the practice shop over, in whatever state it is."""

    town: TownDoor

    def look(
        self, *, token: str = PRACTICE_TOKEN, old: int | None = None, gifts: tuple[int, ...] = ()
    ) -> list[Finding]:
        origin = f"{self.town.url}/shopify/{{shop}}"
        doctor = registry.shopify_checkup(origin, PRACTICE_SHOP, FixedAccess(token), http=patient())
        return list(doctor.findings(Patient(gifts=gifts, old_order=old, features=FEATURES), NOW))

    def let(self, **state: object) -> None:
        """Let the shop be so, behind everybody's back."""
        with self.town.inside.books.turn() as turn:
            turn.put("shops", PRACTICE_SHOP, (turn.get("shops", PRACTICE_SHOP) or {}) | state)


@pytest.fixture
def doctor(town: TownDoor) -> Iterator[Doctor]:
    ShopifyStage(town=town, gift_variant=0).place_order()
    with town.inside.books.turn() as turn:
        before = turn.get("shops", PRACTICE_SHOP) or {}
    yield Doctor(town)
    with town.inside.books.turn() as turn:
        turn.put("shops", PRACTICE_SHOP, before)


def about(found: list[Finding], subject: str) -> list[tuple[Verdict, str]]:
    return [(each.verdict, each.words) for each in found if each.subject == subject]


def without(*scopes: str) -> list[str]:
    return [scope for scope in SCOPES if scope not in scopes]


def test_given_a_healthy_shop_when_looked_over_then_nothing_is_bad_and_each_question_is_put(doctor: Doctor) -> None:
    found = doctor.look(gifts=(gift_in(doctor.town),))

    assert [each for each in found if each.verdict is Verdict.BAD] == []
    fine = {each.subject for each in found if each.verdict is Verdict.FINE}
    assert fine >= {"door", "version", "bucket", "gifts", "webhooks", "orders", "personal data", "parcels", "exports"}
    assert [each.subject for each in found if each.verdict is Verdict.ASK] == [each.about for each in QUESTIONS]


def test_given_a_shop_when_looked_over_then_nothing_in_it_changes(doctor: Doctor) -> None:
    books = doctor.town.inside.books
    kinds = ("shops", "orders", "customers", "variants", "bulk_operations", "letters")
    with books.turn() as turn:
        before = [turn.all(kind) for kind in kinds]

    doctor.look(gifts=(gift_in(doctor.town),), old=1)

    with books.turn() as turn:
        assert [turn.all(kind) for kind in kinds] == before


def test_given_a_feature_without_its_scope_when_looked_over_then_it_is_off_and_says_why(doctor: Doctor) -> None:
    found = doctor.look()

    assert about(found, "gifts")[0] == (Verdict.FINE, "every scope is granted")
    assert about(found, "credit") == [(Verdict.LOOK, "off, needs write_moon")]


def test_given_no_scopes_when_looked_over_then_each_thing_says_what_it_lacks(doctor: Doctor) -> None:
    doctor.let(scopes=[])

    found = doctor.look()

    assert about(found, "orders") == [(Verdict.BAD, "the store has not granted `read_orders` access scope.")]
    assert about(found, "gifts") == [(Verdict.LOOK, "off, needs read_products, write_order_edits")]
    assert about(found, "exports")


def test_given_no_right_to_parcels_when_looked_over_then_it_says_so(doctor: Doctor) -> None:
    doctor.let(
        scopes=without("read_merchant_managed_fulfillment_orders", "read_third_party_fulfillment_orders"),
    )

    ((verdict, words),) = about(doctor.look(), "parcels")

    assert verdict is Verdict.LOOK
    assert "read_merchant_managed_fulfillment_orders" in words


def test_given_no_approval_for_personal_data_when_looked_over_then_the_denied_fields_are_named(doctor: Doctor) -> None:
    doctor.let(protected=[])

    told = about(doctor.look(), "personal data")

    assert {verdict for verdict, _ in told} == {Verdict.LOOK}
    assert any("address1" in words for _, words in told)


@pytest.mark.parametrize(("state", "words"), [("frozen", "the store is frozen"), ("locked", "the store is locked")])
def test_given_a_closed_shop_when_looked_over_then_it_ends_at_the_door(doctor: Doctor, state: str, words: str) -> None:
    doctor.let(state=state)

    found = doctor.look()

    assert (found[0].verdict, found[0].subject, found[0].words) == (Verdict.BAD, "door", words)
    assert {each.verdict for each in found[1:]} == {Verdict.ASK}


def test_given_a_revoked_token_when_looked_over_then_it_ends_at_the_door_and_shows_no_token(doctor: Doctor) -> None:
    found = doctor.look(token="shpat_revoked")

    assert (found[0].verdict, found[0].subject) == (Verdict.BAD, "door")
    assert "revoked" in found[0].words
    assert "shpat" not in str(found)


@pytest.mark.parametrize(("said", "words"), [("hidden", "null, as we assume"), ("denied", "ACCESS_DENIED")])
def test_given_old_orders_hidden_when_looked_over_then_it_is_told_how_they_are(
    doctor: Doctor, said: str, words: str
) -> None:
    doctor.let(scopes=without("read_all_orders"), old_orders=said)
    old = ShopifyStage(town=doctor.town, gift_variant=0).place_order()
    with doctor.town.inside.books.turn() as turn:
        turn.put("orders", old, (turn.get("orders", old) or {}) | {"created_at": "2020-01-01T00:00:00Z"})

    ((verdict, told),) = about(doctor.look(old=old), "orders beyond 60 days")
    assert verdict is Verdict.LOOK
    assert words in told
    assert about(doctor.look(), "orders beyond 60 days")[0][0] is Verdict.ASK


def test_given_webhooks_of_this_shop_alone_when_looked_over_then_they_are_leftovers(doctor: Doctor) -> None:
    doctor.let(subscriptions=[{"topic": "ORDERS_PAID", "uri": "https://old.example/hooks"}])

    ((verdict, words),) = about(doctor.look(), "webhooks")

    assert verdict is Verdict.LOOK
    assert "ORDERS_PAID to https://old.example/hooks" in words


def test_given_a_gift_that_is_gone_when_looked_over_then_it_is_bad(doctor: Doctor) -> None:
    assert (Verdict.BAD, "99 is in the policy and not in the store") in about(doctor.look(gifts=(99,)), "gifts")
