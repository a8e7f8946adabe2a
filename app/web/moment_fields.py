"""What a merchant decides about the moments on a customer's way."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain import card_paper, card_words
from app.domain.card_paper import HAND
from app.domain.moments import ANNIVERSARY, BIRTHDAY, COMEBACK, RECOVERY
from app.domain.policy import Kindness
from app.web.fields import Amount, Choice, Field, Group, Switch, Whole, Words, Wrong
from app.web.language import N_

_DAYS = 3650
_SOME_SHOP = "The Oak and Cat"  # stands where the shop's own name will
_KINDNESSES: Mapping[StrEnum, str] = {
    Kindness.NOTE: N_("a card with a few words"),
    Kindness.GIFT: N_("the cheapest gift of your catalogue that fits, else a card"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """Words for a card, on one line; looked at as they will come out."""

    longest: int = 300
    shape: str = "words"

    def read(self, text: str, currency: str) -> str:  # noqa: ARG002
        words = unicodedata.normalize("NFC", text)
        out = card_words.filled(words, {"shop": _SOME_SHOP})
        wrong = (*card_words.objections(out), *card_paper.laid_out(out, HAND).wrong)
        if len(words) > self.longest:
            raise Wrong(f"Please keep to {self.longest} characters on one line.")
        if wrong:
            raise Wrong(wrong[0])
        return words

    def show(self, value: object, currency: str) -> str:  # noqa: ARG002
        return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metafield:
    """A customer's field in the store, by its namespace and key; or none."""

    shape: str = "words"

    def read(self, text: str, currency: str) -> str:  # noqa: ARG002
        namespace, dot, key = text.partition(".")
        named = dot and all(_is_name(part) for part in (namespace, key))
        if text and not named:
            raise Wrong("Please give its namespace and key with a dot between, such as facts.birth_date, or nothing.")
        return text

    def show(self, value: object, currency: str) -> str:  # noqa: ARG002
        return str(value)


def _is_name(part: str) -> bool:
    plain = part.replace("-", "").replace("_", "")
    return 2 <= len(part) <= 64 and plain.isascii() and plain.isalnum()  # the store's own bounds


def _fields(name: str, *own: Field) -> tuple[Field, ...]:
    return (
        Field(path=f"{name}.kindness", label=N_("It brings"), kind=Choice(options=_KINDNESSES)),
        Field(path=f"{name}.at_most_minor", label=N_("A gift, at most"), kind=Amount()),
        Field(
            path=f"{name}.words",
            label=N_("Words of its card"),
            kind=CardLine(),
            hint=N_("{shop} stands for your shop's name. Names of people are left to whoever writes."),
        ),
        *own,
        Field(path=f"{name}.special_only", label=N_("For special customers alone"), kind=Switch()),
        Field(path=f"{name}.per_day", label=N_("So many a day, at most"), kind=Whole(most=1_000)),
    )


def _lead_days(name: str) -> Field:
    hint = N_("The post needs them. What would come after the day is not sent.")
    return Field(path=f"{name}.lead_days", label=N_("It leaves so many days ahead"), kind=Whole(most=60), hint=hint)


MOMENTS = (
    Group(
        name="moments",
        title=N_("Moments on a customer's way"),
        says=N_(
            "An anniversary, a birthday, a comeback, making good. Each is a rule of its own on today's page. None is"
            " sent while another order of theirs is late or a ticket of theirs is open."
        ),
        fields=(
            Field(
                path="moments.cooldown_days",
                label=N_("Days without any other treat before one of these"),
                kind=Whole(most=_DAYS),
                hint=N_("Whoever gave it: rules or your team. Making good waits for nothing."),
            ),
            Field(path="moments.domestic_only", label=N_("Only within your own country"), kind=Switch()),
            Field(
                path="moments.signed_by",
                label=N_("Signed by"),
                kind=Words(),
                hint=N_("A person's first name. Left empty, your shop's name stands there."),
            ),
        ),
    ),
    Group(
        name=ANNIVERSARY,
        title=N_("Anniversary of the first order"),
        says=N_("Each year, to be there on the day: for whoever still orders."),
        fields=_fields(ANNIVERSARY, _lead_days(ANNIVERSARY)),
    ),
    Group(
        name=BIRTHDAY,
        title=N_("Birthday"),
        says=N_(
            "Month and day alone are read, and kept. A birthday written down less than 30 days before brings nothing."
        ),
        fields=_fields(
            BIRTHDAY,
            Field(
                path=f"{BIRTHDAY}.metafield",
                label=N_("The customer's field in your store that holds it"),
                kind=Metafield(),
                hint=N_("Its namespace and key, such as facts.birth_date. Left empty, nobody's birthday is known."),
            ),
            _lead_days(BIRTHDAY),
        ),
    ),
    Group(
        name=COMEBACK,
        title=N_("Welcome back"),
        says=N_("A day after the order, which is time to change one's mind."),
        fields=_fields(
            COMEBACK,
            Field(
                path=f"{COMEBACK}.away_days",
                label=N_("Had not ordered for so many days"),
                kind=Whole(least=30, most=_DAYS),
            ),
        ),
    ),
    Group(
        name=RECOVERY,
        title=N_("Making good"),
        says=N_("After a late parcel, or a refund that your team gave for a mistake of yours; when all is well again."),
        fields=_fields(
            RECOVERY,
            Field(
                path=f"{RECOVERY}.late_days",
                label=N_("A parcel is late after so many days"),
                kind=Whole(least=1, most=60),
                hint=N_("From the order to the door, as far as the carrier tells your store."),
            ),
            Field(
                path=f"{RECOVERY}.within_days",
                label=N_("Not later than so many days afterwards"),
                kind=Whole(least=1, most=60),
                hint=N_("It begins with what is well again after you have switched it on."),
            ),
        ),
    ),
)
