"""The modules of the page put together into one classic script, without a build step.

Our modules use few forms, so that what they become can be told from the text alone:

    import { a, b as c } from "./x.js";          names of another module of the page
    import { html } from "vendor/htm";           names of a library that is kept with the page
    import { source } from "bundled/worker";     the text of the script of a worker
    export function a() {}  export async function b() {}  export const c = 1;  export class D {}

Every statement of import stands at the head of its module. Each module becomes a function that runs once and returns
what it exports; they run in an order in which what a module imports is there before it. Libraries are kept as they were
published, in `vendor`, and `manifest.json` says where each file is from and what its SHA-256 is.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

PAGE, WORKER = "main.js", "worker.js"
"""The modules that the page and its workers start with."""

LIBRARIES: Mapping[str, str] = {
    "vendor/htm": "htm/preact.mjs",
    "vendor/preact": "preact/preact.mjs",
    "vendor/hooks": "preact/hooks.mjs",
    "vendor/signals": "signals/signals.mjs",
}
"""The libraries that modules of the page may import, and their files."""

# The names that libraries know each other by.
_AMONG_LIBRARIES = {
    "htm": "htm/htm.mjs",
    "preact": "preact/preact.mjs",
    "preact/hooks": "preact/hooks.mjs",
    "@preact/signals-core": "signals-core/signals-core.mjs",
}
_WORKER_SOURCE = "bundled/worker"

_NAMES = r"\{\s*([^{}]*?)\s*\}"
_IMPORT = re.compile(rf'import {_NAMES} from "([^"\n]+)";\n')
# What may stand before the last import: comments and empty lines.
_BEFORE = re.compile(r"(?:[ \t]*(?://[^\n]*)?\n|/\*.*?\*/\s*?\n)", re.DOTALL)
_EXPORT = re.compile(r"^export (?=(?:async function|function|const|class) ([A-Za-z_$][\w$]*))", re.MULTILINE)
# What is left of a form that is none of ours.
_OTHER = re.compile(r"^\s*(?:import\b|export\b)(?!\()", re.MULTILINE)
_DYNAMIC = re.compile(r"\bimport\s*\(|\bimport\.meta\b")
_PAIR = re.compile(r"([A-Za-z_$][\w$]*)(?:\s+as\s+([A-Za-z_$][\w$]*))?")

# The forms of modules as they are published, mostly without line breaks.
_THEIR_IMPORT = re.compile(r"""(?<![\w$.])import\s*(?:\{([^{}]*)\}|([\w$]+))\s*from\s*["']([^"']+)["'];?""")
_THEIR_REEXPORT = re.compile(r"""(?<![\w$.])export\s*\{([^{}]*)\}\s*from\s*["']([^"']+)["'];?""")
_THEIR_EXPORT = re.compile(r"(?<![\w$.])export\s*\{([^{}]*)\};?")
_THEIR_DEFAULT = re.compile(r"(?<![\w$.])export default (?=function)")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


class FormError(ValueError):
    """A module of the page is written in a form that is none of those above."""


@dataclass(frozen=True, slots=True)
class Module:
    """A module made ready: what it imports by path, and the text of a function that returns what it exports."""

    path: str
    imports: tuple[str, ...]
    text: str


def page_script() -> str:
    """The script of the page, which holds that of its workers; the same in one file and served."""
    return script(PAGE)


def style() -> str:
    """The style sheet of the page."""
    return _page_text("styles.css")


@cache
def script(entry: str) -> str:
    """One classic script from the module `entry` of the page and all that it imports.

    Raises FormError where a module is written in another form, or modules import each other in a circle.
    """
    order: dict[str, Module] = {}
    _collect(entry, order, ())
    numbers = {path: number for number, path in enumerate(order)}
    parts = ['"use strict";\n(() => {\nconst modules = [];\n']
    for path, module in order.items():
        text = re.sub(r"\bmodule_of\(('|\")(.+?)\1\)", lambda m: f"modules[{numbers[m[2]]}]", module.text)
        parts.append(f"// {path}\nmodules[{numbers[path]}] = (() => {{\n{text}\n}})();\n")
    parts.append("})();\n")
    return _inert("".join(parts))


def _inert(text: str) -> str:
    """A script that cannot end the element it stands in: what would is written otherwise within its strings."""
    return text.replace("</script", "<\\/script").replace("<!--", "\\x3c!--")


def _collect(path: str, found: dict[str, Module], before: tuple[str, ...]) -> None:
    """`path` and what it imports, each after what it needs itself."""
    if path in before:
        raise FormError(f"{path} imports itself by way of {', '.join(before[before.index(path) + 1 :])}")
    if path in found:
        return
    module = _module(path)
    for other in module.imports:
        _collect(other, found, (*before, path))
    found[path] = module


def _module(path: str) -> Module:
    if path == _WORKER_SOURCE:
        text = f"return {{ source: {json.dumps(script(WORKER))} }};"
        return Module(path, (), text)
    if path.startswith("vendor/"):
        return library(path, _vendor_text(path.removeprefix("vendor/")))
    return own(path, _page_text(path))


def own(path: str, text: str) -> Module:
    """A module of the page. Raises FormError, with the line, for what is none of its forms."""
    imports: dict[str, None] = {}
    head: list[str] = []
    at = 0
    while found := _BEFORE.match(text, at) or _IMPORT.match(text, at):
        at = found.end()
        if found.re is _IMPORT:
            target = _target(path, found[2])
            imports[target] = None
            pairs = _pairs(path, found[1])
            names = ", ".join(name if name == here else f"{name}: {here}" for name, here in pairs)
            head.append(f'const {{ {names} }} = module_of("{target}");')
    body = text[at:]
    exported = [found[1] for found in _EXPORT.finditer(body)]
    body = _EXPORT.sub("", body)
    for wrong in (_OTHER, _DYNAMIC):
        found = wrong.search(body)
        if found is not None:
            line = text[:at].count("\n") + body[: found.end()].count("\n") + 1
            raise FormError(f"{path}, line {line}: a form of import or export that the page does not use")
    return Module(path, tuple(imports), "\n".join([*head, body.strip("\n"), _returned(exported)]))


def library(path: str, text: str) -> Module:
    """A library as published, an ES module mostly without line breaks."""
    text = _SOURCE_MAP.sub("", text)
    imports: dict[str, None] = {}
    head: list[str] = []
    exported: list[str] = []

    def place(name: str) -> str:
        target = f"vendor/{_AMONG_LIBRARIES[name]}"
        imports[target] = None
        return f'module_of("{target}")'

    def imported(found: re.Match[str]) -> str:
        names, default, name = found.groups()
        if default:
            head.append(f"const {default} = {place(name)}.default;")
        else:
            pairs = ", ".join(f"{a}: {b}" for a, b in _pairs(path, names))
            head.append(f"const {{ {pairs} }} = {place(name)};")
        return ""

    def passed_on(found: re.Match[str]) -> str:
        of = place(found[2])
        exported.extend(f"{b}: {of}.{a}" for a, b in _pairs(path, found[1]))
        return ""

    def given(found: re.Match[str]) -> str:
        exported.extend(f"{b}: {a}" for a, b in _pairs(path, found[1]))
        return ""

    def by_default(found: re.Match[str]) -> str:
        exported.append("default: by_default")
        return "const by_default = "

    body = _THEIR_IMPORT.sub(imported, text)
    body = _THEIR_REEXPORT.sub(passed_on, body)
    body = _THEIR_EXPORT.sub(given, body)
    body = _THEIR_DEFAULT.sub(by_default, body)
    returned = f"return {{ {', '.join(exported)} }};"
    return Module(path, tuple(imports), "\n".join([*head, body.strip(), returned]))


def _returned(names: list[str]) -> str:
    return f"return {{ {', '.join(names)} }};" if names else ""


def _pairs(path: str, text: str) -> list[tuple[str, str]]:
    """Names and what they are called here, from between the braces of an import or export."""
    found = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        pair = _PAIR.fullmatch(part)
        if pair is None:
            raise FormError(f"{path}: {part} is no name to import or export")
        found.append((pair[1], pair[2] or pair[1]))
    return found


def _target(path: str, named: str) -> str:
    """What a module of the page means by a name."""
    if named in LIBRARIES:
        return f"vendor/{LIBRARIES[named]}"
    if named == _WORKER_SOURCE:
        return named
    if named.startswith(("./", "../")) and named.endswith(".js"):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), named))
        if not target.startswith("../"):
            return target
    raise FormError(f"{path}: {named} is neither a module of the page nor one of its libraries")


@cache
def _page_text(path: str) -> str:
    file = resources.files("backstop.live").joinpath("page", path)
    if not file.is_file():
        raise FormError(f"{path}: there is no such module of the page")
    return file.read_text(encoding="utf-8")


def _vendor_text(path: str) -> str:
    return resources.files("backstop.live").joinpath("vendor", path).read_text(encoding="utf-8")
