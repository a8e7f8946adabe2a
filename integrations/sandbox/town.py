"""The town and what its parts share."""

from dataclasses import dataclass
from pathlib import Path

from integrations.sandbox.books import Books
from integrations.sandbox.clock import Clock
from integrations.sandbox.post_office import KEPT, PostOffice

PRACTICE_SHOP = "lagniappe-practice.myshopify.com"
PRACTICE_TOKEN = "shpat_practice"  # noqa: S105 - opens nothing but the town

PRACTICE_CLIENT_ID = "practice-client"
PRACTICE_SECRETS = ("practice-secret",)


@dataclass(frozen=True, slots=True, kw_only=True)
class TownSettings:
    """How one town is set up; the defaults make a quiet, brisk one without files."""

    port: int = 0
    mail_port: int | None = None  # where mails are taken; nought is a free one, None is nowhere
    target: str | None = None  # where webhooks go: the origin of the app's web process
    seed: int = 7
    faults: float = 0.0  # share of store calls that go wrong, 0..1
    books: Path | None = None
    clock_file: Path | None = None
    record: Path | None = None  # a folder for what the store was asked and answered
    client_id: str = PRACTICE_CLIENT_ID
    client_secrets: tuple[str, ...] = PRACTICE_SECRETS  # current first
    bucket_size: int = 4_000
    restore_rate: int = 1_000  # cost points a second; both of them above a small shop's, so that nobody waits in a demo
    pauses: tuple[float, ...] = (
        1,
        2,
        4,
        8,
        16,
        32,
        64,
        128,
    )  # eight retries as the real one's, minutes for its hours
    year: bool = True  # fill empty books with a year of orders
    customers: int = 3_000  # who came in that year
    regulars: int = 24  # of whom the next order will be the fourth
    letters_kept: int = KEPT  # of those delivered
    carriers: int = 4  # who carry letters at the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Everything a part of the town may need: pass it to `blueprint(town)`."""

    settings: TownSettings
    books: Books
    clock: Clock
    post: PostOffice
