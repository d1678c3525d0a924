"""What servers said of a sender, how a watcher is set up, and whether the sender counts as proven by that. Pure."""

from dataclasses import dataclass
from typing import Literal

from scripts.torturing.leaks_cast import FORWARDER, SERVER

Truth = Literal["proven", "unproven", "forged"]


@dataclass(frozen=True, slots=True)
class Proof:
    """Authentication headers for a domain, and what they come to for whoever believes the own server alone."""

    lines: tuple[str, ...]
    truth: Truth


def _told(*results: str, truth: Truth) -> Proof:
    return Proof(tuple(f"Authentication-Results: {one}" for one in results), truth)


PASS = "dmarc=pass header.from={domain}"
ELSEWHERE = "dmarc=pass header.from=evil.example; dkim=pass header.d=evil.example"
FAIL = "dmarc=fail header.from={domain}"
SEALED = (
    "ARC-Seal: i=1; a=rsa-sha256; t=1; cv=none; d={sealer}; s=s1; b=abc=",
    "ARC-Message-Signature: i=1; a=rsa-sha256; d={sealer}; s=s1; h=from:subject; bh=x=; b=abc=",
    "ARC-Authentication-Results: i=1; mx.{sealer}; dkim=pass header.d={domain}; " + PASS,
)


def _sealed(ours: str, sealer: str, truth: Truth) -> Proof:
    lines = tuple(line.replace("{sealer}", sealer) for line in SEALED)
    return Proof((f"Authentication-Results: {ours}", *lines), truth)


PROOFS: dict[str, Proof] = {
    "passed": _told(f"{SERVER}; {PASS}", truth="proven"),
    "passed by its signature": _told(f"{SERVER}; dkim=pass header.d={{domain}}; spf=none", truth="proven"),
    "nothing said": Proof((), "unproven"),
    "failed": _told(f"{SERVER}; {FAIL}", truth="forged"),
    "passed, says another server": _told(f"mx.evil.example; {PASS}", truth="unproven"),
    "passed, says a server called alike": _told(f"{SERVER}.evil.example; {PASS}", truth="unproven"),
    "passed, says a server without a name": _told(PASS, truth="unproven"),
    "failed, with a pass forged below": _told(f"{SERVER}; {FAIL}", f"{SERVER}; {PASS}", truth="forged"),
    "nothing, with a pass forged below": _told(f"{SERVER}; none", f"{SERVER}; {PASS}", truth="unproven"),
    "passed for another domain": _told(f"{SERVER}; {ELSEWHERE}", truth="unproven"),
    "a pass in a comment": _told(f"{SERVER}; dmarc=none ({PASS})", truth="unproven"),
    "a pass in a reason": _told(f'{SERVER}; spf=none reason="; {PASS}"', truth="unproven"),
    "sealed by a trusted forwarder": _sealed(f"{SERVER}; arc=pass; {FAIL}", FORWARDER, "proven"),
    "sealed by a stranger": _sealed(f"{SERVER}; arc=pass; {FAIL}", "evil.example", "forged"),
    "sealed, and the seal is broken": _sealed(f"{SERVER}; arc=fail; {FAIL}", FORWARDER, "forged"),
    "sealed, and nobody looked": _sealed(f"{SERVER}; spf=none", FORWARDER, "unproven"),
}  # fmt: skip
BELIEVED = ("passed", "passed by its signature", "sealed by a trusted forwarder")


@dataclass(frozen=True, slots=True)
class Setup:
    """How the account is watched: which server's word counts, and whether a sender has to be proven."""

    authserv_id: str
    require_proof: bool
    is_public: bool = False
    """Whether people outside are answered with what is for all."""

    def believes(self, proof: Proof) -> bool:
        """Whether a mail with this proof may be taken for its sender's."""
        truth = proof.truth if self.authserv_id else "unproven"
        return truth == "proven" or (truth == "unproven" and not self.require_proof)


SETUPS = {
    "no server is named": Setup("", False),
    "a server is named": Setup(SERVER, True),
    "a server is named, proof not asked": Setup(SERVER, False),
    "a source is public": Setup(SERVER, True, True),
    "a source is public, no server is named": Setup("", False, True),
}
