"""Furnishing one merchant's Zendesk: webhooks, the trigger that rings one, the field, the macros; and clearing it out.

All of it is looked for before it is made, by what only we know of it or have written on it. So whoever dies between
two calls, or hears no answer, leaves nothing that is not found again. What somebody else has made is never touched,
though it bears the same name. Tags are nothing that could be made or taken away: whoever writes one has it.
"""

from dataclasses import dataclass
from itertools import chain

from app.domain.errors import KeyRefused, Rejected
from app.domain.helpdesk_setup import Ail, Parts, Voucher, Wiring
from integrations.zendesk import furniture, standing
from integrations.zendesk.client import Json, ZendeskApi, accepted

_FIELD, _HOOK, _TRIGGER, _MACRO = "field", "hook:", "trigger:", "macro:"


@dataclass(frozen=True, slots=True)
class ZendeskSetup:
    """Satisfies app.domain.ports.ChoosyHelpdeskSetup; what each method promises stands there."""

    api: ZendeskApi

    def proofs(self, wiring: Wiring, *, known: Parts) -> tuple[str, ...]:
        hooks = self._hooks(wiring, known, silent=True)
        secrets = (self.api.read(f"webhooks/{number}/signing_secret")["signing_secret"] for number in hooks.values())
        return tuple(str(each["secret"]) for each in secrets)

    def voucher(self, wiring: Wiring) -> Voucher | None:
        try:
            return self._voucher(wiring)
        except (Rejected, KeyRefused):  # not every account tells of its apps; of a dead key the proofs have told
            return None

    def install(self, wiring: Wiring, *, known: Parts) -> Parts:
        hooks = self._hooks(wiring, known)
        trigger = self._trigger(wiring, hooks[furniture.TICKETS], known)
        parts = {_HOOK + what: number for what, number in hooks.items()}
        return parts | {_TRIGGER + furniture.TICKETS: trigger, _FIELD: self._field()} | self._macros(known)

    def uninstall(self, wiring: Wiring, *, known: Parts) -> Parts:
        there = list(self.api.pages("webhooks", "webhooks"))
        mine = [row for row in there if _is_mine(row, wiring, known)]
        left = {
            f"{_TRIGGER}{row['title']}": str(row["id"])
            for row in self._triggers(wiring, {str(row["id"]) for row in mine}, known)
            if not self._taken_away(f"triggers/{row['id']}")
        }
        for row in mine:
            if not self._taken_away(f"webhooks/{row['id']}"):
                left[f"{_HOOK}{row['name']}"] = str(row["id"])
        if any(furniture.is_made_by_us(row) for row in there if row not in mine):
            return left  # another store of theirs is told from here, which shows the same field and macros
        for row in self._our_macros():
            if not self._taken_away(f"macros/{row['id']}"):
                left[f"{_MACRO}{row['title']}"] = str(row["id"])
        for row in self._fields():
            if not self._taken_away(f"user_fields/{row['id']}"):  # with all that stands in it
                left[_FIELD] = str(row["id"])
        return left

    def ails(self, *, known: Parts) -> frozenset[Ail]:
        self.api.read("users/me")  # whatever else is known: whether the key still works
        hooks = (self._ail_of("webhooks", "webhook", known[name]) for name in known if name.startswith(_HOOK))
        triggers = (self._ail_of("triggers", "trigger", known[name]) for name in known if name.startswith(_TRIGGER))
        found = {ail for ail in chain(hooks, triggers) if ail is not None}
        if _FIELD in known and not any(field["active"] for field in self._fields()):
            found.add(Ail.FIELD_GONE)
        return frozenset(found)

    def _voucher(self, wiring: Wiring) -> Voucher | None:
        there = self.api.read("apps/installations")["installations"]
        mine = [row for row in there if row.get("enabled") and furniture.stands_in(row, wiring)]
        if not mine:
            return None
        row = _oldest(mine)
        key = self.api.text(f"apps/{int(row['app_id'])}/public_key.pem")
        return Voucher(audience=f"{self.api.origin}/api/v2/apps/installations/{int(row['id'])}.json", key=key)

    def _hooks(self, wiring: Wiring, known: Parts, *, silent: bool = False) -> dict[str, str]:
        """Return the numbers of our webhooks, each the oldest one, put right, or a new one that may be silent yet."""
        mine = [row for row in self.api.pages("webhooks", "webhooks") if _is_mine(row, wiring, known)]
        hooks = {}
        for what in furniture.HOOKS:
            found, wanted = [row for row in mine if furniture.tells_of(row, what)], furniture.hook(wiring, what)
            if not found:
                hooks[what] = self.api.make("webhooks", "webhook", wanted | ({"status": "inactive"} if silent else {}))
                continue
            row = min(found, key=lambda each: str(each["id"]))  # their ids grow with time
            if not silent and not furniture.as_wanted(row, wanted):
                accepted(self.api.write("PATCH", f"webhooks/{row['id']}", {"webhook": wanted}, deed=False))
            hooks[what] = str(row["id"])
        return hooks

    def _trigger(self, wiring: Wiring, webhook: str, known: Parts) -> str:
        found, wanted = self._triggers(wiring, {webhook}, known), furniture.trigger(wiring, webhook)
        if not found:
            return self.api.make("triggers", "trigger", wanted)
        row = _oldest(found)
        if not furniture.as_wanted(row, wanted):
            accepted(self.api.write("PUT", f"triggers/{row['id']}", {"trigger": wanted}, deed=False))
        return str(row["id"])

    def _field(self) -> str:
        fields = self._fields()
        if not fields:
            return self.api.make("user_fields", "user_field", standing.FIELD)
        field = _oldest(fields)
        if not field["active"]:
            again = {"user_field": {"active": True}}
            accepted(self.api.write("PUT", f"user_fields/{field['id']}", again, deed=False))
        return str(field["id"])

    def _macros(self, known: Parts) -> dict[str, str]:
        # One that the team took away stays known, or it would come back with the next look.
        macros = {name: number for name, number in known.items() if name.startswith(_MACRO)}
        there = {row["title"]: str(row["id"]) for row in reversed(self._our_macros())}
        for name in furniture.MACROS:
            wanted = furniture.macro(name)
            if wanted["title"] in there:
                macros[_MACRO + name] = there[wanted["title"]]
            elif _MACRO + name not in macros:
                macros[_MACRO + name] = self.api.make("macros", "macro", wanted)
        return macros

    def _our_macros(self) -> list[Json]:
        return list(filter(furniture.is_made_by_us, self.api.pages("macros", "macros")))

    def _triggers(self, wiring: Wiring, webhooks: set[str], known: Parts) -> list[Json]:
        """Return our triggers, though the webhook that one rang be gone, and another have taken its place."""
        ours, title = filter(furniture.is_made_by_us, self.api.pages("triggers", "triggers")), furniture.title(wiring)
        return [
            row
            for row in ours
            if furniture.rings(row, webhooks) or row["title"] == title or str(row["id"]) in known.values()
        ]

    def _fields(self) -> list[Json]:
        return list(filter(standing.is_our_field, self.api.pages("user_fields", "user_fields")))

    def _taken_away(self, path: str) -> bool:
        answer = self.api.write("DELETE", path, deed=False)
        return answer.ok or answer.status in (404, 410)

    def _ail_of(self, path: str, name: str, number: str) -> Ail | None:
        found = self.api.look(f"{path}/{number}")
        if found is None:
            return Ail.HOOK_GONE
        row = found[name]
        return None if row.get("active", row.get("status") == "active") else Ail.HOOK_OFF


def _is_mine(row: Json, wiring: Wiring, known: Parts) -> bool:
    """Return whether a webhook is of this connection, or was while its address was another."""
    return furniture.leads_to(row, wiring.hook_url) or (
        furniture.is_made_by_us(row) and str(row["id"]) in known.values()
    )


def _oldest(rows: list[Json]) -> Json:
    return min(rows, key=lambda row: int(row["id"]))
