"""What a mistake is: one replacement in one file, and the tests that must not let it pass."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`old` stands exactly once in the file; `tests` go to pytest, and one of them must fail by what it asserts."""

    file: str
    old: str
    new: str
    tests: str
