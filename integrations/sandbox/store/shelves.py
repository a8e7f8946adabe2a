"""Looking for products by their title, as the store's search does."""

from graphql import GraphQLError

from integrations.sandbox.books import Doc
from integrations.sandbox.store.call import Argument, Info, View
from integrations.sandbox.store.connections import check_page, page
from integrations.sandbox.store.goods import product_view
from integrations.sandbox.store.search import Term, terms


def products(_root: object, info: Info, **arguments: Argument) -> View:
    """Answer with the first products that a search finds, by title."""
    call, size = info.context, check_page(info, arguments)
    if arguments["sortKey"] != "TITLE" or any(arguments.get(name) for name in ("after", "before", "last", "reverse")):
        raise GraphQLError(
            "The town's store shows its first products by TITLE only.", extensions={"code": "BAD_REQUEST"}
        )
    wanted = terms(arguments.get("query"), ("title", "status"))
    mine = call.turn.find("products", "shop", call.shop["domain"])
    found = sorted(
        (each for each in mine if all(_holds(term, each) for term in wanted)), key=lambda each: str(each["title"])
    )
    return page([product_view(call, each) for each in found[:size]], more=len(found) > size)


def _holds(term: Term, product: Doc) -> bool:
    if term.field == "status":
        return str(product["status"]).casefold() == term.value
    words = str(product["title"]).casefold().split()
    begun = term.value.removesuffix("*")
    return any(word.startswith(begun) if term.value.endswith("*") else word == begun for word in words)
