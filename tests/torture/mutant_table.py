"""All mistakes that somebody could make tomorrow, and the tests that must not let each pass."""

from collections.abc import Mapping
from types import MappingProxyType

from tests.torture.mistakes.agents_door import AGENTS_DOOR
from tests.torture.mistakes.arrival import ARRIVAL
from tests.torture.mistakes.campaigns import CAMPAIGNS
from tests.torture.mistakes.days import DAYS
from tests.torture.mistakes.doubt import DOUBT
from tests.torture.mistakes.findings import FINDINGS
from tests.torture.mistakes.front import FRONT
from tests.torture.mistakes.kindness import KINDNESS
from tests.torture.mistakes.moments import MOMENTS
from tests.torture.mistakes.money import MONEY
from tests.torture.mistakes.once import ONCE
from tests.torture.mistakes.past import PAST
from tests.torture.mistakes.rules import RULES
from tests.torture.mutant import Mutant

TABLES = (
    *(ONCE, DOUBT, MONEY, FRONT, RULES, PAST, ARRIVAL),
    *(KINDNESS, DAYS, AGENTS_DOOR, MOMENTS, CAMPAIGNS, FINDINGS),
)
MUTANTS: Mapping[str, Mutant] = MappingProxyType({name: mutant for table in TABLES for name, mutant in table.items()})
