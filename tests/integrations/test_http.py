"""What integrations.http makes of everything that can come back, or not come back, over a wire."""

import gzip
import os
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from structlog.testing import capture_logs

from app.domain.errors import Busy, Rejected, Unavailable, Uncertain
from integrations.http import Http, Limits, Request
from tests.integrations.raw_server import HERE, Step, answer, closed_port, serving, unvouched

ROOMY = Limits(size=1_000_000)
HASTY = Limits(connect=0.5, read=0.2, total=0.4, size=1_000, stream=0.4)
PATIENT = Limits(connect=30.0, read=30.0, total=30.0, size=HASTY.size, stream=30.0)


def hasty() -> Http:
    return Http(HASTY, trusted=HERE)


def patient() -> Http:
    """Return one that waits for an answer as long as a slow machine needs to give it."""
    return Http(PATIENT, trusted=HERE)


def request(url: str, *, writes: bool) -> Request:
    return Request(source="the shop", method="POST", url=url, writes=writes, body={"secret": "canary"})


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([], id="closed without a word"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Le"], id="cut in the headers"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"], id="cut in the body"),
        pytest.param([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"], id="cut in a chunk"),
        pytest.param([0.4, answer(b"{}")], id="silent for too long"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", 0.4], id="silent before the body"),
        pytest.param([step for _ in range(40) for step in (b"H", 0.05)], id="a byte at a time"),
        pytest.param([answer(b"x" * 2_000)], id="more than can be read"),
        pytest.param([answer(b"{}", "500 Internal Server Error")], id="500"),
        pytest.param([answer(b"<html>", "502 Bad Gateway")], id="502 as a page"),
        pytest.param([answer(b"{}", "503 Service Unavailable", "Retry-After: 3")], id="503 with a pause"),
        pytest.param([b"SSH-2.0-OpenSSH_9.7\r\n"], id="no HTTP at all"),
        pytest.param([answer(b"\x1f\x8bjunk", "200 OK", "Content-Encoding: gzip")], id="broken gzip"),
    ],
)
def test_given_an_unusable_answer_when_writing_then_in_doubt_and_when_reading_then_unavailable(
    steps: list[Step],
) -> None:
    with serving(*steps) as server:
        with pytest.raises(Uncertain):
            hasty().call(request(server.url, writes=True))
        with pytest.raises(Unavailable):
            hasty().call(request(server.url, writes=False))


@pytest.mark.parametrize("writes", [True, False])
def test_given_nobody_listens_when_calling_then_certainly_nothing_happened(writes: bool) -> None:
    with pytest.raises(Unavailable):
        patient().call(request(f"http://127.0.0.1:{closed_port()}", writes=writes))


def test_given_a_call_that_never_left_when_another_is_made_because_of_it_then_that_one_is_judged_by_itself() -> None:
    with serving(0.4, answer(b"{}")) as silent:
        try:
            patient().call(request(f"http://127.0.0.1:{closed_port()}", writes=True))
        except Unavailable:
            with pytest.raises(Uncertain):
                hasty().call(request(silent.url, writes=True))


def test_given_a_name_that_does_not_resolve_when_writing_then_certainly_nothing_happened() -> None:
    with pytest.raises(Unavailable):
        patient().call(request("https://shop.invalid", writes=True))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (["Retry-After: 2"], 2.0),
        (["Retry-After: 2.0"], 2.0),
        (["Retry-After: 0"], 0.0),
        (["Retry-After: 999999999"], 86_400.0),
        (["Retry-After: Sat, 21 Nov 2026 10:00:30 GMT", "Date: Sat, 21 Nov 2026 10:00:00 GMT"], 30.0),
        (["Retry-After: Sat, 21 Nov 2026 09:00:00 GMT", "Date: Sat, 21 Nov 2026 10:00:00 GMT"], 0.0),
        (["Retry-After: Sat, 21 Nov 2026 10:00:30 GMT"], None),
        (["Retry-After: soon"], None),
        (["Retry-After: -5"], None),
        (["Retry-After: ２"], None),  # a digit, but not one of ours
        ([], None),
    ],
)
def test_given_429_when_writing_then_it_did_not_happen_and_the_pause_is_known(
    header: list[str], seconds: float | None
) -> None:
    with serving(answer(b"{}", "429 Too Many Requests", *header)) as server, pytest.raises(Busy) as caught:
        patient().call(request(server.url, writes=True))
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_given_a_redirect_when_calling_then_our_token_does_not_travel(status: str) -> None:
    with serving(answer(b"{}")) as stranger:
        away = answer(b"", status, f"Location: {stranger.url}/")
        with serving(away) as server, pytest.raises(Unavailable, match="elsewhere"):
            patient().call(request(server.url, writes=True))
    assert (len(server.requests), len(stranger.requests)) == (1, 0)


def test_given_a_refusal_when_calling_then_the_adapter_gets_to_see_it() -> None:
    with serving(answer(b'{"errors": []}', "422 Unprocessable Content")) as server:
        found = patient().call(request(server.url, writes=True))
    assert (found.status, found.ok, found.json()) == (422, False, {"errors": []})


@pytest.mark.parametrize("layers", [1, 2])
def test_given_a_bomb_when_calling_then_what_it_unpacks_to_is_counted_and_never_held(layers: int) -> None:
    bomb = bytes(100_000_000)
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    packed = answer(bomb, "200 OK", f"Content-Encoding: {', '.join(['gzip'] * layers)}")
    tracemalloc.start()
    with serving(packed) as server:
        with pytest.raises(Unavailable, match="more than can be read"):
            Http(ROOMY, trusted=HERE).call(request(server.url, writes=False))
        with pytest.raises(Unavailable, match="longer than can be read"):
            list(Http(ROOMY, trusted=HERE).lines("the shop", server.url))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_given_threads_when_they_call_then_each_has_a_session_of_its_own() -> None:
    http = patient()
    with ThreadPoolExecutor(2) as pool:
        ready = Barrier(2)
        first, second = pool.map(lambda _: (ready.wait(30), http._session())[1], range(2))
    assert len({id(http._session()), id(first), id(second)}) == 3


def test_given_a_dripping_answer_when_calling_then_it_ends_in_time() -> None:
    drops = 600
    with serving(*[step for _ in range(drops) for step in (b"H", 0.05)]) as server, pytest.raises(Unavailable):
        hasty().call(request(server.url, writes=False))
    assert server.said < drops


def test_given_no_time_left_when_an_answer_comes_then_it_comes_too_late() -> None:
    with serving(answer(b"{}")) as server, pytest.raises(Unavailable, match="in time"):
        Http(Limits(total=-1.0), trusted=HERE).call(request(server.url, writes=False))


@pytest.mark.parametrize(
    "url",
    ["http://shop.example/", "ftp://127.0.0.1/", "http://127.0.0.1.evil.example/", "http://127.0.0.1@evil.example/"],
)
def test_given_an_open_wire_to_another_machine_when_calling_then_nothing_is_sent(url: str) -> None:
    with pytest.raises(ValueError, match=r"not called|only https"):
        patient().call(request(url, writes=False))


def test_given_a_header_that_cannot_be_sent_when_calling_then_it_is_a_bug_and_flies() -> None:
    spoilt = Request(source="the shop", method="GET", url="https://x.example", writes=True, headers={"T": "a\nb"})
    with pytest.raises(ValueError, match="header"):
        patient().call(spoilt)


def test_given_a_json_answer_with_decimals_when_read_then_no_float_appears() -> None:
    with serving(answer(b'{"amount": 79.94}')) as server:
        assert str(patient().call(request(server.url, writes=False)).json()) == "{'amount': Decimal('79.94')}"


def test_given_a_page_for_people_when_read_as_json_then_a_write_is_in_doubt() -> None:
    with serving(answer(b"<html>All good</html>")) as server:
        found = patient().call(request(server.url, writes=True))
        with pytest.raises(Uncertain):
            found.json()


def test_given_a_failure_when_printed_then_neither_address_nor_body_nor_secret_appears() -> None:
    with serving(answer(b"canary", "500 Oops")) as server, pytest.raises(Uncertain) as caught:
        patient().call(request(f"{server.url}/canary?token=canary", writes=True))
    assert str(caught.value) == "the shop answered 500"
    assert "canary" not in repr(request("https://x.example", writes=True))


def test_given_a_5xx_when_calling_then_their_number_for_the_call_is_logged() -> None:
    broken = answer(b"{}", "500 Internal Server Error", "X-Request-ID: abc-123")
    with serving(broken) as server, capture_logs() as logs, pytest.raises(Unavailable):
        patient().call(request(server.url, writes=False))
    assert [(entry["source"], entry["status"], entry["request_id"]) for entry in logs] == [("the shop", 500, "abc-123")]


def test_given_cookies_when_calling_again_then_they_are_not_sent_back() -> None:
    http = patient()
    with serving(answer(b"{}", "200 OK", "Set-Cookie: who=you; Path=/")) as server:
        for _ in range(2):
            http.call(request(server.url, writes=False))
    assert all(b"ookie" not in each for each in server.requests)


def test_given_a_netrc_when_calling_then_its_password_stays_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(answer(b"{}")) as server:
        patient().call(request(server.url, writes=False))
    assert b"uthorization" not in server.requests[0]


def test_given_a_long_stream_when_read_then_its_lines_come_whole_and_without_our_token() -> None:
    with serving(answer(b'{"a":1}\n\n{"b":"\xc3\xa9"}\n{"c":3}')) as server:
        lines = list(patient().lines("the shop", server.url))
    assert lines == [b'{"a":1}', b'{"b":"\xc3\xa9"}', b'{"c":3}']
    assert b"Access-Token" not in server.requests[0]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}\n{"], id="cut"),
        pytest.param([answer(b"x" * 70_000)], id="a line without end"),
        pytest.param([answer(b"down", "503 Service Unavailable")], id="503"),
        pytest.param([answer(b"", "302 Found", "Location: https://evil.example/")], id="redirect"),
        pytest.param([b"HTTP/1.1 200 OK\r\n\r\n", *[b"{}\n", 0.05] * 40], id="a line at a time"),
    ],
)
def test_given_a_stream_that_goes_wrong_when_read_then_unavailable(steps: list[Step]) -> None:
    with serving(*steps) as server, pytest.raises(Unavailable):
        list(hasty().lines("the shop", server.url))


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "410 Gone"])
def test_given_a_file_that_is_gone_when_read_then_rejected(status: str) -> None:
    with serving(answer(b"gone", status)) as server, pytest.raises(Rejected):
        list(patient().lines("the shop", server.url))


def test_given_a_fork_when_the_child_calls_then_it_does_not_speak_on_its_parents_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    http = patient()
    parents = http._session()
    assert http._session() is parents
    monkeypatch.setattr(os, "getpid", lambda: -1)  # as a child sees it
    assert http._session() is not parents


def test_given_a_server_for_whom_nobody_vouches_when_called_then_it_learns_nothing_and_nothing_was_done(
    tmp_path: Path,
) -> None:
    with unvouched(tmp_path, answer(b"{}")) as server, pytest.raises(Unavailable, match="cannot be reached"):
        patient().call(request(server.url, writes=True))

    assert server.requests == []
