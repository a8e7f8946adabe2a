"""What a merchant's cards may begin with: kept under a name, offered on the desk while they are active."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from app.store import trail
from app.store.base import insert
from app.store.card_tables import CardTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Words for a card, with names in braces for what is filled in; `sympathy` says that they are for a hard time."""

    id: int
    name: str
    words: str
    sympathy: bool
    active: bool


def keep(session: Session, *, shop_id: int, name: str, words: str, sympathy: bool) -> int:
    """Keep words under their name, in place of those that were there, and offer them; return their number."""
    said = {"words": words, "sympathy": sympathy, "active": True}
    statement = insert(session, CardTemplate).values(shop_id=shop_id, name=name, **said)
    number = session.scalars(
        statement.on_conflict_do_update(index_elements=["shop_id", "name"], set_=said).returning(CardTemplate.id)
    ).one()
    trail.note(session, shop_id=shop_id, what="card_words_kept", why=f"template {number}")
    return number


def set_active(session: Session, *, shop_id: int, template_id: int, active: bool) -> bool:
    """Offer words on the desk, or no longer; return False where there are none of that number."""
    mine = (CardTemplate.shop_id == shop_id, CardTemplate.id == template_id)
    changed = update(CardTemplate).where(*mine).values(active=active).execution_options(synchronize_session=False)
    found = cast("CursorResult[tuple[()]]", session.execute(changed)).rowcount == 1
    if found:
        said = "offered" if active else "not offered"
        trail.note(session, shop_id=shop_id, what="card_words_offered", why=f"template {template_id}, {said}")
    return found


def listed(session: Session, *, shop_id: int) -> list[Template]:
    """Return all that the shop keeps, by their names."""
    mine = select(CardTemplate).where(CardTemplate.shop_id == shop_id).order_by(CardTemplate.name)
    return [
        Template(id=row.id, name=row.name, words=row.words, sympathy=row.sympathy, active=row.active)
        for row in session.scalars(mine)
    ]


def offered(session: Session, *, shop_id: int) -> list[Template]:
    """Return what the desk offers to begin with."""
    return [template for template in listed(session, shop_id=shop_id) if template.active]
