"""Whoever is known in a merchant's Zendesk, by the letter of their address: a search finds what is nearly so too."""

from collections.abc import Iterable

from integrations.zendesk.client import Json, ZendeskApi


def known(api: ZendeskApi, emails: Iterable[str]) -> dict[str, Json]:
    """Return the users of these addresses by their numbers."""
    found = {}
    for email in emails:
        wanted = email.strip().lower()
        for user in api.read("users/search", {"query": f'email:"{wanted}"'})["users"]:
            if _has(api, user, wanted):
                found[str(user["id"])] = user
    return dict(sorted(found.items()))


def _has(api: ZendeskApi, user: Json, email: str) -> bool:
    if str(user.get("email") or "").lower() == email:
        return True
    others = api.pages(f"users/{user['id']}/identities", "identities")
    return any(each["type"] == "email" and str(each["value"]).lower() == email for each in others)
