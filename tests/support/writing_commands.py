"""Every command that writes, with a study for it to write in: for faults of the disk, and for kills."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.command import run

from backstop.dossier import store
from backstop.dossier.location import is_dossier
from backstop.scenario.template import start_study

PAGE = (
    "<html><head><title>Lake</title></head><body><article><h1>Lake report</h1><p>The envoy met both sides on Monday "
    "and said that forty observers would watch the shore for a year.</p></article></body></html>"
)
TABLE = "id,text,may_travel\nnew,Words that are new.,yes\nother,Other words that are new.,yes\n"
DRAWN = ("--worlds", "150", "--threads", "1")


@dataclass(frozen=True)
class Writing:
    """A command line in a folder, what has to be there before it runs, and the places that it writes.

    `prepare` are command lines, or changes of files; `whole` says whether what it writes is a dossier, which its
    readers bring in order.
    """

    arguments: tuple[str, ...]
    places: tuple[str, ...]
    prepare: tuple[tuple[str, ...] | Callable[[Path], None], ...] = ()
    whole: bool = False

    def made(self, folder: Path) -> None:
        """Make in `folder` all that has to be there."""
        folder.mkdir(parents=True)
        start_study(folder / "study", "observers")
        (folder / "page.html").write_text(PAGE)
        (folder / "table.csv").write_text(TABLE)
        (folder / "texts").mkdir()
        for step in self.prepare:
            if callable(step):
                step(folder)
            else:
                found = run(*_within(folder, step))
                assert found.code == 0, found

    def run(self, folder: Path) -> tuple[int, str]:
        """Run it: the exit code, and what it said on standard error."""
        found = run(*_within(folder, self.arguments))
        assert isinstance(found.code, int)
        return found.code, found.err

    def state(self, folder: Path) -> Mapping[str, bytes]:
        """What its readers find in the places that it writes, by path."""
        dossier = folder / "study" / "dossier"
        if self.whole and is_dossier(dossier):
            store.read(dossier)
        return dict(_files(folder, self.places))


def _within(folder: Path, words: Iterable[str]) -> list[str]:
    return [word.replace("@", f"{folder}/") if word.startswith("@") else word for word in words]


def _files(folder: Path, places: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    for place in places:
        top = folder / place
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            inner = path.relative_to(folder)
            hidden = any(part.startswith(".") and part != ".gitignore" for part in inner.parts)
            if path.is_file() and not hidden:
                yield str(inner), _content(path)


def _content(path: Path) -> bytes:
    """The bytes of a file; of a workbook without the time at which it was made."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return b"".join(archive.read(name) for name in archive.namelist() if name != "docProps/core.xml")


def hidden(folder: Path) -> list[str]:
    """What writers have left behind in `folder`."""
    return sorted(path.name for path in folder.rglob(".*") if path.name != ".gitignore")


def _noted(folder: Path) -> None:
    """A note in an exported table, as another hand would write it."""
    path = folder / "in.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows[:2]:
        row["note"] = "A note from elsewhere."
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _filled_in(folder: Path) -> None:
    """A number in a workbook of the study, as a colleague would change it."""
    import openpyxl

    path = folder / "in.xlsx"
    book = openpyxl.load_workbook(path)
    column = next(head.column for head in book["parameters"][1] if head.value == "highest")
    cells = (book["parameters"].cell(row, column) for row in range(2, 40))
    cell = next(cell for cell in cells if isinstance(cell.value, (int, float)))
    cell.value += 0.0625
    book.save(path)


def _edited(folder: Path) -> None:
    """A passage that is no longer as it was coded."""
    path = folder / "study" / "dossier" / "texts" / "wire.01cb04ce.txt"
    changed = path.read_text(encoding="utf-8").replace("observers", "monitors", 3)
    (folder / "wire.txt").write_text(changed, encoding="utf-8")


def _unmarked(folder: Path) -> None:
    """Statements on changed passages of which nobody has said so yet."""
    path = folder / "study" / "dossier" / "statements.jsonl"
    records = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
    for record in records:
        record.pop("held", None)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def _bare(folder: Path) -> None:
    shutil.rmtree(folder / "study" / "dossier")


_DOSSIER = ("study",)
_OLD = ("study",)
_FORMATS = "html,md,json,svg"

COMMANDS: Mapping[str, Writing] = {
    "new": Writing(("new", "@made/here", "--template", "observers"), ("made",)),
    "add": Writing(("dossier", "add", "@study", "@table.csv"), _DOSSIER, whole=True),
    "add to none": Writing(
        ("dossier", "add", "@study", "@table.csv"), _DOSSIER, (_bare,), whole=True
    ),
    "add --texts": Writing(
        ("dossier", "add", "@study", "@page.html", "--texts", "@texts"), ("study", "texts"), whole=True
    ),
    "add --replaces": Writing(
        ("dossier", "add", "@study", "@wire.txt", "--replaces", "wire", "--may-travel"),
        _DOSSIER,
        (_edited,),
        whole=True,
    ),
    "code": Writing(
        (
            "dossier", "code", "@study", "post", "--quote", "observers", "--nth", "1", "--paraphrase", "Again.",
            "--actor", "someone", "--new", "--supports", "P1",
        ),
        _DOSSIER,
        whole=True,
    ),
    "verify --write": Writing(
        ("dossier", "verify", "@study", "--write"),
        _DOSSIER,
        (_edited, ("dossier", "add", "@study", "@wire.txt", "--replaces", "wire", "--may-travel"), _unmarked),
        whole=True,
    ),
    "accept": Writing(
        ("dossier", "accept", "@study", "wire-2", "--by", "Ann"),
        _DOSSIER,
        (_edited, ("dossier", "add", "@study", "@wire.txt", "--replaces", "wire", "--may-travel")),
        whole=True,
    ),
    "rename": Writing(("dossier", "rename", "@study", "actors", "falk", "renamed"), _DOSSIER, whole=True),
    "import": Writing(
        ("dossier", "import", "@study", "@in.csv", "--theirs"),
        _DOSSIER,
        (("dossier", "export", "@study", "@in.csv"), _noted),
        whole=True,
    ),
    "import texts": Writing(
        ("dossier", "import", "@study", "@in.qdpx"),
        _DOSSIER,
        (("dossier", "export", "@study", "@in.qdpx", "--with-texts"), _bare),
        whole=True,
    ),
    "export": Writing(
        ("dossier", "export", "@study", "@out.csv"),
        ("out.csv",),
        (
            ("dossier", "export", "@study", "@out.csv"),
            ("dossier", "rename", "@study", "actors", "falk", "renamed"),
        ),
    ),
    "export project": Writing(("dossier", "export", "@study", "@out.qdpx"), ("out.qdpx",)),
    "export workbook": Writing(("dossier", "export", "@study", "@out.xlsx"), ("out.xlsx",)),
    "draw": Writing(("graph", "draw", "@study", "--out", "@out.svg"), ("out.svg",)),
    "draw again": Writing(
        ("graph", "draw", "@study", "--out", "@out.json", "--moves"),
        ("out.json",),
        (("graph", "draw", "@study", "--out", "@out.json"),),
    ),
    "fill in": Writing(
        ("import", "@study", "--xlsx", "@in.xlsx"),
        ("study/scenario.yaml",),
        (("export", "@study", "--xlsx", "@in.xlsx"), _filled_in),
    ),
    "assumptions": Writing(("export", "@study", "--xlsx", "@out.xlsx"), ("out.xlsx",)),
    "compile": Writing(
        ("compile", "@study", "--out", "@out", "--slips"), ("out",), (("compile", "@study", "--out", "@out"),)
    ),
    "assess": Writing(("assess", "@study", "--out", "@deep/out", *DRAWN), ("deep",)),
    "assess again": Writing(
        ("assess", "@study", "--out", "@out", *DRAWN, "--seed", "2", "--claims"),
        ("out",),
        (("assess", "@study", "--out", "@out", *DRAWN),),
    ),
    "report": Writing(
        ("report", "@study", "--out", "@out", *DRAWN, "--format", _FORMATS, "--seed", "2"),
        ("out",),
        (("report", "@study", "--out", "@out", *DRAWN, "--format", "html,json"),),
    ),
}  # fmt: skip
"""By a name for people."""
