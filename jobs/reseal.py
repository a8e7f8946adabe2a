"""`reseal`: seals every secret anew with the first of SEAL_KEYS; after that the others can go."""

import sys

from app.store import resealing
from jobs.runtime import World, world

FEW = 5  # of what stays shut, named


def main() -> int:
    """Seal anew, and say how many; return 1 when there is something that no key opens."""
    return run(world())


def run(here: World) -> int:
    """Seal anew what an older key sealed, a few rows at a time: it may be stopped, and begun again."""
    found = resealing.reseal(here.sessions, here.seal)
    sys.stdout.write(f"{found.anew} secrets sealed anew with the first of SEAL_KEYS\n")
    if found.left:
        where = ", ".join(found.left[:FEW])
        sys.stderr.write(f"lagniappe: {len(found.left)} need a key that is not in SEAL_KEYS, such as {where}\n")
        return 1
    sys.stdout.write("nothing needs another key: the others can go\n")
    return 0
