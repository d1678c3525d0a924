"""The walls of the house: who may import what. ARCHITECTURE.md explains why."""

import ast
from collections.abc import Collection
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(p for top in ("indexer", "service") for p in (ROOT / top).rglob("*.py"))
DOORS = {
    "sqlite3": {"indexer/store", "service/ledgers/sqlite"},
    "psycopg": {"indexer/engines/postgres/server"},
    "pymilvus": {"indexer/engines/milvus/server"},
    "grpc": {"indexer/engines/milvus/server"},
    "faiss": {"indexer/coarse", "indexer/vectors"},
    "tantivy": {"indexer/words"},
    "torch": {"indexer/embedding"},
    "sentence_transformers": {"indexer/embedding"},
    "openvino": {"indexer/embedding"},
    "nncf": {"indexer/embedding/quantising"},
    "tokenizers": {"indexer/embedding"},
    "rapidfuzz": {"indexer/lookalikes"},
    "xxhash": {"indexer/checksums"},
    "imapclient": {"service/mailbox/imap"},
    "argon2": {"service/access/passwords"},
    "zxcvbn": {"service/access/passwords"},
    "authlib": {"service/access/oidc"},
    "joserfc": {"service/access/oidc"},
    "requests": {"service/access/oidc"},
    "oauthlib": {"service/oauth/exchange"},
    "httpx2": {"service/oauth/exchange"},
    "httpcore2": {"indexer/sources/wire"},
    "keyring": {"service/passwords"},
    "fastapi": {"service/web"},
    "matplotlib": {"service/web/plots"},
    "uvicorn": {"service/web"},
    "jinja2": {"service/templates", "service/web/pages"},
    "resiliparse": {"service/mail/html"},
    "pymap": {"service/demo"},
    "typer": {
        "service/cli",
        "service/cli_quality",
        "service/cli_learning",
        "service/cli_mailboxes",
        "service/cli_sources",
        "service/cli_access",
        "service/cli_index",
        "service/cli_ledger",
        "service/terminal",
    },
    "rich": {"service/printing"},
}
SENDERS = {"smtplib", "aiosmtplib", "smtpd", "aiosmtpd", "yagmail", "envelopes", "sendgrid", "mailgun", "nntplib"}
IMPURE = {"os", "time", "random", "socket", "subprocess", "threading", "secrets", "uuid", "asyncio", "pathlib"}
SEEDED = {"random.Random"}  # drawing from a generator that was passed in is pure; the module's own is not
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}


@cache
def imports(path: Path) -> frozenset[str]:
    """Everything a file imports anywhere in it, as dotted names."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively; write the whole name"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def place(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix()


def is_pure(path: Path) -> bool:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return said.split("\n")[0].rstrip(".").endswith((" Pure", " All pure"))


def test_the_indexer_knows_nothing_of_the_service() -> None:
    assert [place(p) for p in FILES if place(p).startswith("indexer") and "service" in tops(p)] == []


@pytest.mark.parametrize("library", DOORS)
def test_each_outside_library_has_its_door(library: str) -> None:
    through = {place(p) for p in FILES if library in tops(p)}

    assert {p for p in through if not any(p == door or p.startswith(f"{door}/") for door in DOORS[library])} == set()


def test_nothing_can_send_mail() -> None:
    assert {place(p): tops(p) & SENDERS for p in FILES if tops(p) & SENDERS} == {}


@pytest.mark.parametrize("path", [p for p in FILES if is_pure(p)], ids=place)
def test_a_module_that_says_it_is_pure_is(path: Path) -> None:
    named = {ast.unparse(n) for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Attribute)}

    reached = {name.split(".")[0] for name in imports(path) - SEEDED}
    assert reached & (IMPURE | set(DOORS) - {"rapidfuzz", "resiliparse", "jinja2"}) == set()
    assert named & CLOCKS == set()


def test_there_are_no_import_cycles() -> None:
    known = {place(p).removesuffix("/__init__").replace("/", "."): p for p in FILES}
    edges = {name: {m for i in imports(p) if (m := longest_known(i, known)) and m != name} for name, p in known.items()}
    done: set[str] = set()

    for start in edges:
        visit(start, edges, (), done)


def longest_known(name: str, known: Collection[str]) -> str | None:
    parts = name.split(".")
    return next((n for end in range(len(parts), 0, -1) if (n := ".".join(parts[:end])) in known), None)


def visit(module: str, edges: dict[str, set[str]], path: tuple[str, ...], done: set[str]) -> None:
    assert module not in path, " → ".join((*path, module))
    if module in done:
        return
    for target in edges[module]:
        visit(target, edges, (*path, module), done)
    done.add(module)


@pytest.mark.parametrize("path", FILES, ids=place)
def test_every_module_says_what_it_is_and_fits_in_a_sitting(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert ast.get_docstring(tree), f"{place(path)} has no docstring"
    assert len(path.read_text().splitlines()) <= 300, f"{place(path)} is longer than a sitting"
