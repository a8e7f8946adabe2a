"""Keeps what the store was asked and what it answered, once for each shape, so that `fidelity` can look at it later."""

import json
import os
import re
import threading
from collections.abc import Mapping
from pathlib import Path

# Values of enums and codes of currencies matter as they are; any other text is like any other.
_WORD = re.compile(r"[A-Z][A-Z_]*")


class Recorder:
    """Writes lines of JSON into a folder, a file for each process; without a folder it keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def note(self, operation: str, query: str, variables: Mapping[str, object], data: object = None) -> None:
        """Keep a request, with the data it was answered, unless one of the same shape is kept already."""
        if self._folder is None:
            return
        shape = json.dumps([query, _shape(variables), _shape(data)], sort_keys=True)
        with self._lock:
            if shape not in self._seen:
                self._seen.add(shape)
                self._write(
                    self._folder, {"operation": operation, "query": query, "variables": variables, "data": data}
                )

    @staticmethod
    def _write(folder: Path, said: Mapping[str, object]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(said, default=str) + "\n")


def _shape(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _shape(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return sorted({json.dumps(_shape(each), sort_keys=True) for each in value})
    if isinstance(value, str) and _WORD.fullmatch(value):
        return f"={value}"
    return type(value).__name__
