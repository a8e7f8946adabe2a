"""django-helpdesk's row in the registry."""

import re

from integrations.companies import Company, Login
from integrations.django_helpdesk import hooks
from integrations.django_helpdesk.api import DjangoHelpdesk
from integrations.django_helpdesk.client import DeskApi
from integrations.django_helpdesk.samples import DjangoSamples
from integrations.http import Http


def _api(http: Http, origin: str, login: Login) -> DeskApi:
    return DeskApi(http, origin=origin, user=login.user, key=login.key)


def _open(http: Http, origin: str, login: Login) -> DjangoHelpdesk:
    return DjangoHelpdesk(_api(http, origin, login))


def _samples(http: Http, origin: str, login: Login) -> DjangoSamples:
    return DjangoSamples(_api(http, origin, login))


def _knock(http: Http, origin: str, login: Login) -> None:
    _open(http, origin, login).ticket("1")  # be it there or not


DJANGO_HELPDESK = Company(
    called="django-helpdesk",
    origin="https://{account}",
    account=re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"),
    open=_open,
    knock=_knock,
    authentic=hooks.authentic,
    name=hooks.name,
    parse=hooks.parse,
    person_in=hooks.person_in,
    kept=hooks.kept,
    user_is="the name of the user whose password it is",
    setup="HELPDESK_FOLLOWUP_WEBHOOK_URLS={url}\nHELPDESK_NEW_TICKET_WEBHOOK_URLS={url}",
    samples=_samples,
    ticket_page="/tickets/{number}/",
)
