"""What the pages say, as their templates and code are written."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.extract import extract
from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

import app.web
import jobs.story_words

WEB = Path(app.web.__file__).parent
TEMPLATES = WEB / "templates"
MAILS = Path(jobs.story_words.__file__)
Saying = str | tuple[str, ...]

_MARKS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "both": (1, 2), "counted": (2, 3)}
_OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
_MARKING = frozenset(_MARKS) | {"dated"}  # that one takes a pattern
_SEEN = {"title", "aria-label", "placeholder", "alt", "label"}
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"[^\W\d_]{2,}.*\s|[A-Z][a-z]+")
_NO_WORDS = re.compile(r'Lagniappe|https?://\S+|[\w-]+="[^"]*"')  # attributes that a macro writes stand alone
_HOLE = "\0"


def sayings() -> dict[Saying, str]:
    """Return everything that is said, in English, and where it is said first."""
    found: dict[Saying, str] = {}
    for path in (*sorted(WEB.rglob("*.py")), MAILS):
        found = dict(_sayings("python", path)) | found
    for path in sorted(TEMPLATES.glob("*.html")):
        found = dict(_sayings(babel_extract, path)) | found
    return found


def bare(path: Path) -> list[str]:
    """Return the words of a template that no catalogue can say in another language."""
    source = path.read_text()
    env = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    reader = _Reader()
    reader.feed("".join(_outside_of_trans(env, source)))
    return [*reader.bare, *_in_expressions(env.parse(source), path.name)]


def _sayings(method: object, path: Path) -> Iterator[tuple[Saying, str]]:
    with path.open("rb") as file:
        for line, said, _, _ in extract(method, file, _MARKS, (), _OPTIONS):  # type: ignore[arg-type]
            yield said, f"{path.name}:{line}"


def _outside_of_trans(env: Environment, source: str) -> Iterator[str]:
    inside, block = False, False
    for _, kind, text in env.lex(source):
        if kind == "block_begin":
            block = True
        elif block and kind == "name":
            inside = text == "trans" or (inside and text != "endtrans")
            block = False
        elif kind == "data" and not inside:
            yield text
        elif kind == "variable_end" and not inside:
            yield _HOLE


class _Reader(HTMLParser):
    """Reads the pieces of a page that somebody sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.bare: list[str] = []
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._verbatim += tag == "code"
        for name, value in attrs:
            if name in _SEEN:
                self.handle_data(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._verbatim -= tag == "code"

    def handle_data(self, data: str) -> None:
        words = _NO_WORDS.sub("", data)
        if not self._verbatim and _WORD.search(words):
            self.bare.append(" ".join(words.replace(_HOLE, "…").split()))


def _in_expressions(tree: nodes.Node, name: str) -> Iterator[str]:
    for child in tree.iter_child_nodes():
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name in _MARKING:
            continue
        if isinstance(child, nodes.Const) and isinstance(child.value, str) and _SENTENCE.search(child.value):
            yield child.value
        yield from _in_expressions(child, name)
