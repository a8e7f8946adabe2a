"""A dead token: a newer one and one more call, twice at most, and then no further."""

from dataclasses import dataclass, field

import pytest

from app.domain.errors import Closed, Unavailable
from integrations.shopify.access import FixedAccess
from tests.integrations.shopify.scripted import Script, api

TAGS = {"id": "gid://shopify/Customer/55", "tags": ["a"]}
DONE = {"data": {"tagsAdd": {"node": None, "userErrors": []}}}
DEAD = {"errors": "[API] Invalid API key or access token"}


@dataclass
class Spares:
    """An access with tokens to spare, which notes for which of them it was asked to find another."""

    tokens: list[str] = field(default_factory=lambda: ["old", "new", "newest"])
    refused: list[str] = field(default_factory=list)

    def token(self) -> str:
        return self.tokens[0]

    def renew(self, refused: str) -> str:
        self.refused.append(refused)
        del self.tokens[0]
        return self.tokens[0]


def test_given_a_dead_token_when_writing_then_it_is_renewed_once_and_the_deed_is_done(store: Script) -> None:
    store.says(DEAD, 401)
    store.says(DONE)
    access = Spares()
    assert api(access).do("tags_add", TAGS).payload("tagsAdd")
    assert store.shown == ["old", "new"]
    assert store.asked[0] == store.asked[1]
    assert access.refused == ["old"]


def test_given_two_dead_tokens_when_writing_then_the_one_after_them_does_the_deed(store: Script) -> None:
    store.says(DEAD, 401)
    store.says(DEAD, 401)
    store.says(DONE)
    access = Spares()
    assert api(access).do("tags_add", TAGS).payload("tagsAdd")
    assert access.refused == ["old", "new"]


def test_given_three_dead_tokens_when_asked_then_nobody_knocks_a_fourth_time_for_a_while(store: Script) -> None:
    for _ in range(3):
        store.says(DEAD, 401)
    access = Spares()
    with pytest.raises(Closed, match="only just given") as caught:
        api(access).do("tags_add", TAGS)
    assert caught.value.retry_after == 600
    assert access.refused == ["old", "new"]


def test_given_only_one_token_when_it_is_dead_then_nothing_more_is_sent_for_long(store: Script) -> None:
    store.says(DEAD, 401)
    with pytest.raises(Unavailable, match="store access was revoked") as caught:
        api(FixedAccess("only")).ask("shop")
    assert (caught.value.retry_after or 0) >= 3600


@pytest.mark.parametrize("status", [402, 403, 404, 423])
def test_given_another_closed_door_when_asked_then_the_token_is_not_to_blame(store: Script, status: int) -> None:
    store.says({}, status)
    access = Spares()
    with pytest.raises(Unavailable):
        api(access).ask("shop")
    assert access.refused == []


def test_given_an_access_when_shown_then_its_token_is_not() -> None:
    assert "canary" not in repr(FixedAccess("canary"))
