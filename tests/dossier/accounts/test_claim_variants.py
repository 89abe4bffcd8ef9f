"""One claim told in different ways: surely or perhaps, on other conditions, said or never said, by one voice."""

import pytest
from tests.dossier.building import proposition, small, statement

from backstop.dossier.accounts.comparison import compare

A, B, C = ("a", "He wants 40 observers"), ("b", "Sixty observers would go"), ("c", "The rebels refuse")


def told(one, other, supports=("a1", "b1"), opposes=(), objects=("observers",)):
    fields = {"actor": "envoy", "attribution": "indirect speech", "type": "offer", "objects": list(objects)}
    statements = [statement("a1", *A, **{**fields, **one}), statement("b1", *B, **{**fields, **other})]
    link = dict.fromkeys(supports, "explicit")
    against = dict.fromkeys(opposes, "explicit")
    claims = [proposition("P", link, against)] if supports else []
    return compare(small(statements, claims)).findings


def variants(*given, **more):
    return [f for f in told(*given, **more) if f.aspect in ("certainty", "condition", "said")]


def test_may_against_will_is_a_difference_of_certainty():
    (finding,) = variants({"paraphrase": "It may send them."}, {"paraphrase": "It will send them."})
    assert (finding.kind, finding.aspect) == ("difference", "certainty")
    assert '"may" (account a: a1), "will" (account b: b1)' in finding.explanation
    (coded,) = variants({"hedge": "could"}, {})
    assert '"could"' in coded.explanation and "without reserve" in coded.explanation
    assert not variants({"hedge": "may"}, {"hedge": "might"})


def test_claims_that_are_alike_are_compared_without_a_proposition():
    texts = {"paraphrase": "The envoy may send forty men."}, {"paraphrase": "The envoy will send forty men."}
    assert [f.aspect for f in variants(*texts, supports=())] == ["certainty"]
    other = {"paraphrase": "Ships are to leave the lake by night."}
    assert not variants(texts[0], other, supports=())


@pytest.mark.parametrize(
    ("one", "other", "part"),
    [
        (("only if", "a truce", ["truce"]), ("if", "a truce", ["truce"]), 'the form, "only if" against "if"'),
        (("if", "a truce", ["truce"]), ("if", "a deal", ["deal"]), "what it is about, truce against deal"),
        (
            ("if", "a truce holds", []),
            ("if", "money comes", []),
            'the words, "a truce holds" against "money comes"',
        ),
        (("if", "a truce holds", ["truce"]), ("if", "no truce holds", ["truce"]), "the words"),
        (("if", "a truce", ["truce"]), None, '"if a truce" against no condition'),
    ],
)
def test_conditions_are_compared_and_the_part_that_differs_is_named(one, other, part):
    given = [{"condition": {"form": c[0], "text": c[1], "on": c[2]} if c else None} for c in (one, other)]
    (finding,) = variants(*given)
    assert (finding.kind, finding.aspect) == ("difference", "condition")
    assert part in finding.explanation


def test_one_condition_in_other_words_is_no_difference():
    one, other = (
        {"condition": {"form": "if", "text": words, "on": ["truce"]}}
        for words in ("a truce holds", "guns fall silent")
    )
    assert not variants(one, other)


def test_said_against_never_said_is_a_contradiction():
    (finding,) = variants({}, {}, supports=("a1",), opposes=("b1",))
    assert (finding.kind, finding.aspect, finding.status) == ("contradiction", "said", "reconcilable")
    assert finding.statements == ("a1", "b1")


def test_a_corroboration_says_when_both_quote_one_man():
    (found,) = [f for f in told({}, {}) if f.kind == "corroboration"]
    assert "Both quote one voice, The Envoy" in found.explanation
    assert found.details["one_voice"] == "envoy"
    (two,) = [f for f in told({}, {"actor": "hosts"}) if f.kind == "corroboration"]
    assert "one voice" not in two.explanation and "one_voice" not in two.details
    (seen,) = [f for f in told({}, {"attribution": "reported act"}) if f.kind == "corroboration"]
    assert "one voice" not in seen.explanation
