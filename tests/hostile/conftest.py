"""Says at the end of a run how much of the corpus it held."""

import pytest

from tests.hostile.cases import EVERYTHING
from tests.hostile.classes import CLASSES, ELSEWHERE


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the classes and the cases, once per run."""
    ours = [report for report in terminalreporter.getreports("passed") if "tests/hostile/test_corpus" in report.nodeid]
    here = {case.number for case in EVERYTHING}
    terminalreporter.write_line(
        f"hostile corpus: {len(CLASSES)} classes, {len(here)} of them by {len(EVERYTHING)} cases of its own,"
        f" {len(set(ELSEWHERE) - here)} by tests elsewhere; {len(ours)} cases held in this run"
    )
