"""A live page as one HTML file: the printed report, and beside it the data and the script that make it answer.

The file needs no network and makes no request. Its policy names what may run by hash: the styles and the scripts that
stand in it, and WebAssembly, which is the program of the study. Without script, or where a browser cannot run the
program, the printed report is what is seen.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from backstop.base.json_text import json_line
from backstop.live.bundle import page_script, style

_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")[^"]*(">)')
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def one_file(printed: str, data: dict[str, Any]) -> str:
    """The page of a printed report (as `report.render.html.html` gives it) with the data of a live page.

    Raises ValueError where `printed` is no such page.
    """
    head, body, rest = _parts(printed)
    # Styles of pictures that can be saved stand inside addresses in the body: only those of the head count.
    styles = [*_STYLE.findall(head), style()]
    own, script = rest, page_script()
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes([own, script])} 'wasm-unsafe-eval'",
            f"style-src {_hashes(styles)}",
            "worker-src blob:",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    head, changed = _POLICY.subn(lambda found: f"{found[1]}{policy}{found[2]}", head)
    if changed != 1:
        raise ValueError("the printed report has no policy of its own")
    return (
        f"{head}<style>{style()}</style>\n</head>\n<body>\n"
        f'<div id="backstop"></div>\n<div id="printed">{body}</div>\n'
        f'<script type="application/json" id="backstop-live">{embedded(data)}</script>\n'
        f"<script>{own}</script>\n<script>{script}</script>\n</body>\n</html>\n"
    )


def embedded(data: dict[str, Any]) -> str:
    """Data as JSON that can stand in an element of a page: nothing in it can end the element or begin another."""
    return json_line(data).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _parts(printed: str) -> tuple[str, str, str]:
    """The head, the body and the script of a printed report."""
    head, found, body = printed.partition("</head>\n<body>\n")
    body, and_script, rest = body.rpartition("<script>")
    script, ended, _ = rest.rpartition("</script>\n</body>")
    if not (found and and_script and ended):
        raise ValueError("this is no printed report")
    return head, body, script


def _hashes(texts: list[str]) -> str:
    return " ".join(f"'sha256-{_digest(text)}'" for text in dict.fromkeys(texts))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
