"""What somebody found who looked a thing over."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How good or bad it is."""

    FINE = "fine"
    LOOK = "look"  # works, and somebody should know
    BAD = "bad"
    ASK = "ask"  # only a person in a real store can find out


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at, and what was found, in words without secrets."""

    subject: str
    verdict: Verdict
    words: str


def fine(subject: str, words: str) -> Finding:
    """Return that it is as it should be."""
    return Finding(subject=subject, verdict=Verdict.FINE, words=words)


def look(subject: str, words: str) -> Finding:
    """Return that it works, and that somebody should know something about it."""
    return Finding(subject=subject, verdict=Verdict.LOOK, words=words)


def bad(subject: str, words: str) -> Finding:
    """Return that it must not stay so."""
    return Finding(subject=subject, verdict=Verdict.BAD, words=words)


def ask(subject: str, words: str) -> Finding:
    """Return that a person must try it out."""
    return Finding(subject=subject, verdict=Verdict.ASK, words=words)
