"""The page of gift vendors: one is kept once it lets us in, tells how it is, and is forgotten with its key."""

from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from app.domain.errors import Empty, KeyRefused, Rejected, Unavailable
from app.domain.gifts import Flag, GiftKind, Health, Mode, Offer, Placed, Wish
from app.domain.money import Money
from app.store import connections, vendor_accounts
from app.store.base import reading
from app.store.connections import Account
from integrations import registry
from integrations.http import Http
from integrations.vendors import Ask, Told, Vendor, VendorLogin
from jobs import vendors
from tests.builders import paid, present, usd
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

WISH = {"what": GiftKind.PARCEL, "sku": "M-1", "words": "", "signed_by": "", "name": "", "at_most": usd(6_00)}
LOGIN = {"key": "a good key", "campaign": "C-1"}


@dataclass
class Stall:
    """As much of app.domain.ports.GiftVendor as is asked for here. `problem` is raised at the next calls."""

    health: Health = field(default_factory=lambda: Health(mode=Mode.SANDBOX, balance=usd(500_00)))
    problem: Exception | None = None
    logins: list[VendorLogin] = field(default_factory=list)
    wired: list[str] = field(default_factory=list)

    def check(self) -> Health:
        if self.problem is not None:
            raise self.problem
        return self.health

    def place(self, wish: Wish, *, key: str) -> Placed:
        if self.problem is not None:
            raise self.problem
        return Placed(reference=f"{wish.sku} for {key}")

    def catalogue(self, what: GiftKind, *, country: str, at_most: Money) -> tuple[Offer, ...]:
        if self.problem is not None:
            raise self.problem
        mug = Offer(sku="M-1", title=f"Mug for {country}", price=usd(6_00), photo="https://x.example/mug.jpg")
        return (mug, Offer(sku="M-2", title="Wine", price=usd(9_00), flags=frozenset({Flag.ALCOHOL})))

    def opened(self, _http: Http, _origin: str, login: VendorLogin) -> "Stall":
        self.logins.append(login)
        return self

    def wire(self, _http: Http, _origin: str, _login: VendorLogin, at: str) -> str:
        self.wired.append(at)
        return "a secret of theirs"


@pytest.fixture
def stall(monkeypatch: pytest.MonkeyPatch) -> Stall:
    """A vendor of a kind that the house does not know otherwise."""
    there = Stall()
    row = Vendor(
        called="The stall",
        kinds=frozenset({GiftKind.PARCEL}),
        asks=(
            Ask(name="key", label="Key", secret=True),
            Ask(name="campaign", label="Campaign", needed=False),
        ),
        origin=lambda _login: "https://stall.example",
        mode=lambda _login: Mode.LIVE,
        open=there.opened,  # type: ignore[arg-type]  # as much as is asked for
        told=Told(
            authentic=lambda _call, _secrets, _now: False,
            references=lambda _body: (),
            wire=there.wire,
        ),
    )
    monkeypatch.setitem(registry.VENDORS, "stall", row)  # type: ignore[arg-type]  # a dict, all the same
    return there


def account(desk: Desk) -> Account | None:
    with reading(desk.world.sessions) as session:
        return connections.account(session, shop_id=desk.merchant.id, kind="stall", seal=desk.world.seal)


def test_given_a_key_that_is_taken_when_connected_then_all_is_kept_and_the_page_says_how_it_is(
    desk: Desk, stall: Stall
) -> None:
    assert desk.press("/vendors/stall/connect", **LOGIN).location == "/vendors?said=vendor_connected"

    kept = account(desk)
    assert kept is not None
    assert (kept.key, kept.options, kept.secrets) == ("a good key", {"campaign": "C-1"}, ("a secret of theirs",))
    assert stall.wired == [f"{desk.world.home}/vendors/stall/{kept.url_token}"]
    page = desk.open("/vendors")
    assert "$500.00 left there" in page
    assert "<strong>nothing is really sent</strong>" in page
    assert "a good key" not in page
    assert "<strong>The stall is in its sandbox: nothing is really sent.</strong>" in desk.open()


def test_given_an_account_when_a_new_key_is_brought_then_its_calls_come_by_the_same_way(
    desk: Desk, stall: Stall
) -> None:
    desk.press("/vendors/stall/connect", **LOGIN)
    before = account(desk)
    desk.press("/vendors/stall/connect", key="a new key")

    after = account(desk)
    assert before is not None
    assert after is not None
    assert (after.key, after.url_token, after.secrets) == ("a new key", before.url_token, before.secrets)
    assert len(stall.wired) == 1


def test_given_every_vendor_there_is_when_listed_then_each_asks_for_what_it_needs(desk: Desk) -> None:
    page = desk.open("/vendors")
    for kind, vendor in registry.VENDORS.items():
        assert f'id="vendor-{kind}-name">{vendor.called}<' in page
        for ask in vendor.asks:
            assert f'id="{kind}-{ask.name}" name="{ask.name}"' in page


@pytest.mark.parametrize(
    ("problem", "why"),
    [
        (KeyRefused("no"), "They do not take this key."),
        (Unavailable("it does not answer"), "They cannot be asked just now, so nothing was kept: it does not answer"),
        (Rejected("no such campaign"), "no such campaign"),
        (ValueError("no sender"), "That cannot be an account there: no sender"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_given_a_vendor_that_does_not_let_us_in_when_connected_then_nothing_is_kept_and_it_says_why(
    desk: Desk, stall: Stall, problem: Exception, why: str
) -> None:
    stall.problem = problem

    answer = desk.press("/vendors/stall/connect", **LOGIN)

    assert (answer.status_code, why in answer.text, account(desk)) == (422, True, None)


def test_given_a_key_that_says_where_it_is_good_when_its_account_does_not_then_the_key_is_believed(
    desk: Desk, stall: Stall
) -> None:
    stall.health = Health(mode=Mode.UNKNOWN, ails=("Nobody pays here.",))
    desk.press("/vendors/stall/connect", **LOGIN)

    page = desk.open("/vendors")
    assert ">live</span>" in page
    assert "Nobody pays here." in page
    with reading(desk.world.sessions) as session:
        assert vendor_accounts.in_sandbox(session, shop_id=desk.merchant.id) == []


def test_given_an_account_whose_key_dies_when_asked_how_it_is_then_it_is_told_until_a_new_one_is_brought(
    desk: Desk, stall: Stall
) -> None:
    desk.press("/vendors/stall/connect", **LOGIN)
    stall.problem = KeyRefused("no")
    assert "They do not take this key." in desk.press("/vendors/stall/check").text
    assert "not let in" in desk.open("/vendors")
    assert "The stall</bdi> does not take our key any more" in desk.open()

    stall.problem, stall.health = None, Health(mode=Mode.LIVE, balance=usd(3_00))
    assert desk.press("/vendors/stall/check").location == "/vendors?said=vendor_checked"
    assert "$3.00 left there" in desk.open("/vendors")
    assert "does not take our key any more" not in desk.open()


def test_given_an_account_when_left_then_it_and_its_key_are_forgotten(desk: Desk, stall: Stall) -> None:
    desk.press("/vendors/stall/connect", **LOGIN)

    assert desk.press("/vendors/stall/disconnect").location == "/vendors?said=vendor_left"
    assert account(desk) is None
    assert desk.press("/vendors/stall/disconnect").location == "/vendors?said=vendor_none"
    assert desk.press("/vendors/stall/check").status_code == 422


def test_given_a_vendor_with_a_sandbox_of_its_own_when_the_page_is_open_then_it_asks_for_all_that_it_needs(
    desk: Desk,
) -> None:
    page = desk.open("/vendors").partition('id="vendor-goody"')[2].partition("</article>")[0]
    fields = [name.partition('"')[0] for name in page.split('<input id="goody-')[1:]]

    assert fields == ["key", "card", "payment", "host"]
    assert page.count(" required") == 2
    assert "flowers, a parcel" in page
    assert desk.press("/vendors/goody/connect", key="k").status_code == 422
    answer = desk.press("/vendors/goody/connect", key="k", card="c5f0", host="goody.example")
    assert "their hosts are api.ongoody.com" in answer.text


def test_given_what_cannot_be_meant_when_connected_then_nothing_is_asked(desk: Desk, stall: Stall) -> None:
    assert desk.press("/vendors/stall/connect", key=" ").status_code == 422
    assert desk.press("/vendors/stall/connect", key="x" * 2_001).status_code == 422
    assert desk.press("/vendors/attic/connect", key="k").status_code == 404
    assert stall.logins == []


def test_given_a_vendor_when_what_it_sells_is_looked_at_then_one_press_takes_a_thing_over(
    desk: Desk, stall: Stall
) -> None:
    desk.press("/vendors/stall/connect", **LOGIN)
    page = desk.open("/gifts?vendor=stall&kind=parcel&country=us")
    assert "Mug for US</bdi>" in page
    assert 'name="flag_alcohol"' in page.partition("Wine")[2]

    stall.problem = Unavailable("it does not answer")
    assert "it does not answer" in desk.open("/gifts?vendor=stall&kind=parcel")
    assert desk.ask("/gifts?vendor=stall&kind=egift").status_code == 422


def test_given_an_account_that_runs_dry_when_a_night_goes_by_then_today_and_the_page_say_so_until_it_is_filled(
    desk: Desk, stall: Stall
) -> None:
    desk.press("/vendors/stall/connect", **LOGIN)
    desk.plan(paid(present(what=GiftKind.PARCEL, vendor="stall"), minor=60_00), rule="flowers")
    for left, said in ((usd(60_00), 0), (usd(59_99), 1), (usd(600_00), 0)):
        stall.health = Health(mode=Mode.LIVE, balance=left)
        vendors.check_all(desk.world, desk.merchant)

        for page in (desk.open(), desk.open("/vendors")):
            assert page.count("gifts for $60.00 are planned: please fill it there.") == said


def test_given_an_account_that_cannot_be_asked_when_a_night_goes_by_then_it_is_as_it_was(
    desk: Desk, stall: Stall
) -> None:
    desk.press("/vendors/stall/connect", **LOGIN)
    stall.problem = Unavailable("away")
    with capture_logs() as logs:
        vendors.check_all(desk.world, desk.merchant)

    assert [line["event"] for line in logs] == ["vendor.unchecked"]
    assert "$500.00 left there" in desk.open("/vendors")


def test_given_a_gift_that_the_account_does_not_hold_when_refused_then_it_is_written_down_once(
    desk: Desk, stall: Stall
) -> None:
    desk.press("/vendors/stall/connect", **LOGIN)
    outside = desk.world.outside(desk.merchant)
    assert outside is not None
    stall.problem = Empty("The balance does not hold enough.")
    with capture_logs() as logs:
        for _ in range(2):
            with pytest.raises(Empty):
                outside.vendor("stall").place(Wish(**WISH), key="k")

    assert [line["event"] for line in logs] == ["vendor.empty"]
    assert "The balance does not hold enough." in desk.open()
