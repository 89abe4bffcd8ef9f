import math
import pickle
import random
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstop.scenario.expression.expression import (
    RESERVED,
    ExpressionError,
    evaluate,
    first_fault,
    names_in_use,
    parse,
)


def value(text, **names):
    return evaluate(parse(text), names.__getitem__)


# Precedence and meaning -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1", 1),
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("1E-2", 0.01),
        ("1e+2", 100),
        ("1000000000000", 1e12),
        ("  1 \n + \t 2 ", 3),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("10 - 4 - 3", 3),
        ("100 / 10 / 2", 5),
        ("2 * 3 / 4 * 2", 3),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("(-2) ** 2", 4),
        ("2 ** -1", 0.5),
        ("2 ** -2 ** 2", 2**-4),
        ("--3", 3),
        ("-+-3", 3),
        ("2 - -3", 5),
        ("2 * -3", -6),
        ("1 + 2 < 4", 1),
        ("1 < 2 and 3 < 2", 0),
        ("not 1 == 2", 1),
        ("not 0 and 0", 0),
        ("not (0 and 0)", 1),
        ("1 or 0 and 0", 1),
        ("(1 or 0) and 0", 0),
        ("not not 5", 1),
        ("3 and 4", 1),
        ("0 or 7", 1),
        ("0 or 0", 0),
        ("2 >= 2", 1),
        ("2 <= 1", 0),
        ("2 > 2", 0),
        ("2 != 3", 1),
        ("2 == 2", 1),
        ("(1 < 2) + (2 < 3)", 2),
        ("min(3, 1, 2)", 1),
        ("max(3, 1, 2)", 3),
        ("abs(-3)", 3),
        ("exp(0)", 1),
        ("log(1)", 0),
        ("sqrt(9)", 3),
        ("clip(5, 0, 1)", 1),
        ("clip(-5, 0, 1)", 0),
        ("clip(0.5, 0, 1)", 0.5),
        ("where(1 < 2, 10, 20)", 10),
        ("where(0, 10, 20)", 20),
        ("where(0.5, 10, 20)", 10),
        ("logistic(0)", 0.5),
        ("logistic(1000)", 1),
        ("logistic(-1000)", 0),
        ("1 / (1 + exp(1000))", 0),
        ("9 ** 0.5", 3),
        ("4 ** -1", 0.25),
        ("0 ** 0", 1),
        (7, 7),
        (-7, -7),
        (0.25, 0.25),
    ],
)
def test_values(text, wanted):
    found = evaluate(parse(text), {}.__getitem__)
    assert isinstance(found, float)
    assert found == pytest.approx(wanted, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0 ** -1", math.inf),
        ("1 / 0", math.inf),
        ("-1 / 0", -math.inf),
        ("0 / 0", math.nan),
        ("log(0)", -math.inf),
        ("log(-1)", math.nan),
        ("sqrt(-1)", math.nan),
        ("(-8) ** (1 / 3)", math.nan),
        ("exp(1000)", math.inf),
        ("9 ** 9 ** 9", math.inf),
        ("10 ** 308 * 10", math.inf),
        ("exp(1000) - exp(1000)", math.nan),
        ("min(0 / 0, 1)", math.nan),
        ("max(1, 0 / 0)", math.nan),
        ("clip(0 / 0, 0, 1)", math.nan),
    ],
)
def test_numeric_trouble_is_a_value(text, wanted):
    assert value(text) == pytest.approx(wanted, nan_ok=True)
    assert not math.isfinite(value(text))
    array = evaluate(parse(re.sub(r"\d+", r"v\g<0>", text)), lambda name: np.full(3, float(name[1:])))
    assert array == pytest.approx(np.full(3, wanted), nan_ok=True)


def test_names():
    expression = parse("european_force / (european_force + 20) + us_2 * european_force")
    assert expression.names == {"european_force", "us_2"}
    assert evaluate(expression, {"european_force": 20.0, "us_2": 1.0}.__getitem__) == 20.5
    assert parse("minimum").names == {"minimum"}
    assert {"min", "where", "and", "True", "IF"} <= RESERVED


def test_constants_and_hides():
    assert parse("-3").constant == -3
    assert parse(2.5).constant == 2.5
    assert parse("1 + 1").constant is None
    hides = ["a < 1", "a and b", "not a", "where(a, b, c)", "a ** b", "a ** 0", "1 ** a", "max(a > 1, b)"]
    shows = [
        "a",
        "a + b * c",
        "min(a, b)",
        "clip(a, 0, 1)",
        "a ** 2",
        "2 ** a",
        "logistic(exp(log(sqrt(abs(a)))))",
    ]
    assert [text for text in hides if not parse(text).hides] == []
    assert [text for text in shows if parse(text).hides] == []


def test_expressions_are_values():
    a, b = parse("x + 1"), parse("x + 1")
    assert a == b
    assert hash(a) == hash(b)
    assert pickle.loads(pickle.dumps(a)) == a
    with pytest.raises(AttributeError):
        a.text = "y"


# Refusals ---------------------------------------------------------------------------------------------------------

REFUSED = [
    ("", 0, "empty"),
    ("   ", 0, "empty"),
    ("x.y", 1, "no attributes"),
    ("(1).real", 3, "no attributes"),
    ("x[0]", 1, "no subscripts"),
    ("[1, 2]", 0, "no subscripts"),
    ("'a'", 0, "quotes"),
    ('x == "a"', 5, "quotes"),
    ("{1: 2}", 0, "braces"),
    ("foo(1, 2)", 0, "foo is not a function"),
    ("mn(1, 2)", 0, "did you mean min"),
    ("Max(1, 2)", 0, "did you mean max"),
    ("ln(2)", 0, "write log"),
    ("if(a, b, c)", 0, "where"),
    ("pow(2, 3)", 0, r"\*\*"),
    ("__import__('os')", 11, "quotes"),
    ("eval(1)", 0, "not a function"),
    ("x (3)", 0, r"x \* \("),
    ("min(1)", 0, "2 or more arguments"),
    ("min()", 0, "2 or more"),
    ("abs(1, 2)", 0, "1 argument, and 2"),
    ("clip(1, 2)", 0, "3 arguments"),
    ("where(1, 2, 3, 4)", 0, "3 arguments"),
    ("min", 0, "needs its arguments"),
    ("2 * exp", 4, "needs its arguments"),
    ("(1 + 2", 0, "never closed"),
    ("max(1, 2", 3, "YAML splits at the comma"),
    ("max(a", 3, "quotes"),
    ("b)", 1, "never opened"),
    ("()", 0, "nothing between"),
    ("x ^ 2", 2, r"\*\*"),
    ("a = b", 2, "=="),
    ("a := b", 2, "colon"),
    ("a && b", 2, "write and"),
    ("a || b", 2, "write or"),
    ("a & b", 2, "write and"),
    ("a | b", 2, "write or"),
    ("!a", 0, "write not"),
    ("~a", 0, "write not"),
    ("a <> b", 2, "!="),
    ("a =< b", 2, "<="),
    ("a => b", 2, ">="),
    ("a // b", 2, "write /"),
    ("true", 0, "write 1"),
    ("False", 0, "write 0"),
    ("None", 0, "write a number"),
    ("50%", 2, "0.05"),
    ("0,5", 1, "point"),
    ("1 < 2 < 3", 6, "do not chain"),
    ("a == b == c", 7, "do not chain"),
    ("1 2", 2, "operator is missing"),
    ("a b", 2, "operator is missing"),
    ("2x", 1, r"2 \* x"),
    ("1e", 1, "exponent"),
    ("0x1F", 1, "decimal digits"),
    ("1_000", 1, "underscores"),
    ("1.2.3", 3, "operator is missing"),
    ("2(3)", 1, "operator is missing"),
    ("(2)(3)", 3, "operator is missing"),
    ("1 + not a", 4, "parentheses around not"),
    ("- not a", 2, "parentheses around not"),
    ("a not b", 2, "operator is missing"),
    ("a if b else c", 2, "where"),
    ("a AND b", 2, "write and"),
    ("a in b", 2, "compare with =="),
    ("lambda x", 0, "no functions"),
    ("for x", 0, "loops"),
    ("* 2", 0, "missing before"),
    ("2 *", 3, "missing after"),
    ("2 * / 3", 4, "between"),
    ("max(1,, 2)", 6, "between"),
    ("and 1", 0, "missing before and"),
    ("not", 3, "missing after not"),
    ("1e13", 0, "too large"),
    ("1e400", 0, "too large"),
    ("9" * 400, 0, "too large"),
    ("é + 1", 0, "a to z"),
    ("a − b", 2, "write -"),
    ("a × b", 2, r"write \*"),
    ("a ≤ b", 2, "<="),
    ("1\u00a0+ 2", 1, "space of an unusual kind"),
    ("1 + \x00", 4, r"U\+0000"),
    ("a; b", 1, "semicolon"),
    ("a ? b", 2, "where"),
    ("1 # one", 2, "comment"),
    ("$5", 0, "currency"),
    ("a @ b", 2, r"write \*"),
    ("(" * 51 + "1" + ")" * 51, 50, "nested more than 50"),
    ("-" * 60 + "1", 50, "nested more than 50"),
    ("not " * 60 + "1", 200, "nested more than 50"),
    ("2 ** " * 60 + "1", 252, "nested more than 50"),
    ("abs(" * 60 + "1" + ")" * 60, 203, "nested more than 50"),
    ("1" + " + 1" * 300, 1000, "1201 characters"),
    (math.nan, 0, "finite"),
    (math.inf, 0, "finite"),
    (2e12, 0, "too large"),
    (-(10**400), 0, "too large"),
    (True, 0, "write 1"),
    (False, 0, "write 0"),
    (None, 0, "this is nothing"),
    ([1], 0, "a list"),
    ({"a": 1}, 0, "a mapping"),
]


@pytest.mark.parametrize(("text", "offset", "words"), REFUSED, ids=[repr(row[0])[:30] for row in REFUSED])
def test_refused(text, offset, words):
    with pytest.raises(ExpressionError, match=words) as caught:
        parse(text)
    assert caught.value.offset == offset
    assert caught.value.message in str(caught.value)
    assert len(caught.value.message) < 1000
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.message, again.offset) == (caught.value.message, caught.value.offset)


# Published ways out of expression evaluators built on Python's own compiler.
ESCAPES = [
    "().__class__.__base__.__subclasses__()",
    "(lambda: 0).__globals__",
    "f'{x.__class__}'",
    "[c for c in ().__class__.__mro__]",
    "open('/etc/passwd').read()",
    "exec('1')",
    "getattr(x, 'y')",
    "x.__init__.__globals__['os']",
    "where.__code__",
    "min.__self__",
    "globals()",
    "print(1)",
    "sqrt(x).__array_interface__",
    "(x := 1)",
    "*x",
    "**x",
    "x; import os",
    "x\nimport os",
    "max(*x)",
    "max(key=abs, a=1)",
    "`id`",
    "$(id)",
    "{{7*7}}",
    "!!python/object:os.system",
    "yield x",
    "await x",
    "\\x41",
    "x if x else y",
    "...",
    "1j",
    "0o17",
    "b'x'",
    "__builtins__.x",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_escapes_refused(text):
    with pytest.raises(ExpressionError):
        parse(text)


def test_limits_are_reached():
    assert value("(" * 50 + "1" + ")" * 50) == 1
    assert value("1" + "+1" * 499) == 500
    assert value("1" + " and 1" * 160) == 1
    deep = "a or b and c < d + e * ("
    assert parse(deep * 39 + "1" + ")" * 39).names == set("abcde")
    deepest = parse("a or a and a<a+a*(" * 50 + "1" + ")" * 50)
    assert evaluate(deepest, {"a": 1.0}.__getitem__) == 1
    array = {"a": np.array([0.0, 1.0])}.__getitem__
    assert evaluate(deepest, array).tolist() == [0, 1]
    assert first_fault(deepest, array) is None


@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
def test_a_long_chain_is_no_deeper_than_it_looks(sign):
    expression = parse("a" + f"{sign}a" * 499)
    lookup = {"a": 1.0}.__getitem__
    assert evaluate(expression, lookup) == {"+": 500, "-": -498}.get(sign, 1)
    assert parse(expression.render().replace(" ", "")) == expression
    assert first_fault(expression, lookup) is None
    assert first_fault(expression, {"a": math.nan}.__getitem__).message == "a is not a number"
    assert names_in_use(expression, lookup) == {"a": True}
    again = pickle.loads(pickle.dumps(expression))
    assert again == expression
    assert evaluate(again, lookup) == evaluate(expression, lookup)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60) | st.text("0123456789.eE+-*/()<>=!, abminxwhere&|'\"[]{}", max_size=60))
def test_any_text_gives_an_expression_or_a_message(text):
    try:
        expression = parse(text)
    except ExpressionError as error:
        assert 0 <= error.offset <= len(text)
    else:
        assert parse(expression.render()).names == expression.names


def test_random_tokens():
    rng = random.Random(1)
    pieces = [
        *"abxyz0123()+-*/<>,.",
        "**",
        "<=",
        "==",
        " and ",
        " or ",
        " not ",
        "min(",
        "where(",
        "1e3",
        " ",
        "exp(",
    ]
    accepted = 0
    for _ in range(20_000):
        text = "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 14)))
        try:
            expression = parse(text)
        except ExpressionError:
            continue
        accepted += 1
        evaluate(expression, lambda name: 0.5)
    assert accepted > 500


# A second opinion: expressions made as trees, written out with all their parentheses, and computed by hand ---------


class Oracle:
    """A tree with its text and its value by Python's own arithmetic."""

    def __init__(self, text, compute):
        self.text, self.compute = text, compute


def oracle_division(a, b):
    if b == 0:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
    return a / b


def oracle_power(a, b):
    try:
        result = math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0 and b % 2 == 1 else math.inf
    except ValueError:
        return math.inf if a == 0 else math.nan
    return result


def oracle_exp(a):
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def oracle_log(a):
    return -math.inf if a == 0 else math.nan if a < 0 else math.log(a)


def oracle_min(a, b):
    return math.nan if math.isnan(a) or math.isnan(b) else min(a, b)


def oracle_max(a, b):
    return math.nan if math.isnan(a) or math.isnan(b) else max(a, b)


BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": oracle_division,
    "**": oracle_power,
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
    ">": lambda a, b: float(a > b),
    ">=": lambda a, b: float(a >= b),
    "==": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b),
    "and": lambda a, b: float(a != 0 and b != 0),
    "or": lambda a, b: float(a != 0 or b != 0),
}
UNARY = {
    "-": lambda a: -a,
    "+": lambda a: a,
    "not ": lambda a: float(a == 0),
    "abs": abs,
    "exp": oracle_exp,
    "log": oracle_log,
    "sqrt": lambda a: math.sqrt(a) if a >= 0 else math.nan,
    "logistic": lambda a: 1 / (1 + oracle_exp(-a)),
}
RANKS = {
    **dict.fromkeys(["or"], 1),
    **dict.fromkeys(["and"], 2),
    "not ": 3,
    **dict.fromkeys(["<", "<=", ">", ">=", "==", "!="], 4),
    **dict.fromkeys("+-", 5),
    **dict.fromkeys("*/", 6),
    "**": 8,
}
NAMES = {"a": 0.75, "b": -2.0, "c": 0.0, "d": 3.5}


def leaves():
    numbers = st.sampled_from(["0", "1", "2", "0.5", "3", "10", "1e-3", ".25"]).map(
        lambda text: Oracle((text, 9), lambda names: float(text))
    )
    names = st.sampled_from(sorted(NAMES)).map(lambda name: Oracle((name, 9), lambda names: names[name]))
    return numbers | names


def wrapped(tree, least, always):
    text, rank = tree.text
    return f"({text})" if always or rank < least else text


def branches(children):
    @st.composite
    def binary(draw):
        sign, a, b, always = (
            draw(st.sampled_from(sorted(BINARY))),
            draw(children),
            draw(children),
            draw(st.booleans()),
        )
        rank = RANKS[sign]
        if sign == "**":
            text = f"{wrapped(a, 9, always)} ** {wrapped(b, 7, always)}"
        elif rank == 4:
            text = f"{wrapped(a, 5, always)} {sign} {wrapped(b, 5, always)}"
        else:
            text = f"{wrapped(a, rank, always)} {sign} {wrapped(b, rank + 1, always)}"
        return Oracle((text, rank), lambda names: BINARY[sign](a.compute(names), b.compute(names)))

    @st.composite
    def unary(draw):
        sign, a = draw(st.sampled_from(sorted(UNARY))), draw(children)
        if sign in "+-":
            text, rank = sign + wrapped(a, 7, False), 7
        elif sign == "not ":
            text, rank = sign + wrapped(a, 3, False), 3
        else:
            text, rank = f"{sign}({a.text[0]})", 9
        return Oracle((text, rank), lambda names: UNARY[sign](a.compute(names)))

    @st.composite
    def called(draw):
        name, a, b, c = (
            draw(st.sampled_from(["min", "max", "clip", "where"])),
            *(draw(children) for _ in range(3)),
        )

        def compute(names):
            x, y, z = (each.compute(names) for each in (a, b, c))
            if name == "min":
                return oracle_min(x, oracle_min(y, z))
            if name == "max":
                return oracle_max(x, oracle_max(y, z))
            if name == "clip":
                return oracle_min(oracle_max(x, y), z)
            return y if x != 0 else z

        return Oracle((f"{name}({a.text[0]}, {b.text[0]}, {c.text[0]})", 9), compute)

    return binary() | unary() | called()


trees = st.recursive(leaves(), branches, max_leaves=12)


@settings(max_examples=400, deadline=None)
@given(trees)
def test_against_python_arithmetic(tree):
    expression = parse(tree.text[0])
    wanted = tree.compute(NAMES)
    found = evaluate(expression, NAMES.__getitem__)
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-300, nan_ok=True) or not stable(tree, wanted)
    # The text in one style means the same, bit for bit.
    assert same_bits(evaluate(parse(expression.render()), NAMES.__getitem__), found)
    # A number alone and in an array gives the same bits.
    arrays = {name: np.full(5, x) for name, x in NAMES.items()}
    spread = evaluate(expression, arrays.__getitem__)
    assert all(same_bits(float(each), found) for each in np.broadcast_to(spread, 5))
    # The slow walk never passes a result that is not finite, and never stops one that hides nothing.
    fault = first_fault(expression, NAMES.__getitem__)
    if not math.isfinite(found):
        assert fault is not None
    elif not expression.hides:
        assert fault is None
    assert set(names_in_use(expression, NAMES.__getitem__)) <= expression.names


def stable(tree, wanted):
    """Whether the result stays put when the names move by rounding: else last bits decide it."""
    for step in (1e-13, -1e-13):
        near = tree.compute({name: x * (1 + step) for name, x in NAMES.items()})
        if near != pytest.approx(wanted, rel=1e-9, abs=1e-300, nan_ok=True):
            return False
    return True


def same_bits(a, b):
    return (math.isnan(a) and math.isnan(b)) or a == b


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=20),
    st.lists(st.sampled_from("+-*/"), min_size=20, max_size=20),
)
def test_chains_against_exact_fractions(numbers, signs):
    text, exact = str(numbers[0]), [Fraction(numbers[0])]
    for number, sign in zip(numbers[1:], signs, strict=False):
        number = number or 1
        text += f" {sign} {number}"
        if sign == "+":
            exact.append(Fraction(number))
        elif sign == "-":
            exact.append(-Fraction(number))
        else:
            exact[-1] *= Fraction(number) if sign == "*" else 1 / Fraction(number)
    scale = max(1.0, float(sum(map(abs, exact))))
    assert value(text) == pytest.approx(float(sum(exact)), rel=1e-12, abs=1e-12 * scale)


# Worlds -----------------------------------------------------------------------------------------------------------

WORLDS = np.random.default_rng(5)
ARRAYS = {"a": WORLDS.uniform(-2, 2, 64), "b": WORLDS.uniform(0, 3, 64), "c": np.arange(64) % 3.0, "d": 2.5}


@pytest.mark.parametrize(
    "text",
    [
        "a + b * d - c / (b + 1)",
        "exp(a) + log(b) + sqrt(b) + logistic(a)",
        "b ** a",
        "b ** c",
        "b ** 0.5 + b ** 2 + b ** -1 + b ** 3",
        "2 ** a + d ** a",
        "min(a, b, c) + max(a, d) + abs(a) + clip(a, -1, c)",
        "where(a > 0, log(b), exp(a))",
        "a > 0 and b > 1 or not c",
        "a",
        "-a ** 2",
        "(a > 0) * (c == 1)",
    ],
)
def test_worlds_alone_and_together(text):
    expression = parse(text)
    together = evaluate(expression, ARRAYS.__getitem__)
    for world in range(64):

        def alone(name, world=world):
            x = ARRAYS[name]
            return float(x[world]) if isinstance(x, np.ndarray) else x

        assert same_bits(float(together[world]), evaluate(expression, alone))
    assert together.dtype == np.float64


def test_inputs_are_not_written_to():
    before = {name: np.copy(x) for name, x in ARRAYS.items()}
    for text in ("a + b", "-a", "max(a, b, c)", "a - b - c", "where(c, a, b)", "not c"):
        evaluate(parse(text), ARRAYS.__getitem__)
    assert all(np.array_equal(before[name], x) for name, x in ARRAYS.items())


def test_a_constant_condition_looks_up_one_branch_only():
    assert value("where(1, 2, missing)") == 2
    assert value("0 and missing") == 0
    assert value("1 or missing") == 1


# Values in use ----------------------------------------------------------------------------------------------------

X = np.array([-1.0, 0.0, 1.0, 2.0])


def fault(text, mask=True, **names):
    return first_fault(parse(text), {"x": X, **names}.__getitem__, mask)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "where(x > 0, 1 / x, 0)",
        "where(x > 0, log(x), where(x < 0, log(-x), 0))",
        "x > 0 and log(x) < 1",
        "x <= 0 or log(x) < 1",
        "not (x > 0 and 1 / x > 3)",
        "1 / (1 + exp(x * 1000))",
        "where(x == 0, 1, 1 / x) ** 2",
        "min(exp(1000), x)",
        "exp(1000) > x",
        "where(1, x, 0 / 0)",
        "0 and 0 / 0",
        "1 or 0 / 0",
        "1 / x > 0 or x == 0",
    ],
)
def test_no_fault(text):
    assert fault(text) is None


@pytest.mark.parametrize(
    ("text", "world", "words"),
    [
        ("1 / x", 1, "1 / x is infinite, where x = 0"),
        ("log(x)", 0, "log(x) is not a number, where x = -1"),
        ("log(x) > 0", 0, "log(x) is not a number, where x = -1"),
        ("where(log(x) > 0, 1, 2)", 0, "log(x)"),
        ("where(log(x), 1, 2)", 0, "log(x)"),
        ("not log(x)", 0, "log(x)"),
        ("x < 5 and log(x) < 9", 0, "log(x)"),
        ("log(x) and 0", 0, "log(x)"),
        ("x > 0 or 1 / (x - x) - 1 / (x - x)", 0, "1 / (x - x) is infinite, where x = -1"),
        ("where(x > 0, 1, 1 / x)", 1, "1 / x is infinite"),
        ("where(x > 1.5, log(1.5 - x), 1)", 3, "log(1.5 - x) is not a number, where x = 2"),
        ("sqrt(x) ** 0", 0, "sqrt(x) is not a number"),
        ("1 ** sqrt(x)", 0, "sqrt(x) is not a number"),
        ("0 / 0", None, "0 / 0 is not a number"),
        ("exp(1000)", None, "exp(1000) is infinite"),
        ("x + exp(1000)", 0, "exp(1000) is infinite"),
        ("bad + x", 0, "bad is not a number"),
        ("bad > 1", None, "bad is not a number"),
        ("x + 1 + 2 / (x - 1) - 7", 2, "2 / (x - 1) is infinite, where x = 1"),
        ("min(x, 0 / 0)", 0, "0 / 0 is not a number"),
    ],
)
def test_fault(text, world, words):
    found = fault(text, bad=math.nan)
    assert found is not None
    assert found.world == world
    assert words in found.message


def test_faults_are_sought_inside_the_mask_only():
    assert fault("1 / x", mask=np.array([True, False, True, True])) is None
    assert fault("1 / x", mask=False) is None
    assert fault("1 / x", mask=np.zeros(4, dtype=bool)) is None
    assert fault("log(x) > 0", mask=X >= 0) is None
    assert fault("log(x - 1) > 0", mask=X >= 1) is None
    assert fault("0 / 0", mask=np.array([False, False, True, True])).world == 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b", {"a": True, "b": True}),
        ("where(x > 0, a, b)", {"x": True, "a": [0, 0, 1, 1], "b": [1, 1, 0, 0]}),
        ("where(x > 0, a, 0) + where(x < 0, a, 0)", {"x": True, "a": [1, 0, 1, 1]}),
        ("x > 0 and a", {"x": True, "a": [0, 0, 1, 1]}),
        ("x > 0 or a", {"x": True, "a": [1, 1, 0, 0]}),
        ("x > 0 and x > 1 and a", {"x": True, "a": [0, 0, 0, 1]}),
        ("x > 9 and a", {"x": True}),
        ("where(1, a, b)", {"a": True}),
        ("where(x > -9, a, b)", {"x": True, "a": [1, 1, 1, 1]}),
        ("0 and a", {}),
        ("5", {}),
    ],
)
def test_names_in_use(text, wanted):
    found = names_in_use(parse(text), {"x": X, "a": 1.0, "b": 2.0}.__getitem__)
    assert set(found) == set(wanted)
    for name, mask in wanted.items():
        assert np.array_equal(
            np.broadcast_to(found[name], 4), np.broadcast_to(np.array(mask, dtype=bool), 4)
        ), name


def test_names_in_use_within_a_mask():
    mask = np.array([True, True, True, False])
    found = names_in_use(parse("where(x > 0, a, b)"), {"x": X, "a": 1.0, "b": 2.0}.__getitem__, mask)
    assert found["a"].tolist() == [False, False, True, False]
    assert found["x"].tolist() == mask.tolist()


def test_names_not_in_use_are_not_looked_up():
    looked = []

    def lookup(name):
        looked.append(name)
        return X

    first_fault(parse("where(x > 9, a, x) + x"), lookup)
    assert looked == ["x"]
