"""XML that comes from others: without a document type or entities, which could make a gigabyte of a few bytes."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from backstop.base.faults import InvalidInput, Place


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


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
