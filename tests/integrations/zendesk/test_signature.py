"""Whether a call is Zendesk's own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.companies import Call
from integrations.zendesk import signature

SECRET = "not-a-real-secret"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
CALL = Call(
    headers={
        "x-zendesk-webhook-signature": "tn4hwrevJT1y5J7DdIN6PgnwLeAQxAfTKIL1WCUok3Q=",
        "x-zendesk-webhook-signature-timestamp": "2026-11-21T10:00:00Z",
        "x-zendesk-webhook-invocation-id": "01FAB3CDE",
    },
    body=b'{"ticket":{"id":"42"},"message":{"id":"7"}}',
)


def with_header(name: str, value: str) -> Call:
    return replace(CALL, headers={**CALL.headers, name: value})


@pytest.mark.parametrize("secrets", [(SECRET,), ("another", SECRET), (SECRET, "another")])
def test_given_a_signed_call_when_one_of_several_secrets_signs_it_then_it_is_authentic(
    secrets: tuple[str, ...],
) -> None:
    assert signature.authentic(CALL, secrets, NOW)


@pytest.mark.parametrize("late", [timedelta(minutes=-5), timedelta(0), timedelta(minutes=5)])
def test_given_clocks_that_differ_a_little_when_checked_then_the_call_is_authentic(late: timedelta) -> None:
    assert signature.authentic(CALL, (SECRET,), NOW + late)


@pytest.mark.parametrize("late", [timedelta(minutes=-5, seconds=-1), timedelta(minutes=5, seconds=1)])
def test_given_an_old_call_when_played_again_then_it_is_not_believed(late: timedelta) -> None:
    assert not signature.authentic(CALL, (SECRET,), NOW + late)


@pytest.mark.parametrize(
    "call",
    [
        replace(CALL, body=CALL.body + b" "),
        replace(CALL, headers={}),
        with_header("x-zendesk-webhook-signature", ""),
        with_header("x-zendesk-webhook-signature", "é"),
        with_header("x-zendesk-webhook-signature", CALL.headers["x-zendesk-webhook-signature"].rstrip("=")),
        with_header("x-zendesk-webhook-signature-timestamp", ""),
        with_header("x-zendesk-webhook-signature-timestamp", "soon"),
        with_header("x-zendesk-webhook-signature-timestamp", "2026-11-21T10:00:01Z"),
        with_header("x-zendesk-webhook-signature-timestamp", "2026-11-21T10:00:00"),
        with_header("x-zendesk-webhook-signature-timestamp", "2026-11-21T11:00:00+01:00"),
        with_header("x-zendesk-webhook-signature-timestamp", "9" * 400),
    ],
)
def test_given_a_call_that_was_touched_when_checked_then_it_is_not_authentic(call: Call) -> None:
    assert not signature.authentic(call, (SECRET,), NOW)


@pytest.mark.parametrize("secret", ["", " "])
def test_given_a_blank_secret_when_it_signs_then_nothing_is_authentic(secret: str) -> None:
    stamp = CALL.headers["x-zendesk-webhook-signature-timestamp"]
    forged = with_header("x-zendesk-webhook-signature", signature.sign(secret, stamp, CALL.body))

    assert not signature.authentic(forged, (secret,), NOW)
    assert not signature.authentic(forged, (), NOW)


@pytest.mark.parametrize(
    ("said", "name"), [("01FAB3CDE", "01FAB3CDE"), ("", None), ("a:b", None), ("x" * 101, None), ("a\n", None)]
)
def test_given_a_call_when_asked_for_its_name_then_only_a_proper_one_is_taken(said: str, name: str | None) -> None:
    assert signature.name(with_header("x-zendesk-webhook-invocation-id", said)) == name
