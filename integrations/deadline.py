"""Sessions whose every answer ends in time, and whose every call goes where it may.

A read timeout counts from one received byte to the next, so a remote that drips a byte a second holds a
worker for hours. Here each answer, headers included, has a moment by which it must be complete.

A name may lead elsewhere a moment after it was looked up. Here it is looked up once a connection, checked, and what was
checked is what is called.
"""

import io
import socket
import time
from collections.abc import Container
from http.client import HTTPResponse, IncompleteRead
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from integrations.addresses import resolved

_CONNECT_SECONDS = 3.05  # where the caller names none
_HOSTS = 32  # keep-alive pools held per thread; every shop is a host of its own


def session(*, seconds: float, trusted: Container[str] = frozenset()) -> requests.Session:
    """Return a session whose answers take `seconds` at most, counted from when the request was sent.

    It leads to public addresses only, and to the origins that are `trusted`.

    It keeps no cookies, for one session serves many shops, and reads neither proxies nor ~/.netrc from its
    surroundings: a stray line there would add credentials to our calls.
    """
    opened = requests.Session()
    opened.trust_env = False
    opened.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    opened.headers["User-Agent"] = "Lagniappe"
    for scheme in ("https://", "http://"):
        opened.mount(scheme, _Adapter(seconds, trusted))
    return opened


class _Adapter(HTTPAdapter):
    def __init__(self, seconds: float, trusted: Container[str]) -> None:
        self._seconds = seconds
        self._trusted = trusted
        super().__init__(pool_connections=_HOSTS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed through as they come
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._seconds, self._trusted)


def _pools(seconds: float, trusted: Container[str]) -> dict[str, type[HTTPConnectionPool]]:
    reply = type("TimelyReply", (_TimelyReply,), {"seconds": seconds})
    own = {"response_class": reply, "trusted": trusted}
    plain = type("PlainConnection", (_LedConnection,), {**own, "scheme": "http"})
    tls = type("TlsConnection", (_LedConnection, HTTPSConnection), {**own, "scheme": "https"})
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
    }


class _LedConnection(HTTPConnection):
    """A connection to what was checked, not to what the name leads to a moment later."""

    scheme = "https"
    trusted: Container[str] = frozenset()

    def _new_conn(self) -> socket.socket:
        patience = self.timeout if isinstance(self.timeout, int | float) else _CONNECT_SECONDS
        ends_at = time.monotonic() + patience
        fault: Exception | None = None
        try:
            known = f"{self.scheme}://{self.host}:{self.port}" in self.trusted
            for family, address in resolved(self.host, self.port, seconds=patience, trusted=known):
                left = ends_at - time.monotonic()
                if left > 0:
                    try:
                        return self._reach(family, address, left)
                    except OSError as refused:
                        fault = refused
        except OSError as unknown:
            fault = unknown
        if fault is None or isinstance(fault, TimeoutError):
            raise ConnectTimeoutError(self, "nobody answered in time") from fault
        raise NewConnectionError(self, "cannot be reached") from fault

    def _reach(self, family: socket.AddressFamily, address: str, seconds: float) -> socket.socket:
        wire = socket.socket(family, socket.SOCK_STREAM)
        try:
            for option in self.socket_options or ():
                wire.setsockopt(*option)
            wire.settimeout(seconds)
            wire.connect((address, self.port))
        except OSError:
            wire.close()
            raise
        return wire


class _TimelyReply(HTTPResponse):
    seconds = 30.0

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - http.client's own
        super().__init__(sock, *args, **kwargs)
        self._reads = _TimelyReads(self.fp.detach(), sock, time.monotonic() + self.seconds)
        self.fp = io.BufferedReader(self._reads)

    def begin(self) -> None:
        super().begin()
        # http.client takes the end of the line for the end of the headers, and a cut answer for an empty one.
        if self._reads.ended:
            raise IncompleteRead(b"")


class _TimelyReads(io.RawIOBase):
    """The socket's bytes; each read waits no longer than what is left."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, ends_at: float) -> None:
        self._raw = raw
        self._sock = sock
        self._ends_at = ends_at
        self._patience = sock.gettimeout()
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - a writable buffer
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(left if self._patience is None else min(left, self._patience))
        count = self._raw.readinto(buffer)
        self.ended = count == 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
