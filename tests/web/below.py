"""What the rooms below the pages say, as their code is written, and which of it no merchant ever reads."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("app/domain", "app/store", "integrations", "jobs")

# What these say goes elsewhere: each with where it goes.
ELSEWHERE = {
    "app/domain/card_templates.py": "words that a shop begins with and writes anew, for its customers",
    "app/domain/commands.py": "answers to an agent's typed command, in their helpdesk",
    "app/domain/sample_tickets.py": "what stands on a test ticket, for agents in their helpdesk",
    "app/domain/rules/afterwards.py": "notes in the helpdesk; the ledger quotes them",
    "app/domain/rules/address_words.py": "notes in the helpdesk; the ledger quotes them",
    "app/domain/rules/arrivals.py": "notes in the helpdesk; the ledger quotes them",
    "app/domain/policy.py": "words that a shop begins with and writes anew, for its customers",
    "integrations/fidelity": "asked by who develops this, in a terminal",
    "integrations/gorgias/furniture.py": "what stands in the helpdesk's own settings",
    "integrations/sandbox": "the practice town, which has no merchant",
    "integrations/shopify/checkup.py": "the doctor's, in a terminal",
    "integrations/zendesk/furniture.py": "what stands in the helpdesk's own settings",
    "integrations/zendesk/standing.py": "what stands in the helpdesk's own settings",
    "jobs/agent_login.py": "a mail to an agent",
    "jobs/go.py": "an operator's, in a terminal",
    "jobs/practice.py": "names of the practice town's goods",
    "jobs/stop.py": "an operator's, in a terminal",
    "jobs/surroundings.py": "the doctor's, in a terminal",
    "jobs/story_words.py": "a mail, whose sayings are read as the pages' are",
}
# So do these few, in files that say other things too.
SAID_THERE = {
    "As of \0, \0 \0.": "the card in the helpdesk",
    "This customer is left in peace until \0: no reorders, no advertising, no surveys, nothing promotional.": "a note",
    "\0\0 Where that did not work, a note of its own says so.": "a note in the helpdesk",
    "A small extra from Lagniappe (\0).": "the order's own history in the store",
    "Lagniappe took back its small extra (\0).": "the order's own history in the store",
    "Lagniappe stopped its gift (\0).": "the order's own history in the store",
    "A gift from Lagniappe. It costs the customer nothing, and no mail was sent about it.": "the order's note there",
    "Goodwill, nothing to send back.": "the refund's note in the store",
}
_FAILURE = "failure"  # of a request, which puts the other side's name before it
_TROUBLES = {"Busy", "Dearer", "Empty", "KeyRefused", "NotTheirs", "OurMistake", "Rejected", "Unavailable", "Uncertain"}
_HOLE = re.compile(r"\{\w*\}")
_SENTENCE = re.compile(r"[A-Z“\0].* .*[.!?]", re.DOTALL)
_NEXT = re.compile(r"(?<=[.!?]) ")
_LETTERS = re.compile(r"[A-Za-z]{2}")
_LOGS = {"log", "_LOG"}


def sentences() -> Iterator[tuple[str, str]]:
    """Yield where a sentence stands that a merchant may come to read, or SAID_THERE, and the sentence, holes as NUL."""
    for name, tree in trees().items():
        if not any(name == one or name.startswith(f"{one}/") for one in ELSEWHERE):
            yield from _written(name, tree)


@cache
def trees() -> dict[str, list[ast.AST]]:
    """Return every node of the rooms' files, by file."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): list(ast.walk(ast.parse(path.read_text()))) for path in paths}


def fits(sentence: str, messages: set[str]) -> bool:
    """Return whether messages have the sentence's shape, be some of its holes empty."""
    whole = any(shape in messages for shape in _shapes(sentence))
    return whole or all(
        not _LETTERS.search(part) or any(shape in messages for shape in _shapes(part)) for part in _NEXT.split(sentence)
    )


def _written(name: str, tree: list[ast.AST]) -> Iterator[tuple[str, str]]:
    troubles, failures, silent = set[ast.AST](), set[ast.AST](), set[ast.AST]()
    for node in tree:
        if isinstance(node, ast.Expr | ast.JoinedStr):
            silent.update(ast.iter_child_nodes(node))  # docstrings, and pieces
        if isinstance(node, ast.Call):
            whose, called = _called(node.func)
            if whose in _LOGS or called == "print":
                silent.update(node.args)
            if called in _TROUBLES:
                troubles.update(node.args)
            if called == _FAILURE:
                failures.update(node.args)
    for node in tree:
        said = None if node in silent else _text(node)
        if said and _LETTERS.search(said) and (node in troubles | failures or _SENTENCE.fullmatch(said)):
            at = f"{name}:{node.lineno}"  # type: ignore[attr-defined]
            yield at, f"\0 {said}" if node in failures else said


def _called(function: ast.AST) -> tuple[str, str]:
    if isinstance(function, ast.Attribute):
        return (function.value.id if isinstance(function.value, ast.Name) else "", function.attr)
    return "", (function.id if isinstance(function, ast.Name) else "")


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _HOLE.sub("\0", node.value)
    return None


def _shapes(sentence: str) -> Iterator[str]:
    head, *rest = sentence.split("\0")
    for holes in product(("\0", ""), repeat=min(len(rest), 6)):
        filled = head + "".join(hole + part for hole, part in zip(holes, rest, strict=False))
        yield re.sub(r" (?=[.,;:!?]|$)", "", filled).strip()
