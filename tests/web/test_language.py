"""What the pages say in which language, and who hears which."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from markupsafe import Markup

from app.domain.money import Money
from app.web import language
from app.web.language import HEADER, _, counted, dated, money, ngettext, number, spoken, typed
from jobs import languages
from jobs.languages import Catalogue
from tests.web.desk import Desk

WORDS = Catalogue(
    words={"Hello %(name)s": "Bonjour %(name)s", "In %": "En %"},
    plurals={
        ("gift", "gifts"): ("cadeau", "cadeaux"),
        ("%(num)s gift", "%(num)s gifts"): ("%(num)s cadeau", "%(num)s cadeaux"),
    },
)
SEK = Money(minor=-1_234_50, currency="SEK")


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Return an application that knows a few words of French."""
    monkeypatch.setattr(languages, "catalogue", {"en": Catalogue(words={}, plurals={}), "fr": WORDS}.get)
    app = Flask(__name__)
    language.install(app)
    return app


@pytest.fixture
def in_french(app: Flask) -> Iterator[Flask]:
    with app.test_request_context("/?locale=fr-CA"):
        yield app


@pytest.mark.parametrize(
    ("address", "headers", "shops", "heard"),
    [
        ("/?locale=fr", {"Accept-Language": "en"}, "en", "fr"),
        ("/?locale=FR-ca", {}, "en", "fr"),
        ("/?locale=fra", {}, "en", "en"),
        ("/?locale=en", {HEADER: "fr-FR"}, "en", "fr"),
        ("/?locale=de", {"Accept-Language": "en"}, "fr", "fr"),
        ("/", {"Accept-Language": "fr-CH, de;q=0.9, en;q=0.1"}, "theirs", "fr"),
        ("/", {"Accept-Language": "de"}, "theirs", "en"),
        ("/", {}, "theirs", "en"),
    ],
)
def test_given_whoever_looks_when_asked_then_the_nearest_to_them_decides_the_language(
    app: Flask, address: str, headers: dict[str, str], shops: str, heard: str
) -> None:
    with app.test_request_context(address, headers=headers):
        spoken()
        language.prefer(shops)

        assert spoken() == heard


def test_given_nobody_who_looks_when_something_is_said_then_it_is_english() -> None:
    assert (spoken(), _("Back to today"), number(1204)) == ("en", "Back to today", "1,204")


def test_given_french_when_words_are_said_then_values_stand_in_their_places(in_french: Flask) -> None:
    assert _("Hello %(name)s", name="Ana") == "Bonjour Ana"
    assert _("In %") == "En %"
    assert _("Nobody has said this") == "Nobody has said this"


def test_given_a_value_that_is_markup_when_said_then_the_words_and_the_other_values_are_escaped(
    in_french: Flask,
) -> None:
    said = _("%(who)s & %(when)s", who="<b>", when=Markup("<time>7</time>"))

    assert said == "&lt;b&gt; &amp; <time>7</time>"


@pytest.mark.parametrize(("count", "said"), [(0, "0 cadeau"), (1, "1 cadeau"), (1204, "1\u202f204 cadeaux")])
def test_given_french_when_counted_then_none_is_singular_and_thousands_stand_apart(
    in_french: Flask, count: int, said: str
) -> None:
    assert counted(count, "gift", "gifts") == said
    assert ngettext("%(num)s gift", "%(num)s gifts", count) == said


def test_given_money_when_shown_then_it_is_written_as_the_language_does(app: Flask) -> None:
    assert money(SEK) == "-1,234.50 SEK"
    with app.test_request_context("/?locale=fr"):
        assert money(SEK) == "-1\u202f234,50\N{NO-BREAK SPACE}SEK"
        assert money(Money(minor=45, currency="JPY")) == "45\N{NO-BREAK SPACE}JPY"
        assert money(Money(minor=5, currency="USD")) == "0,05\N{NO-BREAK SPACE}$US"


@pytest.mark.parametrize("text", ["0.001", "45", "1,234.50", "", "x.50"])
def test_given_an_amount_when_it_is_to_be_typed_then_it_has_the_keypads_sign_where_it_can_mean_nothing_else(
    app: Flask, text: str
) -> None:
    assert typed("1234.50") == "1234.50"
    with app.test_request_context("/?locale=fr"):
        assert typed("1234.50") == "1234,50"
        assert typed(text) == text


def test_given_a_moment_when_dated_then_day_and_month_have_the_languages_names(app: Flask) -> None:
    moment = datetime(2026, 2, 21, 14, 3)  # noqa: DTZ001  # as a shop's clock shows it
    assert dated(moment, "EEEE d MMM, HH:mm") == "Saturday 21 Feb, 14:03"
    with app.test_request_context("/?locale=fr"):
        assert dated(moment, "EEEE d MMM, HH:mm") == "samedi 21 févr., 14:03"


def test_given_a_template_when_shown_in_french_then_its_words_counts_and_money_are(in_french: Flask) -> None:
    page = (
        "{% trans name=who %}Hello {{ name }}{% endtrans %}, {{ money }},"
        " {% trans num=2 %}{{ num }} gift{% pluralize %}{{ num }} gifts{% endtrans %}"
    )
    template = in_french.jinja_env.from_string(page)

    assert template.render(who="<i>", money=SEK) == "Bonjour &lt;i&gt;, -1\u202f234,50\N{NO-BREAK SPACE}SEK, 2 cadeaux"


@pytest.mark.parametrize("database", ["sqlite"])
def test_given_a_page_when_opened_from_a_french_admin_then_it_is_french_and_fetched_pages_stay_so(desk: Desk) -> None:
    opened = desk.open("/?locale=fr-FR")
    fetched = desk.ask("/ledger", **{HEADER: "fr-FR"}).text

    assert '<html lang="fr">' in opened
    assert "Aujourd’hui</a>" in opened
    assert '<a href="/ledger" aria-current="page">Registre</a>' in fetched


@pytest.mark.parametrize("database", ["sqlite"])
def test_given_the_masthead_when_shown_then_it_leads_to_pages_that_there_are_and_says_which_is_open(desk: Desk) -> None:
    page = desk.open("/team")
    links = re.findall(r'<a href="(/[\w-]*)"( aria-current="page")?>', page)

    assert {desk.ask(path).status_code for path, _ in links} <= {200, 302}  # the newest story leads on to its month
    assert {path for path, current in links if current} == {"/team"}
