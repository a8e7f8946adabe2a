"""`reseal`: seals every secret anew with the first of SEAL_KEYS; after that the others can go."""

import sys

from app.store import resealing
from app.store.base import unit_of_work
from app.store.sealed import Unsealable
from jobs.runtime import World, world


def main() -> int:
    """Seal anew, and say how many; return 1 when there is something that no key opens."""
    return run(world())


def run(here: World) -> int:
    """Seal all of it anew, or nothing."""
    try:
        with unit_of_work(here.sessions) as session:
            done = resealing.reseal(session, here.seal)
    except Unsealable as fault:
        sys.stderr.write(f"lagniappe: {fault}: SEAL_KEYS must also hold the key that it was sealed with\n")
        return 1
    sys.stdout.write(f"{done} secrets sealed anew; the first of SEAL_KEYS now opens them all\n")
    return 0
