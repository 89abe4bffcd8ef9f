"""The boxes of all text in the pictures of pages, as a browser lays them out at several widths."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from backstop.report.render.pdf import browser, flags

WIDTHS = (360, 768, 1400)

# Boxes are those of the glyphs' lines: two lines under each other may touch by the height that no letter takes.
_MEASURE = """
const found = [];
addEventListener("load", () => { for (const frame of document.querySelectorAll("iframe")) {
  for (const svg of frame.contentDocument.querySelectorAll("figure svg")) {
    const edge = svg.getBoundingClientRect();
    if (!edge.width) continue;
    const page = frame.contentDocument.documentElement;
    const texts = [...svg.querySelectorAll("text")].map((t) => [t.textContent, t.getBoundingClientRect()]);
    const one = { study: frame.dataset.study, width: Number(frame.dataset.width), texts: texts.length, bad: [],
      figure: svg.closest("figure").id, share: edge.width / svg.parentElement.getBoundingClientRect().width,
      sideways: page.scrollWidth - page.clientWidth };
    texts.forEach(([text, a], at) => {
      if (a.left < edge.left - 0.5 || a.right > edge.right + 0.5 || a.top < edge.top - 1 || a.bottom > edge.bottom + 1)
        one.bad.push(["outside", text]);
      for (const [other, b] of texts.slice(at + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 0.2 * Math.min(a.height, b.height)) one.bad.push(["overlaps", text, other]);
      }
    });
    found.push(one);
  }}
  document.getElementById("found").textContent = JSON.stringify(found);
});
"""


def measured(pages: Mapping[str, str], folder: Path) -> list[dict[str, object]]:
    """What is found of every picture shown of pages by name, at each of `WIDTHS`; one start of the browser."""
    frames = "".join(
        f'<iframe data-study="{html.escape(name)}" data-width="{width}" width="{width}" height="800" '
        f'style="border:0" srcdoc="{html.escape(page)}"></iframe>'
        for name, page in pages.items()
        for width in WIDTHS
    )
    file = folder / "boxes.html"
    file.write_text(
        f'<!doctype html><meta charset="utf-8"><script>{_MEASURE}</script><pre id="found"></pre>{frames}',
        encoding="utf-8",
    )
    command = [browser(), *flags(), f"--user-data-dir={folder}/profile", "--dump-dom", file.as_uri()]
    done = subprocess.run(command, capture_output=True, timeout=300, check=True)
    text = re.search(r'<pre id="found">(.*?)</pre>', done.stdout.decode("utf-8"), re.DOTALL)
    assert text is not None and text[1], "the browser measured nothing"
    found: list[dict[str, object]] = json.loads(html.unescape(text[1]))
    return found
