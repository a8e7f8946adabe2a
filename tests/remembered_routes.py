"""Routes that are compiled once: hundreds of tests build the app or the town anew, and most of that was this."""

from dataclasses import dataclass
from typing import Any

from werkzeug.routing import Rule

_compile = Rule.compile
_remembered: dict[tuple[Any, ...], "_Compiled"] = {}


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What a rule says of itself once it is compiled; nothing of it is changed afterwards."""

    parts: Any
    trace: Any
    converters: Any
    arguments: frozenset[str]
    build: Any
    build_unknown: Any

    @classmethod
    def of(cls, rule: Rule) -> "_Compiled":
        build, unknown = (each.__func__ for each in (rule._build, rule._build_unknown))  # type: ignore[attr-defined]
        return cls(rule._parts, rule._trace, rule._converters, frozenset(rule.arguments), build, unknown)

    def into(self, rule: Rule) -> None:
        """Let a rule that reads alike know it; the functions are bound to each rule by itself."""
        rule._parts, rule._trace, rule._converters = self.parts, self.trace, self.converters
        rule.arguments = set(self.arguments)
        rule._build, rule._build_unknown = self.build.__get__(rule), self.build_unknown.__get__(rule)


def remember() -> None:
    """Let rules that read alike be compiled for the first of them alone."""
    Rule.compile = _compiled  # type: ignore[method-assign]


def _compiled(rule: Rule) -> None:
    key = _reads(rule)
    if key in _remembered:
        _remembered[key].into(rule)
        return
    _compile(rule)
    _remembered[key] = _Compiled.of(rule)


def _reads(rule: Rule) -> tuple[Any, ...]:
    """Return all that a rule is compiled from."""
    home: Any = rule.map
    defaults = tuple((name, repr(value)) for name, value in (rule.defaults or {}).items())
    domain = rule.host if home.host_matching else rule.subdomain
    return rule.rule, domain, rule.merge_slashes, defaults, frozenset(home.converters.items())
