"""`bench card`: how long the card beside a ticket takes, in a shop with 50,000 customers who are found in every way."""

import argparse
from collections.abc import Mapping

import structlog
from flask.testing import FlaskClient
from sqlalchemy import select

from app.domain.mail import digest
from app.store import connections, contacts
from app.store.base import reading, unit_of_work
from app.store.contacts import Kind
from app.store.tables import Customer
from app.web import create_app
from bench import books, shop
from bench.databases import both
from bench.report import keeps, seconds
from jobs.runtime import World

GOAL_MS = 300
TOKEN, SECRET = "the-bench-knows-it", "and-this"
A_COMMIT = 5_000


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when a card is too slow."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench card", description=__doc__)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--deeds", type=int, default=30_000)
    parser.add_argument("--times", type=int, default=500)
    chosen = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with both() as urls:
        good = [_measure(kind, url, chosen) for kind, (url,) in urls.items()]
    return 0 if all(good) else 1


def _measure(kind: str, url: str, chosen: argparse.Namespace) -> bool:
    here = shop.world(url, "")
    sessions = books.kept(here, url, orders=chosen.customers * books.EACH, deeds=chosen.deeds)
    _reachable(here, chosen.customers)
    with reading(sessions) as session:  # some of those made up have ordered nothing
        buyers = list(session.scalars(select(Customer.customer_id).where(Customer.orders > 0)))
    helpdesk, good = create_app(here).test_client(), True
    print(f"\n{kind}: {chosen.customers:,} customers and {chosen.deeds:,} deeds; milliseconds, 95 % within")
    for name, ways in _WAYS.items():
        asked = [buyers[number * 7_919 % len(buyers)] for number in range(chosen.times)]
        _open(helpdesk, ways, asked[0])
        taken = [1e3 * seconds(lambda: _open(helpdesk, ways, number)) for number in asked]  # noqa: B023  # at once
        good &= keeps(GOAL_MS, name, taken)
    for each in (sessions, here.sessions):
        each.kw["bind"].dispose()
    return good


def _reachable(here: World, customers: int) -> None:
    """Connect a helpdesk, and give each customer an address and a telephone."""
    merchant = here.merchant(1)
    assert merchant is not None
    key = here.mail_key(merchant)
    with unit_of_work(here.sessions) as session:
        connections.connect(
            session,
            shop_id=1,
            kind="gorgias",
            account="bench",
            user="app@bench.example",
            key="key",
            seal=here.seal,
            url_token=TOKEN,
            secrets=(SECRET,),
        )
    for start in range(1, customers + 1, A_COMMIT):
        with unit_of_work(here.sessions) as session:
            for number in range(start, min(start + A_COMMIT, customers + 1)):
                ways = {digest(_email(number), key): Kind.MAIL, digest(_phone(number), key): Kind.PHONE}
                contacts.learn(session, shop_id=1, customer_id=number, ways=ways)


def _email(number: int) -> str:
    return f"customer.{number}@bench.example"


def _phone(number: int) -> str:
    return f"+1555{number:07d}"


def _open(helpdesk: FlaskClient, ways: Mapping[str, str], number: int) -> None:
    said = {name: how.format(email=_email(number), phone=_phone(number), id=number) for name, how in ways.items()}
    path = f"/hooks/gorgias/{TOKEN}/card"
    answer = helpdesk.get(path, query_string=said, headers={"X-Lagniappe-Secret": SECRET})
    if answer.status_code != 200 or bool(answer.get_json()["lagniappe"]["status"]) is ("nobody" in str(said)):
        raise RuntimeError(f"{path}: {answer.status}")


_WAYS: Mapping[str, Mapping[str, str]] = {
    "by the first address": {"email": "{email}", "id": "{id}"},
    "by the tenth address": {"email": ",".join([*(f"a{n}@x.example" for n in range(9)), "{email}"])},
    "by telephone": {"email": "old@x.example", "phone": "{phone}"},
    "by the store's number alone": {"id": "{id}"},
    "nobody": {"email": "nobody.{id}@x.example", "phone": "+49301{id}"},
}
