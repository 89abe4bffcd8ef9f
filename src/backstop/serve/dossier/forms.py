"""What pages send to change a dossier: the bodies of requests, as strict records."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from backstop.base.records import Record, as_tuple
from backstop.dossier.anchor.selection import Selection
from backstop.dossier.intake import Details

Words = Annotated[str, StringConstraints(max_length=20_000)]
Name = Annotated[str, StringConstraints(max_length=200)]
Names = Annotated[tuple[Name, ...], BeforeValidator(as_tuple), Field(max_length=1_000)]
Offset = Annotated[int, Field(ge=0)]


class Selected(Record):
    """Words marked in a text: offsets in code points, the words, what stands around, the digest of the text."""

    start: Offset
    end: Offset
    exact: Annotated[str, StringConstraints(max_length=200_000)]
    prefix: Words = ""
    suffix: Words = ""
    text: Name = ""

    @property
    def selection(self) -> Selection:
        """The words marked, as the dossier takes them."""
        return Selection(self.start, self.end, self.exact, self.prefix, self.suffix, self.text)


class Entry(Record):
    """A new statement on the words marked in a source; `new`: enter actors and objects the register lacks."""

    source: Name
    selection: Selected
    fields: dict[str, Any]
    supports: Name = ""
    new: bool = False
    by: Name = ""


class Revision(Record):
    """Fields of a statement to change (null clears one), over the edition that was seen."""

    was: Name
    fields: dict[str, Any]
    new: bool = False


class Withdrawing(Record):
    """A statement to withdraw, over the edition that was seen; with its `links`, if any."""

    was: Name
    links: bool = False


class Returned(Record):
    """What a withdrawal answered, to be put back."""

    withdrawn: dict[str, Any]


class Accepting(Record):
    """A changed passage to accept, where the program found it or where words are marked now."""

    was: Name
    selection: Selected | None = None
    by: Name = ""


class PassingOver(Record):
    """A finding or suggestion to dismiss (or to show again)."""

    id: Name
    kind: Name
    statements: Names = ()
    dismissed: bool = True
    note: Words = ""
    by: Name = ""


class Proposing(Record):
    """A new proposition in the analyst's own words, and the statements that support it."""

    text: Words
    id: Name = ""
    statements: Names = ()
    by: Name = ""


class Linking(Record):
    """Statements to link to a proposition, or to take off it."""

    statements: Names
    bearing: Name = "supports"
    strength: Name = "explicit"
    remove: bool = False
    by: Name = ""


class Sent(Record):
    """What is said of a document that is sent: its file's name, of which source it is a new version, and more.

    `id`: the id it is to have; the others are those of `intake.Details`.
    """

    name: Name = ""
    replaces: Name = ""
    id: Name = ""
    licence: Words = ""
    outlet: Words = ""
    url: Words = ""
    title: Words = ""
    kind: Words = ""
    published: Words = ""
    certainty: Literal["", "certain", "probable", "relative", "unknown"] = ""
    encoding: Name = ""
    may_travel: bool = False
    by: Name = ""

    @property
    def details(self) -> Details:
        """As documents are taken in with them."""
        own = self.model_dump(exclude={"name", "replaces", "id", "encoding"})
        return Details(**own, encoding=self.encoding or None)


class Nothing(Record):
    """A request that says all by its address."""
