"""Whether every document of ours is valid on the real schema, and the only one of its name and file."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    parse,
    validate,
)

# The schema does not say so: without the directive the store refuses these when they are run.
_IDEMPOTENT = {"refundCreate"}
_ASKING = {"ask", "do", "document"}


def faults(schema: GraphQLSchema, text: str) -> list[str]:
    """Return what is wrong with one document of ours."""
    found = refusals(schema, text)
    return found or list(_shape(parse(text)))


def refusals(schema: GraphQLSchema, text: str) -> list[str]:
    """Return why the store would refuse to run a document, or would one day."""
    try:
        document = parse(text)
    except GraphQLError as fault:
        return [fault.message]
    found = [*validate(schema, document), *validate(schema, document, rules=[NoDeprecatedCustomRule])]
    return [*(error.message for error in found), *_without_directive(document)]


def operation(text: str) -> str:
    """Return the name of the first operation; "" where there is none."""
    try:
        found = _operations(parse(text))
    except GraphQLError:
        return ""
    return found[0].name.value if found and found[0].name else ""


def repeated(texts: Mapping[str, str]) -> list[str]:
    """Return the operation names that more than one document bears."""
    return sorted(name for name, times in Counter(map(operation, texts.values())).items() if times > 1)


def unused(names: set[str], code: Path) -> list[str]:
    """Return the documents that no line of the code names."""
    said = {word for tree in _trees(code) for word in _words(tree)}
    return sorted(names - said)


def missing(names: set[str], code: Path) -> list[str]:
    """Return the documents that the code asks for and that are not there."""
    return sorted({word for tree in _trees(code) for word in _asked(tree)} - names)


def _shape(document: DocumentNode) -> Iterator[str]:
    operations = _operations(document)
    if len(operations) != 1:
        yield f"{len(operations)} operations in one file"
    yield from ("the operation has no name" for each in operations if each.name is None)
    others = {type(each) for each in document.definitions} - {OperationDefinitionNode, FragmentDefinitionNode}
    yield from (f"a {each.__name__} is no request" for each in others)


def _without_directive(document: DocumentNode) -> Iterator[str]:
    for each in _operations(document):
        for field in each.selection_set.selections:
            if isinstance(field, FieldNode) and field.name.value in _IDEMPOTENT:
                directives = {directive.name.value for directive in field.directives or ()}
                if "idempotent" not in directives:
                    yield f"{field.name.value} is refused without @idempotent"


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]


def _trees(code: Path) -> Iterator[ast.Module]:
    return (ast.parse(path.read_text(encoding="utf-8")) for path in sorted(code.rglob("*.py")))


def _words(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _asked(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node.func) in _ASKING and node.args:
            wanted = node.args[0]
            if isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
                yield wanted.value


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
