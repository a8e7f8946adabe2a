"""The test ticket of each helpdesk as its merchant sees it: how far it is, where to read it, whether its call came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.helpdesk_setup import Ail, Stage
from app.domain.sample_tickets import SampleStage
from app.store import samples
from app.store.samples import Sample
from app.store.setups import Setup
from app.web.here import world
from app.web.language import _, counted
from app.web.screen import Look
from integrations import registry
from jobs.runtime import desk_origin

_PATIENCE = timedelta(minutes=1)  # within which a call comes where all is well
_WATCHED = timedelta(minutes=10)  # so long a page goes on looking by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows of one helpdesk's; `stage` None: there is none, and `able` says whether one can be written."""

    kind: str
    account: str
    able: bool
    by_hand: bool  # its kind can open none without writing to the customer, or none at all
    furnished: bool
    stage: SampleStage | None
    number: str
    page: str  # where agents read it
    trouble: str
    called: str  # how long after it was written its call came; "" while none has
    overdue: bool
    moves: bool


def shown(seen: Look, known: Iterable[Setup]) -> list[Shown]:
    """Return the test tickets of those helpdesks that stand, the oldest connection first."""
    live = [each for each in known if each.stage is Stage.LIVE and each.kind in registry.HELPDESKS]
    if not live:
        return []
    there = samples.listed(seen.session, shop_id=seen.merchant.id)
    written = {kind: registry.named(kind, each.number) for kind, each in there.items() if each.written_at}
    called = samples.called_at(seen.session, shop_id=seen.merchant.id, tickets=written.values())
    return [_shown(seen.now, each, there.get(each.kind), called.get(written.get(each.kind, ""))) for each in live]


def moving(tickets: Iterable[Shown]) -> bool:
    """Return whether something is still to come of one of them."""
    return any(each.moves for each in tickets)


def facts(seen: Look, known: Iterable[Setup]) -> dict[str, Any]:
    """Return what the templates want to know."""
    tickets = shown(seen, known)
    return {"test_tickets": tickets, "test_moves": moving(tickets), "SampleStage": SampleStage}


def _shown(now: datetime, setup: Setup, sample: Sample | None, called: datetime | None) -> Shown:
    company, kind = registry.HELPDESKS[setup.kind], setup.kind
    well = setup.broken_since is None and Ail.NOTES_PUBLIC not in setup.ails
    waits = sample is not None and sample.stage is SampleStage.WRITTEN and called is None
    since = now - sample.written_at if sample is not None and sample.written_at else timedelta()
    return Shown(
        kind=kind,
        account=setup.account,
        able=company.samples is not None and well,
        by_hand=company.samples is None,
        furnished=company.furnish is not None,
        stage=None if sample is None else sample.stage,
        number="" if sample is None else sample.number,
        page="" if sample is None else _page(setup, sample),
        trouble="" if sample is None else sample.trouble,
        called="" if sample is None or called is None else _after(sample, called),
        overdue=waits and since > _PATIENCE,
        moves=sample is not None and (sample.to_do or (waits and since < _WATCHED)),
    )


def _page(setup: Setup, sample: Sample) -> str:
    return registry.ticket_page(setup.kind, desk_origin(world().settings, setup.kind), setup.account, sample.number)


def _after(sample: Sample, called: datetime) -> str:
    seconds = int((called - sample.written_at).total_seconds()) if sample.written_at else 0
    if seconds < 1:
        return _("within a second")
    if seconds < 100:
        return _("after %(time)s", time=counted(seconds, "second", "seconds"))
    return _("after %(time)s", time=counted(round(seconds / 60), "minute", "minutes"))
