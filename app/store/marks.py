"""What the store shows of its customers' marks, noted for several at once."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.store.tables import Customer, MergedCustomer


def shown(session: Session, *, shop_id: int, customer_ids: Collection[int], marked: bool, now: datetime) -> None:
    """Note that the store shows their marks now, or shows them no longer; a mark's time begins when it is out.

    Who was merged while the mark was on its way bears it under the name that is left.
    """
    theirs = (MergedCustomer.shop_id == shop_id, MergedCustomer.customer_id.in_(customer_ids))
    found = session.execute(select(MergedCustomer.customer_id, MergedCustomer.kept_id).where(*theirs))
    merged = {row.customer_id: row.kept_id for row in found}
    left = [merged.get(number, number) for number in customer_ids]
    since = {"changed_at": now} if marked else {}
    statement = update(Customer).where(Customer.shop_id == shop_id, Customer.customer_id.in_(left))
    session.execute(statement.values(marked=marked, **since).execution_options(synchronize_session=False))
