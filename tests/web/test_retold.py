"""What the rooms below say in English, told in the language of whoever reads."""

import ast
import re
from collections.abc import Iterator

import pytest
from flask import Flask

from app.domain.deed_words import what
from app.domain.effects import TagCustomer
from app.web import language
from app.web.retold import retold, told_plainly
from tests.web.below import ELSEWHERE, ROOT, SAID_THERE, fits, sentences, trees
from tests.web.test_catalogues import BELOW, HOLES, messages

PIECES = re.compile(r"%\(\w+\)s|%%|[(),.:;“”]|(?= in the )|\d ")  # sentences are put together of these
NARROW = "\N{NARROW NO-BREAK SPACE}"
SPACE = "\N{NO-BREAK SPACE}"
ASKED = f"Demandez à un responsable{SPACE}: "
ABOVE = f"au-dessus du seuil de 500,00{SPACE}$US."


@pytest.fixture
def in_french() -> Iterator[None]:
    app = Flask(__name__)
    language.install(app)
    with app.test_request_context("/?locale=fr"):
        yield


@pytest.mark.parametrize("typed", ["$12.345", "1.234 EUR", "¥12.50", "31 February 2026", "5 May 0000"])
def test_given_what_only_looks_like_an_amount_or_a_day_when_told_then_it_stays_as_it_was_typed(
    in_french: None, typed: str
) -> None:
    assert typed in told_plainly(f"“{typed}” is not an amount in USD.")


def test_given_an_unknown_sentence_when_told_plainly_then_it_bears_no_marks(in_french: None) -> None:
    assert told_plainly("The store says <b>'no'</b>.") == "The store says <b>'no'</b>."


def test_given_english_when_told_then_it_is_as_it_was_written() -> None:
    assert retold("Nothing was done. It ships abroad.") == "Nothing was done. It ships abroad."


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("It ships abroad.", "Elle part à l’étranger."),
        (
            "$1,234.50 net over 3 orders (2.4× the store's average), active: above the threshold of $500.00.",
            f"1{NARROW}234,50{SPACE}$US nets sur 3 commandes (2,4× la moyenne de la boutique), actif{SPACE}: {ABOVE}",
        ),
        (
            "$1.00 net over 1 order since 2024 (0.1× the store's average): no mark.",
            f"1,00{SPACE}$US nets sur 1 commande depuis 2024 (0,1× la moyenne de la boutique){SPACE}: pas de marque.",
        ),
        (
            "Sam sends flowers for 80.00 CHF on 24 December 2026.",
            f"Sam envoie des fleurs pour 80,00{SPACE}CHF le 24 décembre 2026.",
        ),
        (
            "#4 is order number 4 of this customer: Mug goes with it. It ships abroad.",
            f"#4 est la commande numéro 4 de ce client{SPACE}: Mug part avec elle. Elle part à l’étranger.",
        ),
        (
            "Their birthday is on 17 May 2027. A card, written by hand, for $6.00, goes to them.",
            f"Leur anniversaire est le 17 mai 2027. Une carte, écrite à la main, pour 6,00{SPACE}$US, leur est envoyé.",
        ),
        ("Refund $40.00 of #1001, no return is needed", f"Rembourser 40,00{SPACE}$US sur #1001, sans retour"),
        ("They arrive on Friday, 5 May.", "Elles arrivent vendredi 5 mai."),
        ("Lob said no.", "Lob a dit non."),
        ("Lob said no: no such state.", f"Lob a dit non{SPACE}: no such state."),
        ("the store answered 502", "la boutique a répondu 502"),
        (
            "Ask a lead: a rule gave them flowers on 5 May 2026, less than 30 days away.",
            f"{ASKED}une règle lui a offert quelque chose (fleurs) le 5 mai 2026, à moins de 30 jours.",
        ),
    ],
)
def test_given_a_sentence_of_the_books_when_read_in_french_then_its_values_are_written_so_too(
    in_french: None, written: str, read: str
) -> None:
    assert retold(written) == read


def test_given_a_sentence_that_nobody_knows_when_read_in_french_then_it_is_marked_as_english(in_french: None) -> None:
    said = retold("It ships abroad. The <vendor> said: boo.")

    assert said == 'Elle part à l’étranger. <span lang="en">The &lt;vendor&gt; said: boo.</span>'


def test_given_a_deeds_words_when_read_in_french_then_they_are_french(in_french: None) -> None:
    deed = TagCustomer(customer_id=5, tag="make-it-right", present=True, occasion="1")

    assert retold(what(deed)) == f"Étiquette «{SPACE}make-it-right{SPACE}» dans la boutique"


def test_given_what_the_rooms_below_say_when_looked_up_then_french_says_it_too() -> None:
    shapes = {HOLES.sub(lambda hole: "\0" if hole[1] else "%", str(message.id)) for _, message in messages()}
    unsaid = {said: where for where, said in sentences() if not fits(said, shapes)}

    assert {said: where for said, where in unsaid.items() if said not in SAID_THERE} == {}
    assert SAID_THERE.keys() - unsaid.keys() == set()


def test_given_what_is_said_elsewhere_when_looked_for_then_it_is_still_there() -> None:
    assert [place for place in ELSEWHERE if not (ROOT / place).exists()] == []


def test_given_what_is_told_when_looked_for_then_the_rooms_below_say_it() -> None:
    said = "\n".join(written())
    unknown = [
        message.id
        for name, message in messages()
        if name == BELOW and any(piece.strip() not in said for piece in PIECES.split(str(message.id)))
    ]

    assert unknown == []


def written() -> Iterator[str]:
    """Yield every text in the rooms below the pages."""
    for tree in trees().values():
        for node in tree:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
