"""The person at the terminal: what they read, and when they press Ctrl-C."""

import os
import signal
import time
from types import FrameType
from typing import Self

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def seconds_since_command() -> float:
    """Return the age of the command as typed, the making of the environment included."""
    return time.time() - float(os.environ.get("LAGNIAPPE_BEGAN") or time.time())


def say(name: str, what: str) -> None:
    """Print one line for one change of state."""
    print(f"{seconds_since_command():6.1f} s  {name:<10} {what}", flush=True)


class StopButton:
    """Counts Ctrl-C, a closed terminal and a polite kill, so that each step can end where it is safe."""

    def __init__(self) -> None:
        self._pressed = 0

    @classmethod
    def listen(cls) -> Self:
        """Take over the stop signals of this process."""
        button = cls()
        for number in STOP_SIGNALS:
            signal.signal(number, button.press)
        return button

    def press(self, _number: int, _frame: FrameType | None) -> None:
        self._pressed += 1

    def raise_if_pressed(self) -> None:
        """Raise KeyboardInterrupt once it was pressed."""
        if self._pressed:
            raise KeyboardInterrupt

    def is_pressed_again(self) -> bool:
        return self._pressed > 1
