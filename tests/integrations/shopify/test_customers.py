"""Finding customers by e-mail, and tagging them."""

from typing import Any

import pytest

from app.domain.errors import Rejected, Uncertain
from tests.integrations.shopify.scripted import Script, shop

DONE: dict[str, Any] = {"node": {"id": "gid://shopify/Customer/55"}, "userErrors": []}


def people(*emails: str | None) -> dict[str, Any]:
    """Return search results, numbered from 1."""
    contacts = [None if email is None else {"emailAddress": email} for email in emails]
    nodes = [{"id": f"gid://shopify/Customer/{n}", "defaultEmailAddress": c} for n, c in enumerate(contacts, 1)]
    return {"nodes": nodes}


def tagged(*tags: str) -> dict[str, Any]:
    return {"id": "gid://shopify/Customer/55", "tags": list(tags)}


@pytest.mark.parametrize(
    ("emails", "found"),
    [
        (["Ada@Example.com"], 1),
        (["ada@example.com.au", "ada@example.com"], 2),
        (["ada+box@example.com"], None),
        (["ada@example.com", "ADA@example.com"], None),
        ([None, "ada@example.com"], 2),
        ([], None),
    ],
)
def test_given_near_misses_when_searched_by_email_then_only_the_exact_one_is_the_customer(
    store: Script, emails: list[str | None], found: int | None
) -> None:
    store.brings(customers=people(*emails))
    assert shop().customer_by_email(" ADA@example.com ") == found


@pytest.mark.parametrize("email", ["o'neil@example.com", "x' or tag:'vip", "x) or (tag:vip", "ada+box@example.com"])
def test_given_an_email_with_search_syntax_when_searched_then_it_stays_one_phrase(store: Script, email: str) -> None:
    store.brings(customers=people())
    shop().customer_by_email(email)
    assert store.asked[0][1]["query"] == f'email:"{email}"'


@pytest.mark.parametrize("email", ["", "  ", '" or tag:vip', '"ada lovelace"@example.com', "ada\\@example.com"])
def test_given_an_email_that_could_end_the_phrase_when_searched_then_nobody_is_asked(store: Script, email: str) -> None:
    assert shop().customer_by_email(email) is None
    assert store.asked == []


def reachable(*phones: str | None) -> dict[str, Any]:
    """Return search results, numbered from 1."""
    numbers = [None if phone is None else {"phoneNumber": phone} for phone in phones]
    return {"nodes": [{"id": f"gid://shopify/Customer/{n}", "defaultPhoneNumber": c} for n, c in enumerate(numbers, 1)]}


@pytest.mark.parametrize(
    ("phones", "found"),
    [
        (["+15550001234"], 1),
        (["+15550001235", "+1 555 000 1234"], 2),
        (["+15550001234", "+15550001234"], None),
        (["5550001234", "+155500012340", None], None),
        ([], None),
    ],
)
def test_given_near_misses_when_searched_by_phone_then_only_the_exact_one_is_the_customer(
    store: Script, phones: list[str | None], found: int | None
) -> None:
    store.brings(customers=reachable(*phones))
    assert shop().customer_by_phone("+1 (555) 000-1234") == found
    assert store.asked == [("CustomersByPhone", {"query": 'phone:"+15550001234"'})]


@pytest.mark.parametrize("phone", ["", "555 000 1234", '+1555" or tag:vip', "ada@example.com"])
def test_given_what_is_no_number_when_searched_by_phone_then_nobody_is_asked(store: Script, phone: str) -> None:
    assert shop().customer_by_phone(phone) is None
    assert store.asked == []


def test_given_a_new_tag_when_tagged_then_only_that_tag_is_added(store: Script) -> None:
    store.brings(customer=tagged("someone-elses"))
    store.brings(tagsAdd=DONE)
    shop().tag_customer(55, tag="make-it-right", present=True)
    assert store.asked[1] == ("TagsAdd", {"id": "gid://shopify/Customer/55", "tags": ["make-it-right"]})


@pytest.mark.parametrize(("tags", "present"), [(["Make-It-Right"], True), (["other"], False), ([], False)])
def test_given_it_is_so_already_when_tagged_then_nothing_is_written(
    store: Script, tags: list[str], present: bool
) -> None:
    store.brings(customer=tagged(*tags))
    shop().tag_customer(55, tag="make-it-right", present=present)
    assert [operation for operation, _ in store.asked] == ["CustomerTags"]


def test_given_a_tag_of_ours_when_taken_off_then_only_that_tag_goes(store: Script) -> None:
    store.brings(customer=tagged("make-it-right", "someone-elses"))
    store.brings(tagsRemove=DONE)
    shop().tag_customer(55, tag="make-it-right", present=False)
    assert store.asked[1] == ("TagsRemove", {"id": "gid://shopify/Customer/55", "tags": ["make-it-right"]})


def test_given_250_tags_when_tagged_then_refused_before_the_store_must(store: Script) -> None:
    store.brings(customer=tagged(*(f"t{n}" for n in range(250))))
    with pytest.raises(Rejected, match="250"):
        shop().tag_customer(55, tag="make-it-right", present=True)


def test_given_a_customer_who_is_gone_when_tagged_then_refused_for_good(store: Script) -> None:
    store.brings(customer=None)
    with pytest.raises(Rejected, match="no longer"):
        shop().tag_customer(55, tag="make-it-right", present=True)


def test_given_the_line_breaks_when_tagged_then_in_doubt(store: Script) -> None:
    store.brings(customer=tagged())
    store.says("<html>Bad Gateway</html>", 502)
    with pytest.raises(Uncertain):
        shop().tag_customer(55, tag="make-it-right", present=True)


@pytest.mark.parametrize(
    ("contact", "emails"),
    [({"emailAddress": " Ada@Example.com"}, ("ada@example.com",)), ({"emailAddress": None}, ()), (None, ())],
)
def test_given_a_contact_when_asked_for_emails_then_they_are_plain(
    store: Script, contact: dict[str, Any] | None, emails: tuple[str, ...]
) -> None:
    store.brings(customer={"id": "gid://shopify/Customer/55", "defaultEmailAddress": contact})
    assert shop().emails(55) == emails


def test_given_a_customer_who_is_gone_when_asked_for_emails_then_there_are_none(store: Script) -> None:
    store.brings(customer=None)
    assert shop().emails(55) == ()
