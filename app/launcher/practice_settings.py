"""What each process of a demo is told through its environment. Imported once the environment exists."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from dotenv import dotenv_values

from app.launcher.places import ROOT
from app.launcher.ports import LOOPBACK
from app.launcher.refusal import Refusal

# Nobody who practises wants to wait a quarter of an hour to see that a lost webhook loses nothing.
SWEEP_SECONDS: Final = "15"
# The town's own shop and helpdesk know these; nothing here opens any other door.
PRACTICE_APP: Final = {"SHOPIFY_CLIENT_ID": "practice-client", "SHOPIFY_CLIENT_SECRETS": "practice-secret"}
# Where gift vendors are in a town, beside the florist, which has a setting of its own.
_VENDORS: Final = {
    "goody": "goody",
    "handwrytten": "handwrytten",
    "lob": "lob",
    "tremendous": "tremendous/testflight",
}


def vendor_origins(town: str) -> str:
    """Return where gift vendors are in the town at that address, as VENDOR_ORIGINS says it."""
    return ",".join(f"{kind}={town}/{path}" for kind, path in _VENDORS.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the person set: `typed` for this run alone, `written` in the .env file; typed wins."""

    typed: Mapping[str, str]
    written: Mapping[str, str]

    @classmethod
    def read(cls) -> Self:
        written = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value is not None}
        return cls(typed=dict(os.environ), written=written)

    def get(self, name: str) -> str | None:
        return self.typed.get(name) or self.written.get(name) or None

    def port(self, name: str) -> int | None:
        """Raise Refusal when it is set and no port."""
        text = self.get(name)
        if text is None:
            return None
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise Refusal(f"{name} is {text!r}: it must be a port number, 1 to 65535")
        return int(text)

    def state_folder(self) -> Path:
        return Path(self.get("APP_VAR") or ROOT / "var").expanduser().absolute()

    def refuse_if_real(self) -> None:
        """Raise Refusal where this looks like a real installation, whose database is no place to play in."""
        if self.get("PUBLIC_URL"):
            raise Refusal("PUBLIC_URL is set, so this is a real installation, and `demo` plays: unset it for this run")


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What this run decided."""

    folder: Path
    redis_url: str
    web_port: int
    sandbox_port: int
    mail_port: int
    faults: str
    identity: Mapping[str, str]

    def environment(self, given: Given) -> dict[str, str]:
        """Return the variables for every process.

        A demo stays inside the practice town whatever the .env file says about real services; only a variable typed
        for this very run can lead it to another test server.
        """
        return {**given.written, **given.typed, **self.decided(given), "PYTHONUNBUFFERED": "1"}

    def decided(self, given: Given) -> dict[str, str]:
        """Return what a command from another terminal must be told as well, to look at this demo."""
        sealed = {**PRACTICE_APP, **self._origins()}
        database = given.get("DATABASE_URL")
        return {
            **({"DATABASE_URL": database} if database else {}),
            "SEAL_KEYS": given.get("SEAL_KEYS") or self.identity["SEAL_KEYS"],
            "APP_INSTANCE": self.identity["APP_INSTANCE"],
            **{name: given.typed.get(name) or value for name, value in sealed.items()},
            "APP_VAR": str(self.folder),
            "REDIS_URL": self.redis_url,
            "WEB_HOST": LOOPBACK,
            "WEB_PORT": str(self.web_port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "SANDBOX_MAIL_PORT": str(self.mail_port),
            "SANDBOX_TARGET": f"http://{LOOPBACK}:{self.web_port}",
            "SANDBOX_FAULTS": self.faults,
            "PRACTICE": "1",
            "SWEEP_SECONDS": given.get("SWEEP_SECONDS") or SWEEP_SECONDS,
            "CLOCK_FILE": str(self.folder / "clock"),
        }

    def _origins(self) -> dict[str, str]:
        town = f"http://{LOOPBACK}:{self.sandbox_port}"
        return {
            "SHOPIFY_ORIGIN": f"{town}/shopify/{{shop}}",
            "SHOPIFY_ADMIN_ORIGIN": town,
            "APP_BRIDGE_URL": f"{town}/shopify/app-bridge.js",
            "POLARIS_URL": f"{town}/shopify/polaris.js",
            "GORGIAS_ORIGIN": f"{town}/gorgias/{{account}}",
            "HELPDESK_ORIGINS": f"zendesk={town}/zendesk/{{account}}",
            "FLORIST_ORIGIN": f"{town}/florist",
            "VENDOR_ORIGINS": vendor_origins(town),
            "MAIL_URL": f"smtp://{LOOPBACK}:{self.mail_port}",
            "MAIL_FROM": "lagniappe@practice.example",
            "HELPDESK_APPS": "gorgias=practice-gorgias-app:practice-gorgias-app-secret",
        }
