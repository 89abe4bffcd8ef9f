"""The scripts of the page: the forms of its modules, what they become, and the libraries kept with them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from tests.support.vendored import differing, without_licence

from backstop.live import bundle
from backstop.live.bundle import LIBRARIES, FormError, library, own, page_script

LIVE = Path(bundle.__file__).parent
MODULES = sorted((LIVE / "page").rglob("*.js"))
NODE = shutil.which("node")


def test_every_file_of_a_library_is_as_published() -> None:
    count, wrong = differing(LIVE / "vendor")
    assert count >= 9
    assert wrong == []
    assert without_licence(LIVE / "vendor") == []


def test_the_checker_of_accessibility_is_as_published() -> None:
    folder = Path(__file__).parents[1] / "support" / "axe"
    count, wrong = differing(folder)
    assert (count, wrong, without_licence(folder)) == (3, [], [])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(LIVE / "page").as_posix())
def test_a_module_of_the_page_keeps_to_the_forms(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    own(path.relative_to(LIVE / "page").as_posix(), text)
    assert text.startswith("/**"), "a module begins with what it is"
    assert text.count("\n") <= 500
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
    for forbidden in (r"\beval\s*\(", r"new Function", r"\.innerHTML", r"outerHTML", r"insertAdjacentHTML",
                      r"document\.write", r"dangerouslySetInnerHTML", r"\.cssText", r'setAttribute\(\s*["\']style',
                      r"javascript:", r"\bstyle=[\"'$]"):  # fmt: skip
        assert not re.search(forbidden, code), forbidden


def test_a_key_opens_one_screen_or_does_one_thing() -> None:
    texts = [path.read_text(encoding="utf-8") for path in MODULES]
    screens = [
        key for text in texts for key in re.findall(r'^(?:export const screen.*|  )\bkey: "(.)"', text, re.M)
    ]
    listed = re.findall(r"\bkeys: \[(.*?)\], label", (LIVE / "page" / "app.js").read_text(encoding="utf-8"))
    commands = [key for keys in listed for key in re.findall(r'"([^"]+)"', keys)]
    assert len(screens) > 10 and len(commands) > 8
    assert not [key for key, count in Counter([*screens, *commands]).items() if count > 1]


def test_a_module_becomes_a_function_that_returns_what_it_exports() -> None:
    module = own(
        "screens/a.js",
        '/** About. */\n// more\nimport { b, c as d } from "../parts/b.js";\nimport {\n  html,\n} from '
        '"vendor/htm";\n\nexport const one = 1;\nexport async function two() {}\nconst three = 3;\n',
    )
    assert module.imports == ("parts/b.js", f"vendor/{LIBRARIES['vendor/htm']}")
    assert module.text == (
        'const { b, c: d } = module_of("parts/b.js");\nconst { html } = module_of("vendor/htm/preact.mjs");\n'
        "const one = 1;\nasync function two() {}\nconst three = 3;\nreturn { one, two };"
    )


@pytest.mark.parametrize(
    "text",
    [
        'import x from "./x.js";\n',
        'import * as x from "./x.js";\n',
        'import "./x.js";\n',
        "import { x } from './x.js';\n",
        'import { x } from "./x.js"\n',
        "export default 1;\n",
        "const a = 1;\nexport { a };\n",
        'export { a } from "./x.js";\n',
        'export * from "./x.js";\n',
        "export let a = 1;\n",
        'const a = 1;\nimport { x } from "./x.js";\n',
        'const a = await import("./x.js");\n',
        "const a = import.meta.url;\n",
        'import { x } from "https://example.org/x.js";\n',
        'import { x } from "preact";\n',
        'import { x } from "../outside.js";\n',
        'import { x y } from "./x.js";\n',
    ],
)
def test_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(FormError, match=r"a\.js"):
        own("a.js", text)


def test_modules_that_import_each_other_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {f"{name}.js": f'import {{ x }} from "./{other}.js";\n' for name, other in ("ab", "bc", "ca")}
    monkeypatch.setattr(bundle, "_page_text", texts.__getitem__)
    with pytest.raises(FormError, match=r"a\.js imports itself by way of b\.js, c\.js"):
        bundle.script.__wrapped__("a.js")


def test_forms_of_libraries_are_read() -> None:
    module = library(
        "vendor/x.mjs",
        'import{h as r}from"preact";import e from"htm";export{render}from"preact";var m=e;export{m as html,r};'
        "export default function(a){return a}\n//# sourceMappingURL=x.mjs.map",
    )
    assert module.imports == ("vendor/preact/preact.mjs", "vendor/htm/htm.mjs")
    assert "import" not in module.text
    assert "export" not in module.text
    assert "sourceMappingURL" not in module.text
    assert (
        'render: module_of("vendor/preact/preact.mjs").render, html: m, r: r, default: by_default'
        in module.text
    )


def test_the_script_is_one_and_cannot_end_its_element() -> None:
    script = page_script()
    assert script == page_script()
    assert not re.search(r"</script|<!--|^\s*(import|export)\b", script, re.IGNORECASE | re.MULTILINE)
    assert "module_of" not in script
    # That of the workers is inside as a text.
    assert "source: " in script


@pytest.mark.skipif(NODE is None, reason="no Node is installed to read the script with")
def test_the_script_is_sound(tmp_path: Path) -> None:
    assert NODE is not None
    path = tmp_path / "page.js"
    path.write_text(page_script(), encoding="utf-8")
    found = subprocess.run([NODE, "--check", str(path)], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
