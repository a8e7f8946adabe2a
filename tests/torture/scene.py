"""The stage of every flow: an app, a shop with a past, and a town, all of it copied and laid back in milliseconds."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from pydantic import SecretStr

from app.config import Settings
from app.domain.policy import Policy
from app.launcher.practice_settings import vendor_origins
from app.store.base import sessions_of
from app.store.sealed import Seal
from integrations.sandbox.town import PRACTICE_CLIENT_ID, PRACTICE_SECRETS
from jobs import (
    address_asks,
    backtest,
    campaign_waves,
    gift_watch,
    helpdesk_care,
    history,
    installation,
    lost_marks,
    mails,
    moments,
    practice,
    privacy,
    results,
    review,
    shortages,
    story_mails,
    sweep,
    trail,
)
from jobs.drain import drain
from jobs.queue import Bell, Task
from jobs.runtime import Clock, World
from jobs.ticker import make_round, ring_due
from tests.conftest import SEAL_KEY
from tests.jobs.conftest import Practice, read_past
from tests.torture.boundaries import StillBell, Watch, Watched, WatchedHttp, WatchedPost, watch_database
from tests.torture.ground import Ground
from tests.torture.inner_town import HOST, InnerTown, Memory

CUSTOMERS = 25
NEVER = 10**8
ROUND_SECONDS = 120  # longer than any lease and any quarantine
MOST_ROUNDS = 12
TASKS: dict[Task, Callable[[World, int], None]] = {
    Task.DRAIN: drain,
    Task.REVIEW: review.review,
    Task.SWEEP: sweep.sweep,
    Task.IMPORT: history.import_history,
    Task.KEEP_ACCESS: installation.keep_access,
    Task.PRIVACY: privacy.keep_promises,
    Task.HELPDESKS: helpdesk_care.care_for,
    Task.LOST_MARKS: lost_marks.look_through,
    Task.GIFTS: gift_watch.follow,
    Task.ADDRESSES: address_asks.look,
    Task.MAILS: mails.post,
    Task.MOMENTS: moments.look,
    Task.RESULTS: results.reckon,
    Task.CAMPAIGNS: campaign_waves.go_on,
    Task.SHORTAGES: shortages.look,
    Task.BACKTEST: backtest.backtest,
    Task.STORY: story_mails.tell,
}


class NeverQuiet(AssertionError):
    """There is still something to do after so many rounds that it will never end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Everything that outlives the app's process: what it had written, and the world outside."""

    ground: Any
    town: Memory
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene(Practice):
    """A practice town within our own process, whose app can be watched, copied, and laid back."""

    inner: InnerTown
    ground: Ground
    watched: Watched

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self.inner.call(path, body)

    def later(self, seconds: int) -> None:
        self.inner.clock.advance(seconds)
        self.inner.work()

    @property
    def bell(self) -> StillBell:
        return cast("StillBell", self.world.bell)

    def copied(self) -> Moment:
        """Return this moment."""
        return Moment(ground=self.ground.copied(), town=self.inner.copied(), seconds=self.inner.clock.offset())

    def lay(self, moment: Moment) -> None:
        """Go back to a moment. What only the process knew then is gone: this is what its death is."""
        self.watched.watch = Watch()
        self.bell.rung.clear()
        self.ground.lay(moment.ground)
        self.inner.lay(moment.town)
        self.inner.clock.advance(moment.seconds - self.inner.clock.offset())

    def go_on(self) -> None:
        """Let ticker and workers do whatever there is to do, until there is nothing left."""
        for number in range(MOST_ROUNDS):
            self.later(ROUND_SECONDS)
            ring_due(self.world)
            due = bool(self.bell.rung)
            if number == 0:
                make_round(self.world)
            self.answer_bells()
            if number and not due:
                trail.seal(self.world)
                return
        raise NeverQuiet(f"still at work after {MOST_ROUNDS} rounds")

    def answer_bells(self) -> None:
        """Do what was rung for, and what is rung for meanwhile."""
        while self.bell.rung:
            task, shop_id = next(iter(self.bell.rung))
            TASKS[task](self.world, shop_id)
            self.bell.rung.pop((task, shop_id), None)


def stage(ground: Ground, *, url: str, sweep_seconds: int = NEVER) -> Scene:
    """Return a world without a shop, beside a town with a year behind it."""
    inner, watched = InnerTown(customers=CUSTOMERS), Watched()
    watch_database(ground.engine, watched)
    world = World(
        settings=settings(url, sweep_seconds),
        sessions=sessions_of(ground.engine),
        seal=Seal.from_settings((SEAL_KEY,)),
        clock=cast("Clock", inner.clock),
        bell=cast("Bell", StillBell(watched)),
        http=WatchedHttp(inner, watched),
        postman=WatchedPost(inner, watched),
    )
    return Scene(world=world, shop_id=0, town=HOST, inner=inner, ground=ground, watched=watched)


def settings(url: str, sweep_seconds: int) -> Settings:
    return Settings.model_construct(
        app_var=Path("/nowhere"),
        database_url=url,
        practice=True,
        shopify_client_id=PRACTICE_CLIENT_ID,
        shopify_client_secrets=SecretStr(",".join(PRACTICE_SECRETS)),
        shopify_origin=f"{HOST}/shopify/{{shop}}",
        gorgias_origin=f"{HOST}/gorgias/{{account}}",
        florist_origin=f"{HOST}/florist",
        vendor_origins=vendor_origins(HOST),
        sweep_seconds=sweep_seconds,
    )


def moved_in(scene: Scene, policy: Policy) -> Scene:
    """Let the practice shop open the app, have its past read, and choose a policy."""
    here = replace(scene, shop_id=practice.move_in(scene.world))
    read_past(here)
    here.policy(policy)
    make_round(here.world)  # what is done once a day is done
    here.answer_bells()
    return here
