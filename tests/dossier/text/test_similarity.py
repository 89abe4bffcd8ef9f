import random

import pytest

from backstop.dossier.text.similarity import (
    grams,
    jaccard,
    like_pairs,
    pack,
    shared_passages,
    sketch,
    tokens,
    unpack,
    words,
)

KEY = b"k" * 16
VOCABULARY = [f"word{i}" for i in range(3000)]


def made(seed, count=500):
    return random.Random(seed).choices(VOCABULARY, k=count)


def edited(sequence, share, seed):
    rng = random.Random(seed)
    return [rng.choice(VOCABULARY) if rng.random() < share else word for word in sequence]


def exact(one, other):
    first, second = set(grams(one, KEY)), set(grams(other, KEY))
    return len(first & second) / len(first | second)


def test_words_keep_their_places_and_lose_case_and_curls():
    found = words("Don\u2019t STOP, caf\u00e9_x 3.5")
    assert [w.token for w in found] == ["don't", "stop", "caf\u00e9", "x", "3", "5"]
    assert tokens("Don\u2019t STOP") == ["don't", "stop"]
    assert found[1].start == 6


def test_packed_hashes_come_back():
    hashes = grams(made(1), KEY)
    assert unpack(pack(hashes)) == hashes
    assert unpack("") == []
    with pytest.raises(ValueError, match="divisible"):
        unpack("YWJj")


@pytest.mark.parametrize("share", [0.0, 0.02, 0.1, 0.3])
def test_sketches_estimate_the_jaccard_index(share):
    one = made(1)
    other = edited(one, share, 2)
    estimate = jaccard(unpack(sketch(grams(one, KEY))), unpack(sketch(grams(other, KEY))))
    assert estimate == pytest.approx(exact(one, other), abs=0.12)


def test_only_like_texts_make_pairs():
    texts = {f"t{i}": made(i) for i in range(40)}
    texts["copy"] = edited(texts["t3"], 0.05, 9)
    sketches = {name: unpack(sketch(grams(text, KEY))) for name, text in texts.items()}
    assert [pair[:2] for pair in like_pairs(sketches, 0.3)] == [("t3", "copy")]


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_a_reused_paragraph_is_found(share):
    one, other = made(1), made(2)
    passage = edited(one[100:160], share, 3)
    found = shared_passages(one, other[:50] + passage + other[50:])
    assert found
    assert any(abs(p.first[0] - 100) <= 12 and abs(p.second[0] - 50) <= 12 for p in found)


def test_unrelated_texts_share_no_passage():
    assert shared_passages(made(1), made(2)) == []
