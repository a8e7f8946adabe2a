"""Connecting a helpdesk from a terminal: what is printed there is what opens our door, and no key is among it."""

import io
import json
import re
import sys
from dataclasses import replace
from functools import partial

import pytest
from flask.testing import FlaskClient

from app.store import connections
from app.store.base import reading
from app.store.connections import Account
from app.web import create_app
from integrations import registry
from integrations import standard_webhooks as signature
from integrations.companies import Login
from integrations.gorgias.webhooks import SECRET_HEADER
from integrations.sandbox.helpdesk import people
from integrations.sandbox.hook_desk import routes as hook_desk
from integrations.sandbox.town import PRACTICE_SHOP
from integrations.sandbox.zendesk import people as zendesk
from jobs import connect_helpdesk, helpdesk_care, helpdesks
from jobs.runtime import way_out
from tests.jobs.conftest import Practice
from tests.real_helpdesk.running import ACCOUNT, KEY, USER, RealHelpdesk

LOGINS = {
    "gorgias": (people.ACCOUNT, Login(user=people.API_USER, key=people.API_KEY)),
    "signed_hook": (hook_desk.ACCOUNT, Login(user="", key=hook_desk.KEY)),
    "django_helpdesk": (ACCOUNT, Login(user=USER, key=KEY)),
    "zendesk": (zendesk.ACCOUNT, Login(user=zendesk.API_USER, key=zendesk.API_TOKEN)),
}
CHOOSY = {"zendesk"}  # it says itself by what its calls are proven, once it is furnished
EVERY_KIND = pytest.mark.parametrize("kind", LOGINS)
Screen = pytest.CaptureFixture[str]


@pytest.fixture
def here(inside: Practice, real_helpdesk: RealHelpdesk) -> Practice:
    origins = f"{inside.world.settings.helpdesk_origins},django_helpdesk={real_helpdesk.url}"
    chosen = inside.world.settings.model_copy(update={"helpdesk_origins": origins})
    return replace(inside, world=replace(inside.world, settings=chosen, http=way_out(chosen)))


def connect(here: Practice, kind: str, *, key: str | None = None, account: str = "", shop: str = PRACTICE_SHOP) -> int:
    usual, login = LOGINS[kind]
    return connect_helpdesk.run(here.world, kind, shop, account or usual, replace(login, key=key or login.key))


def kept(here: Practice, kind: str) -> Account | None:
    with reading(here.world.sessions) as session:
        return connections.account(session, shop_id=here.shop_id, kind=kind, seal=here.world.seal)


def ring(client: FlaskClient, here: Practice, kind: str, told: str) -> int:
    """Call as the helpdesk does once it is set up as the terminal said; return how we answered."""
    found = re.search(rf"/hooks/{kind}/\S+", told)
    assert found is not None
    secret, body = told.rsplit(maxsplit=1)[-1], json.dumps({"v": "1", "event": "other"}).encode()
    moment = str(int(here.world.clock.now().timestamp()))
    signed = signature.sign(signature._key(secret) or b"", "msg_1", moment, body)
    headers = {SECRET_HEADER: secret, signature.ID: "msg_1", signature.MOMENT: moment, signature.SIGNATURE: signed}
    return client.post(found[0], data=body, headers=headers).status_code


def test_given_every_kind_when_counted_then_each_can_be_connected() -> None:
    assert LOGINS.keys() == registry.HELPDESKS.keys()


@pytest.mark.parametrize("kind", [each for each in LOGINS if each not in CHOOSY])
def test_given_a_key_that_is_good_when_connected_then_the_helpdesk_comes_in_by_what_was_told_and_by_nothing_older(
    here: Practice, kind: str, capsys: Screen
) -> None:
    client = create_app(here.world).test_client()
    assert connect(here, kind) == 0
    first = capsys.readouterr().out
    assert connect(here, kind) == 0
    second = capsys.readouterr().out

    assert [ring(client, here, kind, told) for told in (first, second)] == [401, 200]
    assert LOGINS[kind][1].key not in second.split()
    assert ("did not say" in second) is (kind == "signed_hook")  # of a ticket that is none it says nothing at all


@pytest.mark.parametrize("kind", CHOOSY)
def test_given_a_helpdesk_that_chooses_its_proofs_when_connected_then_it_comes_in_once_it_is_furnished(
    here: Practice, kind: str, capsys: Screen
) -> None:
    assert connect(here, kind) == 0
    account = kept(here, kind)
    assert account is not None
    assert account.secrets == ()
    assert LOGINS[kind][1].key not in capsys.readouterr().out.split()

    helpdesk_care.care_for(here.world, here.shop_id)

    account = kept(here, kind)
    assert account is not None
    assert len(account.secrets) == 2


@EVERY_KIND
def test_given_a_key_that_is_not_taken_when_connected_then_nothing_is_changed(
    here: Practice, kind: str, capsys: Screen
) -> None:
    before = kept(here, kind)

    assert connect(here, kind, key="canary") == 1

    told = capsys.readouterr()
    assert (kept(here, kind), told.out) == (before, "")
    assert "does not take" in told.err
    assert "canary" not in told.err


@EVERY_KIND
def test_given_keys_that_a_merchant_brings_when_tried_then_a_good_one_is_kept_and_no_other(
    here: Practice, kind: str
) -> None:
    merchant, (name, login) = here.world.known(here.shop_id), LOGINS[kind]
    assert merchant is not None
    bring = partial(helpdesks.bring, here.world, merchant, kind=kind, account=name)

    assert bring(login=login) is True
    before = kept(here, kind)
    assert bring(login=replace(login, key="canary")) == helpdesks.NOT_TAKEN

    assert before is not None
    assert before.key == login.key
    assert kept(here, kind) == before


def test_given_furniture_of_ours_in_one_account_when_another_is_connected_then_the_first_stays(
    here: Practice, capsys: Screen
) -> None:
    assert connect(here, "gorgias") == 0
    helpdesk_care.care_for(here.world, here.shop_id)
    before = kept(here, "gorgias")
    capsys.readouterr()

    assert connect(here, "gorgias", account="other") == 1
    assert "disconnects it first" in capsys.readouterr().err
    assert kept(here, "gorgias") == before


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"shop": "nobody.myshopify.com"}, "is not installed here"),
        ({"account": "a/b"}, "cannot be an account"),
        ({"account": "x@evil.example"}, "cannot be an account"),
    ],
)
def test_given_something_that_cannot_be_when_connected_then_it_is_said_and_nobody_is_called(
    here: Practice, wrong: dict[str, str], words: str, capsys: Screen
) -> None:
    assert connect(here, "signed_hook", **wrong) == 1
    assert words in capsys.readouterr().err
    assert kept(here, "signed_hook") is None


def test_given_a_helpdesk_that_does_not_answer_when_connected_then_it_is_kept_and_said(
    here: Practice, real_helpdesk: RealHelpdesk, capsys: Screen
) -> None:
    real_helpdesk.behind("fault", method="*", kind="busy")

    assert connect(here, "django_helpdesk") == 0
    assert "did not say" in capsys.readouterr().out
    assert kept(here, "django_helpdesk") is not None


def test_given_a_key_on_the_standard_input_when_the_command_runs_then_no_word_behind_it_holds_one(
    here: Practice, monkeypatch: pytest.MonkeyPatch, capsys: Screen
) -> None:
    monkeypatch.setattr(connect_helpdesk, "world", lambda: here.world)
    monkeypatch.setattr(connect_helpdesk.logs, "start", lambda *_, **__: None)
    words = ["connect", "django_helpdesk", "--shop", PRACTICE_SHOP, "--account", ACCOUNT, "--user", USER]
    for typed, code in ((f"{KEY}\n", 0), ("\n", 1), ("", 1)):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        assert connect_helpdesk.main(words) == code
    assert "HELPDESK_FOLLOWUP_WEBHOOK_URLS=http" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["connect"], ["connect", "carrier-pigeon", "--shop", "a", "--account", "b"]])
def test_given_too_few_words_when_the_command_runs_then_it_says_which(words: list[str], capsys: Screen) -> None:
    with pytest.raises(SystemExit):
        connect_helpdesk.main(words)
    assert "usage: python3 -m app helpdesk" in capsys.readouterr().err
