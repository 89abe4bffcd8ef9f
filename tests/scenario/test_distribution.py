import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from backstop.scenario.distribution.beta import Beta, Pert
from backstop.scenario.distribution.discrete import Discrete
from backstop.scenario.distribution.distribution import DistributionError
from backstop.scenario.distribution.kinds import KINDS, distribution
from backstop.scenario.distribution.logarithmic import LogNormal, LogUniform
from backstop.scenario.distribution.mixture import Mixture
from backstop.scenario.distribution.normal import Normal
from backstop.scenario.distribution.straight import Triangular, Uniform


def certain(value):
    return distribution("value", value)


U = np.concatenate(
    (10.0 ** -np.arange(1, 12.5, 0.5), np.linspace(0.001, 0.999, 499), 1 - 10.0 ** -np.arange(2, 12.5))
)


def truncated(mean, sd, low, high):
    return stats.truncnorm((low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)


def pert(low, mode, high):
    width = high - low
    return stats.beta(1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, loc=low, scale=width)


CONTINUOUS = [
    (Uniform(-2, 5), stats.uniform(-2, 7)),
    (Uniform(0.4, 0.75), stats.uniform(0.4, 0.35)),
    (Triangular(-1, 0, 4), stats.triang(0.2, -1, 5)),
    (Triangular(0, 0, 4), stats.triang(0.0, 0, 4)),
    (Triangular(0, 4, 4), stats.triang(1.0, 0, 4)),
    (Pert(0, 0.3, 1), pert(0, 0.3, 1)),
    (Pert(-10, -10, 20), pert(-10, -10, 20)),
    (Pert(1, 9, 9), pert(1, 9, 9)),
    (Normal(3, 2), stats.norm(3, 2)),
    (Normal(3, 2, (0, 4)), truncated(3, 2, 0, 4)),
    (Normal(0, 1, (2, 9)), truncated(0, 1, 2, 9)),
    (Normal(0, 1, (-12, -6)), truncated(0, 1, -12, -6)),
    (Normal(0, 1, (8, 30)), truncated(0, 1, 8, 30)),
    (LogNormal(0.5, 0.8), stats.lognorm(0.8, scale=math.exp(0.5))),
    (LogNormal(-3, 2), stats.lognorm(2, scale=math.exp(-3))),
    (Beta(8, 12), stats.beta(8, 12)),
    (Beta(1, 1), stats.beta(1, 1)),
    (Beta(0.5, 0.5), stats.beta(0.5, 0.5)),
    (Beta(0.1, 3), stats.beta(0.1, 3)),
    (Beta(0.02, 2), stats.beta(0.02, 2)),
    (Beta(2, 0.09), stats.beta(2, 0.09)),
    (Beta(300, 20), stats.beta(300, 20)),
    (Beta(3e4, 1e5), stats.beta(3e4, 1e5)),
    (LogUniform(0.01, 100), stats.loguniform(0.01, 100)),
    (LogUniform(1, 1.001), stats.loguniform(1, 1.001)),
]
IDS = [repr(mine)[:60] for mine, _ in CONTINUOUS]


@pytest.mark.parametrize(("mine", "peer"), CONTINUOUS, ids=IDS)
def test_against_scipy(mine, peer):
    x = mine.quantile(U)
    low, high = mine.support
    # Quantiles that run out to 0 keep their relative accuracy; elsewhere the width sets the scale.
    relative = isinstance(mine, Beta | LogNormal | LogUniform)
    scale = np.abs(x) if relative else np.maximum(np.abs(x), 0.1 * peer.std())
    assert np.all(np.abs(x - peer.ppf(U)) <= 2e-10 * scale)
    assert np.all(np.diff(mine.quantile(np.sort(U))) >= 0)
    assert ((x >= low) & (x <= high)).all()
    assert mine.cdf(x) == pytest.approx(peer.cdf(x), rel=1e-9, abs=1e-14)
    assert mine.survival(x) == pytest.approx(peer.sf(x), rel=1e-9, abs=1e-14)
    inside = (x > low) & (x < high)
    assert mine.log_density(x[inside]) == pytest.approx(peer.logpdf(x[inside]), rel=1e-8, abs=1e-8)
    assert mine.mean == pytest.approx(peer.mean(), rel=1e-8)
    assert mine.median == pytest.approx(peer.median(), rel=1e-9)
    assert mine.is_continuous


@pytest.mark.parametrize("mine", [mine for mine, _ in CONTINUOUS], ids=IDS)
def test_the_way_there_and_back(mine):
    x = mine.quantile(U)
    # Below this a quantile has lost digits to underflow.
    clear = np.abs(x) > 1e-290
    low = U <= 0.5
    # Rounding of x alone, on the scale of the numbers it is computed from, moves the probability.
    ends = [abs(end) for end in mine.support if math.isfinite(end)]
    reach = np.maximum(np.abs(x), 0.0 if isinstance(mine, Beta) else max(ends, default=0.0))
    with np.errstate(over="ignore", invalid="ignore"):
        steepness = np.exp(mine.log_density(x)) / np.where(low, U, 1 - U)
    slack = 1e-9 + 16 * np.finfo(float).eps * reach * steepness
    error = np.where(low, mine.cdf(x) / U - 1, mine.survival(x) / (1 - U) - 1)
    assert np.all(np.abs(error[clear]) <= slack[clear])


@pytest.mark.parametrize("mine", [mine for mine, _ in CONTINUOUS], ids=IDS)
def test_moments_by_quadrature(mine):
    # Over z = normal score of u, which tames both ends.
    def moment(power, centre=0.0):
        def integrand(z):
            return float(mine.quantile(np.array([stats.norm.cdf(z)]))[0] - centre) ** power * stats.norm.pdf(
                z
            )

        return integrate.quad(integrand, -8, 8, limit=300, points=[0])[0]

    assert moment(1) == pytest.approx(mine.mean, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("mine", [mine for mine, _ in CONTINUOUS], ids=IDS)
def test_outside_the_support(mine):
    low, high = mine.support
    for x, below, above in ((low - 1, 0.0, 1.0), (high + 1, 1.0, 0.0)):
        if math.isfinite(x):
            assert (float(mine.cdf(x)), float(mine.survival(x)), float(mine.log_density(x))) == (
                below,
                above,
                -math.inf,
            )


def test_density_at_the_ends_of_a_beta():
    ends = np.array([0.0, 1.0])
    assert Beta(0.5, 3).log_density(ends).tolist() == [math.inf, -math.inf]
    assert Beta(1, 3).log_density(ends)[0] == pytest.approx(math.log(3))
    assert Beta(1, 1).log_density(ends) == pytest.approx([0, 0])


def test_narrow_bounds_keep_moments():
    narrow = Normal(0, 1, (0.5, 0.500001))
    assert narrow.mean == pytest.approx(0.5000005, abs=1e-12)


def test_a_loguniform_number_may_span_all_orders_of_magnitude():
    wide = LogUniform(1e-200, 1e200)
    assert wide.quantile(np.array([0.05, 0.5, 0.95])) == pytest.approx([1e-180, 1, 1e180], rel=1e-12)
    assert wide.mean == pytest.approx(1e200 / (400 * math.log(10)), rel=1e-12)


def test_tails_are_not_lost():
    u = np.array([1e-300, 1e-16, 1 - 1.1e-16])
    for mine, peer in (
        (Beta(8, 12), stats.beta(8, 12)),
        (Normal(0, 1), stats.norm()),
        (Beta(2, 3), stats.beta(2, 3)),
    ):
        assert mine.quantile(u) == pytest.approx(peer.ppf(u), rel=1e-11)
    assert Normal(0, 1, (-1, 8.5)).quantile(np.array([1 - 1e-15])) == pytest.approx(
        stats.norm.isf(stats.norm.sf(8.5) + 1e-15 * (stats.norm.sf(-1) - stats.norm.sf(8.5))), rel=1e-2
    )


def test_shapes():
    for mine in (
        Uniform(0, 1),
        Beta(2, 3),
        Mixture((Beta(2, 3), Uniform(0, 1)), (1, 1)),
        Discrete([1, 2], [1, 1]),
        certain(2),
    ):
        assert mine.quantile(0.25).shape == ()
        assert mine.quantile(np.full((3, 4), 0.25)).shape == (3, 4)
        assert mine.quantile(np.empty(0)).shape == (0,)
        assert mine.cdf(np.full((3, 4), 0.25)).shape == (3, 4)
        assert mine.log_density(np.full((3, 4), 0.25)).shape == (3, 4)


def test_discrete():
    mine = Discrete([5, 1, 3], [2, 1, 1])
    assert mine.values == (1, 3, 5)
    assert mine.quantile(np.array([0.01, 0.25, 0.2500001, 0.5, 0.51, 0.999])).tolist() == [1, 1, 3, 3, 5, 5]
    assert mine.cdf(np.array([0, 1, 2, 3, 4.9, 5, 9])).tolist() == [0, 0.25, 0.25, 0.5, 0.5, 1, 1]
    assert mine.survival(np.array([0, 1, 2, 3, 4.9, 5, 9])).tolist() == [1, 0.75, 0.75, 0.5, 0.5, 0, 0]
    assert np.exp(mine.log_density(np.array([1, 2, 5]))).tolist() == [0.25, 0, 0.5]
    assert (mine.mean, mine.median, mine.support) == (3.5, 3, (1, 5))
    assert not mine.is_continuous
    # 0.1 + 0.2 is not 0.3 in binary: the cumulative weights are each rounded once.
    assert Discrete([1, 2, 3, 4], [0.1, 0.2, 0.2, 0.5]).median == 3


def test_a_certain_value():
    mine = certain(4)
    assert mine.quantile(np.array([0.1, 0.9])).tolist() == [4, 4]
    assert (mine.median, mine.mean, mine.support) == (4, 4, (4, 4))
    assert mine.cdf(np.array([3.9, 4])).tolist() == [0, 1]
    assert mine.survival(np.array([3.9, 4])).tolist() == [1, 0]
    assert mine.log_density(np.array([3.9, 4])).tolist() == [-math.inf, 0]


def brute_quantile(mixture, u):
    """The smallest x with F(x) >= u, by bisection between the components' quantiles."""
    ends = [float(component.quantile(u)) for component in mixture.components]
    low, high = min(ends), max(ends)
    if float(mixture.cdf(low)) >= u:
        return low
    for _ in range(2000):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if float(mixture.cdf(middle)) >= u:
            high = middle
        else:
            low = middle
    return high


MIXTURES = [
    Mixture((Pert(0, 0.3, 1), Uniform(0.4, 0.7), Normal(0.5, 0.1, (0, 1))), (2, 1, 1)),
    Mixture((Uniform(0, 1), Uniform(2, 3)), (1, 1)),
    Mixture((Uniform(0, 1), Uniform(1, 3)), (1, 3)),
    Mixture((Uniform(0, 1), certain(0.5), Discrete([0.2, 3], [1, 2])), (1, 1, 1)),
    Mixture((certain(1), certain(2), certain(1)), (1, 2, 1)),
    Mixture((Normal(0, 1), LogNormal(0, 2)), (1, 3)),
    Mixture((Beta(8, 12), Beta(0.5, 0.5)), (1, 1)),
    Mixture((Triangular(0, 1, 3), LogUniform(0.1, 10), Discrete([1], [1])), (1, 1, 0.001)),
    Mixture((Normal(0, 1e-6), Normal(5, 1e3)), (1, 1)),
    Mixture((Uniform(0, 1),), (3,)),
    Mixture((Mixture((Uniform(0, 1), certain(4)), (1, 1)), Uniform(3, 5)), (1, 1)),
]


@pytest.mark.parametrize("mixture", MIXTURES, ids=range(len(MIXTURES)))
def test_mixture_by_brute_force(mixture):
    rng = np.random.default_rng(4)
    u = np.concatenate((rng.random(150), [1e-12, 1e-9, 1e-4, 0.25, 0.5, 0.75, 1 - 1e-6, 1 - 1e-9]))
    x = mixture.quantile(u)
    for each, found in zip(u, x, strict=True):
        wanted = brute_quantile(mixture, each)
        # Near 1 the plain cdf of the brute search has lost digits, so the answer is judged by its probability there.
        slack = 1e-12 + 1e-15 / (1 - each)
        assert found == pytest.approx(wanted, rel=1e-9, abs=1e-13) or (
            abs(float(mixture.survival(found)) / (1 - each) - 1) < slack
        ), each
    assert np.all(np.diff(mixture.quantile(np.sort(u))) >= 0)
    assert mixture.median == pytest.approx(brute_quantile(mixture, 0.5), rel=1e-12, abs=1e-15)


def test_median_at_a_gap_is_its_lower_end():
    assert MIXTURES[1].median == 1.0
    assert MIXTURES[1].quantile(np.array([0.5]))[0] == pytest.approx(1.0, rel=1e-15)
    assert MIXTURES[1].quantile(np.array([0.5000001]))[0] > 2.0


def test_mixture_moments_and_density():
    mixture = MIXTURES[0]
    mean = integrate.quad(lambda x: x * math.exp(mixture.log_density(x)), 0, 1, points=[0.4, 0.7])[0]
    assert mixture.mean == pytest.approx(mean, rel=1e-9)
    atoms = MIXTURES[3]
    assert np.exp(atoms.log_density(np.array([0.5, 0.2, 0.3, 3.0]))) == pytest.approx(
        [1 / 3, 1 / 9, 1 / 3, 2 / 9]
    )
    assert atoms.atoms == pytest.approx({0.5: 1 / 3, 0.2: 1 / 9, 3.0: 2 / 9})
    assert atoms.support == (0, 3)


shapes = st.floats(0.01, 1e6)


@settings(max_examples=60, deadline=None)
@given(a=shapes, b=shapes, u=st.floats(1e-16, 1 - 1e-16))
def test_beta_quantile_everywhere(a, b, u):
    mine = float(Beta(a, b).quantile(np.array([u]))[0])
    peer = float(stats.beta.ppf(u, a, b))
    assert mine == pytest.approx(peer, rel=1e-9, abs=1e-290)


number = st.floats(-100, 100).map(lambda x: round(x, 3))


@st.composite
def any_component(draw):
    a, width = draw(number), draw(st.floats(0.01, 50).map(lambda x: round(x, 3)))
    share = draw(st.floats(0, 1))
    return draw(
        st.sampled_from(
            [
                Uniform(a, a + width),
                Triangular(a, a + share * width, a + width),
                Pert(a, a + share * width, a + width),
                Normal(a, width),
                Normal(a, width, (a - width, a + 2 * width)),
                certain(a),
                Discrete([a, a + width], [1, 2]),
                Beta(abs(a) + 0.1, width),
            ]
        )
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(any_component(), min_size=1, max_size=4), st.lists(st.floats(0.05, 10), min_size=4, max_size=4)
)
def test_any_mixture_is_inverted(components, weights):
    mixture = Mixture(tuple(components), tuple(weights[: len(components)]))
    u = np.linspace(0.003, 0.997, 60)
    x = mixture.quantile(u)
    assert np.all(np.diff(x) >= -1e-12 * np.abs(x[1:]))
    step = 1e-9 * np.maximum(np.abs(x), 1e-3)
    assert np.all(mixture.cdf(x + step) >= u - 1e-12)
    assert np.all(mixture.cdf(x - step) <= u + 1e-12)


REFUSED = [
    ("uniform", [3, 1], None, "a must be less than b"),
    ("uniform", [2, 2], None, "fixed number is written value"),
    ("uniform", [1], None, "2 numbers are needed"),
    ("uniform", [1, 2, 3], None, "uniform: \\[a, b\\]"),
    ("uniform", "12", None, "2 numbers are needed"),
    ("uniform", 1.0, None, "2 numbers are needed"),
    ("uniform", [math.nan, 1], None, "finite"),
    ("uniform", [0, math.inf], None, "finite"),
    ("uniform", [True, 2], None, "must be a number"),
    ("uniform", ["a", 2], None, "must be a number"),
    ("uniform", [0, 10**400], None, "finite"),
    ("triangular", [0, 2, 1], None, "mode must lie"),
    ("triangular", [1, 1, 1], None, "less than"),
    ("pert", [0, -1, 1], None, "mode must lie"),
    ("pert", [2, 1, 0], None, "low must be less than high"),
    ("normal", [0, 0], None, "sd must be greater than 0"),
    ("normal", [0, -1], None, "sd must be greater than 0"),
    ("normal", [0, 1], (1, 0), "lower bound"),
    ("normal", [0, 1], (60, 61), "hardly any"),
    ("normal", [0, 1], (0, math.inf), "finite"),
    ("lognormal", [0, 0], None, "sigma"),
    ("lognormal", [0, 200], None, "logarithm"),
    ("beta", [0, 1], None, "a must be greater than 0"),
    ("beta", [1, -1], None, "b must be greater than 0"),
    ("beta", [1e-9, 1], None, "out of reach"),
    ("loguniform", [0, 1], None, "greater than 0"),
    ("loguniform", [2, 1], None, "less than"),
    ("loguniform", [1e200, math.nextafter(1e200, math.inf)], None, "too close"),
    ("discrete", {}, None, "at least one"),
    ("discrete", {1: 0}, None, "greater than 0"),
    ("discrete", {1: -1, 2: 2}, None, "greater than 0"),
    ("discrete", {1: math.nan}, None, "finite"),
    ("discrete", {math.inf: 1}, None, "finite"),
    ("discrete", [1, 2], None, "weight"),
    ("value", math.nan, None, "finite"),
    ("value", [1], None, "one number"),
    ("value", True, None, "must be a number"),
    ("gaussian", [0, 1], None, "not a distribution"),
    ("unifrom", [0, 1], None, "did you mean uniform"),
    ("uniform", [0, 1], (0, 1), "bounds belong to normal"),
]


@pytest.mark.parametrize(("kind", "arguments", "bounds", "words"), REFUSED)
def test_refused(kind, arguments, bounds, words):
    with pytest.raises(DistributionError, match=words) as caught:
        distribution(kind, arguments, bounds)
    assert caught.value.message == str(caught.value)


@pytest.mark.parametrize(
    ("components", "weights", "words"),
    [
        ((), (), "at least one"),
        ((certain(1),), (0,), "greater than 0"),
        ((certain(1),), (1, 2), "do not match"),
    ],
)
def test_mixtures_refused(components, weights, words):
    with pytest.raises(DistributionError, match=words):
        Mixture(components, weights)


def test_factory_and_travel():
    made = [
        distribution("uniform", [0, 1]),
        distribution("triangular", [0, 1, 2]),
        distribution("pert", (0, 1, 2)),
        distribution("normal", [0, 1], (-1, 1)),
        distribution("lognormal", [0, 1]),
        distribution("beta", [8, 12]),
        distribution("loguniform", [1, 10]),
        distribution("discrete", {1: 2, 3: 4}),
        distribution("value", 3),
    ]
    assert made[3] == Normal(0, 1, (-1, 1))
    assert len(KINDS) == 9
    for each in [*made, *MIXTURES]:
        assert pickle.loads(pickle.dumps(each)) == each
        assert hash(each) == hash(pickle.loads(pickle.dumps(each)))
