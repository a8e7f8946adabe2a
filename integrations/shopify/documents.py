"""The GraphQL documents, read once from queries/."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_OPERATION = re.compile(r"^(query|mutation) (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^\s*#.*\n", re.MULTILINE)


# Those that read names, addresses, e-mail or phones: each use is written down.
PERSONAL = frozenset(
    {
        *("bulk_customers", "bulk_orders", "order_facts"),  # addresses, of which a digest is made at once
        *("customer_contact", "customer_delivery", "customers_by_email", "customers_by_phone", "order_delivery"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One operation: its name as Shopify sees it, its text without our comments, whether it reads who people are."""

    operation: str
    mutation: bool
    text: str
    personal: bool


@cache
def document(name: str) -> Document:
    """Return the document in queries/<name>.graphql; raises FileNotFoundError when there is none."""
    text = _COMMENT.sub("", files(__package__).joinpath("queries", f"{name}.graphql").read_text("utf-8"))
    kind, operation = _OPERATION.findall(text)[0]
    return Document(operation=operation, mutation=kind == "mutation", text=text, personal=name in PERSONAL)
