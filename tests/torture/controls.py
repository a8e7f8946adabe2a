"""`torture controls`: the same deaths in a house without one of its safeguards. What cannot fail proves nothing."""

import argparse
from collections.abc import Iterator

import pytest

from tests.torture import deaths
from tests.torture.control_table import CONTROLS, Control
from tests.torture.frozen import places
from tests.torture.theatre import Theatre, theatre
from tests.torture.weather import FLOWS

WHILE_IT_IS_DONE = slice(-18, None)


def main(arguments: list[str]) -> int:
    """Try them all; return 1 when one shows nothing."""
    argparse.ArgumentParser(prog="python3 -m app torture controls", description=__doc__).parse_args(arguments)
    blind = []
    for name, control in CONTROLS.items():
        with theatre() as here:
            found = [*violations(here, control)]
        print(f"{'seen ' if found else 'BLIND'} {name}: {len(found)} violations of {control.flow}", flush=True)
        blind += [] if found else [name]
    return 1 if blind else 0


def violations(here: Theatre, control: Control) -> Iterator[str]:
    """Yield what goes wrong in the house that misses something, though nothing does while nobody dies."""
    with pytest.MonkeyPatch.context() as patch:
        if control.only_afterwards:
            here.tell(control.flow, FLOWS[control.flow])
        control.take_out(patch, here.scene)
        tale = here.tell(control.flow, FLOWS[control.flow])
        if control.frozen:
            yield from filter(None, (tale.sleeps_at(at) for at in places(tale)[WHILE_IT_IS_DONE]))
        else:
            yield from (verdict.wrong for verdict in deaths.singles(tale) if verdict.wrong)
