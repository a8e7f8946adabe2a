"""What a call costs: objects one point, pages one for each thing they may hold, mutations ten, plain values none."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

CEILING = 1_000  # a dearer call is refused before it runs
_MUTATION = 10
_WRAPPERS = ("Connection", "Edge", "PageInfo", "Payload", "Error")  # free: what they hold is counted

Parent = GraphQLObjectType | GraphQLInterfaceType


class Prices:
    """The costs of one operation: asked for beforehand, found afterwards."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }

    def requested(self, operation: OperationDefinitionNode) -> int:
        """Return what the operation would cost if every page were full."""
        return sum(self._asked(*pair) for pair in self._fields(self._root(operation), operation.selection_set))

    def actual(self, operation: OperationDefinitionNode, data: Mapping[str, Any] | None) -> int:
        """Return what the operation did cost."""
        return self._found_in(self._root(operation), operation.selection_set, data or {})

    def _root(self, operation: OperationDefinitionNode) -> Parent:
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            raise LookupError(f"The schema has no {operation.operation.value}.")
        return root

    def _asked(self, parent: Parent, node: FieldNode) -> int:
        kind = _object_type(parent, node)
        if kind is None:
            return 0
        below = sum(self._asked(*pair) for pair in self._fields(kind, node.selection_set))
        size = self._size(node)
        return _own(parent, kind) + below if size is None else size * (_own(parent, kind) + below)

    def _found(self, parent: Parent, node: FieldNode, value: object) -> int:
        kind = _object_type(parent, node)
        if kind is None:
            return 0
        if isinstance(value, list):
            return sum(self._found(parent, node, each) for each in value)
        if not isinstance(value, dict):
            return _MUTATION if parent.name == "Mutation" else 0
        return _own(parent, kind) + self._found_in(kind, node.selection_set, value)

    def _found_in(self, kind: Parent, selections: SelectionSetNode | None, values: Mapping[str, Any]) -> int:
        pairs = self._fields(kind, selections)
        return sum(self._found(parent, node, values.get((node.alias or node.name).value)) for parent, node in pairs)

    def _fields(self, kind: Parent, selections: SelectionSetNode | None) -> Iterator[tuple[Parent, FieldNode]]:
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                yield kind, selection
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
                yield from self._fields(self._narrowed(kind, fragment), fragment.selection_set)
            elif isinstance(selection, InlineFragmentNode):
                yield from self._fields(self._narrowed(kind, selection), selection.selection_set)

    def _narrowed(self, kind: Parent, fragment: FragmentDefinitionNode | InlineFragmentNode) -> Parent:
        condition = fragment.type_condition
        narrower = self._schema.get_type(condition.name.value) if condition else None
        return narrower if isinstance(narrower, GraphQLObjectType | GraphQLInterfaceType) else kind

    def _size(self, node: FieldNode) -> int | None:
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                given = argument.value
                if isinstance(given, IntValueNode):
                    return int(given.value)
                if isinstance(given, VariableNode):
                    return int(self._variables.get(given.name.value) or 0)
        return None


def _object_type(parent: Parent, node: FieldNode) -> Parent | None:
    field = parent.fields.get(node.name.value)  # None for __typename
    kind = None if field is None else get_named_type(field.type)
    return kind if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) else None


def _own(parent: Parent, kind: Parent) -> int:
    if parent.name == "Mutation":
        return _MUTATION
    # What a mutation's payload holds at once is paid for with the mutation.
    return 0 if kind.name.endswith(_WRAPPERS) or parent.name.endswith("Payload") else 1
