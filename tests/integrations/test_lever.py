"""The lever on outgoing calls: whatever could change something out there is held back, whoever forgot to ask."""

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import integrations
from app.domain.errors import Stopped
from integrations.companies import Login
from integrations.florist.client import FloristApi
from integrations.gorgias.client import GorgiasApi
from integrations.http import Http, Request
from integrations.shopify.access import FixedAccess
from integrations.shopify.client import AdminApi
from integrations.shopify.documents import document
from integrations.shopify.tokens import TokenEndpoint
from tests.integrations.raw_server import HERE, answer, serving

NAMES = sorted(Path(str(each)).stem for each in files("integrations.shopify").joinpath("queries").iterdir())
ORIGIN = "https://a-shop.myshopify.com"


class Connected(Exception):
    """The call got as far as the wire."""


class Wireless(Http):
    """Makes no call, and says so when one would have been made."""

    def _send(self, through: object, request: Request) -> None:  # type: ignore[override]
        raise Connected


def stopped() -> Http:
    def hold() -> None:
        raise Stopped("everything is stopped")

    return Wireless().under(hold)


@pytest.mark.parametrize("name", NAMES)
def test_given_everything_is_stopped_when_a_document_is_run_then_only_a_question_leaves(name: str) -> None:
    api = AdminApi(stopped(), origin=ORIGIN, domain="a-shop.myshopify.com", access=FixedAccess("token"))
    for run in (api.ask, api.do):  # however it was called
        with pytest.raises(Stopped if document(name).mutation else Connected):
            run(name, {})


@pytest.mark.parametrize("deed", [True, False])
def test_given_everything_is_stopped_when_the_helpdesk_would_change_then_nothing_leaves(deed: bool) -> None:
    desk = GorgiasApi(stopped(), origin="https://x.gorgias.com", login=Login(user="u", key="k"))
    for method in ("POST", "PUT", "DELETE"):
        with pytest.raises(Stopped):
            desk.write(method, "tags", {}, deed=deed)
    with pytest.raises(Connected):
        desk.read("tags")


def test_given_everything_is_stopped_when_flowers_are_ordered_then_nothing_leaves() -> None:
    florist = FloristApi(stopped(), origin="https://florist.example", key="k", password="p")
    with pytest.raises(Stopped):
        florist.order({})
    with pytest.raises(Connected):
        florist.ask("getproducts", {})


def test_given_everything_is_stopped_when_a_token_is_fetched_then_it_leaves() -> None:
    tokens = TokenEndpoint(stopped(), origin=ORIGIN, client_id="c", secrets=("s",))
    with pytest.raises(Connected):
        tokens.refresh("refresh")


def test_given_the_code_when_searched_for_calls_that_only_ask_then_there_are_these_five() -> None:
    """Each is argued in ADR 17: questions may be POSTs, and token endpoints change nothing of a shop's."""
    folder = Path(integrations.__path__[0])
    found = {
        str(path.relative_to(folder)): ast.unparse(word.value)
        for path in folder.rglob("*.py")
        for word in keywords(path)
        if word.arg == "asks" and path.name != "company.py"  # there it is what a merchant is asked for
    }

    tokens = {"gorgias/consent.py": "True", "shopify/tokens.py": "True"}
    questions = {"goody/client.py": "True", "lob/client.py": "True", "shopify/client.py": "not wanted.mutation"}
    assert found == tokens | questions | {"rest.py": "asks"}  # which hands on what those two say


def test_given_a_lever_when_the_connections_are_used_without_it_then_they_stay_free() -> None:
    with serving(answer(b"{}")) as server:
        here = Http(trusted=HERE)
        here.under(lambda: pytest.fail("asked"))

        assert here.call(Request(source="x", method="POST", url=server.url, writes=True)).ok


def keywords(path: Path) -> Iterator[ast.keyword]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.keyword))
