"""Every setting, read once from the environment (and an optional `.env`), all faults reported together."""

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

CALLS_A_DEED = 5
LEASE_TOO_SHORT = (
    "LEASE_SECONDS must be at least six times CALL_SECONDS, else a deed is done again while it is being done"
)
ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What the surroundings decide. Secrets are wrapped, so that they cannot be printed by accident."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", frozen=True)

    app_var: Path = ROOT / "var"
    app_instance: str = ""
    database_url: str = ""
    redis_url: str = "redis://127.0.0.1:6379/0"
    public_url: str = ""
    web_host: str = "127.0.0.1"
    web_port: int = 8765
    web_concurrency: int = Field(default=1, ge=1)  # web processes on one machine

    # Templates, so that the same code speaks to the real service, to the practice town or to anybody's test server.
    shopify_origin: str = "https://{shop}"
    shopify_admin_origin: str = "https://admin.shopify.com"
    app_bridge_url: str = "https://cdn.shopify.com/shopifycloud/app-bridge.js"
    polaris_url: str = "https://cdn.shopify.com/shopifycloud/polaris-1.js"  # the stable channel; empty: our look alone
    helpdesk_origins: str = ""  # kind=template, with commas between; whatever is not named is the real one
    gorgias_origin: str = ""  # the same for one kind, from when there was no other
    vendor_origins: str = ""  # kind=origin, with commas between; whatever is not named is the real one
    florist_origin: str = "https://www.floristone.com"  # the same for one kind, from when there was no other

    shopify_client_id: str = ""
    shopify_client_secrets: SecretStr = SecretStr("")
    mail_url: SecretStr = SecretStr("")  # smtps://user:password@host, smtp+starttls:// or, on this machine, smtp://
    mail_from: str = ""
    helpdesk_apps: SecretStr = SecretStr("")  # kind=id:secret, with commas between: ours, where merchants let us in
    seal_keys: SecretStr = SecretStr("")
    metrics_token: SecretStr = SecretStr(
        ""
    )  # who may read /metrics; empty: nobody, and in practice whoever asks on this machine

    practice: bool = False
    flask_debug: bool = False  # read by Flask itself; the doctor wants to know
    clock_file: Path | None = None
    sandbox_port: int = 8766
    sandbox_mail_port: int = 0  # where the town takes mails; nowhere if nought
    sandbox_target: str = ""
    sandbox_books: Path | None = None
    sandbox_faults: float = Field(default=0.0, ge=0.0, le=1.0)
    sandbox_seed: int = 7
    sandbox_customers: int = Field(default=3_000, ge=100)
    sandbox_regulars: int = Field(default=24, ge=24)
    sandbox_letters_kept: int = Field(default=2_000, ge=0)
    sandbox_carriers: int = Field(default=4, ge=1)
    sandbox_threads: int = Field(default=8, ge=1)
    sandbox_bucket_size: int = Field(default=4_000, ge=1)
    sandbox_restore_rate: int = Field(default=1_000, ge=1)
    sandbox_record: Path | None = None  # a folder: what the town's store was asked and answered, for `fidelity`
    shopify_admin_schema: str = ""  # the file of the real schema, for `fidelity`

    quarantine_seconds: int = 16  # longer than a remote takes to finish and to show what it began before the line broke
    hold_seconds: int = Field(default=10, ge=1)  # how long a letter or deed stays in hand until held anew
    sweep_seconds: int = 900  # how often the store is asked what its webhooks did not tell
    keep_words_days: int = Field(default=30, ge=1)  # what deliveries said is kept so long, for a person who looks why
    keep_letters_days: int = Field(default=90, ge=1)  # that they came at all
    keep_reasons_days: int = Field(default=400, ge=1)  # why nothing was done; why something was is kept with it
    worker_threads: int = Field(default=16, ge=1, le=128)  # calls to the outside that one worker makes at once
    call_seconds: float = Field(default=12.0, gt=0.0)  # how long one outgoing call may take in all
    lease_seconds: int = 90  # how long a worker may keep a row: longer than the longest deed may take

    @field_validator("database_url")
    @classmethod
    def _driver_named(cls, url: str) -> str:
        # Hosting providers still hand out the scheme that SQLAlchemy dropped.
        return url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url

    @model_validator(mode="after")
    def _lease_is_long_enough(self) -> Self:
        # In practice everything may be as quick and as tight as somebody wishes to see it.
        if not self.practice and not self.lease_is_enough:
            raise ValueError(LEASE_TOO_SHORT)
        return self

    @property
    def longest_deed_seconds(self) -> float:
        """How long the longest deed may take from its gate: a gift line, which is five calls."""
        return CALLS_A_DEED * self.call_seconds

    @property
    def lease_is_enough(self) -> bool:
        """Whether nobody is taken for dead who is still at it, with a fifth to spare."""
        return self.lease_seconds >= self.longest_deed_seconds * 1.2

    @property
    def database(self) -> str:
        """The database's URL; without one, SQLite in the state folder."""
        return self.database_url or f"sqlite:///{self.app_var / 'lagniappe.db'}"

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The Shopify client secrets, current first: two live while one is being rotated."""
        return _listed(self.shopify_client_secrets)

    @property
    def desk_origins(self) -> dict[str, str]:
        """Where accounts at helpdesks are, by kind, as far as it is not where they usually are."""
        named = (each.partition("=") for each in self.helpdesk_origins.split(",") if each.strip())
        first = {"gorgias": self.gorgias_origin} if self.gorgias_origin else {}
        return {kind.strip(): template.strip() for kind, _, template in named} | first

    @property
    def gift_origins(self) -> dict[str, str]:
        """Where gift vendors are, by kind, as far as it is not where they usually are."""
        named = (each.partition("=") for each in self.vendor_origins.split(",") if each.strip())
        return {kind.strip(): origin.strip() for kind, _, origin in named} | {"florist": self.florist_origin}

    @property
    def desk_apps(self) -> dict[str, tuple[str, str]]:
        """What we are at helpdesks where a merchant lets us in with a click: id and secret by kind."""
        named = (each.partition("=") for each in _listed(self.helpdesk_apps))
        halves = ((kind.strip(), said.partition(":")) for kind, _, said in named)
        return {kind: (name.strip(), secret.strip()) for kind, (name, _, secret) in halves if name and secret}

    @property
    def sealing_keys(self) -> tuple[str, ...]:
        """The base64 keys that secrets at rest are sealed with, current first."""
        return _listed(self.seal_keys)


class Misconfigured(SystemExit):
    """The environment lacks or garbles settings: the process ends with one line that names them, never their values."""

    def __init__(self, faults: str) -> None:
        super().__init__(f"lagniappe: {faults}")


def _listed(secret: SecretStr) -> tuple[str, ...]:
    return tuple(part.strip() for part in secret.get_secret_value().split(",") if part.strip())


@cache
def settings() -> Settings:
    """Return this process's settings; raise Misconfigured naming every faulty one."""
    try:
        return Settings()
    except ValidationError as fault:
        # Names and reasons only: the values may be secrets.
        named = "; ".join(
            f"{'.'.join(map(str, e['loc'])).upper() or 'SETTINGS'}: {e['msg']}"
            for e in fault.errors(include_input=False)
        )
        raise Misconfigured(named) from None
