"""A tool that believes signed calls alone, against what we send it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from app.domain.errors import Unavailable, Uncertain
from integrations import registry
from integrations.sandbox.listener.routes import PATH, SECRET
from tests.integrations.contract.town import TownDoor, patient


def tell(town: TownDoor, key: str, *, secret: str = SECRET, late: int = 0, number: int = 55) -> None:
    since = datetime(2026, 11, 21, tzinfo=UTC)
    now = town.inside.clock.now() - timedelta(minutes=late)  # whose time other tests move
    told = registry.listener(f"{town.url}{PATH}", secret, http=patient())
    told.tell(number, until=since + timedelta(days=180), key=key, since=since, now=now)


def heard(town: TownDoor, number: int) -> list[dict[str, Any]]:
    return [each for each in town.get("listener")["heard"] if each["data"]["customer_id"] == number]


def test_given_a_tool_when_told_twice_then_it_has_heard_it_once(town: TownDoor) -> None:
    for _ in range(2):
        tell(town, "mute:1", number=1)

    assert [each["type"] for each in heard(town, 1)] == ["customer.sensitive"]


@pytest.mark.parametrize("odd", [{"secret": "whsec_" + "b" * 44}, {"late": 6}], ids=["secret", "late"])
def test_given_a_call_that_proves_nothing_when_told_then_it_is_refused_and_not_heard(
    town: TownDoor, odd: dict[str, Any]
) -> None:
    with pytest.raises(Unavailable, match="401"):
        tell(town, "mute:2", number=2, **odd)

    assert heard(town, 2) == []


def test_given_an_answer_that_is_lost_when_told_again_then_it_was_heard_once(town: TownDoor) -> None:
    town.post("listener/faults", next=[{"kind": "commit_then_drop"}])
    with pytest.raises(Uncertain):
        tell(town, "mute:3", number=3)
    tell(town, "mute:3", number=3)

    assert len(heard(town, 3)) == 1


def test_given_a_tool_that_is_always_busy_when_told_then_it_counts_as_a_try(town: TownDoor) -> None:
    town.post("listener/faults", next=[{"kind": "429"}])
    with pytest.raises(Unavailable) as busy:
        tell(town, "mute:4", number=4)

    assert type(busy.value) is Unavailable


def test_given_somebody_unsigned_when_they_call_then_they_are_not_believed(town: TownDoor) -> None:
    said = {"type": "customer.sensitive", "timestamp": "", "data": {"customer_id": 5, "until": "2027-05-20"}}

    assert requests.post(f"{town.url}{PATH}", json=said, timeout=30).status_code == 401
    assert heard(town, 5) == []
