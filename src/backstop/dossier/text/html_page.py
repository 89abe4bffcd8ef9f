"""The text of a web page: its article, without menus, with deletions carried out and quotations in their marks."""

from __future__ import annotations

import re
from importlib.metadata import version as installed
from typing import Any

from backstop.base.faults import InvalidInput, Place, Refused
from backstop.base.optional import needed
from backstop.dossier.record import Extractor
from backstop.dossier.text.canonical import decode, unix_lines
from backstop.dossier.text.extract import Extract, known
from backstop.dossier.text.word_list import words

MOST_HTML_BYTES = 10 << 20
MOST_TAGS = 200_000
MOST_TAG_DEPTH = 500

_MARKUP = re.compile(r"<!--|<(/?)([A-Za-z][A-Za-z0-9-]{0,63}+)([^<>]{0,10000}+)>")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_CONSTRUCTS = re.compile(r"<(?:del|q|figcaption|caption)[\s>]", re.IGNORECASE)
_VOID = words("void_tags")
"""Tags of HTML that have no content."""

_ROWS = frozenset(("tr", "tbody", "tfoot", "thead"))
_ENDED_BY = {
    "p": words("tags_that_end_paragraphs"),
    "li": frozenset(("li",)),
    **dict.fromkeys(("dt", "dd"), frozenset(("dt", "dd"))),
    **dict.fromkeys(("option", "optgroup"), frozenset(("option", "optgroup"))),
    **dict.fromkeys(("td", "th"), _ROWS | {"td", "th"}),
    **dict.fromkeys(("tr", "thead", "tbody", "colgroup"), _ROWS),
}
"""By a tag that needs no end those that end it where they begin."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:0*([0-9]{1,7})(?![0-9])|[xX]0*([0-9a-fA-F]{1,6})(?![0-9a-fA-F]));?")

_RAW = frozenset(("script", "style", "textarea", "title"))
"""Tags whose content is no markup."""


def html_page(data: bytes, name: str, encoding: str | None) -> Extract:
    """The text of the article in a page. Raises InvalidInput where there is none, Refused past a limit."""
    if len(data) > MOST_HTML_BYTES:
        raise Refused(
            f"the page has {len(data) >> 20} MiB, more than {MOST_HTML_BYTES >> 20}", place=Place(name)
        )
    text, newline = decode(data, name, encoding or _declared(data))
    # Browsers show nothing for control characters, or this sign; what extracts the text cannot hold them.
    text = _REFERENCE.sub(_harmless, _CONTROL.sub("\ufffd", text))
    _bounded(text, name)
    library = needed("trafilatura", "reading HTML")
    try:
        page: Any = library.bare_extraction(
            _plain_constructs(text), with_metadata=True, include_comments=False, include_tables=True
        )
    except (RecursionError, MemoryError):
        raise Refused("the page is built too deep to be read", place=Place(name)) from None
    except Exception as error:  # the library raises whatever the parser below it does
        raise InvalidInput(
            f"the page cannot be read ({type(error).__name__}: {error})",
            place=Place(name),
            hint="save its text as a .txt file",
        ) from None
    if page is None or not (page.text or "").strip():
        raise InvalidInput(
            "no article was found in the page", place=Place(name), hint="save its text as a .txt file"
        )
    about = known(
        title=page.title, byline=page.author, outlet=page.sitename, published=page.date, url=page.url
    )
    body = unix_lines(page.text).strip("\n") + "\n"
    title = about.get("title", "")
    if title and not body.lstrip().startswith(title):
        body = f"{title}\n\n{body}"
    return Extract(body, Extractor(name="trafilatura", version=installed("trafilatura")), newline, about)


def _harmless(reference: re.Match[str]) -> str:
    """A reference to a character by its number, or the sign for one that is none."""
    number = int(reference[1]) if reference[1] else int(reference[2], 16)
    return "\ufffd" if number < 0x110000 and _CONTROL.match(chr(number)) else reference[0]


def _declared(data: bytes) -> str | None:
    """The encoding that a page names, where it names another than UTF-8."""
    found = _CHARSET.search(data[:4096])
    if found is None or data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return None
    word = found.group(1).decode("ascii").lower()
    if word in ("iso-8859-1", "latin1", "us-ascii"):
        # Pages that name Latin-1 are read as Windows-1252, as browsers do (WHATWG Encoding Standard).
        return "cp1252"
    return None if word in ("utf8", "utf-8") else word


def _plain_constructs(text: str) -> str:
    """A page in which what is deleted is gone, quotations have their marks, and captions are paragraphs."""
    if not _CONSTRUCTS.search(text):
        return text
    html = needed("lxml.html", "reading HTML")
    root: Any = html.document_fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    for element in list(root.iter("del")):
        element.drop_tree()
    for element in list(root.iter("q")):
        element.text = f"\u201c{element.text or ''}"
        last = element[-1] if len(element) else None
        if last is None:
            element.text += "\u201d"
        else:
            last.tail = f"{last.tail or ''}\u201d"
        element.drop_tag()
    for element in list(root.iter("figcaption", "caption")):
        figure = element.getparent()
        element.tag = "p"
        if figure is not None and figure.getparent() is not None:
            # Readers drop figures and the heads of tables with all that is in them.
            tail, element.tail = element.tail, None
            figure.addnext(element)
            figure.text = f"{figure.text or ''}{tail or ''}"
    found: str = html.tostring(root, encoding="unicode")
    return found


def _bounded(text: str, name: str) -> None:
    """Refuse pages made to exhaust their reader: too many tags, or tags nested too deep.

    Depth is counted as a parser does: void tags nest nothing, and tags without an end are closed by what follows.
    """
    low = text.lower()
    open_: list[str] = []
    count = deepest = at = 0
    while match := _MARKUP.search(text, at):
        at = match.end()
        if match.group() == "<!--":
            at = _after(low, "-->", at)
            continue
        count += 1
        if count > MOST_TAGS:
            raise Refused(
                f"the page has over {MOST_TAGS:,} tags",
                place=Place(name),
                hint="save its text as a .txt file",
            )
        tag = match.group(2).lower()
        if match.group(1):
            if tag in open_:
                del open_[len(open_) - 1 - open_[::-1].index(tag) :]
        elif tag in _RAW:
            at = _after(low, f"</{tag}", at)
        elif not match.group(3).endswith("/") and tag not in _VOID:
            while open_ and tag in _ENDED_BY.get(open_[-1], ()):
                open_.pop()
            open_.append(tag)
            deepest = max(deepest, len(open_))
            if deepest > MOST_TAG_DEPTH:
                raise Refused(
                    f"the page nests tags over {MOST_TAG_DEPTH} deep",
                    place=Place(name),
                    hint="save its text as a .txt file",
                )


def _after(text: str, mark: str, at: int) -> int:
    """Behind the next `mark`, or at the end of the text."""
    found = text.find(mark, at)
    return len(text) if found < 0 else found + len(mark)
