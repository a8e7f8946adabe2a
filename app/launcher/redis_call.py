"""Just enough of the Redis protocol to ask a server whether it lives and how old it is."""

import re
import socket
import ssl
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from app.launcher.refusal import Refusal

OLDEST_VERSION: Final = (6, 2)  # RQ's lossless way to take a job, BLMOVE, is new in 6.2.
PATIENCE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A Redis URL taken apart: redis://, rediss:// (TLS, certificate checked) or unix://."""

    scheme: str
    host: str
    port: int
    path: str
    username: str | None
    password: str | None

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raise Refusal when this is no Redis URL."""
        try:
            parts = urlsplit(url)
            port = parts.port or 6379
        except ValueError as error:
            raise Refusal(f"REDIS_URL cannot be read ({error})") from error
        if parts.scheme not in ("redis", "rediss", "unix"):
            raise Refusal("REDIS_URL must begin with redis://, rediss:// or unix://")
        query = parse_qs(parts.query)
        return cls(
            scheme=parts.scheme,
            host=parts.hostname or "localhost",
            port=port,
            path=unquote(parts.path),
            username=unquote(parts.username) if parts.username else query.get("username", [None])[0],
            password=unquote(parts.password) if parts.password else query.get("password", [None])[0],
        )

    def __str__(self) -> str:
        """Return it as a person may see it: without the password."""
        return f"unix://{self.path}" if self.scheme == "unix" else f"{self.scheme}://{self.host}:{self.port}"

    def connect(self) -> socket.socket:
        if self.scheme == "unix":
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(PATIENCE_SECONDS)
            line.connect(self.path)
            return line
        plain = socket.create_connection((self.host, self.port), PATIENCE_SECONDS)
        if self.scheme == "redis":
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)

    def login(self) -> list[str]:
        return ["AUTH", *filter(None, (self.username, self.password))]


def server_version(url: str) -> tuple[int, ...]:
    """Return the version that the server claims to speak. Raises OSError when it does not answer as it should."""
    address = Address.parse(url)
    with address.connect() as line, line.makefile("rwb") as wire:
        if address.password:
            wire.write(packed(address.login()))
        wire.write(packed(["PING"]) + packed(["INFO", "server"]))
        wire.flush()
        if address.password:
            expect(wire.readline(), b"+OK")
        expect(wire.readline(), b"+PONG")
        head = wire.readline()
        expect(head, b"$")
        info = wire.read(int(head[1:])).decode(errors="replace")
    found = re.search(r"^redis_version:([\d.]+)", info, re.MULTILINE)
    return tuple(map(int, found[1].split("."))) if found else ()


def expect(answer: bytes, start: bytes) -> None:
    if not answer.startswith(start):
        raise ConnectionError(answer.decode(errors="replace").strip() or "the connection was closed")


def packed(words: list[str]) -> bytes:
    """Return one command in wire form, an array of length-prefixed strings."""
    parts = [b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words]
    return b"*%d\r\n%s" % (len(parts), b"".join(parts))


def refuse_if_unfit(url: str) -> None:
    """Raise Refusal unless a Redis new enough answers at the URL."""
    try:
        version = server_version(url)
    except OSError as error:
        raise Refusal(f"REDIS_URL names {Address.parse(url)}, which does not answer as a Redis ({error})") from error
    if version < OLDEST_VERSION:
        spoken = ".".join(map(str, version)) or "of unknown version"
        raise Refusal(f"REDIS_URL names {Address.parse(url)}, a Redis {spoken}: 6.2 or newer is needed")
