"""How hard a storm blows: what the store and the post do wrong, how the processes die, and how patient the app is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

FAIR_POST: Mapping[str, float] = MappingProxyType({"loss": 0, "duplicates": 0, "reorder": 0, "delay": 0})
QUICK_FAULTS = (
    *("429", "429_whole", "429_date", "429_bare", "429_odd", "throttled", "500_before", "html_502", "redirect"),
    *("500_after", "commit_then_drop", "truncated", "partial", "odd_type", "odd_date", "stale"),
)
LONG_FAULTS = ("late_commit", "hang_before", "hang_after", "drip", "slow", "huge")
# Of the helpdesk and whoever sells gifts, who are asked little: one call in five goes wrong.
VENDORS = ("helpdesk", "florist", "lob", "tremendous")
VENDOR_FAULTS = (
    *("429", "500_before", "html_502", "html_200", "drop_before"),
    *("500_after", "commit_then_drop", "truncated"),
)
# Whoever has deeds in hand dies oftenest. What is named twice happens twice as often.
KILLS = ("kill worker", "kill worker", "kill worker", "kill web", "kill ticker", "kill redis")
TOWN_KILLS = ("kill sandbox",)
SERVER_KILLS = ("kill server", "kill server", "cut connections")
FRIGHTS = (
    *("freeze worker", "freeze worker", "freeze web", "freeze ticker", "stop worker", "stop web", "stop twice worker"),
    *("wipe redis", "fill redis", "close redis", "silence redis"),
    "replay dead",  # the operator takes up again what rests, whatever it is
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """`least` and `most` are how many seconds a fault of the store takes that takes time, or comes late by."""

    post: Mapping[str, float]
    fault_rate: float
    vendor_rate: float = 0.2
    faults: tuple[str, ...] = (*QUICK_FAULTS * 2, *LONG_FAULTS)
    least: float = 0.5
    most: float
    longest_freeze: float
    late: tuple[str, ...] = ()  # calls that are carried out `most` seconds after their line broke, each once
    surroundings: Mapping[str, str] = field(default_factory=dict)


# The points of the store's largest plan, and more hands in the town than can hang at once: with fewer of either a great
# storm is no harder, it only takes longer.
LARGEST_TOWN = {
    "SANDBOX_BUCKET_SIZE": "40000",
    "SANDBOX_RESTORE_RATE": "2000",
    "SANDBOX_CARRIERS": "16",
    "SANDBOX_THREADS": "48",
}
# The quarantine is longer than a late commit and a reading that lags behind it take together; the lease is longer
# than a deed under way takes, slow answers included.
SQUALL = Weather(
    post={"loss": 0.2, "duplicates": 0.2, "reorder": 0.3, "delay": 0.1, "seconds": 3},
    fault_rate=0.1,
    most=2.0,
    longest_freeze=3.0,
    surroundings={"QUARANTINE_SECONDS": "6", "LEASE_SECONDS": "10", "SWEEP_SECONDS": "5"},
)
HURRICANE = Weather(
    post={"loss": 0.05, "duplicates": 0.1, "reorder": 0.2, "delay": 0.05, "seconds": 10},
    fault_rate=0.05,
    most=8.0,
    longest_freeze=30.0,
    surroundings={"QUARANTINE_SECONDS": "14", "LEASE_SECONDS": "30", "SWEEP_SECONDS": "20", **LARGEST_TOWN},
)
