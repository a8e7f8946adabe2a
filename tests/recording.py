"""Where the real schema is at hand, everything the suite says to a store is held against it when the suite ends.

Two places are listened at: what the adapters send, to whomever, and what the twin took and answered. What the twin
turned away is its own affair, and tests send such things on purpose. Every process writes a file of its own.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.fidelity import recordings, schema
from integrations.http import Answer, Http, Request
from integrations.sandbox.store.endpoint import Endpoint
from integrations.sandbox.store.recording import Recorder

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
        files = sorted(self._folder.glob("*.jsonl"))
        if files:
            told, faults = recordings.replay(
                schema.read(self._real).schema, (each for file in files for each in recordings.read(file))
            )
            self._lines = [*faults, f"{told} recorded requests and answers on the real schema: {len(faults)} faults"]
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


def listen(folder: Path) -> None:
    """Keep what adapters send and what the twin takes, in this process."""
    recorder = Recorder(folder)
    open_endpoint, call = Endpoint.__init__, Http.call

    def opened(endpoint: Endpoint, *arguments: Any, **named: Any) -> None:
        open_endpoint(endpoint, *arguments, **named)
        endpoint.recorder = recorder

    def called(http: Http, request: Request) -> Answer:
        body = request.body
        if request.url.endswith("/graphql.json") and isinstance(body, dict):
            recorder.note(body.get("operationName", ""), body["query"], body["variables"])
        return call(http, request)

    Endpoint.__init__ = opened  # type: ignore[method-assign]
    Http.call = called  # type: ignore[method-assign]
