"""What somebody writes into the address page: cleaned, measured, and either an address or words about what is amiss."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.address_score import is_box
from app.domain.addresses import Address
from app.domain.countries import COUNTRIES
from app.web.language import N_, _

# Longer than any street there is, and short enough for whoever prints it.
LONGEST: Mapping[str, int] = {
    "name": 80,
    "street": 120,
    "street2": 120,
    "city": 80,
    "region": 40,
    "postcode": 16,
    "country": 2,
}
_NEEDED = {
    "name": N_("Please write the name on the door."),
    "street": N_("Please write the street and the number."),
    "city": N_("Please write the town."),
    "country": N_("Please choose the country."),
}
_BY_STATES = {"US", "CA", "AU"}  # where nobody delivers without the state's letters
_STATE = re.compile(r"[A-Za-z]{2,3}")
# Letters that are not seen, and turn those beside them around: on paper they would be a riddle.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it came: cleaned, and what is amiss by its field's name."""

    said: Mapping[str, str] = field(default_factory=dict, repr=False)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> Address:
        """Return it as an address; their telephone is not asked for."""
        return Address(company="", phone="", **self.said)


def read(form: Mapping[str, str], *, box_will_do: bool) -> Filled:
    """Read a form; nothing in it is believed to be short, one line, or visible."""
    said = {name: clean(form.get(name, "")) for name in LONGEST}
    said["country"] = said["country"].upper()
    wrong = {name: _("This is too long.") for name, most in LONGEST.items() if len(said[name]) > most}
    wrong |= {name: _(words) for name, words in _NEEDED.items() if not said[name]}
    if said["country"] not in COUNTRIES:
        wrong["country"] = _(_NEEDED["country"])
    if said["country"] in _BY_STATES:
        said["region"] = said["region"].upper()
        if not _STATE.fullmatch(said["region"]):
            wrong.setdefault("region", _("Please write the state by its letters, such as NY."))
    if not wrong and not box_will_do and is_box(_as_address(said)):
        wrong["street"] = _("This cannot be brought to a box. Please write a street and a number.")
    return Filled(said={name: words[: LONGEST[name] + 1] for name, words in said.items()}, wrong=wrong)


def clean(text: str) -> str:
    """Return the text in one line, without letters that nobody sees."""
    spaced = "".join(" " if each.isspace() else each for each in unicodedata.normalize("NFC", text))
    seen = "".join(each for each in spaced if unicodedata.category(each) not in _UNSEEN)
    return " ".join(seen.split())


def _as_address(said: Mapping[str, str]) -> Address:
    return Address(company="", phone="", **said)
