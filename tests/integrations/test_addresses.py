"""Where calls may go: nothing that a merchant types or another side answers leads to the machine beside us."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.errors import Rejected, Unavailable
from integrations.addresses import Inside, Unresolved, named_origins, refuse_odd, resolved
from integrations.http import Http, Limits, Request
from tests.integrations.raw_server import HERE, answer, serving

HASTY = Limits(connect=0.5, read=0.5, total=1.0)
NAMED = frozenset({"http://127.0.0.1:8766", "https://desk.example:8443"})


def call(url: str, **how: Any) -> None:
    Http(HASTY, **how).call(Request(source="the shop", method="POST", url=url, writes=True, body={}))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """What each name leads to, look after look."""
    known: dict[str, list[list[str]]] = {}

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[tuple[Any, ...]]:
        if host not in known:
            raise socket.gaierror("no such name")
        looks = known[host]
        found = looks.pop(0) if len(looks) > 1 else looks[0]
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
            for each in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The addresses that somebody tried to connect to; nobody gets through."""
    tried: list[str] = []

    def connect(_wire: socket.socket, address: Any) -> None:
        tried.append(str(address[0]))
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return iter([tried])


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "https://127.0.0.1/",
        "http://127.0.0.1:6379/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.8/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://8.8.8.8/",
        "https://localhost/",
        "https://localhost./",
        "https://intranet/",
        "https://shop.example:22/",
        "https://shop.example:8443/",
        "https://user:secret@shop.example/",
        "https://shop.example@127.0.0.1/",
        "https:///nowhere",
        "//shop.example/",
        "",
    ],
)
def test_given_an_odd_address_when_calling_then_it_is_refused_before_any_name_is_looked_up(
    url: str, names: dict[str, list[list[str]]]
) -> None:
    with pytest.raises(ValueError, match=r"call|leave"):
        call(url)
    assert names == {}


@pytest.mark.parametrize(
    "url",
    [
        "https://files.shop.example/x?y=z",
        "https://xn--e1afmkfd.xn--p1ai/",
        "http://127.0.0.1:8766/a",
        "https://desk.example:8443/a",
    ],
)
def test_given_a_public_name_or_one_that_the_settings_name_when_asked_then_it_may_be_called(url: str) -> None:
    refuse_odd(url, NAMED)


def test_given_another_port_beside_a_named_one_when_asked_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="call"):
        refuse_odd("http://127.0.0.1:6379/", NAMED)


def test_given_settings_when_their_origins_are_named_then_those_with_a_placeholder_in_the_host_are_not() -> None:
    named = named_origins("https://{shop}", "https://{account}.desk.example", "http://127.0.0.1:9/shopify/{shop}")
    assert named == {"http://127.0.0.1:9"}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  # an address to be refused
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a9fe:a9fe",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "2001:0:7f00:1::1",
        "fec0::1",
        "100:0:0:1::1",
        "5f00::1",
    ],
)
def test_given_a_public_name_that_leads_inside_when_calling_then_nobody_is_reached(
    address: str, names: dict[str, list[list[str]]], reached: Iterator[list[str]]
) -> None:
    names["shop.example"] = [[address]]
    with pytest.raises(Unavailable, match="cannot be reached"):
        call("https://shop.example/")
    assert next(reached) == []


def test_given_a_name_that_leads_both_ways_when_looked_up_then_it_is_refused_as_a_whole(
    names: dict[str, list[list[str]]],
) -> None:
    names["shop.example"] = [["93.184.215.14", "127.0.0.1"]]
    with pytest.raises(Inside):
        resolved("shop.example", 443, seconds=30.0, trusted=False)


def test_given_a_name_that_changes_after_the_look_when_calling_then_what_was_checked_is_called(
    names: dict[str, list[list[str]]], reached: Iterator[list[str]]
) -> None:
    names["shop.example"] = [["93.184.215.14"], ["127.0.0.1"]]
    with pytest.raises(Unavailable):
        call("https://shop.example/")
    assert next(reached) == ["93.184.215.14"]


def test_given_several_addresses_when_the_first_is_down_then_the_next_is_tried(
    names: dict[str, list[list[str]]], reached: Iterator[list[str]]
) -> None:
    names["shop.example"] = [["93.184.215.14", "2606:2800:21f::1", "64:ff9b::93.184.215.14"]]
    with pytest.raises(Unavailable):
        call("https://shop.example/")
    assert next(reached) == ["93.184.215.14", "2606:2800:21f::1", "64:ff9b::93.184.215.14"]


def test_given_a_resolver_that_never_answers_when_looking_up_then_it_ends_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = threading.Event()

    def getaddrinfo(*_: object, **__: object) -> list[object]:
        silent.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(Unresolved):
        resolved("shop.example", 443, seconds=0.01, trusted=False)
    silent.set()


def test_given_a_file_that_another_side_says_lies_inside_when_it_is_fetched_then_that_is_refused() -> None:
    with serving(answer(b"canary")) as server:
        with pytest.raises(Rejected, match="not called"):
            list(Http(HASTY).lines("the shop", server.url))
        assert list(Http(HASTY, trusted=HERE).lines("the shop", server.url)) == [b"canary"]
    assert len(server.requests) == 1
