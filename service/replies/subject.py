"""Subjects: what a reply is called, so that every mail program finds its thread. Pure."""

import re

from service.replies.clean import one_line

LONGEST = 400
_READ = 2_000
_MARKS = (
    *("re", "aw", "antw", "antwort", "sv", "vs", "res", "rép", "rif", "odp", "vá", "ynt", "atb", "ответ"),
    *(
        "fw",
        "fwd",
        "wg",
        "tr",
        "rv",
        "enc",
        "vb",
        "vl",
        "doorst",
        "pd",
        "továbbítás",
        "ilt",
        "回复",
        "答复",
        "转发",
        "返信",
        "転送",
    ),
)
# RFC 5256 §2.1: "re" or "fwd", blanks, perhaps a count as in Re[2]: or Re^2:, a colon, plain or wide
_MARK = re.compile(
    rf"(?:{'|'.join(_MARKS)})\s*(?:[\[(]\d{{1,3}}[\])]|\^\d{{1,3}}|\*\d{{1,3}})?\s*[:：]\s*", re.IGNORECASE
)
_TAG = re.compile(r"\[[^\[\]:]{1,60}\]\s*")
_FORWARDED = re.compile(r"\[fwd?:\s*(.*)\]$", re.IGNORECASE)
_TRAILER = re.compile(r"(?:\s*\(fwd\))+$", re.IGNORECASE)


def base(subject: str) -> str:
    """The subject without the marks of replying and forwarding; a list's [tag] is kept, once and in front."""
    rest = one_line(subject, _READ)
    tags: list[str] = []
    while True:
        rest = _unwrapped(_TRAILER.sub("", rest))
        mark, tag = _MARK.match(rest), _TAG.match(rest)
        if mark:
            rest = rest[mark.end() :]
        elif tag and _MARK.match(rest[tag.end() :]):
            tags.append(tag.group().strip())
            rest = rest[tag.end() :]
        else:
            break
    kept = [t for t in dict.fromkeys(tags) if not rest.startswith(t)]
    return one_line(" ".join([*kept, rest]), LONGEST)


def reply(subject: str) -> str:
    """The subject of a reply: `AW: Re: Pilot` → `Re: Pilot`.

    What looks like an encoded word here was not one in the mail, and must not become one now.
    """
    return f"Re: {base(subject)}".strip().replace("=?", "= ?")


def _unwrapped(subject: str) -> str:
    inside = _FORWARDED.match(subject)
    return inside[1].strip() if inside else subject
