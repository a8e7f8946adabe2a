"""Whether an answer is one that the real store could give to this request."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_operation_ast,
)

from integrations.fidelity.schema import SCALARS

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
_MOST_OF_INT = 2**31
_CONDITIONS = {"include", "skip"}


def faults(schema: GraphQLSchema, document: DocumentNode, data: object) -> list[str]:
    """Return where an answer's data is not what the document's one operation asked for."""
    operation = get_operation_ast(document)
    root = None if operation is None else schema.get_root_type(operation.operation)
    if operation is None or root is None:
        return ["nothing was asked"]
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    return list(_Reader(schema, fragments).read(root, operation, data))


class _Reader:
    """Walks the answer along the selections."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments

    def read(self, root: GraphQLObjectType, operation: OperationDefinitionNode, data: object) -> Iterator[str]:
        # Null as a whole: an error reached the top. That is an answer, too.
        if data is not None:
            yield from self._object(root, [operation.selection_set], data, "")

    def _object(self, kind: Composite, selected: list[SelectionSetNode], value: object, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{path}: {_brief(value)} is no {kind.name}"
            return
        wanted = self._wanted(self._concrete(kind, value), selected)
        yield from (f"{path}.{name}: nobody asked for it" for name in value.keys() - wanted.keys())
        for name, nodes in wanted.items():
            if name in value:
                yield from self._field(self._concrete(kind, value), nodes, value[name], f"{path}.{name}".lstrip("."))
            elif not any(_conditional(node) for node in nodes):
                yield f"{path}.{name}: asked for and not answered".lstrip(".")

    def _field(self, kind: Composite, nodes: list[FieldNode], value: object, path: str) -> Iterator[str]:
        name = nodes[0].name.value
        if name == "__typename":
            yield from () if value in self._schema.type_map else (f"{path}: {_brief(value)} is no type",)
            return
        field = None if isinstance(kind, GraphQLUnionType) else kind.fields.get(name)
        if field is None:
            yield f"{path}: {kind.name} has no such field"
        else:
            below = [node.selection_set for node in nodes if node.selection_set is not None]
            yield from self._value(field.type, below, value, path)

    def _value(
        self, kind: GraphQLOutputType, selected: list[SelectionSetNode], value: object, path: str
    ) -> Iterator[str]:
        if isinstance(kind, GraphQLNonNull):
            if value is None:
                yield f"{path}: null, and it never is"
                return
            kind = kind.of_type
        if value is None:
            return
        if isinstance(kind, GraphQLList):
            yield from self._list(kind, selected, value, path)
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            yield from self._object(kind, selected, value, path)
        elif isinstance(kind, GraphQLEnumType):
            yield from () if value in kind.values else (f"{path}: {_brief(value)} is no {kind.name}",)
        elif not _is_scalar(str(kind), value):
            yield f"{path}: {_brief(value)} is no {kind}"

    def _list(
        self, kind: "GraphQLList[Any]", selected: list[SelectionSetNode], value: object, path: str
    ) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{path}: {_brief(value)} is no list"
            return
        for place, each in enumerate(value):
            yield from self._value(kind.of_type, selected, each, f"{path}.{place}")

    def _concrete(self, kind: Composite, value: Mapping[str, Any]) -> Composite:
        """Return the type that the value has: what it says of itself, else what its global id does."""
        if isinstance(kind, GraphQLObjectType):
            return kind
        says = value.get("__typename") or str(value.get("id", "")).removeprefix("gid://shopify/").partition("/")[0]
        found = self._schema.get_type(says)
        return found if isinstance(found, GraphQLObjectType) and self._schema.is_sub_type(kind, found) else kind

    def _wanted(self, kind: Composite, selected: list[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        wanted: dict[str, list[FieldNode]] = {}
        for selections in selected:
            for node in self._flat(kind, selections):
                wanted.setdefault((node.alias or node.name).value, []).append(node)
        return wanted

    def _flat(self, kind: Composite, selections: SelectionSetNode) -> Iterator[FieldNode]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode | FragmentSpreadNode):
                fragment = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
                condition = fragment.type_condition
                if condition is None or self._is(kind, condition.name.value):
                    yield from self._flat(kind, fragment.selection_set)

    def _is(self, kind: Composite, name: str) -> bool:
        if kind.name == name:
            return True
        condition = self._schema.get_type(name)
        if isinstance(kind, GraphQLUnionType) or not isinstance(condition, GraphQLInterfaceType | GraphQLUnionType):
            return False
        return self._schema.is_sub_type(condition, kind)


def _conditional(node: FieldNode) -> bool:
    return any(each.name.value in _CONDITIONS for each in node.directives or ())


def _is_scalar(name: str, value: object) -> bool:
    if name in SCALARS:
        return SCALARS[name](value)
    if name == "Boolean":
        return isinstance(value, bool)
    if name == "Int":
        return type(value) is int and abs(value) <= _MOST_OF_INT
    if name == "Float":
        return type(value) in (int, float)
    return name == "JSON" or isinstance(value, str)


def _brief(value: object) -> str:
    return repr(value)[:40]
