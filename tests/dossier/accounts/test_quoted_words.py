"""Quotations of two accounts: given to two speakers, altered by a word, and what is no finding."""

import pytest
from tests.dossier.building import KEY, small, source

from backstop.dossier.accounts.comparison import compare
from backstop.dossier.anchor.passage import Text, anchored
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import Actor, Statement


def two(
    one, other, speakers=("envoy", "hosts"), attributions=("direct quotation",) * 2, travels=False, **actors
):
    """Findings on two accounts whose whole texts are coded as quotations, with the texts at hand."""
    base = small([], **actors)
    texts = {"a": one, "b": other}
    statements = {}
    for (name, text), who, how in zip(texts.items(), speakers, attributions, strict=True):
        anchor = anchored(Text(text, bytes.fromhex(KEY)), 0, len(text), travels)
        fields = {"actor": who, "attribution": how, "type": "assessment", "paraphrase": f"said in {name}"}
        statements[f"{name}1"] = Statement.model_validate(
            {"id": f"{name}1", "source": name, "anchor": anchor, **fields}
        )
    dossier = Dossier(base.register, {n: source(n, t) for n, t in texts.items()}, statements)
    with_texts = compare(dossier, None if travels else texts)
    return [f for f in with_texts.findings if f.kind == "quotation"]


@pytest.mark.parametrize("travels", [True, False])
def test_one_quotation_with_two_speakers_is_a_finding(travels):
    (finding,) = two('"This is piracy," he said.', "She said: \u201cThis is piracy.\u201d", travels=travels)
    assert (finding.aspect, finding.statements) == ("speaker", ("a1", "b1"))
    assert "The Envoy (account a: a1) and Hosts (account b: b1)" in finding.explanation


@pytest.mark.parametrize(
    ("one", "other", "changed"),
    [
        (
            '"We will sign the treaty," he said.',
            '"We will not sign the treaty," he said.',
            "nothing in account a",
        ),
        (
            '"We will sign it soon."',
            '"We will sign it later."',
            '"soon" in account a: a1, "later" in account b',
        ),
    ],
)
def test_a_quotation_altered_by_a_word_is_a_finding(one, other, changed):
    (finding,) = two(one, other, speakers=("envoy", "envoy"))
    assert finding.aspect == "wording" and changed in finding.explanation
    assert "treaty" not in finding.explanation  # the text may not travel


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"We will sign the treaty," he said.', "\u201cWe will sign the treaty\u201d, he said"),
        ('"We will sign the treaty this year," he said.', '"will sign the treaty," he said.'),
        ('"We will sign the treaty," he said.', '"Nobody has asked us about anything," he said.'),
    ],
)
def test_one_speaker_quoted_alike_or_in_part_is_none(one, other):
    assert not two(one, other, speakers=("envoy", "envoy"))


def test_a_state_and_who_speaks_for_it_are_one_side():
    actors = {"envoy": Actor(name="The Envoy", speaks_for=("hosts",)), "hosts": Actor(name="Hosts")}
    assert not two('"This is piracy," he said.', '"This is piracy."', actors=actors)


def test_without_texts_equal_passages_are_known_by_their_digests():
    base = small([])
    text = '"This is piracy," it said.'
    anchor = anchored(Text(text, bytes.fromhex(KEY)), 0, len(text))
    fields = {"attribution": "direct quotation", "type": "assessment", "paraphrase": "x", "anchor": anchor}
    made = [
        Statement.model_validate({"id": f"{n}1", "source": n, "actor": who, **fields})
        for n, who in (("a", "envoy"), ("b", "hosts"))
    ]
    dossier = Dossier(base.register, {n: source(n, text) for n in "ab"}, {s.id: s for s in made})
    (finding,) = [f for f in compare(dossier).findings if f.kind == "quotation"]
    assert finding.aspect == "speaker"
