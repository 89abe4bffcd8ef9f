"""The shortened parser gives the events, marks and errors of the one it is made from."""

import random

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from tests.dossier.building import UKRAINE

from backstop.base.yaml.parser import parser

PIECES = [
    "a: b",
    "- x",
    "{a: 1, b: [c, d]}",
    "? k",
    ": v",
    "'q'",
    '"d\\n"',
    "|\n  lit",
    ">-\n  fold",
    "# c",
    "&a",
    "*a",
    "!t",
    "---",
    "...",
    "%YAML 1.2",
    "\n",
    "\n  ",
    "\r\n",
    "\t",
    "\u00e9",
    "\ufeff",
    "\u2028",
    ": ",
    " ",
    "[",
    "}",
    ",",
]


def events(reader, text):
    found = []
    try:
        for event in reader.parse(text):
            marks = [(m.line, m.column, m.index) for m in (event.start_mark, event.end_mark)]
            kept = [
                getattr(event, name, None) for name in ("value", "style", "anchor", "flow_style", "implicit")
            ]
            found.append((type(event).__name__, *marks, *map(repr, kept)))
    except (YAMLError, ValueError) as error:
        found.append((type(error).__name__, str(error)))
    return found


def test_a_study_is_read_alike():
    text = (UKRAINE / "scenario.yaml").read_text(encoding="utf-8")
    found = events(parser(), text)
    assert len(found) > 1000
    assert found == events(YAML(typ="safe", pure=True), text)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.filterwarnings("ignore")
def test_broken_and_sound_pieces_are_read_alike(seed):
    chance = random.Random(seed)
    faults = 0
    for _ in range(300):
        text = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 12)))
        found = events(parser(), text)
        assert found == events(YAML(typ="safe", pure=True), text), repr(text)
        faults += len(found[-1]) == 2
    assert 30 < faults < 300
