"""Settings → who is let in to the pages, and the provider that asks for their login."""

from dataclasses import replace
from pathlib import Path

from indexer.errors import SettingsError
from service.access.oidc import OpenIdConnect, Provider
from service.access.rules import Rules
from service.passwords import secret_in
from service.settings import Settings
from service.settings_access import OidcAccess, ProxyAccess


def rules_in(settings: Settings) -> Rules:
    """Who is let in to the pages, and who belongs to which group."""
    entry, domains = settings.entry, settings.replies.internal_domains
    told = Rules(
        login=entry.login,
        groups={name: frozenset(members) for name, members in entry.groups.items()},
        admins=frozenset(entry.admins),
        domains=domains,
        lasts=entry.lasts,
    )
    if isinstance(entry, ProxyAccess):
        told = replace(told, header=entry.header, groups_header=entry.groups_header, proxies=entry.networks)
    if isinstance(entry, ProxyAccess | OidcAccess):
        told = replace(told, domains=entry.domains or domains)
    return told


def provider_in(settings: Settings) -> OpenIdConnect:
    """The provider of OpenID Connect that the settings name. Raises SettingsError where its secret cannot be read."""
    entry = settings.entry
    if not isinstance(entry, OidcAccess):
        raise SettingsError(["[access] names no login provider."])
    secret = settings.access_secret.get_secret_value() if settings.access_secret else ""
    if not secret and entry.client_secret_file:
        secret = secret_in(Path(entry.client_secret_file), "the login provider")
    back = f"{settings.web.url}/login/back"
    return OpenIdConnect(Provider(entry.issuer, entry.client_id, back, secret, entry.scopes, entry.groups_claim))
