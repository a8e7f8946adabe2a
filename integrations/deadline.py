"""Sessions whose every answer ends in time.

A read timeout counts from one received byte to the next, so a remote that drips a byte a second holds a
worker for hours. Here each answer, headers included, has a moment by which it must be complete.
"""

import io
import socket
import time
from http.client import HTTPResponse, IncompleteRead
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_HOSTS = 32  # keep-alive pools held per thread; every shop is a host of its own


def session(*, seconds: float) -> requests.Session:
    """Return a session whose answers take `seconds` at most, counted from when the request was sent.

    It keeps no cookies, for one session serves many shops, and reads neither proxies nor ~/.netrc from its
    surroundings: a stray line there would add credentials to our calls.
    """
    opened = requests.Session()
    opened.trust_env = False
    opened.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    opened.headers["User-Agent"] = "Lagniappe"
    for scheme in ("https://", "http://"):
        opened.mount(scheme, _Adapter(seconds))
    return opened


class _Adapter(HTTPAdapter):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        super().__init__(pool_connections=_HOSTS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed through as they come
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._seconds)


def _pools(seconds: float) -> dict[str, type[HTTPConnectionPool]]:
    reply = type("TimelyReply", (_TimelyReply,), {"seconds": seconds})
    plain = type("PlainConnection", (HTTPConnection,), {"response_class": reply})
    tls = type("TlsConnection", (HTTPSConnection,), {"response_class": reply})
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
    }


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
