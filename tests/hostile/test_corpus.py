"""Everything that a stranger, a careless sender or a thief may try, against the house as the launcher starts it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.engine import make_url

from app.store.tables import Delivery
from tests.conftest import on_server
from tests.hostile import desk_visits, lines, pages, redis_jobs, storage
from tests.hostile.case import CANARY, NO_SUCH_ORDER, OTHER_SHOP, Call, Ends, Letter, Page
from tests.hostile.cases import CALLS, LETTERS, named
from tests.hostile.desk_visits import Badges, Visit
from tests.hostile.house import Answer, House, at_home
from tests.hostile.lines import Crowd
from tests.hostile.pages import Crossing, Token
from tests.hostile.redis_jobs import Job
from tests.hostile.storage import Row, Secret
from tests.stack import until

pytestmark = pytest.mark.timeout(300)

# What never gets as far as a database is tried on one kind.
ON_SQLITE = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
# Two customers become one, and have not yet: handled without a call.
MERGE_BEGUN = json.dumps(
    {
        "admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
        "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2",
        "status": "requested",
    }
).encode()
AN_HONEST_ONE = Letter(number=0, name="an honest one", body=MERGE_BEGUN, topic="customers/merge", ends=Ends.HANDLED)
OTHERS = Letter(
    number=0, name="the other shop's", body=b'{"id":%d}' % NO_SUCH_ORDER, shop=OTHER_SHOP, ends=Ends.HANDLED
)
A_GOOD_VISIT = Visit(number=0, name="a good visit")
MOST_MEMORY = 300 * 1024 * 1024  # what it needs anyway, and the room for bodies
UNKNOWN = 4_611_686_018_427_387_904  # nobody's id


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running house on each kind of database."""
    folder = tmp_path_factory.mktemp("house")
    url = f"sqlite:///{folder / 'house.db'}"
    if request.param == "postgres":
        server, name = request.getfixturevalue("postgres_url"), f"lagniappe_{uuid4().hex}"
        on_server(server, f"CREATE DATABASE {name}")
        url = make_url(server).set(database=name).render_as_string(hide_password=False)
    with at_home(folder / "var", url) as up:
        yield up


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of a letter, and of the honest one that was posted right behind it."""

    answer: Answer
    kept: Delivery | None
    next: Delivery | None


@pytest.fixture(scope="module")
def badges(house: House) -> Badges:
    """Let agents of both shops in to the desk, one of them only for a moment."""
    return house.badges()


def _waits_no_more(house: House) -> bool:
    """Hold when nothing is left to look at; until then pauses between tries are cut short."""
    house.wait(2)
    return not house.waits()


@pytest.fixture(scope="module")
def posted(house: House) -> dict[str, Posted]:
    """Post every letter, an honest one behind each, and wait until there is nothing left to look at."""
    answers = {}
    for number, letter in enumerate(LETTERS):
        answers[named(letter)] = house.post(letter, f"letter-{number:04}")
        assert house.post(AN_HONEST_ONE, f"honest-{number:04}").status == 200
    until(partial(_waits_no_more, house), 120)
    return {
        named(letter): Posted(
            answer=answers[named(letter)],
            kept=house.kept(letter, f"letter-{number:04}"),
            next=house.kept(AN_HONEST_ONE, f"honest-{number:04}"),
        )
        for number, letter in enumerate(LETTERS)
    }


@ON_SQLITE
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_given_bytes_as_they_should_not_be_when_called_then_the_answer_is_the_corpuss(house: House, call: Call) -> None:
    answer = house.say(call.sends, seconds=call.seconds, hangs_up=call.hangs_up)

    assert answer.status in call.expects, f"{answer.head}\n{answer.body[:200]!r}"
    assert call.within in answer.body
    assert answer.answers == 1 or not call.alone
    assert leads_home(answer)


@pytest.mark.parametrize("letter", LETTERS, ids=named)
def test_given_a_signed_letter_that_makes_no_sense_when_posted_then_it_is_kept_and_the_next_one_is_handled(
    house: House, posted: dict[str, Posted], letter: Letter
) -> None:
    it = posted[named(letter)]

    assert it.answer.status == 200
    assert it.kept is not None
    assert it.kept.body == house.filled(letter)
    assert (how_it_ended(it.kept), it.kept.next_try_at) == (letter.ends, None), it.kept.problem
    assert set(house.deeds(it.kept.id)) <= {"post_note"}
    assert it.next is not None
    assert it.next.handled_at is not None


@pytest.mark.parametrize("page", pages.PAGES, ids=named)
def test_given_an_odd_page_or_press_when_asked_then_nothing_breaks_and_nobody_is_led_away(
    house: House, page: Page
) -> None:
    answer = house.open(page.path, form=page.form, kind=page.kind)

    assert answer.status in page.expects, f"{answer.head}\n{answer.body[:200]!r}"
    assert page.says in answer.text
    assert leads_home(answer)


@ON_SQLITE
@pytest.mark.parametrize("token", pages.TOKENS, ids=named)
def test_given_a_token_that_proves_nothing_when_shown_then_a_fresh_one_is_asked_for(house: House, token: Token) -> None:
    answer = house.open("/", worn=token.recipe(house.claims()))

    assert (answer.status, answer.header("X-Shopify-Retry-Invalid-Session-Request")) == (401, "1")


@pytest.mark.parametrize("crossing", pages.CROSSINGS, ids=named)
def test_given_another_shops_id_when_it_is_asked_for_then_the_answer_is_that_of_an_id_that_nobody_has(
    house: House, posted: dict[str, Posted], crossing: Crossing
) -> None:
    mine = house.of(crossing.of)
    before = house.effects()

    theirs, nobodys = (
        house.open(crossing.path.replace("@id@", each), form=crossing.filled(each), shop=OTHER_SHOP)
        for each in (mine, str(UNKNOWN))
    )

    assert theirs.status == crossing.expects
    assert (theirs.status, said_of(mine, theirs)) == (nobodys.status, said_of(str(UNKNOWN), nobodys))
    assert house.effects() == before


@ON_SQLITE
@pytest.mark.parametrize("visit", desk_visits.VISITS, ids=named)
def test_given_a_visit_to_the_desk_that_proves_nothing_when_made_then_not_one_figure_is_told(
    house: House, badges: Badges, visit: Visit
) -> None:
    answer = house.visit(badges, visit)

    assert answer.status in visit.expects, f"{answer.head}\n{answer.body[:200]!r}"
    assert len(answer.body) < 200
    assert "$" not in answer.text
    assert not answer.header("Set-Cookie")
    assert house.visit(badges, A_GOOD_VISIT).status == 200  # nobody else is turned away for it


@ON_SQLITE
@pytest.mark.parametrize("job", redis_jobs.JOBS, ids=named)
def test_given_a_strangers_job_when_a_worker_meets_it_then_it_is_dropped_and_the_next_letter_is_handled(
    house: House, job: Job
) -> None:
    name = house.slip_in(job)
    house.post(AN_HONEST_ONE, f"after-{name}")

    until(lambda: not house.waits() and house.job_is_over(name))

    assert not redis_jobs.TOUCHED.exists()


@pytest.mark.parametrize("row", storage.ROWS, ids=named)
def test_given_a_row_that_nobody_understands_when_worked_through_then_it_stays_and_others_are_done(
    house: House, row: Row
) -> None:
    number = house.write(row)
    house.post(AN_HONEST_ONE, f"beside-{number}")

    until(lambda: not house.waits())

    left = house.effect(number)
    assert (left.state, left.sends) == (row.odd.get("state", "planned"), 0)
    assert house.open("/ledger").status == 200


@pytest.mark.parametrize("secret", storage.SECRETS, ids=named)
def test_given_a_secret_that_cannot_be_opened_when_it_is_needed_then_nothing_is_sent_until_it_is_whole_again(
    house: House, secret: Secret
) -> None:
    with house.spoilt(secret.spoil):
        house.post(OTHERS, f"spoilt-{uuid4()}")
        house.post(AN_HONEST_ONE, f"beside-{uuid4()}")
        until(lambda: not house.waits(but_for=OTHER_SHOP))
        until(lambda: house.left_alone_for(OTHER_SHOP))
        assert house.waits()
        assert house.open("/", shop=OTHER_SHOP).status == 200

    house.wait(house.left_alone_for(OTHER_SHOP) + 1)
    until(lambda: not house.waits())


@ON_SQLITE
@pytest.mark.parametrize("crowd", lines.CROWDS, ids=named)
def test_given_a_crowd_on_the_line_when_an_honest_letter_comes_then_it_is_answered(house: House, crowd: Crowd) -> None:
    with lines.standing(house.port, crowd):
        assert house.post(AN_HONEST_ONE, f"through-{uuid4()}").status == 200
        assert house.open("/ledger").status == 200


def test_given_what_people_wrote_when_the_pages_are_opened_then_it_is_text(
    house: House, posted: dict[str, Posted]
) -> None:
    told = "".join(house.open(path).text for path in ("/", "/ledger", "/decisions", f"/orders/{house.known['order']}"))

    assert "alert(" in told
    assert not re.search(r"<script>alert|<img src=x|[\x1b\u202e\u2066]", told)


@ON_SQLITE
def test_given_lines_that_nobody_uses_when_time_has_passed_then_they_were_hung_up_on(house: House) -> None:
    until(lambda: all(map(lines.is_hung_up, house.lingering)), 60)


@ON_SQLITE
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells")
def test_given_all_of_this_when_it_is_over_then_the_web_server_has_never_held_much(house: House) -> None:
    assert house.most_memory("web") < MOST_MEMORY


def test_given_all_of_this_when_it_is_over_then_nobody_died_and_no_log_repeats_a_word_of_it(house: House) -> None:
    said = house.logs()

    assert [name for name, text in said.items() if CANARY in text] == []
    assert [name for name, text in said.items() if "Traceback" in text] == []
    assert [name for name, text in said.items() if "\x1b" in text] == []
    assert [
        name for name in ("ticker", "worker-1", "worker-2") if not all(map(is_a_line_of_ours, said[name].splitlines()))
    ] == []
    assert "ended with" not in said["launcher"]


def is_a_line_of_ours(line: str) -> bool:
    return bool(json.loads(line)["event"] != "forged")


def how_it_ended(row: Delivery) -> Ends | None:
    if row.handled_at is not None:
        return Ends.HANDLED
    if row.shop_id is None and row.problem == "unknown shop":
        return Ends.STRANGER
    return Ends.ASIDE if (row.problem or "").startswith("not understood: ") else None


def said_of(number: str, answer: Answer) -> str:
    """Return what was said, whoever's number it repeats."""
    return answer.text.replace(number, "@id@") if len(number) > 6 else answer.text


def leads_home(answer: Answer) -> bool:
    """Return whether the answer leads nowhere, or to a path of ours."""
    return re.fullmatch(r"(/(?![/\\])[^\\\s]*)?", answer.header("Location")) is not None
