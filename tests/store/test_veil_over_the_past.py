"""Whoever was forgotten stays forgotten when the past is read again."""

from app.domain.history import Batch, PastCustomer, PastOrder
from app.store import veil
from app.store.base import Sessions, unit_of_work
from app.store.sealed import Seal
from app.store.shops import Merchant
from app.store.veil import alias_of
from tests.builders import NOON

ANN, BEN = 55, 56
MAIL = "a" * 64


def test_given_forgotten_people_when_the_past_is_read_again_then_it_names_them_by_their_aliases(
    sessions: Sessions, shop: Merchant, seal: Seal
) -> None:
    batch = Batch(
        lines=5,
        orders=[past_order(1, ANN, None), past_order(2, BEN, None), past_order(3, None, MAIL)],
        customers=[PastCustomer(ANN, MAIL, 1_00, 1), PastCustomer(BEN, None, 1_00, 1)],
    )

    with unit_of_work(sessions) as session:
        key = veil.key_of(session, shop_id=shop.id, seal=seal)
        nobody = veil.drawn(session, shop_id=shop.id, seal=seal).over_past(batch)
        both = {alias_of(key, ANN), alias_of(key, MAIL)}
        veil.draw_over(session, shop_id=shop.id, aliases=both, now=NOON)
        shown = veil.drawn(session, shop_id=shop.id, seal=seal).over_past(batch)

    assert nobody is batch
    assert [order.customer_id for order in shown.orders] == [alias_of(key, ANN), BEN, None]
    assert {order.mail_digest for order in shown.orders} == {None}
    assert [customer.id for customer in shown.customers] == [BEN]
    assert (shown.lines, shown.things) == (batch.lines, batch.things)


def past_order(number: int, customer: int | None, mail_digest: str | None) -> PastOrder:
    return PastOrder(number, customer, f"#{number}", NOON, NOON, 5_00, counted=True, mail_digest=mail_digest)
