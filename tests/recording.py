"""Where the real schema is at hand, everything the suite says to a store is held against it when the suite ends.

Three places are listened at: what the adapters send, to whomever, what the twin took and answered, and which webhooks
it wrote. What the twin turned away is its own affair, and tests send such things on purpose. Every process writes files
of its own.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from integrations.fidelity import recordings, schema
from integrations.http import Answer, Http, Request
from integrations.sandbox.post_office import Letter
from integrations.sandbox.store.announcing import News
from integrations.sandbox.store.endpoint import Endpoint
from integrations.sandbox.store.recording import Recorder
from tests.integrations.shopify import webhook_shapes

LETTERS = "letters"
FOLDER = "SANDBOX_RECORD"  # the practice town's own processes read it from here as well
WRONG = 1


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen, where there is a schema."""
    real = os.environ.get("SHOPIFY_ADMIN_SCHEMA")
    if real:
        conducts = not hasattr(config, "workerinput")  # else: one of several processes, told where to write
        if conducts:
            os.environ[FOLDER] = tempfile.mkdtemp(prefix="lagniappe-recorded-")
        folder = Path(os.environ[FOLDER])
        listen(folder)
        if conducts:
            config.pluginmanager.register(Comparison(Path(real), folder))


class Comparison:
    """The comparison at the end of a run."""

    def __init__(self, real: Path, folder: Path) -> None:
        self._real = real
        self._folder = folder
        self._lines: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """Fail the run for a request or an answer that could not be a real one."""
        yield
        said, letters = said_in(self._folder), said_in(self._folder / LETTERS)
        if said or letters:
            told, faults = recordings.replay(schema.read(self._real).schema, said)
            faults += sorted({fault for each in letters for fault in webhook_shapes.faults(each.operation, each.data)})
            self._lines = [
                *faults,
                f"{told} recorded requests and answers, {len(letters)} webhooks: {len(faults)} faults",
            ]
            if faults:
                session.exitstatus = WRONG
        os.environ.pop(FOLDER, None)
        shutil.rmtree(self._folder)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what was found."""
        if self._lines:
            terminalreporter.section("fidelity")
            for line in self._lines:
                terminalreporter.write_line(line)


def said_in(folder: Path) -> list[recordings.Recorded]:
    """Return what was recorded in a folder, by all processes."""
    return [each for file in sorted(folder.glob("*.jsonl")) for each in recordings.read(file)]


def listen(folder: Path) -> None:
    """Keep what adapters send and what the twin takes, in this process."""
    recorder, letters = Recorder(folder), Recorder(folder / LETTERS)
    open_endpoint, call, tell = Endpoint.__init__, Http.call, News.tell

    def opened(endpoint: Endpoint, *arguments: Any, **named: Any) -> None:
        open_endpoint(endpoint, *arguments, **named)
        endpoint.recorder = recorder

    def called(http: Http, request: Request) -> Answer:
        body = request.body
        speaks = type(http)._send is Http._send  # who makes no call says nothing to a store
        if speaks and request.url.endswith("/graphql.json") and isinstance(body, dict):
            recorder.note(body.get("operationName", ""), body["query"], body["variables"])
        return call(http, request)

    def told(news: News, topic: str, payload: Mapping[str, object], *more: Any, **named: Any) -> Letter | None:
        letters.note(topic, "", {}, payload)
        return tell(news, topic, payload, *more, **named)

    Endpoint.__init__ = opened  # type: ignore[method-assign]
    Http.call = called  # type: ignore[method-assign]
    News.tell = told  # type: ignore[method-assign]
