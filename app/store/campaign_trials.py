"""Who of a campaign's list was given something and who was held out, and what they bought before and since."""

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.domain.campaign_paid import Placed
from app.domain.paid import Bought
from app.store import trials
from app.store.campaign_tables import CampaignPerson as Row
from app.store.costs import DONE, SPENT
from app.store.tables import Effect, Order


def placed(session: Session, *, shop_id: int, campaign_id: int, now: datetime) -> list[Placed]:
    """Return a frozen list, without those who have left it as they leave a rule's trial, and whoever is forgotten."""
    known = (Row.shop_id == shop_id, Row.campaign_id == campaign_id, Row.place.is_not(None), Row.customer_id > 0)
    alone = trials.is_let_be(Row.shop_id, Row.customer_id, now)
    rows = select(Row.customer_id, Row.held_out, Row.place).where(*known, ~alone).order_by(Row.place)
    return [Placed(customer_id, out, number or 0) for customer_id, out, number in session.execute(rows)]


def bought(session: Session, *, shop_id: int, campaign_id: int, since: datetime) -> list[Bought]:
    """Return what those on the list bought since then, the orders that count."""
    theirs = and_(Order.shop_id == Row.shop_id, Order.customer_id == Row.customer_id)
    found = (
        select(Row.customer_id, Order.processed_at, Order.net_minor)
        .select_from(Row)
        .join(Order, theirs)
        .where(Row.shop_id == shop_id, Row.campaign_id == campaign_id, Order.counted, Order.processed_at >= since)
        .order_by(Order.customer_id, Order.processed_at, Order.order_id)
    )
    return [Bought(*row) for row in session.execute(found)]


def billed(session: Session, *, shop_id: int, campaign_id: int) -> dict[int, int]:
    """Return what each one's gift truly cost of those who were sent one."""
    deed = and_(Effect.shop_id == Row.shop_id, Effect.id == Row.effect_id)
    found = select(Row.customer_id, Effect.cost_minor).select_from(Row).join(Effect, deed)
    found = found.where(Row.shop_id == shop_id, Row.campaign_id == campaign_id, DONE, SPENT)
    return {customer_id: minor or 0 for customer_id, minor in session.execute(found)}
