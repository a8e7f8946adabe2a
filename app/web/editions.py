"""Which settings a page was about when it was opened. Whoever presses on it says so, and an older page does nothing."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence

from app.domain.policy import Policy
from app.store import policy_changes
from app.web import setting_words, settings_table
from app.web.fields import Field
from app.web.screen import Look, look
from app.web.setting_words import Told

MOST_TOLD = 20  # changes of others; all of them are on the rules' own pages
_PLACE = re.compile(r"(?a:\d{1,18})")


def named(texts: Mapping[str, str]) -> str:
    """Return a short name for exactly these settings: whoever saves says which ones they had before their eyes."""
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:16]


def shown(policy: Policy, currency: str, fields: Sequence[Field], rules: Collection[str] = ()) -> str:
    """Return the name of what is decided in these fields, and of how far these rules go."""
    return named(settings_table.typed(policy, currency, fields) | {rule: policy.mode_of(rule).value for rule in rules})


def place(seen: Look) -> str:
    """Return the place of the newest change that a page shows."""
    return str(policy_changes.place(seen.session, shop_id=seen.merchant.id))


def overtook(paths: Collection[str], since: str) -> list[Told]:
    """Return what was changed of these settings after that place; nothing where the page named none."""
    if not _PLACE.fullmatch(since):
        return []
    with look() as seen:
        return setting_words.history(seen, paths, MOST_TOLD, after=int(since))
