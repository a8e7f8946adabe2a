"""What the launcher says when it cannot go on and the person at the terminal can help it."""


class Refusal(Exception):
    """Stops the command: its text is one line that names the fix, printed without a traceback, exit code 1."""
