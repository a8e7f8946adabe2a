"""A merchant's helpdesks: connected by key, set up once more, and left."""

from secrets import token_urlsafe

import structlog

from app.domain.errors import KeyRefused, Rejected, Unavailable
from app.store import connections, key_waits, setups
from app.store.base import Session, unit_of_work
from app.store.connections import Account
from app.store.shops import Merchant
from integrations import registry
from integrations.companies import Granted, Login
from jobs.agent_preview import LIMITS
from jobs.queue import Task
from jobs.runtime import World, desk_origin

log = structlog.get_logger("helpdesk")

NOT_TAKEN = "They do not take this key, so nothing was changed."
NOT_THERE = "They said no, so nothing was changed. Is the account’s name the one in the helpdesk’s own address? {}"
NOT_NOW = "They cannot be asked just now, so nothing was changed: {}"


def bring(world: World, merchant: Merchant, *, kind: str, account: str, login: Login) -> bool | str:
    """Connect as `connect` does, with a key that a person typed: it is tried first. Return why it was not taken."""
    try:
        registry.knock(kind, desk_origin(world.settings, kind), account, login, http=world.http.within(LIMITS))
    except KeyRefused:
        return NOT_TAKEN
    except Rejected as problem:
        return NOT_THERE.format(problem)
    except Unavailable as problem:
        return NOT_NOW.format(problem)
    return connect(world, merchant, kind=kind, account=account, login=login)


def connect(
    world: World, merchant: Merchant, *, kind: str, account: str, login: Login, granted: Granted | None = None
) -> bool:
    """Keep the account, and have it set up where we can; return False while another of its kind is connected.

    A new key of the same account leaves the address and the secret as they are: buttons that agents have made go on.
    `granted` says that the key was given to us with a click.
    """
    with unit_of_work(world.sessions) as session:
        before = connections.account(session, shop_id=merchant.id, kind=kind, seal=world.seal)
        if before is not None and before.account != account:
            return False
        keep(world, session, merchant, kind=kind, account=account, login=login, before=before, granted=granted)
    log.info("helpdesk.connected", shop=merchant.id, kind=kind)
    world.bell.ring(Task.HELPDESKS, merchant.id)
    return True


def keep(
    world: World,
    session: Session,
    merchant: Merchant,
    *,
    kind: str,
    account: str,
    login: Login,
    before: Account | None = None,
    granted: Granted | None = None,
) -> tuple[str, str]:
    """Keep the account; return the address and the secret that its calls come by: those of before, or new ones."""
    company = registry.HELPDESKS[kind]
    token = (before.url_token if before else "") or token_urlsafe(32)
    fresh = () if company.new_secret is None else (company.new_secret(),)
    proofs = (before.secrets if before else ()) or fresh
    connections.connect(
        session,
        shop_id=merchant.id,
        kind=kind,
        account=account,
        user=login.user,
        key=login.key,
        seal=world.seal,
        url_token=token,
        secrets=proofs,
        refresh=granted.refresh if granted else None,
        expires_at=world.clock.now() + granted.lives if granted else None,
    )
    key_waits.go_on(session, shop_id=merchant.id, kind=kind, now=world.clock.now())
    if company.furnish is not None:
        setups.begin(session, shop_id=merchant.id, kind=kind, now=world.clock.now())
    return address(world, kind, token), next(iter(proofs), "")


def address(world: World, kind: str, token: str) -> str:
    """Return where a helpdesk's calls go."""
    return f"{world.home}/hooks/{kind}/{token}"


def desk_address(world: World, public_id: str | None) -> str:
    """Return where a helpdesk's agents find the desk; "" where it has none."""
    return f"{world.home}/desk/{public_id}" if public_id else ""


def set_up(world: World, merchant: Merchant, kind: str) -> bool:
    """Have all made that belongs there, also what the team took away; return False where nothing is connected."""
    with unit_of_work(world.sessions) as session:
        begun = setups.begin(session, shop_id=merchant.id, kind=kind, now=world.clock.now(), afresh=True)
    world.bell.ring(Task.HELPDESKS, merchant.id)
    return begun


def disconnect(world: World, merchant: Merchant, kind: str) -> bool:
    """Let nothing in or out any more, and have cleared out what we made; return False where nothing is connected."""
    with unit_of_work(world.sessions) as session:
        left = setups.leave(session, shop_id=merchant.id, kind=kind, now=world.clock.now())
    if left:
        log.info("helpdesk.disconnected", shop=merchant.id, kind=kind)
    world.bell.ring(Task.HELPDESKS, merchant.id)
    return left


def trust_notes(world: World, merchant: Merchant, kind: str) -> bool:
    """Let notes be written again; return whether none were."""
    with unit_of_work(world.sessions) as session:
        return setups.trust_notes(session, shop_id=merchant.id, kind=kind)
