import pytest
from tests.dossier.fresh_accounts import ACTORS, GOLD

from backstop.dossier.text.quotation import quotations
from backstop.dossier.text.sentence import sentences
from backstop.dossier.text.speaker import speakers


@pytest.mark.parametrize("name", list(GOLD))
def test_sentences_of_fresh_text(name):
    gold = GOLD[name]
    assert sentences(gold.text) == list(gold.sentences)


@pytest.mark.parametrize("name", list(GOLD))
def test_quotations_of_fresh_text(name):
    gold = GOLD[name]
    assert [(q.start, q.end) for q in quotations(gold.text)] == [(a, b) for a, b, _ in gold.quotations]


def test_speakers_of_fresh_text_are_at_least_as_good_as_measured():
    right = asked = 0
    for gold in GOLD.values():
        quotes = quotations(gold.text)
        who = speakers(gold.text, quotes, sentences(gold.text), ACTORS)
        for (_, _, wanted), found in zip(gold.quotations, who, strict=True):
            if wanted is None:
                assert found is None
                continue
            asked += 1
            right += found is not None and (
                found.actor == wanted or (found.actor is None and wanted in found.name)
            )
    assert right / asked >= 11 / 13


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("In the \u201990s they played rock \u2019n\u2019 roll.", []),
        ("'We're here,' he said.", ["'We're here,'"]),
        (
            "\u201cHe said \u2018no\u2019 to us,\u201d she told them.",
            ["\u201cHe said \u2018no\u2019 to us,\u201d"],
        ),
        ("He is 5' 10\" tall and 6' wide.", []),
        (
            "\u2018The allies\u2019 plan is dead,\u2019 she said.",
            ["\u2018The allies\u2019 plan is dead,\u2019"],
        ),
        ("\u201cAn open quotation runs on.", ["\u201cAn open quotation runs on."]),
        ('the "peace"-plan (\u201cso called\u201d)', ['"peace"', "\u201cso called\u201d"]),
        ('\u201cStraight" and "curly\u201d mixed', ['\u201cStraight"', '"curly\u201d']),
        ("dogs' and cats' owners", []),
        ("\u00abNon\u00bb, dit-il. \u201eNein\u201c, sagte er.", ["\u00abNon\u00bb", "\u201eNein\u201c"]),
        ('odd " mark', []),
    ],
)
def test_hard_quotations(text, wanted):
    assert [text[q.start : q.end] for q in quotations(text)] == wanted


@pytest.mark.parametrize(
    "parts",
    [
        ["Mr. Smith met Gen. Lee at 5 p.m. in Washington, D.C.", "They spoke."],
        ["The U.S. Congress met.", "She paid $3.5 million.", "Then No. 10 spoke."],
        ["\u201cStop!\u201d he said.", "\u201cWhy?\u201d she asked."],
        ["J. D. Vance spoke.", "It ended in Jan. 2020.", "Then came Feb. 3."],
        ["Wait... what?", "He said: \u201cWe will go.\u201d", "Then he went."],
        ["1. First point.", "2. Second point."],
    ],
)
def test_hard_sentences(parts):
    text = " ".join(parts)
    assert [text[a:b] for a, b in sentences(text)] == parts
