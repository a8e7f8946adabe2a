"""`trail`: prints who moved what, and proves that nobody has touched it since. Its rows are sealed by the ticker."""

import argparse
import sys
import time

import structlog

from app.domain.findings import Finding, bad, fine
from app.domain.money import Money
from app.store import chain, shops, trail
from app.store.base import reading, unit_of_work
from app.store.chain import Head
from app.store.sealed import Unsealable
from app.store.shops import Merchant
from jobs import logs
from jobs.runtime import World, world

log = structlog.get_logger("trail")

TURN_SECONDS = 1.0  # the ticker has other things to do
_FEW = 3  # faults that the doctor names


def main(arguments: list[str]) -> int:
    """Print the trail, or with --verify what is wrong with it; return 1 when something is."""
    options = _parse(arguments)
    logs.start("trail", to=sys.stderr)
    here = world()
    chosen = _chosen(here, options.shop)
    if not chosen:
        return _say("there is no such shop", code=1)
    if options.verify:
        return max(_verify(here, merchant, options.head) for merchant in chosen)
    for merchant in chosen:
        show(here, merchant, options.last)
    return 0


def seal(here: World) -> None:
    """Seal what was told since the last time, the shops taking turns, as far as there is time."""
    end = time.monotonic() + TURN_SECONDS
    with reading(here.sessions) as session:
        waiting = chain.unsealed(session)
    for shop_id in waiting:
        if time.monotonic() > end:
            return
        try:
            with unit_of_work(here.sessions) as session:
                head = chain.seal_some(session, shop_id=shop_id, seal=here.seal)
        except Unsealable:
            log.error("trail.unsealable", shop=shop_id)  # noqa: TRY400  # the trace would say nothing more
            continue
        if head is not None:
            # Whoever keeps the log has a head that nobody with the database alone can change.
            log.info("trail.sealed", shop=shop_id, head=str(head))


def show(here: World, merchant: Merchant, last: int) -> None:
    """Print the shop's newest rows, the oldest of them first."""
    with reading(here.sessions) as session:
        lines = trail.newest(session, shop_id=merchant.id, limit=last)
    for line in lines:
        parts = (
            f"{line.at:%Y-%m-%d %H:%M:%S}",
            merchant.domain,
            line.what,
            f"deed {line.effect_id}" if line.effect_id else None,
            line.rule,
            None if line.amount_minor is None else str(Money(minor=line.amount_minor, currency=merchant.currency)),
            line.why,
            line.reference and f"theirs {line.reference}",
            f"by {line.who}",
            "not sealed yet" if line.place is None else f"sealed at {line.place}",
        )
        sys.stdout.write("  ".join(part for part in parts if part) + "\n")


def finding(here: World) -> Finding:
    """Say whether all trails are whole."""
    with reading(here.sessions) as session:
        known = [merchant for merchant in shops.everybody(session) if merchant.installed]
    wrong = [f"{merchant.domain}: {fault}" for merchant in known for fault in _faults(here, merchant, None)]
    if wrong:
        more = f", and {len(wrong) - _FEW} more" if len(wrong) > _FEW else ""
        return bad("trail", f"{'; '.join(wrong[:_FEW])}{more}: python3 -m app trail --verify")
    return fine("trail", f"whole in {len(known)} shops")


def _verify(here: World, merchant: Merchant, known: Head | None) -> int:
    wrong = _faults(here, merchant, known)
    for fault in wrong:
        _say(f"{merchant.domain}: {fault}", code=1)
    with reading(here.sessions) as session:
        head = chain.head_of(session, shop_id=merchant.id)
    if not wrong:
        _say(f"{merchant.domain}: whole; its head is {head or 'not there yet'}", code=0)
    return 1 if wrong else 0


def _faults(here: World, merchant: Merchant, known: Head | None) -> list[str]:
    with reading(here.sessions) as session:
        try:
            return chain.faults(session, shop_id=merchant.id, seal=here.seal, known=known)
        except Unsealable:
            return ["no key at hand opens what its seals are made with"]


def _chosen(here: World, domain: str | None) -> list[Merchant]:
    with reading(here.sessions) as session:
        if domain is None:
            return shops.everybody(session)
        found = shops.by_domain(session, domain)
    return [found] if found is not None else []


def _head(said: str) -> Head:
    place, _, seal = said.partition(":")
    if not place.isdecimal() or not seal:
        raise argparse.ArgumentTypeError("a head is PLACE:SEAL, as the log and --verify say it")
    return Head(int(place), seal)


def _say(words: str, *, code: int) -> int:
    (sys.stderr if code else sys.stdout).write(f"{words}\n")
    return code


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app trail", description=__doc__)
    parser.add_argument("--shop", metavar="DOMAIN", help="of one shop alone")
    parser.add_argument("--verify", action="store_true", help="recompute every seal, and compare with the ledger")
    parser.add_argument("--head", metavar="PLACE:SEAL", type=_head, help="a head that was written down elsewhere")
    parser.add_argument("--last", metavar="N", type=int, default=100, help="so many rows of each shop (100)")
    return parser.parse_args(arguments)
