"""The only place that opens HTTP: limits on everything, and every failure named by what to do next."""

import json
import os
import ssl
import sys
import threading
from collections.abc import Callable, Container, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests
import structlog
import urllib3.exceptions as wire

from app.domain.errors import Busy, Rejected, Unavailable, Uncertain
from integrations.addresses import refuse_odd
from integrations.deadline import session
from integrations.retry_after import pause_asked_for

_LOG = structlog.get_logger()
_CHUNK = 65_536
_GONE = {403, 404, 410}
_LONGEST_NUMBER = 64
_ASKING = frozenset({"GET", "HEAD"})
# What breaks on the way. Other faults of the library are about a request that could never be sent: bugs, and they fly.
_BROKEN = (requests.ConnectionError, requests.Timeout, wire.HTTPError)
_Failure = Unavailable | Uncertain


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long we wait, in seconds, and how much we read, in bytes."""

    connect: float = 3.05  # a little over a multiple of three, TCP's own first retry
    read: float = 20.0
    total: float = 30.0  # the whole answer of one call
    size: int = 8 * 1024 * 1024  # of one answer, or of one line of a stream
    stream: float = 3600.0  # a whole stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call. `source` names the other side in errors; `writes` says that a lost answer leaves a deed in doubt.

    `asks` says that it changes nothing of anybody's although its method could. Whatever does not say so is held back
    while the switch is thrown: a new way of writing needs to know of no switch to be stopped by it.
    """

    source: str
    method: str
    url: str
    writes: bool
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: object = field(default=None, repr=False)  # sent as JSON
    form: Mapping[str, str] | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)  # sent to the letter, as what is signed must be
    auth: tuple[str, str] | None = field(default=None, repr=False)
    asks: bool = False

    @property
    def changes(self) -> bool:
        """Return whether it could change something there, be it only a step towards a deed."""
        return self.method not in _ASKING and not self.asks

    def failure(self, what: str, *, retry_after: float | None = None) -> _Failure:
        """Return how to name an answer that cannot be used: a write may have done its work all the same."""
        if self.writes:
            return Uncertain(f"{self.source} {what}")
        return Unavailable(f"{self.source} {what}", retry_after=retry_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: any 2xx, or a 4xx that the adapter must understand itself."""

    request: Request
    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return self.status < 300

    def json(self) -> object:
        """Return the JSON body, numbers with a point as Decimal; no JSON is a cut or foreign answer."""
        try:
            return json.loads(self.body.decode(), parse_float=Decimal)
        except (ValueError, RecursionError) as fault:
            raise self.request.failure("gave an answer that is not JSON") from fault

    def json_object(self) -> dict[str, Any]:
        """Return the JSON object that came back; anything else is a foreign answer."""
        said = self.json()
        if not isinstance(said, dict):
            raise self.request.failure("gave an answer that makes no sense")
        return said

    def explained(self) -> dict[str, Any]:
        """Return what a no says of itself; nothing where it is a page for people, for the status says enough."""
        try:
            said = self.json()
        except (Unavailable, Uncertain):
            return {}
        return said if isinstance(said, dict) else {}


class Http:
    """Calls with limits. Safe to share between threads and over a fork: each has a session of its own.

    They lead to public addresses, and to the origins that are `trusted` because whoever runs us named them.
    """

    def __init__(self, limits: Limits | None = None, *, trusted: Container[str] = frozenset()) -> None:
        self.limits = limits or Limits()
        self._trusted = trusted
        self._own = threading.local()
        self.lever: Callable[[], None] = _nobody_objects

    def under(self, lever: Callable[[], None]) -> "Http":
        """Return the same connections under a lever: before each call that could change something it may raise."""
        held = copy(self)
        held.lever = lever
        return held

    def within(self, limits: Limits) -> "Http":
        """Return the same connections for whom somebody waits who will not wait for long."""
        hurried = copy(self)
        hurried.limits = limits
        return hurried

    def refuses(self, url: str) -> str | None:
        """Return why no call goes to an address, whatever its name leads to; None where one may."""
        try:
            refuse_odd(url, self._trusted)
        except ValueError as odd:
            return str(odd)
        return None

    def call(self, request: Request) -> Answer:
        """Return the answer, or raise Unavailable (certainly nothing happened) or Uncertain (it may have).

        Refused connections, 3xx and 429 (Busy) certainly did nothing; timeouts, cut answers and 5xx leave a
        write in doubt.
        """
        refuse_odd(request.url, self._trusted)
        handled = sys.exception()
        if request.changes:
            self.lever()  # the last thing before the call
        try:
            with self._send(self._session(), request) as response:
                _refuse_status(request, response)
                return Answer(
                    request=request,
                    status=response.status_code,
                    headers=response.headers,
                    body=_read(request, response, self.limits.size),
                )
        except _BROKEN as fault:
            raise _named(request, fault, handled) from fault

    def lines(self, source: str, url: str) -> Iterator[bytes]:
        """Yield the lines of a long answer, holding one in memory.

        The session is a fresh one: no token of ours goes along. Raises Unavailable, at any line, or Rejected when
        there is no such file, or no longer.
        """
        request = Request(source=source, method="GET", url=url, writes=False)
        try:
            refuse_odd(url, self._trusted)
        except ValueError as odd:
            raise Rejected(f"{source} gave an address that is not called: {odd}.") from None
        try:
            with self._fresh(self.limits.stream) as fresh, self._send(fresh, request) as response:
                _refuse_status(request, response)
                if response.status_code in _GONE:
                    raise Rejected(f"{source} keeps this file no longer.")
                if response.status_code != 200:
                    raise request.failure(f"answered {response.status_code}")
                yield from _lines(request, response, self.limits.size)
        except _BROKEN as fault:
            raise _named(request, fault) from fault

    def _session(self) -> requests.Session:
        # A forked child inherits its parent's open sockets; speaking on them would mix up two conversations.
        if getattr(self._own, "process", None) != os.getpid():
            self._own.session, self._own.process = self._fresh(self.limits.total), os.getpid()
        own: requests.Session = self._own.session
        return own

    def _fresh(self, seconds: float) -> requests.Session:
        return session(seconds=seconds, trusted=self._trusted)

    def _send(self, through: requests.Session, request: Request) -> requests.Response:
        # Past the session's own way: it knows of cookies, proxies and redirects, none of which we have, and looks for
        # them at every call, which takes as long as the call.
        prepared = requests.PreparedRequest()
        prepared.prepare(
            method=request.method,
            url=request.url,
            headers={**through.headers, **request.headers},
            params=request.params,
            json=request.body,
            data=request.form if request.content is None else request.content,
            auth=request.auth,
        )
        waiting = (self.limits.connect, self.limits.read)
        return through.get_adapter(request.url).send(prepared, stream=True, timeout=waiting, proxies={})


def _nobody_objects() -> None:
    """Let every call be made, as where there are no books in which somebody could have stopped it."""


def _refuse_status(request: Request, response: requests.Response) -> None:
    status = response.status_code
    pause = pause_asked_for(response.headers)
    if status == 429:
        raise Busy(f"{request.source} asks for fewer calls", retry_after=pause)
    if status >= 500:
        # Their own number for the call is what their support asks for first.
        number = response.headers.get("X-Request-ID", "")[:_LONGEST_NUMBER]
        _LOG.warning("http.failed", source=request.source, status=status, request_id=number)
        raise request.failure(f"answered {status}", retry_after=pause)
    if not 200 <= status < 300 and status < 400:
        raise Unavailable(f"{request.source} answered {status} and points elsewhere")


def _read(request: Request, response: requests.Response, size: int) -> bytes:
    pieces = bytearray()
    while piece := response.raw.read1(_CHUNK, decode_content=True):
        pieces += piece
        if len(pieces) > size:
            raise request.failure("answered more than can be read")
    return bytes(pieces)


def _lines(request: Request, response: requests.Response, size: int) -> Iterator[bytes]:
    rest = b""
    while piece := response.raw.read1(_CHUNK, decode_content=True):
        *whole, rest = (rest + piece).split(b"\n")
        yield from filter(bytes.strip, whole)
        if len(rest) > size:
            raise request.failure("sent a line longer than can be read")
    if rest.strip():
        yield rest


def _named(request: Request, fault: Exception, handled: BaseException | None = None) -> _Failure:
    if _never_sent(fault, handled):
        return Unavailable(f"{request.source} cannot be reached")
    late = isinstance(fault, requests.Timeout | wire.TimeoutError)
    return request.failure("did not answer in time" if late else "broke off in the middle of the answer")


def _never_sent(fault: BaseException | None, handled: BaseException | None) -> bool:
    """Look through what the fault was made from: only here is it written whether a connection ever stood.

    What the caller was busy with, `handled`, hangs on it as well, and tells of another call.
    """
    unsent = (wire.NewConnectionError, wire.ConnectTimeoutError, ssl.SSLCertVerificationError)
    seen = {id(handled)}
    while isinstance(fault, BaseException) and id(fault) not in seen:
        seen.add(id(fault))
        inner = [fault.__cause__, fault.__context__, getattr(fault, "reason", None), *fault.args]
        if isinstance(fault, (*unsent, requests.ConnectTimeout)):
            return True
        fault = next((each for each in inner if isinstance(each, BaseException) and each is not handled), None)
    return False
