"""Who is who: customers merged into another, and guests who are known by their e-mail address alone.

Of an address only a digest is kept, made with a key of the shop's own: it finds the same address again, no more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from app.domain import facts
from app.domain.effects import State
from app.domain.rules import special_customer
from app.store import (
    attentions,
    birthdays,
    campaign_lists,
    care,
    contacts,
    ledger,
    lifetime,
    reason_counts,
    snoozes,
    trials,
)
from app.store.base import Base, insert
from app.store.contact_tables import MergedCustomer
from app.store.contacts import Kind
from app.store.deeds import Deed
from app.store.lifetime import Move, Share
from app.store.tables import Customer, Decision, Effect, Order, Shop
from app.store.undoing import TAKEN_BACK

_WAITING = (State.AWAITING, State.PLANNED)
_PERHAPS_OUT = (State.SENDING, State.UNCERTAIN, State.DONE)
_GIFTS = ("add_gift_line", "send_gift_order")
_CUSTOMERS = Base.metadata.tables[Customer.__tablename__]


def at_home(session: Session, *, shop_id: int, orders: Sequence[facts.Order]) -> list[facts.Order]:
    """Return each order as its true customer's: of the one kept after a merge, or of the one with a guest's address."""
    merged = _merged(session, shop_id, {order.customer_id for order in orders if order.customer_id is not None})
    known = _known_by(session, shop_id, {order.mail_digest for order in orders if _is_guests(order)})
    return [_moved_home(order, merged, known) for order in orders]


def home_of(session: Session, *, shop_id: int, customer_id: int) -> int:
    """Return whom the customer was merged into, else themselves."""
    return _merged(session, shop_id, {customer_id}).get(customer_id, customer_id)


def introduce(session: Session, *, shop_id: int, mails: Mapping[int, str]) -> None:
    """Note the digest of each customer's address, and give them the orders that they placed as a guest."""
    ours = select(Customer.customer_id, Customer.mail_digest).where(Customer.shop_id == shop_id)
    rows = session.execute(ours.where(Customer.customer_id.in_(mails))).all() if mails else ()
    new = {row.customer_id: mails[row.customer_id] for row in rows if row.mail_digest != mails[row.customer_id]}
    if not new:
        return
    for row in rows:
        if row.customer_id in new and row.mail_digest is not None:
            ways = {row.mail_digest: Kind.MAIL}  # they may yet write from there
            contacts.learn(session, shop_id=shop_id, customer_id=row.customer_id, ways=ways)
    theirs = (_CUSTOMERS.c.shop_id == shop_id, _CUSTOMERS.c.customer_id == bindparam("who"))
    statement = update(_CUSTOMERS).where(*theirs).values(mail_digest=bindparam("mail"))
    session.execute(statement, [{"who": customer_id, "mail": mail} for customer_id, mail in new.items()])
    guests = (Order.shop_id == shop_id, Order.customer_id.is_(None))
    waiting = set(session.scalars(select(Order.mail_digest).where(*guests, Order.mail_digest.in_(set(new.values())))))
    known = _known_by(session, shop_id, waiting)
    for customer_id, mail in new.items():
        if known.get(mail) == customer_id:
            _adopt(session, shop_id, customer_id, mail)


def _adopt(session: Session, shop_id: int, customer_id: int, mail_digest: str) -> None:
    found = session.execute(
        update(Order)
        .where(Order.shop_id == shop_id, Order.customer_id.is_(None), Order.mail_digest == mail_digest)
        .values(customer_id=customer_id)
        .returning(Order.counted, Order.net_minor, Order.processed_at)
        .execution_options(synchronize_session=False)
    ).all()
    moves = [Move(None, Share(customer_id, counted, net, at)) for counted, net, at in found]
    lifetime.move(session, shop_id=shop_id, moves=moves)


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
    reason_counts.drop(session, shop_id=shop_id)
    contacts.hand_over(session, shop_id=shop_id, kept=kept, gone=deleted)
    care.hand_over(session, shop_id=shop_id, kept=kept, gone=deleted)
    snoozes.hand_over(session, shop_id=shop_id, kept=kept, gone=deleted)
    campaign_lists.hand_over(session, shop_id=shop_id, kept=kept, gone=deleted)
    trials.hand_over(session, shop_id=shop_id, kept=kept, gone=deleted)
    attentions.forget(session, shop_id=shop_id, customer_ids=[deleted])
    birthdays.forget(session, shop_id=shop_id, customer_ids=[deleted])
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
    contacts.forget(session, shop_id=shop_id, customer_ids=[customer_id])
    care.forget(session, shop_id=shop_id, customer_ids=[customer_id])
    snoozes.forget(session, shop_id=shop_id, customer_ids=[customer_id])
    campaign_lists.forget(session, shop_id=shop_id, customer_ids=[customer_id])
    trials.forget(session, shop_id=shop_id, customer_ids=[customer_id])
    attentions.forget(session, shop_id=shop_id, customer_ids=[customer_id])
    birthdays.forget(session, shop_id=shop_id, customer_ids=[customer_id])


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


def _is_guests(order: facts.Order) -> bool:
    return order.customer_id is None and order.mail_digest is not None


def _moved_home(order: facts.Order, merged: Mapping[int | None, int], known: Mapping[str | None, int]) -> facts.Order:
    if order.customer_id in merged:
        return replace(order, customer_id=merged[order.customer_id])
    if _is_guests(order) and order.mail_digest in known:
        return replace(order, customer_id=known[order.mail_digest])
    return order


def _merged(session: Session, shop_id: int, people: Iterable[int | None]) -> dict[int | None, int]:
    """Return, of those who were merged into another, into whom."""
    ours = select(MergedCustomer.customer_id, MergedCustomer.kept_id).where(MergedCustomer.shop_id == shop_id)
    rows = session.execute(ours.where(MergedCustomer.customer_id.in_(people)))
    return {row.customer_id: row.kept_id for row in rows}


def _known_by(session: Session, shop_id: int, digests: Iterable[str | None]) -> dict[str | None, int]:
    """Return the one customer with each address; nobody where there is none, or more than one."""
    asked = {digest for digest in digests if digest is not None}
    if not asked:
        return {}
    ours = select(Customer.mail_digest, func.min(Customer.customer_id)).where(Customer.shop_id == shop_id)
    one = ours.where(Customer.mail_digest.in_(asked)).group_by(Customer.mail_digest).having(func.count() == 1)
    return dict(session.execute(one).all())


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
    waiting = [gift for gift in gifts if gift.state in _WAITING and gift.ticket_id is None]  # agents know what they do
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
