"""The application → its pages: what the settings and the sources say, as the web layer is told it."""

from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI

from indexer.knowledge import Knowledge
from service.admission import provider_in, rules_in
from service.ledger import Ledger
from service.promising import Promising
from service.replies.outcome import Policy
from service.settings import Settings
from service.sourcing import Sourcing
from service.templates import Templates
from service.version import version
from service.web.app import create
from service.web.options import WebOptions


def pages_of(settings: Settings, knowledge: Knowledge, ledger: Ledger, sourcing: Sourcing) -> FastAPI:
    """The web application of these settings. Raises SettingsError where the login provider's secret is missing."""
    promising = Promising(ledger.verdicts, settings.replies.most_wrong)
    rules = rules_in(settings)
    options = WebOptions(
        base_url=settings.web.url,
        version=version(),
        templates=Templates(settings.replies.templates),
        now=partial(datetime.now, UTC),
        mailboxes=tuple(told.name for told in settings.mailboxes),
        rules=rules,
        provider=provider_in(settings) if rules.login == "oidc" else None,
        owners={told.name: frozenset(a.email.lower() for a in told.own) for told in settings.mailboxes},
        health=sourcing.troubles,
        sources=lambda: sourcing.standing(datetime.now(UTC)),
        rung=sourcing.rung,
        promises=partial(promising.says, settings.replies.enough),
        judged=lambda answer: promising.kept_by(Policy(enough=settings.replies.enough)).judged(answer),
    )
    return create(knowledge, ledger, options)
