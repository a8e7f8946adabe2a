"""The figures for machines, read from the database whenever they are asked for: any web process tells the same.

They are few whatever there is: no shop and no person is among the labels.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.store import alarms, gauges, switch
from app.store.base import Session, reading
from jobs.runtime import World


class Figures(Collector):
    """What prometheus-client asks for its metrics."""

    def __init__(self, here: World) -> None:
        self._here = here

    def describe(self) -> Iterable[Metric]:
        """Return nothing: a registry that is told nothing does not ask before it is asked."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        now = self._here.clock.now()
        with reading(self._here.sessions) as session:
            yield from _inbox(session, now)
            yield from _deeds(session, now)
            yield _pools(session, now)
            yield _alarms(session)
            yield GaugeMetricFamily(
                "lagniappe_oldest_due_seconds",
                "How long the oldest work waits that only hands are missing for.",
                value=_age(gauges.oldest_due(session, now=now), now),
            )
            yield GaugeMetricFamily(
                "lagniappe_stopped",
                "1 while the operator has stopped everything.",
                value=int(switch.standstill(session) is not None),
            )
            yield GaugeMetricFamily(
                "lagniappe_rules_braked", "Rules that have stopped themselves.", value=gauges.braked(session)
            )
        yield CounterMetricFamily(
            "lagniappe_bell_failures",
            "How often this one web process found no Redis.",
            value=self._here.bell.failures,
        )


def _inbox(session: Session, now: datetime) -> Iterator[Metric]:
    found = gauges.inbox(session)
    letters = GaugeMetricFamily(
        "lagniappe_deliveries", "Deliveries that are not dealt with: to be tried, or set aside.", labels=["state"]
    )
    letters.add_metric(["waiting"], found.waiting)
    letters.add_metric(["set_aside"], found.set_aside)
    yield letters
    yield GaugeMetricFamily(
        "lagniappe_deliveries_oldest_seconds",
        "How long the delivery is due that has waited longest, whatever holds it back.",
        value=_age(found.oldest, now),
    )


def _deeds(session: Session, now: datetime) -> Iterator[Metric]:
    work = GaugeMetricFamily("lagniappe_effects", "Deeds that have not ended.", labels=["state", "kind"])
    for (state, kind), count in sorted(gauges.deeds(session).items()):
        work.add_metric([state, kind], count)
    yield work
    doubts = gauges.doubts(session, now=now)
    uncertain = GaugeMetricFamily(
        "lagniappe_effects_uncertain",
        "Deeds that may have happened: all, for over an hour, for people.",
        labels=["which"],
    )
    for which, count in (("open", doubts.open), ("long", doubts.long), ("for_people", doubts.for_people)):
        uncertain.add_metric([which], count)
    yield uncertain
    heaps, tries = gauges.attempts(session)
    attempts = HistogramMetricFamily("lagniappe_effect_attempts", "Tries of the deeds that are still moving.")
    attempts.add_metric([], _buckets(gauges.ATTEMPTS, heaps), tries)
    yield attempts


def _pools(session: Session, now: datetime) -> Metric:
    use = HistogramMetricFamily(
        "lagniappe_pool_use_percent", "Shops by how much of this month's pool is spoken for.", labels=["pool"]
    )
    for name, heaps in sorted(gauges.pools(session, month=f"{now.astimezone(UTC):%Y-%m}").items()):
        use.add_metric([name], _buckets(gauges.SHARES, [*heaps, heaps[-1]]), sum_value=None)
    return use


def _alarms(session: Session) -> Metric:
    standing = GaugeMetricFamily("lagniappe_alarms", "Deeds that somebody should look at.", labels=["what"])
    counts = alarms.counted(session)
    for what in alarms.What:
        standing.add_metric([what], counts.get(what, 0))
    return standing


def _buckets(ends: Sequence[int], heaps: Sequence[int]) -> list[tuple[str, float]]:
    names = [*(str(float(end)) for end in ends), "+Inf"]
    return [(name, float(count)) for name, count in zip(names, heaps, strict=True)]


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
