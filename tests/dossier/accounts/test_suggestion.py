import pytest

from backstop.dossier.accounts.suggestion import same_quotation


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("backstop", "backstop,", True),
        ("US backstop,", "backstop", True),
        ("lasting peace", "lasting peace,", True),
        ("step up", "backstop", False),
        ("no", "not now", False),
        ("peace", "peaceful rise", False),
        ("\u201clasting peace\u201d", "a truly lasting peace", True),
    ],
)
def test_the_same_quotation(one, other, same):
    assert (same_quotation(one, other) is not None) is same
