"""Several hosts on one machine: each a network of its own, joined by cables that can be pulled out.

Nothing of the machine's own network is touched: a hub of our making holds the switch, and what all hosts share.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

HUB_ADDRESS = "10.77.0.254"
_SWITCH = "switch"


class NoNetworks(Exception):
    """No networks can be made on this machine; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host: its network's name, its address, and its cable's end at the hub."""

    network: str
    address: str
    cable: str
    hub: str

    def inside(self, *command: str) -> tuple[str, ...]:
        """Return the command as it is run on this host."""
        return _inside(self.network, command)

    def cut(self) -> None:
        """Pull the cable: whatever is under way is neither delivered nor refused, as when a switch dies."""
        _ip("-n", self.hub, "link", "set", self.cable, "down")

    def rejoin(self) -> None:
        """Put the cable back."""
        _ip("-n", self.hub, "link", "set", self.cable, "up")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The hub, where what all share runs, and the hosts around it."""

    hub: str
    hosts: tuple[Host, ...]

    def inside(self, *command: str) -> tuple[str, ...]:
        """Return the command as it is run at the hub."""
        return _inside(self.hub, command)


@contextmanager
def network(count: int) -> Iterator[Network]:
    """Make so many hosts around a hub, and take them away afterwards. Raises NoNetworks where that is not allowed."""
    if shutil.which("ip") is None:
        raise NoNetworks("there is no `ip` here (Debian: apt install iproute2)")
    mark = f"lag{os.getpid()}"
    hub = f"{mark}-hub"
    hosts = tuple(
        Host(network=f"{mark}-{number}", address=f"10.77.0.{number}", cable=f"cable{number}", hub=hub)
        for number in range(1, count + 1)
    )
    try:
        _lay(hub, hosts)
        yield Network(hub=hub, hosts=hosts)
    finally:
        for name in (hub, *(host.network for host in hosts)):
            with suppress(NoNetworks):
                _ip("netns", "del", name)


def _lay(hub: str, hosts: tuple[Host, ...]) -> None:
    _ip("netns", "add", hub)
    _ip("-n", hub, "link", "set", "lo", "up")
    _ip("-n", hub, "link", "add", _SWITCH, "type", "bridge")
    _ip("-n", hub, "addr", "add", f"{HUB_ADDRESS}/24", "dev", _SWITCH)
    _ip("-n", hub, "link", "set", _SWITCH, "up")
    for host in hosts:
        _ip("netns", "add", host.network)
        _ip("-n", host.network, "link", "set", "lo", "up")
        peer = ("peer", "name", host.cable, "netns", hub)
        _ip("-n", host.network, "link", "add", "eth0", "type", "veth", *peer)
        _ip("-n", hub, "link", "set", host.cable, "master", _SWITCH)
        _ip("-n", hub, "link", "set", host.cable, "up")
        _ip("-n", host.network, "addr", "add", f"{host.address}/24", "dev", "eth0")
        _ip("-n", host.network, "link", "set", "eth0", "up")


def _inside(name: str, command: tuple[str, ...]) -> tuple[str, ...]:
    return ("ip", "netns", "exec", name, *command)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode:
        raise NoNetworks(f"`ip {' '.join(words)}`: {done.stderr.strip()}")
