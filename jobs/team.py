"""The merchant's team: who is in it, what they may do, and who was let go."""

import structlog

from app.domain.agents import Role
from app.store import agent_sessions, agents, orders
from app.store.base import unit_of_work
from app.store.shops import Merchant
from jobs.runtime import World

log = structlog.get_logger("team")


class NobodyThere(LookupError):
    """The shop's team has nobody of that number."""


def add(world: World, merchant: Merchant, *, name: str, email: str, role: Role) -> bool:
    """Take somebody into the team; return False where that address is in it already."""
    digest = world.mail_digest(merchant, email)
    with unit_of_work(world.sessions) as session:
        number = agents.add(
            session, shop_id=merchant.id, name=name, email=email, email_digest=digest, role=role, seal=world.seal
        )
    log.info("team.added", shop=merchant.id, agent=number, role=role.value)
    return number is not None


def set_role(world: World, merchant: Merchant, agent_id: int, role: Role) -> None:
    """Make somebody a lead, or an agent."""
    with unit_of_work(world.sessions) as session:
        _there(agents.set_role(session, shop_id=merchant.id, agent_id=agent_id, role=role))
    log.info("team.role_set", shop=merchant.id, agent=agent_id, role=role.value)


def set_active(world: World, merchant: Merchant, agent_id: int, *, active: bool) -> None:
    """Let somebody go, from this moment on and in every browser of theirs, or back in."""
    with unit_of_work(world.sessions) as session:
        _there(agents.set_active(session, shop_id=merchant.id, agent_id=agent_id, active=active))
        agent_sessions.revoke(session, shop_id=merchant.id, agent_id=agent_id)
    log.info("team.let_back_in" if active else "team.let_go", shop=merchant.id, agent=agent_id)


def set_limits(
    world: World, merchant: Merchant, agent_id: int, *, limit_minor: int | None, month_minor: int | None
) -> None:
    """Set what somebody may give by themselves, in one act and in a month; None: as everybody."""
    limits = {"limit_minor": limit_minor, "month_minor": month_minor}
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)  # whoever presses at this moment is held to the one or the other
        _there(agents.set_limits(session, shop_id=merchant.id, agent_id=agent_id, **limits))
    log.info("team.limits_set", shop=merchant.id, agent=agent_id, **limits)


def introduce(world: World, merchant: Merchant, agent_id: int, *, kind: str, ref: str) -> None:
    """Write down by which number a helpdesk knows somebody."""
    with unit_of_work(world.sessions) as session:
        _there(agents.introduce(session, shop_id=merchant.id, agent_id=agent_id, kind=kind, ref=ref))
    log.info("team.introduced", shop=merchant.id, agent=agent_id, kind=kind)


def _there(found: bool) -> None:  # noqa: FBT001  # the store's answer
    if not found:
        raise NobodyThere
