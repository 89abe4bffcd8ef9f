"""exp, log, power and logistic for two worlds at a time, the same bits on every machine.

Everything is made of additions, multiplications and divisions as IEEE 754 rounds them, without fused operations, so
that no library and no processor has a say. exp and log are within 1 unit in the last place (0.8 measured against
mpmath), with the values of IEEE 754 for zeros, infinities, subnormal numbers and what is not a number; power follows
IEEE 754 `pow`. exp and log reduce their argument as is usual (Muller, Elementary Functions, 3rd ed. 2016, chapter 11);
the polynomials interpolate at Chebyshev points, computed with 60 digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from backstop.program.code.terms import Term, Terms

# (exp(r) - 1 - r) / r^2 on |r| <= log(2) / 2.
_EXP = tuple(
    float.fromhex(c)
    for c in (
        "0x1.0000000000001p-1",
        "0x1.5555555555556p-3",
        "0x1.5555555553d68p-5",
        "0x1.11111111109b5p-7",
        "0x1.6c16c17889ef1p-10",
        "0x1.a01a01a7c2efep-13",
        "0x1.a019b9149a41cp-16",
        "0x1.71de0db2f6b19p-19",
        "0x1.28917c89a43bcp-22",
        "0x1.af389ecfc4bb6p-26",
    )
)
# (log((1 + s) / (1 - s)) / s - 2) / s^2 as a function of s^2, for (1 + s) / (1 - s) between sqrt(1/2) and sqrt(2).
_LOG = tuple(
    float.fromhex(c)
    for c in (
        "0x1.5555555555555p-1",
        "0x1.9999999999a38p-2",
        "0x1.2492492476cccp-2",
        "0x1.c71c720159178p-3",
        "0x1.745cf9048dd76p-3",
        "0x1.3b1c355a8fe3ap-3",
        "0x1.0fbe95d70af94p-3",
        "0x1.0c039c4a0c012p-3",
    )
)
# (log((1 + s) / (1 - s)) / (2 s) - 1 - z / 3 - z^2 / 5) / z^3 as a function of z = s^2.
_LOG_TAIL = tuple(
    float.fromhex(c)
    for c in (
        "0x1.2492492492492p-3",
        "0x1.c71c71c71c822p-4",
        "0x1.745d1745a3f62p-4",
        "0x1.3b13b16b4535dp-4",
        "0x1.1110f807e8be8p-4",
        "0x1.e1eff99e2467bp-5",
        "0x1.acf8627eee612p-5",
        "0x1.b2df9acb08f3cp-5",
    )
)
# log(2) in two parts; a multiple of the first by a whole number up to 2^20 is exact.
_LN2_HIGH, _LN2_LOW = float.fromhex("0x1.62e42fee00000p-1"), float.fromhex("0x1.a39ef35793c76p-33")
LOG2_E = float.fromhex("0x1.71547652b82fep+0")
# Adding 1.5 * 2^52 rounds to a whole number, which then stands in the last bits.
_ROUND = 6755399441055744.0
_ROUND_BITS = 0x4338000000000000
_ONE_BITS = 0x3FF0000000000000
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
# 2^52, whose last bits take a whole number.
_WHOLE_BITS = 0x4330000000000000
# 2^f = (q + f p) / (q - f p) for |f| <= 1/2, where p and q are polynomials in f^2: the last coefficient of q is 1.
_POWER_P = tuple(
    float.fromhex(c) for c in ("0x1.7a771689fb5a3p+10", "0x1.433a0b00c0667p+4", "0x1.7a60ee97feaeep-6")
)
_POWER_Q = tuple(float.fromhex(c) for c in ("0x1.110142bebbb45p+12", "0x1.d25b024e915c9p+7"))
# Beyond this power of two `odds` goes no further, so that nothing it is used for overflows.
_STEEPEST = 1000.0


def polynomial(terms: Terms, x: Term, coefficients: Sequence[float]) -> Term:
    """c0 + c1 x + c2 x^2 + ..., in halves (Estrin's scheme), which a processor can work on at the same time."""
    parts = [terms.constant(c) for c in coefficients]
    power = x
    while len(parts) > 1:
        paired = [terms.add(a, terms.mul(power, b)) for a, b in zip(parts[::2], parts[1::2], strict=False)]
        parts = paired + parts[len(parts) - len(parts) % 2 :]
        if len(parts) > 1:
            power = terms.mul(power, power)
    return parts[0]


def odds(terms: Terms, x: Term) -> tuple[Term, Term]:
    """2^x as a fraction (above, below), good to 3 units in the last place; x is held between -1000 and 1000.

    As a fraction, because what is made of it is a share, which takes one division either way.
    """
    bound = terms.constant(_STEEPEST)
    held = terms.op("pmin", terms.op("pmax", x, terms.op("neg", bound)), bound)
    rounded = terms.add(held, terms.constant(_ROUND))
    f = terms.sub(held, terms.sub(rounded, terms.constant(_ROUND)))
    square = terms.mul(f, f)
    p0, p1, p2 = (terms.constant(c) for c in _POWER_P)
    q0, q1 = (terms.constant(c) for c in _POWER_Q)
    p = terms.mul(f, terms.add(p0, terms.mul(square, terms.add(p1, terms.mul(square, p2)))))
    q = terms.add(q0, terms.mul(square, terms.add(q1, square)))
    return terms.op("iadd", terms.add(q, p), terms.shift("ishl", rounded, 52)), terms.sub(q, p)


def exponential(terms: Terms, x: Term, low: Term | None = None) -> Term:
    """exp(x), or exp(x + low) where a small part of the exponent is kept apart."""
    # Beyond these bounds the result is 0 or infinite all the same.
    held = terms.op("pmin", terms.op("pmax", x, terms.constant(-746.0)), terms.constant(710.0))
    rounded = terms.add(terms.mul(held, terms.constant(LOG2_E)), terms.constant(_ROUND))
    k = terms.sub(rounded, terms.constant(_ROUND))
    high = terms.sub(held, terms.mul(k, terms.constant(_LN2_HIGH)))
    rest = terms.mul(k, terms.constant(_LN2_LOW))
    if low is not None:
        rest = terms.sub(rest, low)
    r = terms.sub(high, rest)
    lost = terms.sub(terms.sub(high, r), rest)
    # 1 + r with its rounding kept, so that the large parts are added last and only once.
    near = terms.add(terms.constant(1.0), r)
    missed = terms.sub(r, terms.sub(near, terms.constant(1.0)))
    square = terms.mul(r, r)
    small = terms.add(missed, terms.add(terms.mul(square, polynomial(terms, r, _EXP)), lost))
    near_one = terms.add(near, small)
    # Two steps of scaling, since the whole power of two may lie outside the range of normal numbers.
    whole = terms.op("isub", rounded, terms.bits(_ROUND_BITS))
    half = terms.shift("ishr_s", whole, 1)
    scaled = terms.mul(
        terms.mul(near_one, _power_of_two(terms, half)), _power_of_two(terms, terms.op("isub", whole, half))
    )
    return terms.select(terms.op("ne", x, x), x, scaled)


def _power_of_two(terms: Terms, whole: Term) -> Term:
    return terms.shift("ishl", terms.op("iadd", whole, terms.bits(1023)), 52)


def _split(terms: Terms, x: Term) -> tuple[Term, Term]:
    """(m, k) with x = m * 2^k and m between sqrt(1/2) and sqrt(2), for finite x above 0."""
    tiny = terms.op("lt", x, terms.constant(2.0**-1022))
    normal = terms.select(tiny, terms.mul(x, terms.constant(2.0**54)), x)
    shifted = terms.op("iadd", normal, terms.bits(_ONE_BITS - _SQRT_HALF_BITS))
    biased = terms.shift("ishr_u", shifted, 52)
    k = terms.sub(terms.op("or", biased, terms.bits(_WHOLE_BITS)), terms.constant(2.0**52 + 1023))
    k = terms.sub(k, terms.op("and", tiny, terms.constant(54.0)))
    m = terms.op("iadd", terms.op("isub", normal, terms.shift("ishl", biased, 52)), terms.bits(_ONE_BITS))
    return m, k


def near_logarithm(terms: Terms, x: Term) -> Term:
    """log(x) of a normal x above 0, within 1 unit in the last place."""
    shifted = terms.op("iadd", x, terms.bits(_ONE_BITS - _SQRT_HALF_BITS))
    biased = terms.shift("ishr_u", shifted, 52)
    k = terms.sub(terms.op("or", biased, terms.bits(_WHOLE_BITS)), terms.constant(2.0**52 + 1023))
    m = terms.op("iadd", terms.op("isub", x, terms.shift("ishl", biased, 52)), terms.bits(_ONE_BITS))
    return _log_of_parts(terms, m, k)


def _log_of_parts(terms: Terms, m: Term, k: Term) -> Term:
    f = terms.sub(m, terms.constant(1.0))
    s = terms.div(f, terms.add(f, terms.constant(2.0)))
    z = terms.mul(s, s)
    rest = terms.mul(z, polynomial(terms, z, _LOG))
    half = terms.mul(terms.constant(0.5), terms.mul(f, f))
    # log(1 + f) = f - (f^2 / 2 - s (f^2 / 2 + rest)): the large part, f, is exact.
    corrected = terms.add(terms.mul(s, terms.add(half, rest)), terms.mul(k, terms.constant(_LN2_LOW)))
    return terms.sub(terms.mul(k, terms.constant(_LN2_HIGH)), terms.sub(terms.sub(half, corrected), f))


def logarithm(terms: Terms, x: Term) -> Term:
    """log(x): -inf at 0, not a number below."""
    value = _log_of_parts(terms, *_split(terms, x))
    value = terms.select(terms.op("gt", x, terms.constant(0.0)), value, terms.constant(math.nan))
    value = terms.select(terms.op("eq", x, terms.constant(0.0)), terms.constant(-math.inf), value)
    return terms.select(terms.op("eq", x, terms.constant(math.inf)), x, value)


def logistic(terms: Terms, x: Term) -> Term:
    """1 / (1 + exp(-x)), within 2.5 units in the last place however small."""
    zero, one = terms.constant(0.0), terms.constant(1.0)
    odds = terms.call("exp", terms.op("neg", terms.op("abs", x)))
    return terms.div(terms.select(terms.op("lt", x, zero), odds, one), terms.add(one, odds))


def power(terms: Terms, x: Term, y: Term) -> Term:
    """x to the power y, as IEEE 754 `pow` has it."""
    zero, one, infinity = terms.constant(0.0), terms.constant(1.0), terms.constant(math.inf)
    size = terms.op("abs", x)
    # A larger exponent gives the same 0, 1 or infinity.
    bound = terms.constant(2.0**65)
    held = terms.op("pmin", terms.op("pmax", y, terms.op("neg", bound)), bound)
    high, low = _two_part_log(terms, size)
    product, error = _exact_product(terms, held, high)
    exponent = terms.add(error, terms.mul(held, low))
    value = terms.call("exp_of_parts", product, terms.select(_below(terms, product, 800.0), exponent, zero))
    positive = terms.op("gt", y, zero)
    value = terms.select(terms.op("eq", size, zero), terms.select(positive, zero, infinity), value)
    value = terms.select(terms.op("eq", size, infinity), terms.select(positive, infinity, zero), value)
    # A negative base: the sign of an odd power, and no number for a power that is not whole.
    half = terms.mul(y, terms.constant(0.5))
    whole = terms.op("eq", y, terms.op("trunc", y))
    odd = terms.op("and", whole, terms.op("ne", half, terms.op("trunc", half)))
    sign = terms.op("and", terms.op("and", x, terms.constant(-0.0)), odd)
    value = terms.op("or", value, sign)
    below = terms.op("and", terms.op("lt", x, zero), terms.op("gt", x, terms.constant(-math.inf)))
    value = terms.select(terms.op("andnot", below, whole), terms.constant(math.nan), value)
    value = terms.select(terms.op("ne", x, x), x, value)
    value = terms.select(terms.op("ne", y, y), y, value)
    certain = terms.op("or", terms.op("eq", y, zero), terms.op("eq", x, one))
    return terms.select(certain, one, value)


def _below(terms: Terms, x: Term, bound: float) -> Term:
    return terms.op("lt", terms.op("abs", x), terms.constant(bound))


def _exact_sum(terms: Terms, a: Term, b: Term) -> tuple[Term, Term]:
    """a + b and its rounding error, where |a| >= |b| or a is 0 (Dekker 1971)."""
    total = terms.add(a, b)
    return total, terms.sub(b, terms.sub(total, a))


def _halves(terms: Terms, a: Term) -> tuple[Term, Term]:
    """`a` as the sum of two numbers of at most 26 bits (Veltkamp), by masking so that nothing overflows."""
    high = terms.op("and", a, terms.bits(-(1 << 27)))
    return high, terms.sub(a, high)


def _exact_product(terms: Terms, a: Term, b: Term) -> tuple[Term, Term]:
    """a * b and its rounding error (Dekker 1971)."""
    product = terms.mul(a, b)
    a1, a2 = _halves(terms, a)
    b1, b2 = _halves(terms, b)
    error = terms.sub(terms.mul(a1, b1), product)
    for left, right in ((a1, b2), (a2, b1), (a2, b2)):
        error = terms.add(error, terms.mul(left, right))
    return product, error


def _two_part_log(terms: Terms, x: Term) -> tuple[Term, Term]:
    """log(x) of x above 0 as a sum of two numbers, good to some 68 bits.

    log(m) = 2 s (1 + z / 3 + z^2 / 5 + ...), s = (m - 1) / (m + 1), z = s^2: the first terms in two parts.
    """
    m, k = _split(terms, x)
    one, two = terms.constant(1.0), terms.constant(2.0)
    f = terms.sub(m, one)
    below, below_low = _exact_sum(terms, two, f)
    s = terms.div(f, below)
    product, error = _exact_product(terms, s, below)
    s_low = terms.div(terms.sub(terms.sub(terms.sub(f, product), error), terms.mul(s, below_low)), below)
    z, z_low = _exact_product(terms, s, s)
    z_low = terms.add(z_low, terms.mul(two, terms.mul(s, s_low)))
    # The series from z^3 / 7 on is small enough for one part.
    tail = terms.mul(z, polynomial(terms, z, _LOG_TAIL))
    fifth, fifth_low = _scaled(terms, z, z_low, 0.2, float.fromhex("-0x1.999999999999ap-57"))
    inner, inner_low = _exact_sum(terms, terms.constant(1 / 3), fifth)
    inner_low = terms.add(
        terms.add(inner_low, fifth_low),
        terms.add(terms.mul(z, tail), terms.constant(float.fromhex("0x1.5555555555555p-56"))),
    )
    outer, outer_low = _exact_product(terms, z, inner)
    outer_low = terms.add(outer_low, terms.add(terms.mul(z, inner_low), terms.mul(z_low, inner)))
    # 2 s + 2 s * outer
    twice, twice_low = terms.mul(two, s), terms.mul(two, s_low)
    more, more_low = _exact_product(terms, twice, outer)
    more_low = terms.add(more_low, terms.add(terms.mul(twice, outer_low), terms.mul(twice_low, outer)))
    high, low = _exact_sum(terms, twice, more)
    low = terms.add(low, terms.add(twice_low, more_low))
    base = terms.mul(k, terms.constant(_LN2_HIGH))
    ln2, ln2_low = _exact_product(terms, k, terms.constant(_LN2_LOW))
    total, total_low = _exact_sum(terms, base, high)
    total, more_low = _exact_sum(terms, total, ln2)
    rest = terms.add(
        terms.add(total_low, more_low), terms.add(terms.add(low, ln2_low), _third_of_ln2(terms, k))
    )
    return _exact_sum(terms, total, rest)


def _third_of_ln2(terms: Terms, k: Term) -> Term:
    """k times what log(2) holds beyond its two parts."""
    return terms.mul(k, terms.constant(float.fromhex("0x1.cc01f97b57a08p-87")))


def _scaled(terms: Terms, x: Term, x_low: Term, factor: float, factor_low: float) -> tuple[Term, Term]:
    high, low = _exact_product(terms, x, terms.constant(factor))
    low = terms.add(
        low, terms.add(terms.mul(x, terms.constant(factor_low)), terms.mul(x_low, terms.constant(factor)))
    )
    return high, low
