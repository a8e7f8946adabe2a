"""`torture hosts`: three hosts share a database and a Redis, and one of them is cut off in mid-storm."""

import argparse
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.torture.hosts import story
from tests.torture.hosts.network import Host, NoNetworks, network

HOSTS = 3
NOT_POSSIBLE = 77  # as test runners count what was skipped


def main(arguments: list[str]) -> int:
    """Return 0 when every promise was kept, 1 when one broke, 77 where no networks can be made."""
    parser = argparse.ArgumentParser(prog="python3 -m app torture hosts", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cut", type=float, default=60.0, metavar="SECONDS", help="how long the host is cut off")
    parser.add_argument("--folder", type=Path, help="where logs and books are left; a temporary one if not named")
    parser.add_argument("--inside", nargs="*", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    if chosen.inside:
        return _inside(chosen)
    try:
        with network(HOSTS) as made, tempfile.TemporaryDirectory(prefix="lagniappe-hosts-") as spare:
            named = [f"{host.network},{host.address},{host.cable},{host.hub}" for host in made.hosts]
            words = ["--seed", str(chosen.seed), "--cut", str(chosen.cut), "--folder", str(chosen.folder or spare)]
            torture = (sys.executable, "-m", "app", "torture", "hosts", *words, "--inside", *named)
            return subprocess.run(made.inside(*torture), check=False).returncode
    except NoNetworks as why:
        print(f"not possible here: {why}")
        return NOT_POSSIBLE


def _inside(chosen: argparse.Namespace) -> int:
    """Run the story at the hub, where the database and the town are near."""
    hosts = tuple(
        Host(network=network, address=address, cable=cable, hub=hub)
        for network, address, cable, hub in (each.split(",") for each in chosen.inside)
    )
    wrong = story.run(hosts, chosen.folder, seed=chosen.seed, cut_seconds=chosen.cut)
    for each in wrong:
        print(f"BROKEN: {each}")
    print(f"seed {chosen.seed}: {len(wrong)} promises broken")
    return 1 if wrong else 0
