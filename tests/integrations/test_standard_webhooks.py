"""Whether a signed call is the merchant's own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations import standard_webhooks as signature
from integrations.companies import Call

# The example that comes with the published specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = datetime.fromtimestamp(1614265330, tz=UTC)
CALL = Call(
    headers={
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    body=b'{"test": 2432232314}',
)
OTHER = "whsec_" + "QUJD" * 8


def with_header(name: str, value: str) -> Call:
    return replace(CALL, headers={**CALL.headers, name: value})


@pytest.mark.parametrize("secrets", [(SECRET,), (OTHER, SECRET), (SECRET.removeprefix("whsec_"),)])
def test_given_the_published_example_when_checked_then_it_is_authentic(secrets: tuple[str, ...]) -> None:
    assert signature.authentic(CALL, secrets, NOW)


def test_given_several_signatures_when_one_is_right_then_the_call_is_authentic() -> None:
    right = CALL.headers["webhook-signature"]

    assert signature.authentic(with_header("webhook-signature", f"v1,AAAA v1a,x {right}"), (SECRET,), NOW)


@pytest.mark.parametrize("late", [timedelta(minutes=-5), timedelta(0), timedelta(minutes=5)])
def test_given_clocks_that_differ_a_little_when_checked_then_the_call_is_authentic(late: timedelta) -> None:
    assert signature.authentic(CALL, (SECRET,), NOW + late)


@pytest.mark.parametrize("late", [timedelta(minutes=-5, seconds=-1), timedelta(minutes=5, seconds=1)])
def test_given_an_old_call_when_played_again_then_it_is_not_believed(late: timedelta) -> None:
    assert not signature.authentic(CALL, (SECRET,), NOW + late)


@pytest.mark.parametrize(
    "call",
    [
        replace(CALL, body=b'{"test": 2432232315}'),
        replace(CALL, headers={}),
        with_header("webhook-id", "msg_other"),
        with_header("webhook-id", ""),
        with_header("webhook-id", "x" * 101),
        with_header("webhook-id", "msg.\n"),
        with_header("webhook-timestamp", "1614265331"),
        with_header("webhook-timestamp", ""),
        with_header("webhook-timestamp", "soon"),
        with_header("webhook-timestamp", "1614265330.0"),
        with_header("webhook-timestamp", "\u0661614265330"),
        with_header("webhook-timestamp", "9" * 400),
        with_header("webhook-signature", ""),
        with_header("webhook-signature", "v1,"),
        with_header("webhook-signature", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        with_header("webhook-signature", "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        with_header("webhook-signature", "v1,é"),
    ],
)
def test_given_a_call_that_was_touched_when_checked_then_it_is_not_authentic(call: Call) -> None:
    assert not signature.authentic(call, (SECRET,), NOW)


@pytest.mark.parametrize("secret", ["", " ", "whsec_", "whsec_AAAA", "no base64!", OTHER])
def test_given_no_secret_worth_the_name_when_checked_then_nothing_is_authentic(secret: str) -> None:
    empty = signature.sign(b"", CALL.headers["webhook-id"], CALL.headers["webhook-timestamp"], CALL.body)

    assert not signature.authentic(CALL, (secret,), NOW)
    assert not signature.authentic(with_header("webhook-signature", empty), (secret,), NOW)
