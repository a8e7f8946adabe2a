"""Who is who: customers merged into another, and guests who are known by their e-mail address alone.

Of an address only a digest is kept, made with a key of the shop's own: it finds the same address again, no more.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from app.domain import facts
from app.domain.effects import State
from app.domain.rules import special_customer
from app.store import ledger, lifetime
from app.store.base import insert
from app.store.deeds import Deed
from app.store.lifetime import Share
from app.store.tables import Customer, Decision, Effect, MergedCustomer, Order, Shop
from app.store.undoing import TAKEN_BACK

_WAITING = (State.AWAITING, State.PLANNED)
_PERHAPS_OUT = (State.SENDING, State.UNCERTAIN, State.DONE)
_GIFTS = ("add_gift_line", "send_gift_order")


def at_home(session: Session, *, shop_id: int, order: facts.Order) -> facts.Order:
    """Return the order as its true customer's: of the one kept after a merge, or of the one with a guest's address."""
    if order.customer_id is not None:
        return replace(order, customer_id=home_of(session, shop_id=shop_id, customer_id=order.customer_id))
    if order.mail_digest is None:
        return order
    return replace(order, customer_id=_known_by(session, shop_id, order.mail_digest))


def home_of(session: Session, *, shop_id: int, customer_id: int) -> int:
    """Return whom the customer was merged into, else themselves."""
    row = session.get(MergedCustomer, (shop_id, customer_id))
    return customer_id if row is None else row.kept_id


def introduce(session: Session, *, shop_id: int, customer_id: int, mail_digest: str) -> None:
    """Note a customer's address, and give them the orders that they placed as a guest."""
    theirs = (Customer.shop_id == shop_id, Customer.customer_id == customer_id)
    changed = session.execute(
        update(Customer)
        .where(*theirs, func.coalesce(Customer.mail_digest, "") != mail_digest)
        .values(mail_digest=mail_digest)
        .returning(Customer.customer_id)
        .execution_options(synchronize_session=False)
    ).all()
    if changed and _known_by(session, shop_id, mail_digest) == customer_id:
        guests = session.execute(
            update(Order)
            .where(Order.shop_id == shop_id, Order.customer_id.is_(None), Order.mail_digest == mail_digest)
            .values(customer_id=customer_id)
            .returning(Order.counted, Order.net_minor, Order.processed_at)
            .execution_options(synchronize_session=False)
        ).all()
        for share in _shares(customer_id, guests):
            lifetime.move(session, shop_id=shop_id, before=None, after=share)


def rehome(session: Session, *, shop_id: int, kept: int, deleted: int, now: datetime) -> list[Deed]:
    """Let everything of a merged customer be the kept one's: orders, sums, marks, gifts; none comes twice.

    Return the gifts that were withdrawn for that.
    """
    kept = home_of(session, shop_id=shop_id, customer_id=kept)
    if kept == deleted:
        return []
    _remember(session, shop_id, kept, deleted)
    for table in (Order, Effect):
        session.execute(
            update(table).where(table.shop_id == shop_id, table.customer_id == deleted).values(customer_id=kept)
        )
    session.execute(
        update(Decision)
        .where(Decision.shop_id == shop_id, Decision.subject == f"customer:{deleted}")
        .values(subject=f"customer:{kept}")
    )
    lifetime.unite(session, shop_id=shop_id, kept=kept, gone=deleted)
    _readdress(session, shop_id, kept)
    _decide_anew(session, shop_id, kept)
    return _keep_one_gift(session, shop_id, kept, now)


def mark_refused(session: Session, *, shop_id: int, customer_id: int) -> None:
    """Let a mark that found nobody of its name be decided about anew, where they live on under another one."""
    kept = home_of(session, shop_id=shop_id, customer_id=customer_id)
    if kept != customer_id:
        _decide_anew(session, shop_id, kept)


def orphan(session: Session, *, shop_id: int, customer_id: int) -> None:
    """Forget a deleted customer: their orders stay, without a person; their sums and marks go."""
    session.execute(
        update(Order)
        .where(Order.shop_id == shop_id, Order.customer_id == customer_id)
        .values(customer_id=None, mail_digest=None)
    )
    lifetime.leave(session, shop_id=shop_id, customer_id=customer_id)


def settle(session: Session, *, shop_id: int) -> None:
    """Bring home, set by set, whatever an import wrote under merged customers or as guests'; sums stay as they are."""
    merged = select(MergedCustomer.kept_id).where(
        MergedCustomer.shop_id == shop_id, MergedCustomer.customer_id == Order.customer_id
    )
    known = (
        select(func.min(Customer.customer_id))
        .where(Customer.shop_id == shop_id, Customer.mail_digest == Order.mail_digest)
        .having(func.count() == 1)
    )
    guest = (Order.customer_id.is_(None), Order.mail_digest.is_not(None))
    anybody = select(MergedCustomer.customer_id).where(MergedCustomer.shop_id == shop_id).exists()
    for where, home in (((anybody, merged.exists()), merged), ((*guest, known.exists()), known)):
        session.execute(
            update(Order)
            .where(Order.shop_id == shop_id, *where)
            .values(customer_id=home.scalar_subquery())
            .execution_options(synchronize_session=False)
        )


def _known_by(session: Session, shop_id: int, mail_digest: str) -> int | None:
    """Return the one customer with that address; None when there is none, or more than one."""
    statement = select(Customer.customer_id).where(Customer.shop_id == shop_id, Customer.mail_digest == mail_digest)
    found = session.scalars(statement.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _shares(customer_id: int, rows: Sequence[Row[bool, int, datetime]]) -> list[Share]:
    return [Share(customer_id, counted, net, at) for counted, net, at in rows]


def _remember(session: Session, shop_id: int, kept: int, deleted: int) -> None:
    session.execute(
        update(MergedCustomer)
        .where(MergedCustomer.shop_id == shop_id, MergedCustomer.kept_id == deleted)
        .values(kept_id=kept)
    )
    statement = insert(session, MergedCustomer).values(shop_id=shop_id, customer_id=deleted, kept_id=kept)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "customer_id"], set_={"kept_id": kept}))


def _readdress(session: Session, shop_id: int, kept: int) -> None:
    """Let every deed speak of the one kept, so that what is out is found and undone there, and what waits goes there.

    The key stays, for it names the deed as it was decided.
    """
    for row in session.scalars(select(Effect).where(Effect.shop_id == shop_id, Effect.customer_id == kept)):
        if row.payload.get("customer_id") not in (None, kept):
            row.payload = row.payload | {"customer_id": kept}


def _decide_anew(session: Session, shop_id: int, kept: int) -> None:
    """Count a customer whose last mark was refused as never marked: it would be thought on its way for ever."""
    marks = (Effect.kind == "tag_customer", Effect.rule == special_customer.RULE, Effect.customer_id == kept)
    last = select(Effect.state).where(Effect.shop_id == shop_id, *marks).order_by(Effect.id.desc()).limit(1)
    if session.scalar(last) == State.REFUSED:
        theirs = (Customer.shop_id == shop_id, Customer.customer_id == kept, Customer.marked.is_(False))
        session.execute(update(Customer).where(*theirs).values(special=False, changed_at=None))


def _keep_one_gift(session: Session, shop_id: int, kept: int, now: datetime) -> list[Deed]:
    """Withdraw all but the first of the gifts that wait: two people were due one each, one person gets one.

    And not even one that they have already: the other of the two was given the same.
    """
    theirs = select(Effect).where(Effect.shop_id == shop_id, Effect.customer_id == kept, Effect.kind.in_(_GIFTS))
    gifts = session.scalars(theirs.order_by(Effect.id).execution_options(populate_existing=True)).all()
    given = {gift.payload["variant_id"] for gift in gifts if gift.state in _PERHAPS_OUT and gift.code != TAKEN_BACK}
    waiting = [gift for gift in gifts if gift.state in _WAITING]
    again = [gift for gift in waiting[:1] if gift.payload["variant_id"] in given]
    currency = session.get_one(Shop, shop_id).currency
    gone = [
        ledger.withdraw(
            session,
            shop_id=shop_id,
            key=gift.key,
            code="merged",
            why="The store merged this customer with another who gets a gift already.",
            now=now,
            currency=currency,
        )
        for gift in (*again, *waiting[1:])
    ]
    return [deed for deed in gone if deed is not None]
