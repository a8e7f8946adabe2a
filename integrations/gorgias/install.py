"""Furnishing one merchant's Gorgias: what calls us, the card, its widgets, macros, field and tag; and clearing it out.

All of it is looked for before it is made, by what only we know of it or have written on it. So whoever dies between
two calls, or hears no answer, leaves nothing that is not found again. What somebody else has made is never touched,
though it bears the same name.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.helpdesk_setup import Ail, Parts, Wiring
from integrations.gorgias import furniture, macros
from integrations.gorgias.client import GONE, GorgiasApi, Json, accepted, made
from integrations.http import Answer

_CARD, _FIELD, _TAG, _HOOK, _WIDGET, _MACRO = "card", "field", "tag", "hook:", "widget:", "macro:"
_NOT_AS_THEY_LIKE = {400, 422}
_LONG_AGO = "2020-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class GorgiasSetup:
    """Satisfies app.domain.ports.HelpdeskSetup; what each method promises stands there."""

    api: GorgiasApi

    def install(self, wiring: Wiring, *, known: Parts) -> Parts:
        there = list(self.api.pages("integrations", {"type": "http"}))
        mine = [row for row in there if _is_mine(row, wiring, known)]
        parts = {}
        for trigger in furniture.TRIGGERS:
            found = [row for row in mine if furniture.fires(row, trigger)]
            parts[_HOOK + trigger] = self._integration(found, furniture.hook(wiring, trigger))
        found = [row for row in mine if furniture.asks(row)]
        card = self._integration(found, furniture.card(wiring))
        widgets = self._widgets(int(card), known if known.get(_CARD) == card else {})
        return parts | {_CARD: card} | widgets | self._macros(wiring, known) | self._field() | self._tag(wiring.tag)

    def uninstall(self, wiring: Wiring, *, known: Parts) -> Parts:
        there = list(self.api.pages("integrations", {"type": "http"}))
        mine = [row for row in there if _is_mine(row, wiring, known)]
        left = {}
        for name, path in [*self._pressed_in(wiring), *self._hanging_on(mine)]:
            if not self._taken_away(path):
                left[name] = path.rpartition("/")[2]
        if any(furniture.is_made_by_us(row) for row in there if row not in mine):
            return left  # another store of theirs is told from here, which shows the same tag and field
        for tag in filter(furniture.is_made_by_us, list(self.api.pages("tags", {}))):
            if not self._taken_away(f"tags/{tag['id']}"):
                left[f"{_TAG}:{tag['name']}"] = str(tag["id"])
        for field in self._fields():
            # Nobody knows of a way to delete one: it is put away, as a person would, and its values with it.
            if field.get("deactivated_datetime") is None and not self._redefine(field, _LONG_AGO).ok:
                left[_FIELD] = str(field["id"])
        return left

    def ails(self, *, known: Parts) -> frozenset[Ail]:
        self.api.read("account")  # whatever else is known: whether the key still works
        calls = [number for name, number in known.items() if name.startswith(_HOOK) or name == _CARD]
        found = {ail for number in calls if (ail := self._ail_of(number)) is not None}
        if _FIELD in known and all(field.get("deactivated_datetime") for field in self._standing()):
            found.add(Ail.FIELD_GONE)
        return frozenset(found)

    def _integration(self, found: list[Json], wanted: Json) -> str:
        """Return the number of an integration: the oldest of those found, put right, or a new one."""
        if not found:
            return self.api.make("integrations", wanted)
        row = _oldest(found)
        if not furniture.as_wanted(row, wanted):
            changes = {name: value for name, value in wanted.items() if name != "type"} | {"deactivated_datetime": None}
            accepted(self.api.write("PUT", f"integrations/{row['id']}", changes, deed=False))
        return str(row["id"])

    def _widgets(self, card: int, known: Parts) -> dict[str, str]:
        # One that the team took away stays known, or it would come back with the next look.
        widgets = {name: number for name, number in known.items() if name.startswith(_WIDGET)}
        widgets |= {_WIDGET + row["context"]: str(row["id"]) for row in self._shown_by(card)}
        for context in furniture.CONTEXTS:
            if _WIDGET + context not in widgets:
                widgets[_WIDGET + context] = self.api.make("widgets", furniture.widget(card, context))
        return widgets

    def _macros(self, wiring: Wiring, known: Parts) -> dict[str, str]:
        found = self._macros_of(wiring)
        parts = {}
        for act in macros.TITLES:
            name, wanted = _MACRO + act.value, macros.macro(wiring, act)
            same = [row for row in found if row["external_id"] == wanted["external_id"]]
            if same:
                parts[name] = self._macro_as_it_should_be(_oldest(same), wanted)
            elif name in known:
                parts[name] = known[name]  # the team took it away, and does not want it back with the next look
            elif (number := self._new_macro(wanted)) is not None:
                parts[name] = number
        return parts

    def _macro_as_it_should_be(self, row: Json, wanted: Json) -> str:
        if not macros.reaches_us(row, wanted):
            accepted(self.api.write("PUT", f"macros/{row['id']}", wanted, deed=False))
        return str(row["id"])

    def _new_macro(self, wanted: Json) -> str | None:
        """Return the number of a new macro; None where they do not take one of that shape, and a person makes it."""
        answer = self.api.write("POST", "macros", wanted, deed=False)
        return None if answer.status in _NOT_AS_THEY_LIKE else made(answer)

    def _macros_of(self, wiring: Wiring) -> list[Json]:
        return [row for row in self.api.pages("macros", {}) if macros.is_ours(row, wiring)]

    def _field(self) -> dict[str, str]:
        """Return the standing's field, made if need be. The card's is made with the first card, and put right here."""
        ours = self._fields()
        for name in {row["external_id"] for row in ours}:
            field = _oldest([row for row in ours if row["external_id"] == name])
            if field.get("deactivated_datetime") is not None:
                accepted(self._redefine(field, None))
        standing = [row for row in ours if furniture.is_same_field(row, furniture.FIELD)]
        return {_FIELD: str(_oldest(standing)["id"]) if standing else self.api.make("custom-fields", furniture.FIELD)}

    def _tag(self, name: str) -> dict[str, str]:
        """Return our tag, made if need be. Where somebody has one of that name, theirs does as well and is not ours."""
        named = [row for row in self.api.pages("tags", {"search": name}) if row["name"] == name]
        if not named:
            return {_TAG: self.api.make("tags", furniture.tag(name))}
        return {_TAG: str(named[0]["id"])} if furniture.is_made_by_us(named[0]) else {}

    def _pressed_in(self, wiring: Wiring) -> Iterator[tuple[str, str]]:
        """Yield the macros of a store and where they are."""
        for row in self._macros_of(wiring):
            yield f"{_MACRO}{row['name']}", f"macros/{row['id']}"

    def _hanging_on(self, integrations: list[Json]) -> Iterator[tuple[str, str]]:
        """Yield integrations and where they are, after all that hangs on them."""
        for row in integrations:
            for widget in self._shown_by(int(row["id"])):
                yield f"{_WIDGET}{widget['context']}", f"widgets/{widget['id']}"
            yield f"{_HOOK}{row['name']}", f"integrations/{row['id']}"

    def _taken_away(self, path: str) -> bool:
        answer = self.api.write("DELETE", path, deed=False)
        return answer.ok or answer.status in GONE

    def _shown_by(self, integration_id: int) -> list[Json]:
        return list(self.api.pages("widgets", {"integration_id": str(integration_id)}))

    def _fields(self) -> list[Json]:
        there = self.api.pages("custom-fields", {"object_type": "Customer"})
        return list(filter(furniture.is_our_field, there))

    def _standing(self) -> list[Json]:
        return [row for row in self._fields() if furniture.is_same_field(row, furniture.FIELD)]

    def _redefine(self, field: Json, put_away_at: str | None) -> Answer:
        as_it_is = furniture.FIELDS[field["external_id"]] | {"deactivated_datetime": put_away_at}
        return self.api.write("PUT", f"custom-fields/{field['id']}", as_it_is, deed=False)

    def _ail_of(self, integration_id: str) -> Ail | None:
        row = self.api.look(f"integrations/{integration_id}")
        if row is None:
            return Ail.HOOK_GONE
        return None if row.get("deactivated_datetime") is None else Ail.HOOK_OFF


def _is_mine(row: Json, wiring: Wiring, known: Parts) -> bool:
    """Return whether an integration is of this connection, or was while its address was another."""
    if furniture.leads_to(row, wiring.hook_url) or furniture.leads_to(row, wiring.card_url):
        return True
    return furniture.is_made_by_us(row) and str(row["id"]) in known.values()


def _oldest(rows: list[Json]) -> Json:
    return min(rows, key=lambda row: int(row["id"]))
