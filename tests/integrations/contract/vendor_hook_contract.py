"""What every gift vendor's calls to us must prove, and what is believed of them. Subclass it and supply a `post`."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from app.domain.errors import Malformed
from integrations import registry
from integrations.companies import Call
from integrations.vendors import Told

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


class Post(Protocol):
    """A vendor that tells us something."""

    @property
    def kind(self) -> str: ...
    @property
    def secret(self) -> str: ...
    @property
    def reference(self) -> str:
        """Return what a gift is called there, with "A1" in it."""

    @property
    def signs_the_moment(self) -> bool: ...
    def said(self, *references: str) -> dict[str, Any]:
        """Return what it says of one gift, by each of the names that a gift has there."""

    def headers(self, body: bytes, secret: str, now: datetime) -> dict[str, str]:
        """Return what it sends along, names in lower case."""


class VendorHookContract:
    """The vendor's side of what `integrations.vendors.Told` says of its calls."""

    @pytest.fixture
    def post(self) -> Post:
        raise NotImplementedError

    @pytest.fixture
    def told(self, post: Post) -> Told:
        told = registry.VENDORS[post.kind].told
        assert told is not None
        return told

    def test_given_a_call_when_signed_by_our_secret_then_it_is_theirs(self, post: Post, told: Told) -> None:
        assert told.authentic(call(post), (post.secret,), NOW)

    def test_given_a_secret_that_takes_over_when_signed_by_either_then_it_is_theirs(
        self, post: Post, told: Told
    ) -> None:
        assert told.authentic(call(post), ("another", post.secret), NOW)

    @pytest.mark.parametrize("secrets", [(), ("",), ("another",)], ids=["none", "a blank one", "another"])
    def test_given_no_secret_of_ours_when_called_then_it_is_nobodys(
        self, post: Post, told: Told, secrets: tuple[str, ...]
    ) -> None:
        assert not told.authentic(call(post), secrets, NOW)

    def test_given_a_blank_secret_when_signed_by_it_then_it_is_nobodys(self, post: Post, told: Told) -> None:
        body = json.dumps(post.said(post.reference)).encode()
        assert not told.authentic(Call(headers=post.headers(body, "", NOW), body=body), ("",), NOW)

    def test_given_one_byte_changed_when_called_then_it_is_nobodys(self, post: Post, told: Told) -> None:
        good = call(post)
        bad = Call(headers=good.headers, body=good.body.replace(b"A1", b"A2"))
        assert not told.authentic(bad, (post.secret,), NOW)

    def test_given_a_body_written_anew_by_something_between_us_when_called_then_it_is_nobodys(
        self, post: Post, told: Told
    ) -> None:
        good = call(post)
        written = json.dumps(json.loads(good.body), indent=2).encode()
        assert not told.authentic(Call(headers=good.headers, body=written), (post.secret,), NOW)

    @pytest.mark.parametrize("header", ["", "sha256=", "sha256=0", "🌷"])
    def test_given_an_odd_signature_when_called_then_it_is_nobodys(self, post: Post, told: Told, header: str) -> None:
        good = call(post)
        odd = Call(headers=dict.fromkeys(good.headers, header), body=good.body)
        assert not told.authentic(odd, (post.secret,), NOW)

    def test_given_a_call_of_ten_minutes_ago_when_it_comes_again_then_a_moment_alone_can_tell(
        self, post: Post, told: Told
    ) -> None:
        again = told.authentic(call(post), (post.secret,), NOW + timedelta(minutes=10))
        assert again is not post.signs_the_moment

    def test_given_news_of_a_gift_when_read_then_its_names_there_are_all_that_is_believed(
        self, post: Post, told: Told
    ) -> None:
        assert told.references(call(post).body) == (post.reference,)

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"id": 1, "id": 2}', b'{"payload": null}'])
    def test_given_garbage_when_read_then_it_is_malformed(self, told: Told, body: bytes) -> None:
        with pytest.raises(Malformed):
            told.references(body)

    def test_given_a_name_that_leads_elsewhere_when_read_then_it_is_malformed(self, post: Post, told: Told) -> None:
        with pytest.raises(Malformed):
            told.references(json.dumps(post.said(f"../../{post.reference}")).encode())


def call(post: Post) -> Call:
    """Return news of a gift."""
    body = json.dumps(post.said(post.reference)).encode()
    return Call(headers=post.headers(body, post.secret, NOW), body=body)
