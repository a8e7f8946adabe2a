"""The signed hook's row in the registry."""

import re

from integrations import standard_webhooks as signature
from integrations.companies import Company, Login
from integrations.http import Http
from integrations.signed_hook import events
from integrations.signed_hook.api import SignedHookHelpdesk


def _knock(http: Http, origin: str, login: Login) -> None:
    SignedHookHelpdesk(http, origin, login).knock()


SIGNED_HOOK = Company(
    called="A helpdesk that signs its calls",
    origin="https://{account}",
    account=re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"),
    open=SignedHookHelpdesk,
    knock=_knock,
    authentic=signature.authentic,
    name=signature.name,
    parse=events.parse,
    person_in=events.person_in,
    setup="Calls go, with POST and as JSON, to:\n  {url}\nsigned with:\n  {secret}",
    new_secret=signature.new_secret,
    framed_by="https://{account}",
)
