"""A helpdesk is set up, looked at every night, and cleared out: by whichever worker comes, once."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import requests
from sqlalchemy import select
from structlog.testing import capture_logs

from app.domain.errors import KEY_MAY_LIVE, KeyRefused, Rejected, Unavailable
from app.domain.findings import Finding, Verdict
from app.domain.helpdesk_setup import Ail, Parts, Stage, Wiring
from app.store import connections, setups, shops
from app.store.base import reading, unit_of_work
from app.store.connection_tables import Connection
from app.store.setups import Setup
from app.store.tables import Decision
from app.web import create_app
from integrations.registry import FIRST_HELPDESK
from integrations.sandbox.helpdesk import people, templates
from jobs import doctor, helpdesk_care, installation, ticker
from jobs.helpdesk_care import care_for
from tests.jobs.conftest import Practice

HOUR, DAY = 3_600, 86_400


@dataclass
class Desk:
    """Furnishes nothing, and says what it is told to say."""

    install_says: Parts | Exception = field(default_factory=dict)
    uninstall_says: Parts | Exception = field(default_factory=dict)
    ails_say: frozenset[Ail] | Exception = frozenset()
    installed: int = 0

    def install(self, wiring: Wiring, *, known: Parts) -> Parts:
        assert wiring.hook_url.endswith(f"/hooks/gorgias/{people.HOOK_TOKEN}")
        self.installed += 1
        return _said(self.install_says)

    def uninstall(self, wiring: Wiring, *, known: Parts) -> Parts:
        return _said(self.uninstall_says)

    def ails(self, *, known: Parts) -> frozenset[Ail]:
        if isinstance(self.ails_say, Exception):
            raise self.ails_say
        return self.ails_say


def _said(answer: Parts | Exception) -> Parts:
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A helpdesk that a test may let say anything."""
    desk = Desk()
    monkeypatch.setattr(helpdesk_care.registry, "helpdesk_setup", lambda *_, **__: desk)
    return desk


def begin(inside: Practice) -> None:
    with unit_of_work(inside.world.sessions) as session:
        assert setups.begin(session, shop_id=inside.shop_id, kind=FIRST_HELPDESK, now=inside.world.clock.now())


def leave(inside: Practice) -> None:
    with unit_of_work(inside.world.sessions) as session:
        assert setups.leave(session, shop_id=inside.shop_id, kind=FIRST_HELPDESK, now=inside.world.clock.now())


def care(inside: Practice) -> list[str]:
    """Do what a worker does that was rung for; return what it logs."""
    with capture_logs() as logs:
        care_for(inside.world, inside.shop_id)
    return [entry["event"] for entry in logs]


def seen(inside: Practice) -> Setup | None:
    with reading(inside.world.sessions) as session:
        return next(
            (each for each in setups.listed(session, shop_id=inside.shop_id) if each.kind == FIRST_HELPDESK), None
        )


def stage(inside: Practice) -> Stage | None:
    found = seen(inside)
    return None if found is None else found.stage


def is_due(inside: Practice) -> bool:
    with reading(inside.world.sessions) as session:
        return inside.shop_id in setups.due(session, now=inside.world.clock.now(), limit=10)


def furniture(inside: Practice, what: str) -> list[str]:
    """Return what the helpdesk's account has of something, as its owner would see it."""
    return [str(row.get("name") or row["id"]) for row in rows(inside, what)]


def rows(inside: Practice, what: str) -> list[dict[str, Any]]:
    origin = inside.world.settings.gorgias_origin.replace("{account}", people.ACCOUNT)
    answer = requests.get(f"{origin}/api/{what}", auth=(people.API_USER, people.API_KEY), timeout=30)
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def test_given_a_connected_helpdesk_when_set_up_then_what_calls_us_leads_to_us_and_is_looked_at_in_the_night(
    inside: Practice,
) -> None:
    begin(inside)
    assert care(inside) == ["helpdesk.set_up"]

    found = seen(inside)
    assert found is not None
    assert (found.stage, found.ails, found.trouble) == (Stage.LIVE, frozenset(), "")
    assert len(furniture(inside, "widgets")) == 2
    assert not is_due(inside)
    inside.later(DAY)
    assert is_due(inside)
    assert care(inside) == []
    assert not is_due(inside)


def test_given_what_was_made_when_a_customer_writes_then_the_helpdesks_own_calls_are_believed(
    inside: Practice,
) -> None:
    begin(inside)
    care(inside)
    customer = inside.call("/town/cast")["fourth_order_customer"]
    ticket = inside.call("/town/tickets", {"customer_id": customer})["ticket_id"]
    email = inside.call(f"/town/tickets/{ticket}")["customer"]["email"]
    context = {"ticket": {"id": ticket, "customer": {"email": email}}, "message": {"id": 7, "from_agent": False}}
    calls = [row["http"] for row in rows(inside, "integrations") if row["http"]["method"] == "POST"]
    web = create_app(inside.world).test_client()

    answers = [
        web.post(
            urlsplit(call["url"]).path, json=templates.filled(call["form"], context), headers=call["headers"]
        ).status_code
        for call in calls
    ]
    assert answers == [200, 200]
    inside.drain()
    assert inside.set_aside() == []
    assert f"ticket:{ticket}" in subjects(inside)


def test_given_the_macro_that_was_made_when_an_agent_sends_it_twice_then_the_money_goes_back_once(
    inside: Practice,
) -> None:
    begin(inside)
    care(inside)
    customer = inside.call("/town/cast")["fourth_order_customer"]
    ticket = inside.call("/town/tickets", {"customer_id": customer})["ticket_id"]
    email = inside.call(f"/town/tickets/{ticket}")["customer"]["email"]
    context = {
        "ticket": {"id": ticket, "customer": {"email": email}},
        "current_user": {"email": "sam@practice.example"},
    }
    (macro,) = [row for row in rows(inside, "macros") if "Refund" in row["name"]]
    (action,) = macro["actions"]
    sent = action["arguments"]
    form = templates.filled({each["key"]: each["value"] for each in sent["params"]}, context) | {"amount": "5.00"}
    web = create_app(inside.world).test_client()

    for _ in range(2):
        answer = web.post(
            urlsplit(sent["url"]).path, json=form, headers={each["key"]: each["value"] for each in sent["headers"]}
        )
        assert answer.status_code == 200
    inside.drain()
    assert [effect.state for effect in inside.effects("refund_order")] == ["done"]


def subjects(inside: Practice) -> set[str]:
    """Return what was decided about."""
    with reading(inside.world.sessions) as session:
        return set(session.scalars(select(Decision.subject)))


def test_given_the_call_for_the_card_when_made_as_the_helpdesk_would_then_the_customers_card_comes(
    inside: Practice,
) -> None:
    begin(inside)
    care(inside)
    customer = inside.call("/town/cast")["fourth_order_customer"]
    ticket = inside.call("/town/tickets", {"customer_id": customer})["ticket_id"]
    email = inside.call(f"/town/tickets/{ticket}")["customer"]["email"]
    (card,) = [row["http"] for row in rows(inside, "integrations") if row["http"]["method"] == "GET"]
    url = templates.filled({"url": card["url"]}, {"ticket": {"customer": {"email": email}}})["url"]

    path = f"{urlsplit(url).path}?{urlsplit(url).query}"
    answer = create_app(inside.world).test_client().get(path, headers=card["headers"])
    assert answer.status_code == 200
    assert answer.get_json()["lagniappe"]["orders"]


def test_given_a_helpdesk_that_was_set_up_when_the_shop_takes_us_out_then_it_is_cleared_and_its_key_forgotten(
    inside: Practice,
) -> None:
    begin(inside)
    care(inside)
    inside.call(f"/town/shops/{shop_domain(inside)}/uninstall", {"announce": "lose"})

    assert installation.uninstall(inside.world, inside.shop_id, inside.world.clock.now())
    assert stage(inside) is Stage.LEAVING
    assert care(inside) == ["helpdesk.left"]
    assert (furniture(inside, "widgets"), furniture(inside, "integrations"), seen(inside)) == ([], [], None)


def shop_domain(inside: Practice) -> str:
    with reading(inside.world.sessions) as session:
        found = shops.by_id(session, inside.shop_id)
    assert found is not None
    return found.domain


def test_given_a_helpdesk_that_was_never_set_up_by_us_when_the_shop_takes_us_out_then_it_is_left_alone(
    inside: Practice,
) -> None:
    inside.call(f"/town/shops/{shop_domain(inside)}/uninstall", {"announce": "lose"})
    installation.uninstall(inside.world, inside.shop_id, inside.world.clock.now())

    assert care(inside) == []
    assert len(furniture(inside, "integrations")) == 2


def test_given_a_hook_that_is_off_and_a_field_that_is_gone_when_it_is_night_then_both_are_mended_and_told_once(
    inside: Practice, played: Desk
) -> None:
    begin(inside)
    care(inside)
    played.ails_say = frozenset({Ail.HOOK_OFF, Ail.FIELD_GONE})
    told = []
    for _ in range(2):
        inside.later(DAY)
        told.append(care(inside))

    assert told == [["helpdesk.ails"] * 2, []]
    assert played.installed == 3
    found = seen(inside)
    assert found is not None
    assert found.ails == {Ail.HOOK_OFF, Ail.FIELD_GONE}


def test_given_nothing_wrong_when_it_is_night_then_nothing_is_made(inside: Practice, played: Desk) -> None:
    begin(inside)
    care(inside)
    inside.later(DAY)
    care(inside)

    assert played.installed == 1


def test_given_a_key_that_is_not_taken_when_set_up_then_it_is_said_and_tried_again_hours_later(
    inside: Practice,
) -> None:
    connect(inside, key="wrong")
    begin(inside)

    assert care(inside) == ["helpdesk.broken", "helpdesk.not_now"]
    found = seen(inside)
    assert found is not None
    assert (found.stage, found.trouble) == (Stage.SETTING_UP, helpdesk_care.DEAD)
    connect(inside, key=people.API_KEY)
    begin(inside)
    assert care(inside) == ["helpdesk.set_up"]


def connect(inside: Practice, *, key: str) -> None:
    with unit_of_work(inside.world.sessions) as session:
        connections.connect(
            session,
            shop_id=inside.shop_id,
            kind=FIRST_HELPDESK,
            account=people.ACCOUNT,
            user=people.API_USER,
            key=key,
            seal=inside.world.seal,
            url_token=people.HOOK_TOKEN,
            secrets=(people.HOOK_SECRET,),
        )


def test_given_a_key_that_dies_when_it_is_night_then_today_says_so_and_the_next_night_it_is_whole_again(
    inside: Practice,
) -> None:
    begin(inside)
    care(inside)
    with unit_of_work(inside.world.sessions) as session:
        row = session.query(Connection).filter_by(shop_id=inside.shop_id, kind=FIRST_HELPDESK).one()
        good = row.sealed_key
        row.sealed_key = inside.world.seal.close("x", place=connections.key_place(inside.shop_id, FIRST_HELPDESK))
    inside.later(DAY)
    assert care(inside) == ["helpdesk.broken", "helpdesk.ails"]

    with unit_of_work(inside.world.sessions) as session:
        session.query(Connection).filter_by(shop_id=inside.shop_id, kind=FIRST_HELPDESK).one().sealed_key = good
    inside.later(DAY)
    assert care(inside) == ["helpdesk.mended"]
    found = seen(inside)
    assert found is not None
    assert (found.ails, found.broken_since) == (frozenset(), None)


def test_given_another_key_that_comes_while_the_old_one_is_tried_when_that_is_refused_then_the_new_one_is_tried_at_once(
    inside: Practice, played: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(inside)

    def refused(*_: object, **__: object) -> Parts:
        inside.later(1)
        connect(inside, key=people.API_KEY)
        begin(inside)
        raise KeyRefused("the old one")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(played, "install", refused)
        care(inside)

    assert care(inside) == ["helpdesk.set_up", "helpdesk.mended"]


def test_given_a_key_that_is_refused_once_in_the_night_when_it_is_taken_again_then_that_is_not_told_all_day(
    inside: Practice, played: Desk
) -> None:
    begin(inside)
    care(inside)
    played.ails_say = KeyRefused("403")
    inside.later(DAY)
    care(inside)
    played.ails_say = frozenset()

    inside.later(KEY_MAY_LIVE)
    care(inside)

    found = seen(inside)
    assert found is not None
    assert (found.ails, found.broken_since) == (frozenset(), None)


@pytest.mark.parametrize(
    ("trouble", "again"), [(Unavailable("They sleep."), True), (Rejected("They want no field."), False)]
)
def test_given_trouble_when_set_up_then_why_is_kept_and_only_what_may_pass_is_tried_again(
    inside: Practice, played: Desk, trouble: Exception, again: bool
) -> None:
    played.install_says = trouble
    begin(inside)
    assert care(inside) == ["helpdesk.not_now"]

    found = seen(inside)
    assert found is not None
    assert found.trouble == str(trouble)
    inside.later(60)
    assert is_due(inside) is again


def test_given_a_helpdesk_that_never_answers_when_left_then_in_the_end_it_is_forgotten_all_the_same(
    inside: Practice, played: Desk
) -> None:
    played.install_says, played.uninstall_says = {"field": "7"}, Unavailable("They sleep.")
    begin(inside)
    care(inside)
    leave(inside)
    rounds = 0
    while stage(inside) is Stage.LEAVING:
        inside.later(5 * HOUR)
        care(inside)
        rounds += 1

    found = seen(inside)
    assert found is not None
    assert (found.stage, found.parts) == (Stage.LEFT, {"field": "7"})
    assert rounds == helpdesk_care.MOST_ATTEMPTS


def test_given_something_that_stays_behind_when_left_then_it_is_named(inside: Practice, played: Desk) -> None:
    played.uninstall_says = {"tag:vip": "9"}
    leave(inside)
    care(inside)

    found = seen(inside)
    assert found is not None
    assert (found.stage, found.parts) == (Stage.LEFT, {"tag:vip": "9"})


def test_given_two_workers_when_both_are_rung_then_one_sets_it_up(inside: Practice, played: Desk) -> None:
    begin(inside)
    inner = played.install

    def meanwhile(wiring: Wiring, *, known: Parts) -> Parts:
        care_for(inside.world, inside.shop_id)
        return inner(wiring, known=known)

    played.install = meanwhile  # type: ignore[method-assign]
    care(inside)

    assert played.installed == 1


def test_given_a_helpdesk_to_look_after_when_the_ticker_makes_its_round_then_it_rings(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(type(inside.world.bell), "ring", lambda _self, task, _shop, **_: rung.append(task.name))
    ticker.make_round(inside.world)
    assert "HELPDESKS" not in rung

    begin(inside)
    ticker.make_round(inside.world)
    assert "HELPDESKS" in rung


def test_given_any_hour_when_the_next_look_is_set_then_it_is_at_three_in_the_shops_own_night(
    inside: Practice, played: Desk
) -> None:
    begin(inside)
    care(inside)
    with reading(inside.world.sessions) as session:
        look_at = session.query(Connection).filter_by(shop_id=inside.shop_id, kind=FIRST_HELPDESK).one().look_at
        merchant = shops.by_id(session, inside.shop_id)
    assert merchant is not None
    assert look_at is not None
    there = look_at.astimezone(ZoneInfo(merchant.timezone))
    assert (there.hour, there.minute) == (helpdesk_care.NIGHT, 0)
    assert timedelta() < look_at - inside.world.clock.now() <= timedelta(days=1, hours=1)


def test_given_what_was_made_and_what_is_wrong_with_it_when_the_doctor_looks_then_both_are_told(
    inside: Practice, played: Desk
) -> None:
    played.install_says = {"field": "7"}
    begin(inside)
    care(inside)
    well = told_of(inside)
    played.ails_say = frozenset({Ail.HOOK_OFF})
    inside.later(DAY)
    care(inside)

    assert [each.verdict for each in (well, told_of(inside))] == [Verdict.FINE, Verdict.LOOK]
    assert "hook off" in told_of(inside).words


def told_of(inside: Practice) -> Finding:
    (finding,) = [each for each in doctor.of_shop(inside.world, shop_domain(inside)) if each.subject == FIRST_HELPDESK]
    return finding
