"""Our own Redis, and the one that the person names."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.launcher import private_redis
from app.launcher.ports import free_port
from app.launcher.private_redis import answers, find_server, running_redis
from app.launcher.redis_call import Address, refuse_if_unfit, server_version
from app.launcher.refusal import Refusal


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_redis(tmp_path_factory.mktemp('redis "quoted" and spaced')) as url:
        yield url


def test_given_a_private_server_when_asked_then_it_is_new_enough(url: str) -> None:
    assert server_version(url) >= (6, 2)


def test_given_a_private_server_when_called_without_its_password_then_it_does_not_answer(url: str) -> None:
    assert not answers(url.replace(f":{Address.parse(url).password}@", ""))


def test_given_a_private_server_when_its_settings_are_read_then_it_never_evicts_and_keeps_a_log(
    url: str, tmp_path: Path
) -> None:
    settings = (private_redis.PrivateRedis.plan(tmp_path)._configuration()).splitlines()
    assert {"appendonly yes", "appendfsync everysec", 'save ""', "maxmemory-policy noeviction"} <= set(settings)


def test_given_a_port_that_somebody_will_use_when_planned_then_it_is_another(tmp_path: Path) -> None:
    port = free_port()

    assert private_redis.PrivateRedis.plan(tmp_path, port=port).port == port
    assert private_redis.PrivateRedis.plan(tmp_path, port=port, but_not=(port,)).port != port


def test_given_a_block_when_it_ends_then_the_server_is_gone(tmp_path: Path) -> None:
    with running_redis(tmp_path) as url:
        pass
    assert not answers(url)


def test_given_an_old_server_on_path_when_looked_for_then_the_wheel_serves_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_program(tmp_path / "redis-server", says="Redis server v=6.0.16 sha=00000000:0")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_server().name == "valkey-server"


def test_given_a_new_server_on_path_when_looked_for_then_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_program(tmp_path / "valkey-server", says="Valkey server v=8.1.0 sha=00000000:0")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_server() == tmp_path / "valkey-server"


def test_given_no_server_at_all_when_looked_for_then_one_line_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(private_redis, "wheel_server", list)
    with pytest.raises(Refusal, match="apt install redis-server"):
        find_server()


def test_given_a_redis_that_is_too_old_when_named_then_it_is_refused() -> None:
    info = b"# Server\r\nredis_version:6.0.16\r\n"
    with (
        answering(b"+PONG\r\n$%d\r\n%s\r\n" % (len(info), info)) as url,
        pytest.raises(Refusal, match=r"a Redis 6\.0\.16"),
    ):
        refuse_if_unfit(url)


def test_given_something_that_is_no_redis_when_named_then_it_is_refused_without_its_password() -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\n") as url, pytest.raises(Refusal, match="does not answer") as refused:
        refuse_if_unfit(url.replace("redis://", "redis://:hush@"))
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "redis://127.0.0.1:port/0", ""])
def test_given_what_is_no_redis_url_when_named_then_it_is_refused(url: str) -> None:
    with pytest.raises(Refusal, match="REDIS_URL"):
        refuse_if_unfit(url)


def put_program(path: Path, *, says: str) -> None:
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Serve one caller with the same answer whatever they ask."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=answer_once, args=(listener, answer))
        server.start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        server.join()


def answer_once(listener: socket.socket, answer: bytes) -> None:
    line, _ = listener.accept()
    with line:
        line.recv(1000)
        line.sendall(answer)
