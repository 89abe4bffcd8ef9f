"""The rooms and the rules of the house."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import click
import networkx
import pytest
from tests.support.imports import arrows, circles, imported, modules, sub_room

import backstop
from backstop.cli.main import COMMANDS, Commands

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "backstop"
KNOWN = modules(SOURCE)
MODULES = sorted(KNOWN.values())
# What `backstop --help` must not wait for.
HEAVY = (
    "altair",
    "duckdb",
    "jinja2",
    "networkx",
    "numpy",
    "pydantic",
    "rich",
    "ruamel",
    "scipy",
    "starlette",
    "uvicorn",
    "vl_convert",
)


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_the_rooms_import_one_way() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", found.stdout)
    assert kept, found.stdout
    assert int(kept[1]) >= 5


def contracted() -> set[str]:
    """The rooms, sub-rooms and modules that import contracts name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: set[str] = set()
    for contract in project["tool"]["importlinter"]["contracts"]:
        named = [*contract.get("source_modules", ()), *contract.get("modules", ())]
        named += [each.strip() for layer in contract.get("layers", ()) for each in layer.split("|")]
        found.update(f"{box}.{each}" for box in contract.get("containers", ()) for each in named)
        found.update(named)
    return found


def test_every_room_and_sub_room_is_under_a_contract() -> None:
    rooms = [name for name, path in KNOWN.items() if path.name == "__init__.py" and name != "backstop"]
    assert len(rooms) > 30
    assert not [room for room in rooms if room not in contracted()]


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = arrows(KNOWN)
    assert graph.number_of_edges() > 1000
    assert not circles(graph)


def test_no_sub_rooms_import_each_other_in_a_circle() -> None:
    graph = networkx.DiGraph()
    for one, other in arrows(KNOWN).edges:
        if other != "backstop" and (ends := (sub_room(one, KNOWN), sub_room(other, KNOWN)))[0] != ends[1]:
            graph.add_edge(*ends)
    assert graph.number_of_edges() > 100
    assert not circles(graph)


def test_imports_are_seen_wherever_they_stand() -> None:
    text = """
from typing import TYPE_CHECKING
import a.b
if TYPE_CHECKING:
    from a import types_only
def call():
    from a import inner, thing
    class Inside:
        import a.c as c
"""
    known = dict.fromkeys(("a", "a.b", "a.c", "a.inner", "a.types_only"), Path())
    assert set(imported(ast.parse(text), known)) & set(known) == {"a", "a.b", "a.c", "a.inner"}
    assert circles(networkx.DiGraph([("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")])) == [["b", "c"]]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 500
    assert ast.get_docstring(ast.parse(text))


def test_no_folder_is_a_corridor_of_equal_doors() -> None:
    folders = Counter(path.parent for path in MODULES if path.name != "__init__.py")
    assert len(folders) > 10
    assert not [folder for folder, modules in folders.items() if modules > 16]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nothing_is_called_after_what_it_does_for_us(path: Path) -> None:
    empty = re.compile(r"manager|helper|utils?$|misc|common$|handler", re.IGNORECASE)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert not [word for word in (path.stem, *classes) if empty.search(word)]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_are_of_declared_packages(path: Path) -> None:
    """Nothing is used that the package or one of its extras does not name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *(p for ps in project["optional-dependencies"].values() for p in ps)]
    declared = {re.split(r"[<>=\[; ]", each)[0].lower().replace("-", "_") for each in named}
    imported_as = {"ruamel.yaml": "ruamel", "python_docx": "docx", "vl_convert_python": "vl_convert"}
    allowed = {imported_as.get(each, each) for each in declared} | {"backstop"}
    allowed |= {"pydantic_core", "markupsafe"}  # part of what pydantic and jinja2 give
    used = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            used |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            used.add((node.module or "").partition(".")[0])
    assert used - set(sys.stdlib_module_names) <= allowed


def loaded_by(code: str) -> set[str]:
    """Top-level names of the modules in memory after `code`, in a fresh interpreter."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT / "docs"
    )
    return {line.partition(".")[0] for line in found.stderr.splitlines()}


def test_help_waits_for_nothing_heavy() -> None:
    loaded = loaded_by(
        "sys.argv = ['backstop', '--help']\nfrom backstop.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert stop.code == 0"
    )
    assert "click" in loaded
    assert not loaded & set(HEAVY)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_of_a_command_waits_for_nothing_heavy(command: str) -> None:
    loaded = loaded_by(
        f"sys.argv = ['backstop', {command!r}, '--help']\nfrom backstop.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert stop.code == 0"
    )
    assert not loaded & set(HEAVY)


def test_importing_the_package_costs_nothing() -> None:
    assert not loaded_by("import backstop") & {*HEAVY, "click"}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_is_what_the_table_says(command: str) -> None:
    module, line = COMMANDS[command]
    found = getattr(importlib.import_module(f"backstop.cli.{module}"), command)
    assert isinstance(found, click.Command)
    assert found.name == command
    assert found.help
    assert line.endswith(".")
    assert len(line) <= 80
    assert Commands("backstop").get_command(click.Context(found), command) is found


@pytest.mark.parametrize("public", backstop.__all__)
def test_public_names(public: str) -> None:
    found = getattr(backstop, public)
    assert public in dir(backstop)
    assert public == "__version__" or found.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        _ = backstop.lode  # type: ignore[attr-defined]


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == backstop.__version__
    assert f"## {backstop.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_types_are_shipped() -> None:
    assert (SOURCE / "py.typed").is_file()


def test_no_path_of_a_machine_stands_in_the_tree() -> None:
    texts = [
        *MODULES,
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("examples/**/*.md"),
        ROOT / ".ci/run",
    ]
    place = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w")
    assert not [name for name in texts if place.search(name.read_text(encoding="utf-8"))]


def _writes(call: ast.Call) -> bool:
    """Whether a call writes a file by itself, and not through base."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    modes = [
        each.value
        for each in (*call.args, *(k.value for k in call.keywords))
        if isinstance(each, ast.Constant)
    ]
    return name in ("write_text", "write_bytes") or (
        name in ("open", "fdopen", "NamedTemporaryFile")
        and any(isinstance(m, str) and m[:1] in "wax" for m in modes)
    )


def test_files_are_written_by_one_module() -> None:
    """What writes otherwise can tear a file, and no fault of the disk is tried on it."""
    found = {
        name(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _writes(node)
    }
    # The traceback of a fault of our own is kept, and what has no output prints to nowhere.
    assert found == {"base/faults.py", "cli/main.py"}
