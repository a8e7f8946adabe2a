"""The documents and the code that names them belong together."""

import re
from pathlib import Path

from integrations.shopify.documents import document

FOLDER = Path(__file__).parents[3] / "integrations" / "shopify"
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
