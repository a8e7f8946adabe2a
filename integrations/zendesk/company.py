"""Zendesk's row in the registry."""

import re

from integrations.companies import Company, Login
from integrations.http import Http
from integrations.zendesk import frame_token, signature, webhooks
from integrations.zendesk.api import ZendeskHelpdesk
from integrations.zendesk.client import ZendeskApi
from integrations.zendesk.install import ZendeskSetup
from integrations.zendesk.samples import ZendeskSamples


def _api(http: Http, origin: str, login: Login) -> ZendeskApi:
    return ZendeskApi(http, origin=origin, login=login)


def _open(http: Http, origin: str, login: Login) -> ZendeskHelpdesk:
    return ZendeskHelpdesk(_api(http, origin, login))


def _furnish(http: Http, origin: str, login: Login) -> ZendeskSetup:
    return ZendeskSetup(_api(http, origin, login).patient())


def _samples(http: Http, origin: str, login: Login) -> ZendeskSamples:
    return ZendeskSamples(_api(http, origin, login))


def _knock(http: Http, origin: str, login: Login) -> None:
    _api(http, origin, login).read("users/me")


_BUTTONS = """\
Agents type what they want into a private comment, and send it:
  /lagniappe flowers 60
  /lagniappe refund 24.50 of #1001
The macros under Lagniappe type the beginning of it for them. “/lagniappe help” answers with all there is.
Only what was typed in Zendesk itself counts: by mail, anybody may write as anybody.

The desk stands beside every ticket once an admin has uploaded Lagniappe's app for Zendesk, and pressed
“Set up again” here. Its address, which the app asks for:
  {desk}"""


ZENDESK = Company(
    called="Zendesk",
    origin="https://{account}.zendesk.com",
    account=re.compile(r"[a-z0-9][a-z0-9-]{0,62}"),
    open=_open,
    knock=_knock,
    authentic=signature.authentic,
    name=signature.name,
    parse=webhooks.parse,
    person_in=webhooks.person_in,
    kept=webhooks.kept,
    setup="Nothing: what is made there calls\n  {url}",
    framed_by="https://{account}.zendesk.com",
    vouch=frame_token.read,
    frame_script="https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js",
    account_is="the word before .zendesk.com in its address",
    user_is="the e-mail address of the admin whose API token it is",
    buttons=_BUTTONS,
    furnish=_furnish,
    samples=_samples,
    ticket_page="/agent/tickets/{number}",
)
