"""`demo`: the whole app at once on this computer, in a practice town."""

import argparse
from typing import Final

from app.launcher.ports import first_free, is_taken
from app.launcher.practice_settings import Given
from app.launcher.processes import Lifeline
from app.launcher.refusal import Refusal
from app.launcher.state import StateFolder
from app.launcher.supervisor import Supervisor
from app.launcher.terminal import StopButton, say
from app.launcher.town import Ports, Town

WEB_PORT: Final = 8765
SANDBOX_PORT: Final = 8766
MAIL_PORT: Final = 8767
MOST_WORKERS: Final = 32


def main(arguments: list[str]) -> int:
    """Start everything, show what happens and stay up until Ctrl-C; 1 when something had to be given up.

    Raises Refusal when it cannot start.
    """
    options, given = parse(arguments), Given.read()
    given.refuse_if_real()
    button = StopButton.listen()
    folder = StateFolder.take(given.state_folder())
    if options.fresh:
        folder.empty()
    ports = choose_ports(options.port, given)
    folder.tell_who(ports.page)
    lifeline = Lifeline(also_open=(folder.lock,))
    supervisor = Supervisor(lifeline, say, has_other_children=False)
    town = Town(given=given, folder=folder, ports=ports, supervisor=supervisor, checkpoint=button.raise_if_pressed)
    try:
        town.open(
            workers=options.workers,
            tickers=options.tickers,
            faults=options.faults or given.get("SANDBOX_FAULTS") or "0",
        )
        town.show()
        town.stay_open()
    except KeyboardInterrupt:
        say("lagniappe", "stopping (Ctrl-C again: at once) ...")
    finally:
        supervisor.stop(impatient=button.is_pressed_again)
        lifeline.close()
    say("lagniappe", "everything has stopped")
    return 1 if supervisor.given_up() else 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app demo", description="Everything at once, in a practice town.")
    parser.add_argument("--port", type=port, metavar="N", help=f"of the merchant's page; {WEB_PORT} or a free one")
    parser.add_argument("--fresh", action="store_true", help="forget every earlier run first")
    parser.add_argument("--workers", type=workers, default=2, metavar="N", help="how many workers (2)")
    parser.add_argument("--tickers", type=workers, default=1, metavar="N", help="how many tickers (1)")
    parser.add_argument("--faults", type=fraction, metavar="F", help="how often the town's services fail, 0 to 1 (0)")
    return parser.parse_args(arguments)


def port(text: str) -> int:
    return whole_number(text, most=65535)


def workers(text: str) -> int:
    return whole_number(text, most=MOST_WORKERS)


def whole_number(text: str, *, most: int) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {most}")
    return int(text)


def fraction(text: str) -> str:
    """Return the text as it is, for the sandbox's own environment, once it is known to be from 0 to 1."""
    try:
        is_fraction = 0 <= float(text) <= 1
    except ValueError:
        is_fraction = False
    if not is_fraction:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return text


def choose_ports(wanted: int | None, given: Given) -> Ports:
    """Return free ports; raise Refusal where one was asked for by name and is taken."""
    web = only_if_free(wanted, "--port") or only_if_free(given.port("WEB_PORT"), "WEB_PORT") or first_free(WEB_PORT)
    sandbox = only_if_free(given.port("SANDBOX_PORT"), "SANDBOX_PORT") or first_free(SANDBOX_PORT, but_not=(web,))
    mail = only_if_free(given.port("SANDBOX_MAIL_PORT"), "SANDBOX_MAIL_PORT")
    return Ports(web=web, sandbox=sandbox, mail=mail or first_free(MAIL_PORT, but_not=(web, sandbox)))


def only_if_free(number: int | None, name: str) -> int | None:
    if number is not None and is_taken(number):
        raise Refusal(f"port {number} is taken: give {name} another, or leave it out and a free one is found")
    return number
