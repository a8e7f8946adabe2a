"""One signed call to a tool of the merchant's: what it says, what it leaves out, and where it never goes."""

import json
from datetime import timedelta

import pytest

from app.domain.errors import Rejected, Unavailable
from app.domain.ports import Listener
from integrations import registry, standard_webhooks
from integrations.companies import Call
from integrations.http import Answer, Http, Request
from integrations.listener import api
from tests.builders import DAY, NOON

SECRET = "whsec_" + "a" * 44
URL = "https://tool.example/quiet"


class Ear(Http):
    """An Http that keeps what it was asked, and answers with one status."""

    def __init__(self, status: int = 200) -> None:
        super().__init__()
        self.status, self.asked = status, list[Request]()

    def call(self, request: Request) -> Answer:
        self.asked.append(request)
        return Answer(request=request, status=self.status, headers={}, body=b"")


def listener(ear: Http, url: str = URL) -> Listener:
    return registry.listener(url, SECRET, http=ear)


def test_given_a_hard_time_when_told_then_number_and_day_are_all_that_is_said_and_the_signature_is_ours() -> None:
    ear = Ear()
    listener(ear).tell(55, until=NOON + 180 * DAY, key="mute:55", since=NOON, now=NOON + timedelta(hours=1))

    (request,) = ear.asked
    assert json.loads(request.content or b"") == {
        "type": "customer.sensitive",
        "timestamp": "2026-11-21T12:00:00+00:00",
        "data": {"customer_id": 55, "until": "2027-05-20"},
    }
    call = Call(headers=dict(request.headers), body=request.content or b"")
    assert standard_webhooks.authentic(call, (SECRET,), NOON + timedelta(hours=1))
    assert not standard_webhooks.authentic(call, ("whsec_" + "b" * 44,), NOON + timedelta(hours=1))


def test_given_the_same_news_again_when_told_then_name_and_words_are_the_same_and_its_end_is_other_news() -> None:
    ear = Ear()
    for hours in (0, 9):
        listener(ear).tell(55, until=NOON + DAY, key="mute:55", since=NOON, now=NOON + timedelta(hours=hours))
    listener(ear).tell(55, until=None, key="undo:mute:55", since=NOON, now=NOON)

    first, again, over = ((each.headers[standard_webhooks.ID], each.content) for each in ear.asked)
    assert first == again
    assert over[0] != first[0]
    assert json.loads(over[1] or b"")["data"] == {"customer_id": 55}


def test_given_a_signature_that_is_not_taken_when_told_then_it_may_be_taken_later() -> None:
    with pytest.raises(Unavailable, match="does not take our signature"):
        listener(Ear(401)).tell(55, until=None, key="k", since=NOON, now=NOON)


@pytest.mark.parametrize("status", [400, 404, 410])
def test_given_a_no_when_told_then_it_is_one_and_says_nothing_of_anybody(status: int) -> None:
    with pytest.raises(Rejected, match=f"It said no \\({status}\\)"):
        listener(Ear(status)).tell(55, until=None, key="k", since=NOON, now=NOON)


@pytest.mark.parametrize(
    "url",
    [
        "http://tool.example/quiet",
        "https://10.0.0.1/quiet",
        "https://localhost/quiet",
        "https://user:secret@tool.example/",
        "https://tool.example:8443/",
        "https://tool/",
        "ftp://tool.example/",
        "//tool.example/",
        "",
        "https://tool.example/#part",
        "https://tool.example/ and more",
        "https://tool.example/" + "x" * 250,
        "https://tööl.example/",
        "https://[::1/",
    ],
)
def test_given_an_address_that_is_none_of_a_tools_when_typed_then_it_is_said_why(url: str) -> None:
    assert (api.problem_with(Http(), url) or "").startswith(("Please give", "This address cannot be used"))


@pytest.mark.parametrize("url", ["https://10.0.0.1/quiet", "http://tool.example/"])
def test_given_an_address_that_leads_inside_when_told_then_no_call_is_made(url: str) -> None:
    ear = Ear()
    with pytest.raises(Rejected, match="Its address is not called"):
        listener(ear, url).tell(55, until=None, key="k", since=NOON, now=NOON)

    assert ear.asked == []


def test_given_a_good_address_when_typed_then_nothing_is_said_against_it() -> None:
    assert api.problem_with(Http(), URL) is None
