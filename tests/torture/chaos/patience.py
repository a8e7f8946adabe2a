"""Asking again: in a storm whoever is asked may just have been killed."""

import time
import urllib.error
from collections.abc import Callable
from functools import wraps
from http.client import HTTPException
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from tests.stack import Stack

PATIENCE_SECONDS = 600.0  # a town of seventeen thousand orders has much to do when all comes to rest
AGAIN_SECONDS = 0.2

Asked = ParamSpec("Asked")
Told = TypeVar("Told")


class Patient(Stack):
    """A stack whose town may die at any moment: what it did not answer is asked for once more."""

    @classmethod
    def of(cls, stack: Stack) -> "Patient":
        """Return the same stack, for whoever has patience."""
        return cls(app=stack.app, town=stack.town, process=stack.process)

    def get(self, path: str) -> Any:
        return _again(lambda _: Stack.get(self, path))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Make something happen in the town, where it may happen twice: a deed whose answer was lost is asked again."""

        def ask(tries: int) -> Any:
            try:
                return Stack.post(self, path, body)
            except urllib.error.HTTPError as no:
                if tries and no.code == 400:
                    return {}  # it had been done, and cannot be done any more
                raise

        return _again(ask)


def patient(look: Callable[Asked, Told]) -> Callable[Asked, Told]:
    """Let a look into a database that is away for a moment be taken again."""

    @wraps(look)
    def patiently(*args: Asked.args, **kwargs: Asked.kwargs) -> Told:
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return look(*args, **kwargs)
            except DBAPIError:
                if time.monotonic() > ends_at:
                    raise
                time.sleep(AGAIN_SECONDS)

    return patiently


def _again(ask: Callable[[int], Any]) -> Any:
    ends_at, tries = time.monotonic() + PATIENCE_SECONDS, 0
    while True:
        try:
            return ask(tries)
        except urllib.error.HTTPError:
            raise
        except (OSError, HTTPException):  # nobody there, or gone before the answer
            if time.monotonic() > ends_at:
                raise
            tries += 1
            time.sleep(AGAIN_SECONDS)
