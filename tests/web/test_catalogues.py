"""Whatever the pages say they say in every language, and nothing else stands in the catalogues."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from jobs.languages import CATALOGUES, FRENCH
from tests.web.sayings import TEMPLATES, bare, sayings

HOLES = re.compile(r"%\((\w+)\)s|%%")
MARKUP = re.compile(r"<[^>]*>|https?://\S+|%\(\w+\)s|vip: refund 150")
# What a French reader would stumble over: a straight quote, or a plain space (or none) before : ; ! ? » and after «.
ODD = re.compile(r"""['"“”]|(?<![\d\xa0\u202f])[;!?»]|[^\xa0\d]:|«(?!\xa0)""")
BELOW = "retold.po"  # what the rooms below the pages say
EVERY_TEMPLATE = sorted(TEMPLATES.glob("*.html"))


def messages() -> list[tuple[str, Message]]:
    """Return every message of the French catalogues, and which one it stands in."""
    found = []
    for path in sorted((CATALOGUES / FRENCH).glob("*.po")):
        with path.open("rb") as file:
            found += [(path.name, message) for message in read_po(file, locale=FRENCH) if message.id]
    return found


def said(message: Message) -> tuple[str, ...]:
    """Return what the message says in French, in all its forms."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def holes(text: str) -> set[str]:
    return set(HOLES.findall(text))


def test_given_what_the_pages_say_when_looked_up_then_french_says_it_too() -> None:
    known = {message.id for _, message in messages() if all(said(message)) and not message.fuzzy}

    assert [f"{where}: {what}" for what, where in sayings().items() if what not in known] == []


def test_given_the_catalogues_when_read_then_nothing_is_there_that_nobody_says() -> None:
    spoken = sayings()

    of_ours = [(name, message.id) for name, message in messages() if name != BELOW]

    assert [f"{name}: {said}" for name, said in of_ours if said not in spoken] == []


def test_given_a_saying_in_two_catalogues_when_compared_then_it_is_one_and_the_same() -> None:
    seen: dict[object, tuple[str, ...]] = {}

    assert [
        message.id for _, message in messages() if seen.setdefault(message.id, said(message)) != said(message)
    ] == []


def test_given_a_message_when_said_in_french_then_it_has_the_same_values_in_it() -> None:
    odd = []
    for name, message in messages():
        english = [message.id] if isinstance(message.id, str) else message.id
        odd += [f"{name}: {text}" for text in said(message) if holes(text) not in map(holes, english)]

    assert odd == []


def test_given_french_when_read_then_its_signs_stand_as_in_print() -> None:
    odd = [
        f"{name}: {text}" for name, message in messages() for text in said(message) if ODD.search(MARKUP.sub("", text))
    ]

    assert odd == []


@pytest.mark.parametrize("path", EVERY_TEMPLATE, ids=lambda path: path.name)
def test_given_a_template_when_read_then_no_word_stands_there_in_one_language_alone(path: Path) -> None:
    assert bare(path) == []
