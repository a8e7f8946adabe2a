"""The documents and the code that names them belong together."""

import re
from pathlib import Path

from graphql import FieldNode, TypeInfo, TypeInfoVisitor, Visitor, build_schema, parse, visit
from structlog.testing import capture_logs

from integrations.sandbox.store import access
from integrations.sandbox.store.engine import SCHEMA as TWIN
from integrations.shopify.documents import PERSONAL, document
from tests.integrations.shopify.scripted import Script, shop

FOLDER = Path(__file__).parents[3] / "integrations" / "shopify"
SCHEMA = build_schema(TWIN.read_text(encoding="utf-8"), assume_valid=True)
CUSTOMER = "gid://shopify/Customer/55"
NAMES = sorted(path.stem for path in (FOLDER / "queries").glob("*.graphql"))


def test_given_every_document_when_the_code_is_searched_then_each_is_used_by_name() -> None:
    code = "".join(path.read_text() for path in FOLDER.glob("*.py"))
    assert NAMES
    assert [name for name in NAMES if f'"{name}"' not in code] == []


def test_given_every_document_when_loaded_then_its_operation_is_named_after_the_file() -> None:
    for name in NAMES:
        assert re.sub(r"(?<=.)([A-Z])", r"_\1", document(name).operation).lower() == name
        assert "#" not in document(name).text


def test_given_every_document_when_read_then_none_subscribes_one_shop_to_what_the_app_hears_anyway() -> None:
    """A subscription made by call, beside the one of the app's configuration, brings each event twice."""
    assert [name for name in NAMES if "webhookSubscriptionCreate" in document(name).text] == []


def test_given_every_document_when_read_then_those_that_name_people_are_known_to() -> None:
    naming = {name for name in NAMES if fields_of(document(name).text) & set(access.PERSONAL)}
    assert naming == PERSONAL


def test_given_personal_data_when_read_then_it_is_written_down_and_not_what_it_says(store: Script) -> None:
    store.brings(customer={"id": CUSTOMER, "defaultEmailAddress": {"emailAddress": "ada@example.com"}})
    store.brings(customers={"nodes": []})
    with capture_logs() as logs:
        shop().emails(55)
        shop().customer_by_email("ada@example.com")
    read = [entry for entry in logs if entry["event"] == "shopify.personal_data"]
    assert [(entry["operation"], entry["of"]) for entry in read] == [
        ("CustomerContact", CUSTOMER),
        ("CustomersByEmail", None),
    ]
    assert "ada" not in f"{logs}"


def fields_of(text: str) -> set[tuple[str, str]]:
    """Return (type, field) of everything that a document asks for."""
    info, found = TypeInfo(SCHEMA), set()

    class Collector(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            parent = info.get_parent_type()
            if parent is not None:
                found.add((parent.name, node.name.value))

    visit(parse(text), TypeInfoVisitor(info, Collector()))
    return found
