"""Links that may stand in a draft: http and https alone, to where a document opens, and to the search. Pure."""

import re
from urllib.parse import quote, urlencode, urlsplit

from indexer.asking import Answer, Hit
from service.replies.clean import head, one_line

LONGEST = 2_000
_PLAIN = re.compile(
    r"https?://[^\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+", re.I
)
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
_KEPT = "%:/?#[]@!$&()*+,;=~-._"


def of_hit(hit: Hit, site: str) -> str:
    """The link that opens the hit at its passage, else the document; empty where there is none to trust.

    A document whose source has no link for it opens on the search page, when its address `site` is known.
    """
    return next((url for told in (hit.anchor, hit.document.url) if (url := _opened(told, site))), "") or (
        "" if hit.document.url else _opened(f"/documents/{quote(hit.document.id, safe=':@,')}", site)
    )


def to_search(site: str, answer: Answer) -> str:
    """The search page with the question filled in, so that it finds what the answer found; empty without its address.

    Where the mail names in another sentence what the question is about, that name goes along.
    """
    asked = head(one_line(answer.question.text, 10_000), 300)
    return _opened(f"/?{urlencode({'q': ' '.join([asked, *_named_elsewhere(answer)])})}", site)


def _named_elsewhere(answer: Answer) -> list[str]:
    text = answer.question.text.casefold()
    why = " ".join(why.says for hit in answer.hits[:1] for why in hit.why if why.lane == "entity")
    names = (m.name for m in answer.mentions if m.written in why and m.written.casefold() not in text)
    return [one_line(name, 100) for name in dict.fromkeys(names)][:2]


def web_link(url: str) -> str:
    """The URL in plain ASCII, when it leads to a host by http or https and hides no login; else nothing."""
    if not _PLAIN.fullmatch(url):
        return ""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if not _HOST.fullmatch(host) or "@" in parts.netloc:
        return ""
    bracketed = f"[{host}]" if ":" in host else host
    _, _, behind = url.partition("//")
    rest = quote(behind[len(parts.netloc) :], safe=_KEPT)
    link = f"{parts.scheme}://{bracketed}{port}{rest}"
    return link if len(link) <= LONGEST else ""


def _opened(url: str, site: str) -> str:
    """A path of our own pages is put behind the address of the search page, less a question that it may carry."""
    if url.startswith("/") and not url.startswith("//"):
        return web_link(site.partition("?")[0].rstrip("/") + url)
    return web_link(url)
