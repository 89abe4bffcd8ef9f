import pytest

from backstop.report.formula_words import condition_words, in_words

NAMES = {
    "force": "\u201cForce\u201d",
    "cap": "\u201cCeiling\u201d",
    "years": "the number of years since the start",
}


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("0.4 * force", "0.4 times \u201cForce\u201d"),
        ("force / (force + 20)", "\u201cForce\u201d divided by (\u201cForce\u201d plus 20)"),
        ("(1 + cap) * force", "(1 plus \u201cCeiling\u201d) times \u201cForce\u201d"),
        ("1 + cap * force", "1 plus \u201cCeiling\u201d times \u201cForce\u201d"),
        ("min(force, cap)", "the smaller of \u201cForce\u201d and \u201cCeiling\u201d"),
        (
            "years < 5 and not force >= 2",
            "the number of years since the start is below 5 and \u201cForce\u201d is below 2",
        ),
        ("not cap", "\u201cCeiling\u201d is zero"),
        ("-force", "minus \u201cForce\u201d"),
        (
            "where(cap > 1, force, 0)",
            "\u201cForce\u201d where \u201cCeiling\u201d is above 1, and 0 otherwise",
        ),
        ("clip(force, 0, 1)", "\u201cForce\u201d, but no less than 0 and no more than 1"),
        (3, "3"),
        ("2 * -3", "2 times minus 3"),
        ("2 ** -3", "2 to the power of (minus 3)"),
        ("max(force, cap, -1)", "the largest of \u201cForce\u201d, \u201cCeiling\u201d and minus 1"),
        ("force - 1 - (cap - 2)", "\u201cForce\u201d minus 1 minus (\u201cCeiling\u201d minus 2)"),
        ("0" + " + force" * 120, "0" + " plus \u201cForce\u201d" * 120),
    ],
)
def test_formulas_are_read_aloud(formula: str | int, words: str) -> None:
    assert in_words(formula, NAMES) == words


def test_grouping_is_never_lost() -> None:
    """Formulas that differ only in their brackets read differently."""
    pairs = [
        ("a * (b + c)", "a * b + c"),
        ("(a - b) - c", "a - (b - c)"),
        ("a / (b * c)", "a / b * c"),
        ("(a + b) ** 2", "a + b ** 2"),
        ("-(a + b)", "-a + b"),
        ("not (a and b)", "not a and b"),
        ("(a or b) and c", "a or b and c"),
    ]
    for one, other in pairs:
        assert in_words(one, {}) != in_words(other, {}), one


def test_conditions_that_are_no_comparison() -> None:
    assert condition_words(1, NAMES) == "always"
    assert condition_words(0, NAMES) == "never"
    assert condition_words("force", NAMES) == "\u201cForce\u201d is not zero"
