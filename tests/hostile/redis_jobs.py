"""What somebody may put into Redis who got there: refused, and the worker lives."""

import json
import pickle
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.case import CANARY

TOUCHED = Path(tempfile.gettempdir()) / "lagniappe-never"
TOUCH = f"touch {TOUCHED}"
PICKLED = pickle.dumps(["os.system", None, [TOUCH], {}])


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as RQ keeps it: its call, and whatever else its row says."""

    number: int
    name: str
    data: bytes
    also: tuple[tuple[str, str], ...] = ()


def _call(
    number: int, name: str, function: str, *args: object, also: tuple[tuple[str, str], ...] = (), **named: object
) -> Job:
    return Job(number=number, name=name, data=json.dumps([function, None, args, named]).encode(), also=also)


JOBS = (
    Job(number=133, name="a pickle", data=PICKLED),
    Job(number=133, name="a pickle, packed", data=zlib.compress(PICKLED)),
    _call(134, "the shell", "os.system", TOUCH),
    _call(134, "a room that is not on the list", "jobs.drain.drain", 1),
    _call(134, "a line of the log for a name", f'os.system\n{{"event": "forged"}}{CANARY}', 1),
    Job(number=134, name="an object and its method", data=json.dumps(["jobs.tasks.drain", "os", [1], {}]).encode()),
    _call(135, "a shop that there is not", "jobs.tasks.drain", 2**40),
    _call(135, "a shop beyond all numbers", "jobs.tasks.drain", 2**200),
    _call(135, "a shop below nothing", "jobs.tasks.drain", -1),
    _call(136, "a shop that is a text", "jobs.tasks.drain", "1; DROP TABLE effects"),
    _call(136, "a shop that is true", "jobs.tasks.drain", True),
    _call(136, "a shop that is a list", "jobs.tasks.drain", [1]),
    _call(136, "two shops", "jobs.tasks.drain", 1, 2),
    _call(136, "a shop by its name", "jobs.tasks.drain", shop_id=1),
    _call(136, "no shop", "jobs.tasks.drain"),
    _call(137, "somebody to be called back", "jobs.tasks.drain", 2**40, also=(("success_callback_name", "os.getpid"), ("failure_callback_name", "os.getpid"), ("stopped_callback_name", "os.getpid"))),
    _call(137, "an address to be told", "jobs.tasks.drain", 2**40, also=(("meta", '{"webhook": "http://evil.example/"}'), ("origin", "evil"), ("description", CANARY))),
    Job(number=138, name="a megabyte of nothing", data=b"x" * 1_000_000),
    Job(number=138, name="a megabyte, packed", data=zlib.compress(json.dumps(["jobs.tasks.drain", None, ["x" * 1_000_000], {}]).encode())),
    Job(number=138, name="nothing", data=b""),
    Job(number=138, name="half of something", data=zlib.compress(b'["jobs.tasks.drain"')),
)  # fmt: skip
