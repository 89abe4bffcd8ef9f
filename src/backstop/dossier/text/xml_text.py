"""XML that comes from others: without a document type or entities, which could make a gigabyte of a few bytes."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from backstop.base.faults import InvalidInput, Place
from backstop.base.words import DIRECTION_MARKS

_UNSAFE = re.compile(f"[\x7f-\x9f{DIRECTION_MARKS}]")


def parsed_xml(data: bytes, name: str) -> Element:
    """The root of an XML document. Raises InvalidInput where it is unsound or declares a document type or entities."""
    head = data[:4096].replace(b"\x00", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in data.replace(b"\x00", b""):
        raise InvalidInput(
            "the XML declares a document type or entities", place=Place(name), hint="export it again without"
        )
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise InvalidInput(f"the XML cannot be read ({error})", place=Place(name)) from None


def harmless_xml(data: bytes) -> bytes:
    """A document in UTF-8 in which C1 controls and marks of direction are references: the same to every reader.

    They can turn a line about, or drive the terminal that shows it.
    """
    return _UNSAFE.sub(lambda found: f"&#x{ord(found[0]):X};", data.decode("utf-8")).encode("utf-8")


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
