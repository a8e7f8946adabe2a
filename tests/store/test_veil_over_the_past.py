"""Whoever was forgotten stays forgotten when the past is read again."""

from app.domain.history import Batch, PastCustomer, PastOrder
from app.store.veil import Veil, alias_of
from tests.builders import NOON

KEY, ANN, BEN = bytes(32), 55, 56
MAIL = "a" * 64


def test_given_forgotten_people_when_the_past_is_read_again_then_it_names_them_by_their_aliases() -> None:
    veil = Veil(key=KEY, aliases=frozenset({alias_of(KEY, ANN), alias_of(KEY, MAIL)}))
    batch = Batch(
        lines=5,
        orders=[past_order(1, ANN, None), past_order(2, BEN, None), past_order(3, None, MAIL)],
        customers=[PastCustomer(ANN, MAIL, 1_00, 1), PastCustomer(BEN, None, 1_00, 1)],
    )

    shown = veil.over_past(batch)

    assert [order.customer_id for order in shown.orders] == [alias_of(KEY, ANN), BEN, None]
    assert {order.mail_digest for order in shown.orders} == {None}
    assert [customer.id for customer in shown.customers] == [BEN]
    assert (shown.lines, shown.things) == (batch.lines, batch.things)
    assert Veil().over_past(batch) is batch


def past_order(number: int, customer: int | None, mail_digest: str | None) -> PastOrder:
    return PastOrder(number, customer, f"#{number}", NOON, NOON, 5_00, counted=True, mail_digest=mail_digest)
