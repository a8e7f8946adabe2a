"""Routes that are compiled once: hundreds of tests build the app or the town anew, and most of that was this."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

_Builder = Callable[..., tuple[str, str]]
_compiled = Rule._compile_builder  # the framework has no other door to it
_remembered: dict[tuple[Any, ...], _Builder] = {}


def remember() -> None:
    """Let rules that read alike share one function, which is bound to each rule by itself."""
    Rule._compile_builder = _builder  # type: ignore[method-assign, assignment]


def _builder(rule: Rule, append_unknown: bool = True) -> _Builder:  # as the framework calls it
    defaults = tuple((name, repr(value)) for name, value in (rule.defaults or {}).items())
    converters = tuple((name, type(converter)) for name, converter in rule._converters.items())
    key = (rule.rule, tuple(rule._trace), defaults, converters, append_unknown)
    if key not in _remembered:
        _remembered[key] = _compiled(rule, append_unknown)
    return _remembered[key]
