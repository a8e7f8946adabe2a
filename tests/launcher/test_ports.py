"""Finding a free port."""

import socket
from collections.abc import Iterator

import pytest

from app.launcher.ports import first_free, free_port, is_taken


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def test_given_a_listener_when_asked_then_its_port_is_taken(taken: int) -> None:
    assert is_taken(taken)


def test_given_a_taken_port_when_preferred_then_another_is_found(taken: int) -> None:
    found = first_free(taken)
    assert found != taken
    assert not is_taken(found)


def test_given_a_free_port_when_preferred_then_it_is_kept() -> None:
    port = free_port()
    assert first_free(port) == port


def test_given_a_port_that_is_meant_for_another_when_preferred_then_it_is_left() -> None:
    port = free_port()
    assert first_free(port, but_not=(port,)) != port
