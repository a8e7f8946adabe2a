"""Runs one GraphQL request: parse, validate, price, execute, in the order and with the answers of the real store."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    get_operation_ast,
    get_variable_values,
    parse,
    validate,
)

from integrations.sandbox.store import bulk, drafts, mutations, reading, shelves, store_credit
from integrations.sandbox.store.access import guard
from integrations.sandbox.store.call import Call
from integrations.sandbox.store.cost import CEILING, Prices
from integrations.sandbox.store.wire import AMOUNT

SCHEMA = Path(__file__).with_name("schema.graphqls")
_QUERIES = {
    "bulkOperation": bulk.bulk_operation,
    "bulkOperations": bulk.bulk_operations,
    "currentAppInstallation": reading.current_app_installation,
    "customer": reading.customer,
    "customers": reading.customers,
    "draftOrder": drafts.draft_order,
    "draftOrders": drafts.draft_orders,
    "node": reading.node,
    "nodes": reading.nodes,
    "order": reading.order,
    "orders": reading.orders,
    "productVariant": reading.product_variant,
    "products": shelves.products,
    "refund": reading.refund,
    "shop": reading.shop,
    "webhookSubscriptions": reading.webhook_subscriptions,
    "storeCreditConfiguration": store_credit.store_credit_configuration,
}

Json = dict[str, Any]


class BadRequest(Exception):
    """The request cannot run; the argument is the list of errors to answer with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A request that may run, and the points it may cost."""

    document: DocumentNode
    operation: OperationDefinitionNode
    variables: Mapping[str, Any]
    prices: Prices
    requested: int

    @property
    def name(self) -> str:
        """Return the operation's name, or "" when it has none."""
        return self.operation.name.value if self.operation.name else ""

    @property
    def writes(self) -> bool:
        """Return whether it may change something."""
        return self.operation.operation is OperationType.MUTATION

    @property
    def text(self) -> str:
        """Return the document as it was sent."""
        return self.document.loc.source.body if self.document.loc else ""

    def cost_of(self, answer: Json) -> int:
        """Return what the request did cost, given its answer."""
        return self.prices.actual(self.operation, answer["data"])


class Engine:
    """The schema with its resolvers; one for all shops and threads."""

    def __init__(self) -> None:
        self.schema = _executable_schema()
        self._document = lru_cache(maxsize=256)(self._validated)

    def prepare(self, query: str, variables: Mapping[str, Any], operation_name: str | None) -> Prepared:
        """Check a request as far as that is possible without running it; raise BadRequest with the errors."""
        document = self._document(query)
        operation = get_operation_ast(document, operation_name)
        if operation is None:
            raise BadRequest([{"message": "An operation name is required.", "extensions": {"code": "BAD_REQUEST"}}])
        self._check_variables(operation, variables)
        prices = Prices(self.schema, document, variables)
        requested = prices.requested(operation)
        if requested > CEILING:
            raise BadRequest([_too_dear(requested)])
        return Prepared(document=document, operation=operation, variables=variables, prices=prices, requested=requested)

    def run(self, prepared: Prepared, call: Call) -> Json:
        """Execute, and return the answer without its extensions.

        Raises whatever a resolver raised by mistake, so that its half-done writes are not kept.
        """
        result = execute_sync(
            self.schema,
            prepared.document,
            context_value=call,
            variable_values=dict(prepared.variables),
            operation_name=prepared.name or None,
        )
        if not isinstance(result, ExecutionResult):
            raise TypeError("The store's resolvers answer at once.")
        for error in result.errors or ():
            if not isinstance(error.original_error, GraphQLError | None):
                raise error.original_error
        answer: Json = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        return answer

    def _validated(self, query: str) -> DocumentNode:
        try:
            document = parse(query)
        except GraphQLError as fault:
            raise BadRequest([_coded(fault, "PARSE_ERROR")]) from fault
        errors = validate(self.schema, document)
        if errors:
            raise BadRequest([_coded(error, "undefinedField") for error in errors])
        return document

    def _check_variables(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
        values = get_variable_values(self.schema, operation.variable_definitions or (), dict(variables))
        if isinstance(values, list):
            raise BadRequest([_coded(error, "INVALID_VARIABLE") for error in values])


@cache
def _executable_schema() -> GraphQLSchema:
    schema = build_schema(SCHEMA.read_text(encoding="utf-8"), assume_valid=True)
    for root, resolvers in ((schema.query_type, _QUERIES), (schema.mutation_type, mutations.resolvers())):
        for name, field in root.fields.items() if root else ():
            field.resolve = resolvers[name]
    for name in ("Money", "Decimal"):
        scalar = schema.get_type(name)
        if isinstance(scalar, GraphQLScalarType):
            scalar.coerce_input_value = _amount
    guard(schema)
    return schema


def _amount(value: object) -> str:
    text = str(value)
    if isinstance(value, bool) or not AMOUNT.fullmatch(text):
        raise GraphQLError(f"{value!r} is no amount of money")
    return text


def _coded(error: GraphQLError, code: str) -> Json:
    formatted: Json = {**error.formatted}
    return formatted | {"extensions": {"code": code} | formatted.get("extensions", {})}


def _too_dear(requested: int) -> Json:
    return {
        "message": f"Query cost is {requested}, which exceeds the single query max cost limit ({CEILING}).",
        "extensions": {"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": CEILING},
    }
