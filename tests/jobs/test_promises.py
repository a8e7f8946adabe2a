"""Whether somebody waits for the team: what a helpdesk says, and what is made of one that says nothing."""

from dataclasses import dataclass
from typing import Any

import pytest

from app.domain.errors import KEY_MAY_LIVE, Busy, KeyRefused
from jobs import promises
from jobs.runtime import Outside
from tests.builders import due

OPEN = "A ticket of theirs is open."
NOBODY_SAYS = "No helpdesk says whether their ticket is solved."


@dataclass
class Desk:
    """Satisfies as much of a helpdesk as is asked here."""

    says: bool | Exception | None

    def has_open_ticket(self, emails: tuple[str, ...]) -> bool | None:
        assert emails == ("ada@example.com",)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@dataclass
class Store:
    """Satisfies as much of a store as is asked here."""

    known: tuple[str, ...] = ("ada@example.com",)

    def emails(self, customer_id: int) -> tuple[str, ...]:
        assert customer_id == 55
        return self.known


def outside(*says: bool | Exception | None, store: Store | None = None) -> Outside:
    desks: Any = {str(number): Desk(each) for number, each in enumerate(says)}
    shop: Any = store or Store()
    return Outside(shop=shop, shop_at_once=shop, desks=desks)


@pytest.mark.parametrize(
    ("says", "for_a_day", "when_solved"),
    [
        ((), "", NOBODY_SAYS),
        ((None,), "", NOBODY_SAYS),
        ((False,), "", ""),
        ((None, False), "", ""),
        ((True,), OPEN, OPEN),
        ((False, True), OPEN, OPEN),
    ],
)
def test_given_helpdesks_when_asked_whether_all_is_well_then_a_ticket_that_is_open_stops_everything(
    says: tuple[bool | None, ...], for_a_day: str, when_solved: str
) -> None:
    assert promises.complaint(outside(*says), due()) == for_a_day
    assert promises.complaint(outside(*says), due(when_solved=True)) == when_solved


def test_given_a_helpdesk_that_lets_us_in_no_more_when_asked_then_nobody_knows_and_nothing_goes_out() -> None:
    assert "nobody knows" in promises.complaint(outside(KeyRefused("403")), due())


@pytest.mark.parametrize("no", [Busy("429"), KeyRefused("403, the first", retry_after=KEY_MAY_LIVE)])
def test_given_a_helpdesk_that_may_be_well_in_a_moment_when_asked_then_it_is_asked_again_later(no: Exception) -> None:
    with pytest.raises(type(no)):
        promises.complaint(outside(no), due())


def test_given_a_customer_without_an_address_when_asked_then_nobody_can_say_that_a_ticket_is_solved() -> None:
    silent = outside(False, store=Store(known=()))

    assert promises.complaint(silent, due()) == ""
    assert promises.complaint(silent, due(when_solved=True)) == NOBODY_SAYS
