"""Did the server that received this mail prove who sent it? Authentication-Results → `Trust`. Pure, never raises.

Only the topmost header of the configured server counts (RFC 8601 §5): whatever stands below it, or bears another
name, may have been written by the sender. Without a configured server nothing is proven.

A forwarder breaks SPF and mostly DKIM. What it saw itself counts in their place where that server says `arc=pass` and
every sealer, from the newest set down to the one that tells of a pass, is a trusted forwarder (RFC 8617 §7.2).
"""

from service.mail.arc import chain
from service.mail.authentication import Result, results
from service.mail.homoglyphs import looks_like
from service.mail.letter import Mail, Trust

NAMELESS = "microsoft"
FAILURES = frozenset({("dmarc", "fail"), ("dmarc", "reject"), ("dmarc", "quarantine"), ("compauth", "fail")})
PROOFS = (
    ("dmarc", ("header.from",)),
    ("dkim", ("header.d", "header.i")),
    ("spf", ("smtp.mailfrom", "envelope-from", "smtp.from")),
)


def trust(
    mail: Mail,
    authserv_id: str = "",
    internal: frozenset[str] = frozenset(),
    forwarders: frozenset[str] = frozenset(),
) -> Trust:
    """Whether the sender is who From says; `internal` domains are guarded against look-alikes.

    `forwarders` are the domains whose seals count, lower case.
    """
    if mail.sender is None:
        return Trust("forged" if mail.authors else "unproven", _why_nobody(mail))
    imitated = next((own for own in sorted(internal) if looks_like(mail.sender.domain, own)), "")
    if imitated:
        return Trust("forged", f"{mail.sender.domain} is made to look like {imitated}.")
    if not authserv_id:
        nobody = Trust("unproven", "No server is configured whose Authentication-Results count (authserv_id).")
        return _with_notes(mail, nobody)
    found = _trusted_results(mail, authserv_id)
    sealer = _forwarded(mail, mail.sender.domain, found or (), forwarders)
    if sealer:
        says = (
            f"{authserv_id} says that the seal of {sealer} holds, which forwarded it and saw {mail.sender.domain} pass."
        )
        return _with_notes(mail, Trust("proven", says))
    return _with_notes(mail, _judged(mail.sender.domain, found, authserv_id))


def _why_nobody(mail: Mail) -> str:
    reasons = [defect for defect in mail.defects if "From" in defect]
    return f"Nobody can be taken for the sender: {', '.join(reasons) or 'there is no From header'}."


def _trusted_results(mail: Mail, authserv_id: str) -> tuple[Result, ...] | None:
    """The results of the topmost header that the configured server wrote; None where it wrote none.

    Microsoft 365 names no server: where `microsoft` is configured, the topmost header of all is its own.
    """
    headers = [results(value) for value in mail.all_headers("authentication-results")]
    wanted = authserv_id.strip().lower()
    if wanted == NAMELESS:
        return headers[0][1] if headers and not headers[0][0] else None
    return next((found for server, found in headers if server == wanted), None)


def _judged(domain: str, found: tuple[Result, ...] | None, authserv_id: str) -> Trust:
    if found is None:
        return Trust("unproven", f"No Authentication-Results of {authserv_id} is on it.")
    failed = _failure(found)
    if failed:
        return Trust("forged", f"{authserv_id} says that {failed} failed for {domain}.")
    method = _proof(domain, found)
    if method:
        return Trust("proven", f"{authserv_id} says that {method} passed for {domain}.")
    return Trust("unproven", f"{authserv_id} saw no aligned DMARC, DKIM or SPF pass for {domain}.")


def _forwarded(mail: Mail, domain: str, found: tuple[Result, ...], forwarders: frozenset[str]) -> str:
    """The trusted forwarder that saw a pass for the From domain; empty where none did, or its word does not hold."""
    if not forwarders or not _holds(found):
        return ""
    for sealed in chain(mail):
        if sealed.sealer not in forwarders:
            return ""
        if not _failure(sealed.results) and _proof(domain, sealed.results):
            return sealed.sealer
        if not _holds(sealed.results):
            return ""
    return ""


def _holds(found: tuple[Result, ...]) -> bool:
    """Whether a server says that the chain it received is whole and unbroken."""
    return {result.value for result in found if result.method == "arc"} == {"pass"}


def _failure(found: tuple[Result, ...]) -> str:
    return next((result.method for result in found if (result.method, result.value) in FAILURES), "")


def _proof(domain: str, found: tuple[Result, ...]) -> str:
    """The method that passed for this domain."""
    return next((method for method, properties in PROOFS if _is_for(domain, found, method, properties)), "")


def _is_for(domain: str, found: tuple[Result, ...], method: str, properties: tuple[str, ...]) -> bool:
    """Whether this method passed for the From domain; a DMARC pass that names no domain speaks of From itself."""
    for result in found:
        if result.method != method or result.value != "pass":
            continue
        told = [value.rpartition("@")[2].lower().strip(".") for name, value in result.properties if name in properties]
        if any(aligned(one, domain) for one in told) or (method == "dmarc" and not told):
            return True
    return False


def aligned(one: str, other: str) -> bool:
    """The same domain, or one a part of the other.

    Narrower than DMARC's relaxed alignment (RFC 7489 §3.1.1): two neighbours under one parent are not taken for one
    organisation, because without the public suffix list `a.github.io` and `b.github.io` would be.
    """
    if "." not in one or "." not in other:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _with_notes(mail: Mail, told: Trust) -> Trust:
    """Say where replies would go elsewhere than to the sender's organisation."""
    sender = mail.sender
    away = [a.email for a in mail.reply_to if sender and not aligned(a.domain, sender.domain)]
    return Trust(told.verdict, f"{told.says} Replies are directed to {', '.join(away[:3])}.") if away else told
