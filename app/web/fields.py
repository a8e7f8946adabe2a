"""What a merchant types into a form, and what it means: one kind of field each, which reads, shows and refuses."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from app.domain.money import Money, decimals
from app.domain.policy import Policy
from app.web.language import _, number
from app.web.language import typed as as_typed

_WHOLE = re.compile(r"(?a:\d{1,9})")  # the digits of one script: others read them differently
_VARIANT = re.compile(r"(?a:(?:.*(?:/variants/|/ProductVariant/))?(\d{1,18})(?:[?#].*)?)")
_DAY = re.compile(r"(?a:(\d{4})-)?(?a:(\d{2})-(\d{2}))")
_ANY_LEAP_YEAR = "2028"
_COMMA = re.compile(r"(?a:(\d+),(\d{1,2}))")  # before three figures it might as well part the thousands
_PERCENT = re.compile(r"(?a:(\d{1,3})(?:[.,](\d{1,2}))?)")
_MOST_MONEY = 10**9  # minor units: ten million dollars


class Wrong(ValueError):
    """What was typed cannot be meant; the text says to the merchant what can."""


class Kind(Protocol):
    """One kind of field. `shape` names the piece of the form that asks for it."""

    @property
    def shape(self) -> str: ...

    def read(self, text: str, currency: str) -> object:
        """Return what the text means; raise Wrong when it cannot be meant."""

    def show(self, value: object, currency: str) -> str:
        """Return the value as the merchant would type it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number within bounds; left empty it is None, where that has a meaning."""

    least: int = 0
    most: int
    may_be_empty: bool = False
    shape: str = "whole"

    def read(self, text: str, currency: str) -> int | None:  # noqa: ARG002
        if not text and self.may_be_empty:
            return None
        if not _WHOLE.fullmatch(text) or not self.least <= int(text) <= self.most:
            bounds = {"least": number(self.least), "most": number(self.most)}
            if self.may_be_empty:
                raise Wrong(_("Please give a whole number from %(least)s to %(most)s, or nothing.", **bounds))
            raise Wrong(_("Please give a whole number from %(least)s to %(most)s.", **bounds))
        return int(text)

    def show(self, value: object, currency: str) -> str:  # noqa: ARG002
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Money in the shop's currency, typed with a point or a comma before its decimals, and kept in minor units."""

    shape: str = "amount"

    def read(self, text: str, currency: str) -> int:
        try:
            minor = Money.parse(_COMMA.sub(r"\1.\2", text) if _COMMA.fullmatch(text) else text, currency).minor
        except ValueError:
            minor = -1
        if not 0 <= minor <= _MOST_MONEY:
            example = as_typed(Money(minor=25 * 10 ** decimals(currency), currency=currency).text)
            raise Wrong(
                _("Please give an amount in %(currency)s, such as %(example)s.", currency=currency, example=example)
            )
        return minor

    def show(self, value: object, currency: str) -> str:
        return Money(minor=int(str(value)), currency=currency).text


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A percentage with up to two decimals, kept in hundredths of a percent; left empty it is None."""

    least: int = 1
    most: int = 100_00
    shape: str = "share"

    def read(self, text: str, currency: str) -> int | None:  # noqa: ARG002
        if not text:
            return None
        found = _PERCENT.fullmatch(text)
        share = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0
        if not self.least <= share <= self.most:
            bounds = {"least": as_typed(_percent(self.least)), "most": as_typed(_percent(self.most))}
            raise Wrong(_("Please give a percentage from %(least)s to %(most)s, or nothing.", **bounds))
        return share

    def show(self, value: object, currency: str) -> str:  # noqa: ARG002
        return "" if value is None else _percent(int(str(value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A short text on one line; without commas where it becomes a tag."""

    longest: int = 40
    tag: bool = False
    shape: str = "words"

    def read(self, text: str, currency: str) -> str:  # noqa: ARG002
        if len(text) > self.longest or not text.isprintable():
            raise Wrong(_("Please keep to %(longest)s characters on one line.", longest=self.longest))
        if self.tag and (not text or "," in text):
            raise Wrong(_("Please give a tag without a comma."))
        return unicodedata.normalize("NFC", text)  # an accent in one character or in two: one word

    def show(self, value: object, currency: str) -> str:  # noqa: ARG002
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a few, each with its words."""

    options: Mapping[StrEnum, str]
    shape: str = "choice"

    def read(self, text: str, currency: str) -> StrEnum:  # noqa: ARG002
        found = next((option for option in self.options if option.value == text), None)
        if found is None:
            raise Wrong(_("Please choose one of these."))
        return found

    def show(self, value: object, currency: str) -> str:  # noqa: ARG002
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Yes or no."""

    shape: str = "switch"

    def read(self, text: str, currency: str) -> bool:  # noqa: ARG002
        if text not in {"", "yes"}:
            raise Wrong(_("Please tick it, or leave it."))
        return text == "yes"

    def show(self, value: object, currency: str) -> str:  # noqa: ARG002
        return "yes" if value else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wholes:
    """A few whole numbers between commas, each once, the smallest first."""

    least: int
    most: int
    longest: int
    shape: str = "words"

    def read(self, text: str, currency: str) -> tuple[int, ...]:  # noqa: ARG002
        parts = [part.strip() for part in text.split(",")] if text else []
        if len(parts) > self.longest or not all(map(self._fits, parts)):
            raise Wrong(
                _(
                    "Please give up to %(longest)s whole numbers from %(least)s to %(most)s, with commas between.",
                    longest=self.longest,
                    least=number(self.least),
                    most=number(self.most),
                )
            )
        return tuple(sorted(set(map(int, parts))))

    def show(self, value: object, currency: str) -> str:  # noqa: ARG002
        return ", ".join(map(str, value)) if isinstance(value, tuple) else ""

    def _fits(self, part: str) -> bool:
        return _WHOLE.fullmatch(part) is not None and self.least <= int(part) <= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """Variants of the store, one a line, the first choice first: ids, or addresses copied from the store's admin."""

    longest: int = 20
    shape: str = "variants"

    def read(self, text: str, currency: str) -> tuple[int, ...]:  # noqa: ARG002
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        found = [_VARIANT.fullmatch(line) for line in lines]
        ids = tuple(dict.fromkeys(int(each[1]) for each in found if each is not None))
        if len(lines) > self.longest or None in found or 0 in ids:
            raise Wrong(
                _(
                    "Please give up to %(longest)s variants, one a line: a number, or its address in your admin.",
                    longest=self.longest,
                )
            )
        return ids

    def show(self, value: object, currency: str) -> str:  # noqa: ARG002
        return "\n".join(map(str, value)) if isinstance(value, tuple) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Days between commas, each once: 12-25 for every year's, 2026-12-24 for one alone."""

    longest: int = 60
    shape: str = "words"

    def read(self, text: str, currency: str) -> tuple[str, ...]:  # noqa: ARG002
        parts = {part for each in text.split(",") if (part := each.strip())}
        if len(parts) > self.longest or not all(map(_is_day, parts)):
            raise Wrong(
                _(
                    "Please give up to %(longest)s days with commas between, such as 12-25 or 2026-12-24.",
                    longest=self.longest,
                )
            )
        return tuple(sorted(parts))

    def show(self, value: object, currency: str) -> str:  # noqa: ARG002
        return ", ".join(value) if isinstance(value, tuple) else ""


def _percent(share: int) -> str:
    whole, rest = divmod(share, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)


def _is_day(text: str) -> bool:
    found = _DAY.fullmatch(text)
    if found is None:
        return False
    try:
        date(int(found[1] or _ANY_LEAP_YEAR), int(found[2]), int(found[3]))
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeOf:
    """Some of a few words, with commas between; none of them is none."""

    words: tuple[str, ...]
    shape: str = "words"

    def read(self, text: str, currency: str) -> tuple[str, ...]:  # noqa: ARG002
        parts = {part for each in text.split(",") if (part := each.strip().casefold())}
        if not parts <= set(self.words):
            words = ", ".join(self.words)
            raise Wrong(_("Please name any of %(words)s, with commas between, or nothing.", words=words))
        return tuple(str(word) for word in self.words if word in parts)

    def show(self, value: object, currency: str) -> str:  # noqa: ARG002
        return ", ".join(value) if isinstance(value, tuple) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting: where it stands in the policy, what the merchant calls it, and what can be typed."""

    path: str
    label: str
    kind: Kind
    hint: str = ""

    def of(self, policy: Policy) -> object:
        """Return what the policy says."""
        value: object = policy
        for name in self.path.split("."):
            value = getattr(value, name)
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Settings that belong together."""

    name: str
    title: str
    says: str
    fields: tuple[Field, ...]
