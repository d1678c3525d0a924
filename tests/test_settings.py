"""Settings: one file and variables over it, defaults that work, and every mistake told at once in a sentence."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from pydantic import ValidationError

from indexer.embedding.weights import DEFAULT
from indexer.errors import SettingsError
from service.mail.letter import Address
from service.oauth.keeping import Login
from service.passwords import password_of, secret_of, token_of, where_a_token_goes
from service.replies.outcome import Policy
from service.settings import MailboxSettings, Settings, example, load
from service.settings_given import fields, is_secret
from service.wiring import client_in, login_mark, logins_in

MAILBOX = '[[mailboxes]]\nuser = "tom@firma.example"\nhost = "imap.firma.example"\n'
INSIDE = '[replies]\ninternal_domains = ["firma.example"]\n'
LOGIN = '[access]\nlogin = "local"\n'


def settings(tmp_path: Path, text: str, environ: Mapping[str, str] | None = None, **options: Any) -> Settings:
    file = tmp_path / "signpost.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environ or {}, {"web": options})


def problems(tmp_path: Path, text: str, environ: Mapping[str, str] | None = None, **options: Any) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as told:
        settings(tmp_path, text, environ, **options)
    return told.value.problems


def mailbox(tmp_path: Path, more: str = "", environ: Mapping[str, str] | None = None) -> MailboxSettings:
    return settings(tmp_path, INSIDE + MAILBOX + more, environ).mailboxes[0]


def test_nothing_has_to_be_set(tmp_path: Path) -> None:
    assert settings(tmp_path, "").model_dump(exclude={"data"}) == load(None, {}).model_dump(exclude={"data"})


def test_there_are_at_most_forty_settings_and_each_says_what_it_is() -> None:
    every = {where: info for where, info in fields(Settings) if not is_secret(info)}

    assert len(every) <= 40
    for where, info in every.items():
        assert re.fullmatch(r"[A-Z].{12,230}\.", info.description or ""), where
        assert not info.is_required() or where in {*(("sources", "kind"), ("mailboxes", "user"), ("mailboxes", "host"))}


def test_the_example_sets_nothing(tmp_path: Path) -> None:
    assert settings(tmp_path, example()) == settings(tmp_path, "")


def test_the_example_holds_every_setting_but_secrets() -> None:
    shown = set(re.findall(r"^#(\w+) = ", example(), re.MULTILINE))

    assert shown == {where[-1] for where, _ in fields(Settings)} - {
        "password",
        "token",
        "webhook_secret",
        "access_secret",
        "index_url",
        "ledger_url",
        "search_url",
        "search_token",
    }
    assert max(map(len, example().splitlines())) <= 120


def test_every_line_of_the_example_can_be_used_as_it_stands(tmp_path: Path) -> None:
    used = re.sub(r"(?m)^#(\S)", r"\1", example()).replace('login = "none"', 'login = "local"')  # base_url asks for one
    whole = settings(tmp_path, used)

    assert (whole.sources[0].kind, whole.mailboxes[0].own[0].email) == ("trello-export", "tom@example.com")
    assert whole.replies.internal_domains == ("example.com",)


def test_what_the_example_shows_without_being_an_example_is_the_default(tmp_path: Path) -> None:
    shown = settings(tmp_path, re.sub(r"(?m)^#(\w+ = )", r"\1", example().split("#[[sources]]")[0]))
    tables = re.sub(r"(?m)^#(\w+ = )", r"\1", example()[example().index("[watch]") :])

    assert shown == settings(tmp_path, "")
    assert settings(tmp_path, tables.replace("https://signpost.example.com", "")) == settings(tmp_path, "")


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings(tmp_path, "").replies.enough = 0.1


def test_the_defaults_are_the_ones_used_elsewhere() -> None:
    defaults = load(None, {})

    assert (defaults.replies.enough, defaults.replies.max_links) == (Policy().enough, Policy().max_links)
    assert defaults.model.name == DEFAULT


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    text = 'data = "d"\n[replies]\ntemplates = "w"\n[[sources]]\nkind = "vcard"\npath = "exports/team.vcf"\n'
    read = settings(tmp_path, text, {"SIGNPOST_MODEL__NAME": "./model"})

    assert (read.data, read.replies.templates) == (tmp_path / "d", tmp_path / "w")
    assert (read.sources[0].path, read.sources[0].name) == (tmp_path / "exports/team.vcf", "team")
    assert read.model.name == str(tmp_path / "model")
    assert settings(tmp_path, 'data = "/srv/signpost"').data == Path("/srv/signpost")


def test_a_variable_goes_before_the_file(tmp_path: Path) -> None:
    environ = {
        "SIGNPOST_REPLIES__ENOUGH": "0.7",
        "signpost_watch__shadow": "true",
        "SIGNPOST_REPLIES__INTERNAL_DOMAINS": "firma.example, .gruppe.example",
        "SIGNPOST_REPLIES__LANGUAGE": "",
        "SIGNPOST_CONFIG": "elsewhere.toml",
        "PATH": "/usr/bin",
    }
    read = settings(tmp_path, '[replies]\nenough = 0.6\nlanguage = "de"\n', environ)

    assert (read.replies.enough, read.replies.language, read.watch.shadow) == (0.7, "de", True)
    assert read.replies.internal_domains == ("firma.example", ".gruppe.example")


def test_a_table_of_a_list_is_named_by_its_name_or_its_number(tmp_path: Path) -> None:
    environ = {"SIGNPOST_MAILBOXES__TOM_FIRMA_EXAMPLE__PORT": "1143", "SIGNPOST_MAILBOXES__0__DRAFTS": "Entwürfe"}

    assert (mailbox(tmp_path, "", environ).port, mailbox(tmp_path, "", environ).drafts) == (1143, "Entwürfe")


def test_a_container_needs_no_file() -> None:
    environ = {
        "SIGNPOST_MAILBOXES__0__HOST": "imap.firma.example",
        "SIGNPOST_MAILBOXES__0__USER": "tom@firma.example",
        "SIGNPOST_MAILBOXES__0__FOLDERS": '["INBOX", "Team, Nord"]',
        "SIGNPOST_REPLIES__INTERNAL_DOMAINS": "firma.example",
        "SIGNPOST_SOURCES": '[{"kind": "vcard", "path": "/srv/team.vcf"}]',
    }

    assert load(None, environ).mailboxes[0].folders == ("INBOX", "Team, Nord")
    assert load(None, environ).sources[0].name == "team"


def test_an_option_of_the_command_line_goes_before_all(tmp_path: Path) -> None:
    assert settings(tmp_path, "[web]\nport = 1", {"SIGNPOST_WEB__PORT": "2"}, port=3, host=None).web.port == 3
    assert problems(tmp_path, "", host="0.0.0.0")[0].startswith("signpost.toml: [web] host is '0.0.0.0', so")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = '[replies]\nenuogh = 0.4\nmax_links = 9\n[web]\nport = "abc"\n[[sources]]\nkind = "trelo"\n' + MAILBOX

    assert problems(tmp_path, text, {"SIGNPOST_WATCH__SHADOW": "perhaps", "SIGNPOST_DATTA": "x"}) == (
        "SIGNPOST_DATTA sets nothing. Did you mean SIGNPOST_DATA?",
        "signpost.toml: [replies] internal_domains is missing, so nobody would get a draft. "
        'Name your own mail domains, for example internal_domains = ["example.com"].',
        'signpost.toml: [[sources]] number 1: kind has to be "trello", "trello-export", "hubspot", "salesforce", '
        '"pipedrive", "crm-csv", "carddav", "vcard", "kanboard" or "drop", not "trelo".',
        "signpost.toml: [replies] max_links has to be at most 3, not 9.",
        "signpost.toml: [replies] enuogh is no setting. Did you mean enough?",
        'SIGNPOST_WATCH__SHADOW has to be true or false, not "perhaps".',
        'signpost.toml: [web] port has to be a whole number, not "abc".',
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("enough = 0.4", "signpost.toml: enough is no setting here; it belongs to [replies]."),
        ("[modle]\nname = 'x'", "signpost.toml: modle is no setting. Did you mean model?"),
        ("[web]\ntls = 'tls'", "signpost.toml: [web] tls is no setting here; it belongs to [[mailboxes]]."),
        ("[web]\nxyzzy = 1", "signpost.toml: [web] xyzzy is no setting. There are host, port, base_url."),
        ("mailboxes = 3", "signpost.toml: mailboxes has to be a list of tables, each headed [[mailboxes]], not 3."),
        (
            "[sources]\npath = 'x'",
            "signpost.toml: sources has to be a list of tables, each headed [[sources]], not a single table.",
        ),
        ("web = 8025", "signpost.toml: web has to be a table, headed [web], not 8025."),
        ("data = 5", "signpost.toml: data has to be a path in quotes, not 5."),
        ("[watch]\npoll_seconds = 0", "signpost.toml: [watch] poll_seconds has to be more than 0, not 0."),
        ("[replies]\nenough = nan", "signpost.toml: [replies] enough has to be a number, not nan."),
        ("[replies]\nlanguage = 'german'", 'language has to be a language code such as "en", not "german".'),
        ("[web]\nbase_url = 'javascript:x'", "base_url has to be a web address such as"),
        ("[replies]\ninternal_domains = ['gmail.com']", '[replies] internal_domains holds "gmail.com", where anybody'),
        ("[replies]\ninternal_domains = ['com']", 'has to hold mail domains such as "example.com", "com" is none.'),
        ("[[sources]]\nkind='vcard'\npath='x'\nvisibility='all'", '[[sources]] x: visibility has to be "everyone"'),
        ("[[sources]]\nkind='vcard'\npath='x'\nname='a:b'", "[[sources]] a:b: name has to be a short name"),
    ],
)
def test_a_mistake_says_where_it_is_and_what_would_be_right(tmp_path: Path, text: str, told: str) -> None:
    assert any(told in problem for problem in problems(tmp_path, text))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('tls = "none"', "tls would send the password to imap.firma.example in the clear."),
        ('addresses = ["tom"]', 'addresses has to hold mail addresses, "tom" is none.'),
        ("port = 0", "port has to be at least 1, not 0."),
        ("folders = []", "folders has to be a list of texts"),
        (MAILBOX, "two [[mailboxes]] are called tom@firma.example. Give each a name of its own."),
    ],
)
def test_a_mistake_in_a_mailbox_names_the_mailbox(tmp_path: Path, more: str, told: str) -> None:
    (problem,) = problems(tmp_path, INSIDE + MAILBOX + more)

    assert told in problem
    assert "tom@firma.example" in problem


def test_a_login_name_that_is_no_address_needs_one(tmp_path: Path) -> None:
    text = INSIDE + MAILBOX.replace("tom@firma.example", "tom")

    assert problems(tmp_path, text) == (
        'signpost.toml: [[mailboxes]] tom: addresses has to hold mail addresses, "tom" is none; '
        "the login name is none, so name at least one here.",
    )


@pytest.mark.parametrize("name", ["password", "passwd", "api_token", "client_secret"])
def test_a_secret_in_the_file_is_told_where_to_go_and_never_repeated(tmp_path: Path, name: str) -> None:
    told = "\n".join(problems(tmp_path, INSIDE + MAILBOX + f'{name} = "geheim42"\n'))

    assert f"`{name}` does not belong in this file." in told
    assert "SIGNPOST_MAILBOXES__TOM_FIRMA_EXAMPLE__PASSWORD" in told
    assert "geheim42" not in told


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"[web\nport = 1", "cannot be read: .*line 1"),
        ("data = 'Grüße'".encode("latin-1"), r"is not UTF-8 \(byte 10\)"),
    ],
)
def test_a_file_that_is_no_toml_is_told(tmp_path: Path, raw: bytes, told: str) -> None:
    (tmp_path / "signpost.toml").write_bytes(raw)

    with pytest.raises(SettingsError, match=told):
        load(tmp_path / "signpost.toml", {})


def test_a_missing_file_or_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no settings file .*lost\.toml\. Write one with: signpost init"):
        load(tmp_path / "lost.toml", {})
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load(tmp_path, {})


def test_a_file_saved_by_an_editor_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert settings(tmp_path, "\ufeff[web]\nport = 1\n").web.port == 1


@pytest.mark.parametrize("name", ["SIGNPOST_MAILBOXES__999__HOST", "SIGNPOST_MAILBOXES__0", "SIGNPOST_WEB__PORT__X"])
def test_a_variable_that_leads_nowhere_is_told(tmp_path: Path, name: str) -> None:
    assert problems(tmp_path, "", {name: "x"})[0].startswith(f"{name} sets nothing.")


def test_a_variable_for_a_mailbox_where_there_is_none_says_so(tmp_path: Path) -> None:
    name = "SIGNPOST_MAILBOXES__SALES__PASSWORD"

    assert problems(tmp_path, "", {name: "x"}) == (f"{name} sets nothing. There are no [[mailboxes]] in the settings.",)


def test_a_variable_that_is_no_json_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path, "", {"SIGNPOST_SOURCES": "[oops"})[0].startswith("SIGNPOST_SOURCES is no JSON: ")


def test_the_port_and_the_proof_follow_what_is_set_beside_them(tmp_path: Path) -> None:
    assert (mailbox(tmp_path).port, mailbox(tmp_path, 'tls = "starttls"').port) == (993, 143)
    for named in ("", 'authserv_id = "mx.firma.example"\n'):
        read = settings(tmp_path, f"{INSIDE}{named}{MAILBOX}")
        assert read.policy(read.mailboxes[0]).require_proof is bool(named)


def test_the_address_of_the_pages(tmp_path: Path) -> None:
    assert settings(tmp_path, "").web.url == "http://127.0.0.1:8025"
    assert settings(tmp_path, '[web]\nhost = "::1"').web.url == "http://[::1]:8025"
    assert settings(tmp_path, f'{LOGIN}[web]\nbase_url = "https://a.example/s/"').web.url == "https://a.example/s"


def test_drafts_link_to_the_pages_only_where_their_readers_can_open_them(tmp_path: Path) -> None:
    local = MAILBOX.replace("imap.firma.example", "127.0.0.1")
    base = f'[web]\nbase_url = "https://signpost.firma.example"\n{LOGIN}'
    sites = [
        (s := settings(tmp_path, INSIDE + m + b)).site(s.mailboxes[0]) for m in (MAILBOX, local) for b in ("", base)
    ]

    assert sites == ["", "https://signpost.firma.example", "http://127.0.0.1:8025", "https://signpost.firma.example"]


def test_the_policy_of_a_mailbox(tmp_path: Path) -> None:
    addresses = 'addresses = ["Tom Okafor <Tom@Firma.example>", "sales@firma.example"]\n'
    read = settings(tmp_path, INSIDE + "enough = 0.8\n" + MAILBOX + addresses)

    assert read.mailboxes[0].own == (Address("Tom@firma.example", "Tom Okafor"), Address("sales@firma.example"))
    assert read.policy(read.mailboxes[0]) == Policy(
        internal=frozenset({"firma.example"}), own=frozenset({"tom@firma.example", "sales@firma.example"}), enough=0.8
    )


def test_a_password_comes_from_the_variable_then_the_file_then_the_keyring(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("aus der Datei\n", encoding="utf-8")
    variable = {"SIGNPOST_MAILBOXES__TOM_FIRMA_EXAMPLE__PASSWORD": "aus der Variable"}
    ring = {"tom@firma.example": "aus dem Bund"}.get

    assert password_of(mailbox(tmp_path, 'password_file = "pw"', variable), ring) == "aus der Variable"
    assert password_of(mailbox(tmp_path, 'password_file = "pw"'), ring) == "aus der Datei"
    assert password_of(mailbox(tmp_path), ring) == "aus dem Bund"
    assert "Variable" not in repr(mailbox(tmp_path, "", variable))


def test_a_missing_password_says_where_it_can_be_put(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"SIGNPOST_MAILBOXES__TOM_FIRMA_EXAMPLE__PASSWORD.*keyring set signpost"):
        password_of(mailbox(tmp_path))


@pytest.mark.parametrize(
    ("raw", "told"), [(None, "No such file"), (b"", "single line"), (b"a\nb\n", "single line"), (b"\xff", "not UTF-8")]
)
def test_a_password_file_that_holds_none_is_told(tmp_path: Path, raw: bytes | None, told: str) -> None:
    if raw is not None:
        (tmp_path / "pw").write_bytes(raw)

    with pytest.raises(SettingsError, match=told):
        password_of(mailbox(tmp_path, 'password_file = "pw"'))


APP = 'auth = "oauth2"\noauth = {provider = "microsoft", client_id = "app", tenant = "firma.example"}\n'


def test_a_mailbox_may_log_in_by_tokens_and_its_client_may_have_a_secret(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("geheim\n", encoding="utf-8")
    (google,) = settings(tmp_path, INSIDE + MAILBOX + APP.replace("microsoft", "google")).mailboxes

    assert (client_in(google).secret, secret_of(mailbox(tmp_path, APP + 'password_file = "pw"'))) == ("", "geheim")
    assert client_in(mailbox(tmp_path, APP)).token_url.startswith("https://login.microsoftonline.com/firma.example/")
    assert mailbox(tmp_path, "", {"SIGNPOST_MAILBOXES__0__OAUTH": "{}"}).auth == "password"


def test_what_a_mailbox_logs_in_with_has_a_mark_that_changes_with_it_and_tells_nothing(tmp_path: Path) -> None:
    by_file, by_token = mailbox(tmp_path, 'password_file = "pw"'), mailbox(tmp_path, APP)
    marks = [login_mark(by_file, tmp_path), login_mark(by_token, tmp_path)]
    (tmp_path / "pw").write_text("geheim42\n", encoding="utf-8")
    logins_in(tmp_path).save(by_token.name, Login("app", "https://login.example", "geheim42"))
    marks += [login_mark(by_file, tmp_path), login_mark(by_token, tmp_path)]

    assert len(set(marks)) == 4
    assert "geheim42" not in "".join(marks)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('auth = "oauth2"', "oauth has to hold client_id, which the provider gives"),
        ('auth = "token"', 'auth has to be "password" or "oauth2", not "token".'),
        ('oauth = {provider = "google", client_id = "a"}', 'oauth is given, but auth is not "oauth2".'),
        ('auth = "oauth2"\noauth = {provider = "yahoo", client_id = "a"}', 'has to hold provider = "google" or'),
        ('auth = "oauth2"\noauth = {cleint_id = "a"}', "oauth holds cleint_id, which is unknown here. There are"),
        ('auth = "oauth2"\noauth = {client_id = "a"}', "or token_url with device_url or authorize_url"),
        ('auth = "oauth2"\noauth = {client_id = "a", token_url = "http://login.example"}', "https addresses only"),
        ('auth = "oauth2"\noauth = {client_secret = "geheim42"}', "`client_secret` does not belong in this file."),
    ],
)
def test_a_mistake_in_a_client_is_told(tmp_path: Path, more: str, told: str) -> None:
    every = problems(tmp_path, INSIDE + MAILBOX + more)

    assert any(told in problem for problem in every)
    assert "geheim42" not in "".join(every)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PARTS = st.sampled_from(
    ["REPLIES", "ENOUGH", "MAILBOXES", "SOURCES", "0", "1", "HOST", "WEB", "DATA", "X", "", "COLUMNS"]
)


@hypothesis(suppress_health_check=[HealthCheck.too_slow])  # drawing takes long where others use the machine
@given(
    environ=st.dictionaries(
        st.lists(PARTS, max_size=4).map("__".join), st.text(max_size=8) | JSON.map(repr), max_size=5
    )
)
def test_no_variables_whatever_make_more_than_sentences(environ: dict[str, str]) -> None:
    assert all(re.search(r"[.?]$", problem) for problem in told({f"SIGNPOST_{n}": text for n, text in environ.items()}))


def told(environ: dict[str, str]) -> tuple[str, ...]:
    try:
        load(None, environ)
    except SettingsError as fault:
        return fault.problems
    return ()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("kind='vcard'", '[[sources]] number 1: path is missing, for example path = "exports/sales-board.json"'),
        ("kind='hubspot'\npath='x'", "path is given, but hubspot is asked over the network and has no file"),
        ("kind='trello'", "options need key: The API key"),
        ("kind='trello'\noptions={key='k', bords=['x']}", "options cannot have bords; trello has every, token_file"),
        ("kind='vcard'\npath='x'\noptions={every=1}", "options every has to be greater than or equal to 10"),
        ("kind='kanboard'\noptions={url='http://kb.example'}", "would send the token to kb.example in the clear"),
        ("kind='carddav'\noptions={url='dav.example', user='u'}", "options url has to be a web address such as"),
    ],
)
def test_a_source_that_lacks_something_is_told_what(tmp_path: Path, table: str, says: str) -> None:
    assert any(says in problem for problem in problems(tmp_path, f"[[sources]]\n{table}\n"))


def test_the_secrets_of_a_source_are_never_in_the_file(tmp_path: Path) -> None:
    table = "[[sources]]\nkind='trello'\nname='sales'\noptions={key='k', token='t'}\nwebhook_secret='w'\n"

    (webhook, token) = sorted(problems(tmp_path, table), reverse=True)

    assert "variable SIGNPOST_SOURCES__SALES__TOKEN, or into a file that token_file names" in token
    assert "variable SIGNPOST_SOURCES__SALES__WEBHOOK_SECRET" in webhook


def test_a_service_is_asked_as_the_settings_say(tmp_path: Path) -> None:
    table = "[[sources]]\nkind='trello'\noptions={key='k', boards=['https://trello.com/b/x'], token_file='t.txt'}\n"
    (source,) = settings(tmp_path, table, {"SIGNPOST_SOURCES__0__TOKEN": "s3same"}).sources

    assert (source.name, source.chosen.boards, source.every) == ("trello", ("https://trello.com/b/x",), 50)
    assert source.chosen.token_file == str(tmp_path / "t.txt")
    assert source.token
    assert source.token.get_secret_value() == "s3same"
    assert "s3same" not in repr(source)


def test_a_source_without_a_name_is_called_in_variables_as_everywhere(tmp_path: Path) -> None:
    table, name = '[[sources]]\nkind = "hubspot"\n', "SIGNPOST_SOURCES__HUBSPOT__TOKEN"

    assert name in where_a_token_goes(settings(tmp_path, table).sources[0])
    assert token_of(settings(tmp_path, table, {name: "pat-1"}).sources[0]) == "pat-1"


def test_sources_that_share_a_name_are_told_apart_by_their_kind(tmp_path: Path) -> None:
    table = '[[sources]]\nkind = "hubspot"\nname = "sales"\n[[sources]]\nkind = "pipedrive"\nname = "sales"\n'
    hub, pipe = (f"SIGNPOST_SOURCES__{kind}_SALES__TOKEN" for kind in ("HUBSPOT", "PIPEDRIVE"))

    assert [token_of(s) for s in settings(tmp_path, table, {hub: "a1", pipe: "b2"}).sources] == ["a1", "b2"]
    (says,) = problems(tmp_path, table, {"SIGNPOST_SOURCES__SALES__TOKEN": "a1"})
    assert hub in says or pipe in says
    assert "a1" not in says


def test_pages_for_other_machines_ask_for_a_login_and_for_https(tmp_path: Path) -> None:
    open_to_all = '[web]\nhost = "0.0.0.0"\n'
    safe = open_to_all + 'base_url = "https://signpost.firma.example"\n' + LOGIN

    assert problems(tmp_path, open_to_all)[0].endswith('login = "local", "proxy" or "oidc" (docs/access.md).')
    assert "no https address" in problems(tmp_path, open_to_all + LOGIN)[0]
    assert settings(tmp_path, safe).entry.login == "local"


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('login = "ldap"', 'access has login = "ldap", which is none of none, local, proxy, oidc'),
        ('login = "proxy"\ndomains = ["firma.example"]', 'access with login = "proxy": proxies is missing'),
        ('login = "proxy"\nproxies = ["10.0.0.999"]\ndomains = ["firma.example"]', "is no address or network"),
        ('login = "proxy"\nproxies = ["10.0.0.2"]', "[access] domains is missing"),
        (
            'login = "oidc"\nissuer = "http://id.example"\nclient_id = "x"\ndomains = ["firma.example"]',
            "an https address",
        ),
        (
            'login = "local"\nadmin = ["tom@firma.example"]',
            "admin is no setting of it; there are groups, admins, hours",
        ),
        ('login = "local"\nadmins = ["Tom"]', 'holds "Tom", which is no mail address'),
    ],
)
def test_a_mistake_in_how_people_log_in_is_told(tmp_path: Path, table: str, says: str) -> None:
    assert any(says in told for told in problems(tmp_path, f"[access]\n{table}"))


def test_who_belongs_to_which_group_is_read(tmp_path: Path) -> None:
    table = '[access]\nlogin = "local"\nadmins = ["Tom@Firma.example"]\n[access.groups]\nboard = ["Anna@firma.example"]'
    entry = settings(tmp_path, table).entry

    assert (entry.admins, entry.groups) == (("tom@firma.example",), {"board": ("anna@firma.example",)})
