"""Gorgias's row in the registry."""

import re
from secrets import token_urlsafe

from integrations.companies import Company, Consent, Login
from integrations.gorgias import consent, webhooks, widget
from integrations.gorgias.api import GorgiasHelpdesk
from integrations.gorgias.client import GorgiasApi
from integrations.gorgias.install import GorgiasSetup
from integrations.gorgias.samples import GorgiasSamples
from integrations.http import Http


def _api(http: Http, origin: str, login: Login) -> GorgiasApi:
    return GorgiasApi(http, origin=origin, login=login)


def _open(http: Http, origin: str, login: Login) -> GorgiasHelpdesk:
    return GorgiasHelpdesk(_api(http, origin, login))


def _furnish(http: Http, origin: str, login: Login) -> GorgiasSetup:
    return GorgiasSetup(_api(http, origin, login).patient())


def _samples(http: Http, origin: str, login: Login) -> GorgiasSamples:
    return GorgiasSamples(_api(http, origin, login))


def _knock(http: Http, origin: str, login: Login) -> None:
    _api(http, origin, login).read("account")


_BUTTONS = """\
Agents press macros. “Refund & keep” and “Send flowers” are made for them; try each once. Where one does nothing, or
for another of their own, it is five clicks:
  Settings, Macros, Create macro, Add action, HTTP hook.
It calls, with POST and as JSON:
  {url}
with the header
  X-Lagniappe-Secret: {secret}
and these fields:
  v: 1
  event: action
  action: refund_keep (or flowers)
  ticket_id: {{{{ticket.id}}}}
  customer_email: {{{{ticket.customer.email}}}}
  agent_email: {{{{current_user.email}}}}
  agent_name: {{{{current_user.name}}}}
  amount, items, message, confirm: empty, to be filled in by the agent"""


GORGIAS = Company(
    called="Gorgias",
    origin="https://{account}.gorgias.com",
    account=re.compile(r"[a-z0-9][a-z0-9-]{0,62}"),
    open=_open,
    knock=_knock,
    authentic=webhooks.authentic,
    name=lambda _call: None,
    parse=webhooks.parse,
    person_in=webhooks.person_in,
    render=widget.render,
    setup="Macros with an HTTP hook send JSON, by POST, to:\n  {url}\nwith the header\n  X-Lagniappe-Secret: {secret}",
    new_secret=lambda: token_urlsafe(32),
    account_is="the word before .gorgias.com in its address",
    user_is="the e-mail address of the user whose key it is",
    buttons=_BUTTONS,
    consent=Consent(page=consent.page, exchange=consent.exchange, refresh=consent.refresh),
    pushes=True,
    furnish=_furnish,
    samples=_samples,
    ticket_page="/app/ticket/{number}",
)
