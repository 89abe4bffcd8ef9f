import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstop.dossier.anchor.passage import Text, anchored
from backstop.dossier.anchor.search import difference, resolve

KEY = b"k" * 16
TEXT = (
    "Ahead of the vote the envoy asked for \u201ca corridor\u201d to the lake.\n"
    "The rebels said that a corridor without observers is an open door \U0001f6aa for raids.\n"
    "Officials on both banks declined to comment on the request.\n"
    "The rebels said that a corridor without guards is a closed door for trade.\n"
)


def at(words, text=TEXT):
    start = text.index(words)
    return start, start + len(words)


PASSAGE = "a corridor without observers is an open door \U0001f6aa for raids"


@pytest.mark.parametrize("travels", [True, False])
class TestResolving:
    def anchor(self, travels, words=PASSAGE):
        return anchored(Text(TEXT, KEY), *at(words), travels=travels)

    def test_the_same_text_is_exact(self, travels):
        found = resolve(self.anchor(travels), Text(TEXT, KEY))
        assert (found.state, found.start, found.end) == ("exact", *at(PASSAGE))

    def test_lines_in_front_move_it(self, travels):
        text = "A headline.\n\n" + TEXT
        found = resolve(self.anchor(travels), Text(text, KEY))
        assert (found.state, found.start, found.end) == ("moved", *at(PASSAGE, text))

    def test_other_marks_and_spaces_are_normalised(self, travels):
        words = "asked for \u201ca corridor\u201d to the lake"
        text = TEXT.replace("\u201c", '"').replace("\u201d", '"').replace("to the lake", "to  the lake")
        found = resolve(self.anchor(travels, words), Text(text, KEY))
        assert found.state == "normalised"
        assert text[found.start : found.end] == 'asked for "a corridor" to  the lake'

    def test_an_inserted_not_never_passes(self, travels):
        text = TEXT.replace("is an open door", "is not an open door")
        found = resolve(self.anchor(travels), Text(text, KEY))
        assert found.state == "changed"
        assert not found.confirmed
        assert "not" in text[found.start : found.end]
        if travels:
            assert "{+not+}" in found.difference

    def test_a_deleted_passage_is_lost_though_a_like_one_stands(self, travels):
        start, end = at(PASSAGE)
        found = resolve(self.anchor(travels), Text(TEXT[:start] + TEXT[end:], KEY))
        assert found.state == "lost"
        assert found.start is None

    def test_two_equal_places_in_equal_surroundings_are_ambiguous(self, travels):
        text = "Something else entirely came first today, they say.\n" + 2 * ("\n" * 60 + TEXT)
        found = resolve(self.anchor(travels), Text(text, KEY))
        assert found.state == "ambiguous"

    def test_a_word_inside_a_longer_one_is_not_it(self, travels):
        anchor = self.anchor(travels, "vote")
        found = resolve(anchor, Text(TEXT.replace("the vote", "the devoted"), KEY))
        assert found.state == "lost"


def test_the_old_text_at_hand_serves_as_the_words():
    anchor = anchored(Text(TEXT, KEY), *at(PASSAGE))
    text = TEXT.replace("observers is an open door", "observers stays a half open door")
    found = resolve(anchor, Text(text, KEY), before=TEXT)
    assert found.state == "changed"
    assert "[-is" in found.difference


def test_a_damaged_anchor_is_lost_in_its_own_text():
    anchor = anchored(Text(TEXT, KEY), 0, 5)
    assert resolve(anchor.model_copy(update={"start": 1, "end": 6}), Text(TEXT, KEY)).state == "lost"


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 3), (0, 10_000), (-1, 4)])
def test_there_is_no_passage_outside_a_text(start, end):
    with pytest.raises(ValueError, match="no passage"):
        anchored(Text(TEXT, KEY), start, end)


def test_white_space_is_no_passage():
    with pytest.raises(ValueError, match="white space"):
        anchored(Text("a  b", KEY), 1, 3)


def test_another_key_gives_other_hashes():
    one, other = (anchored(Text(TEXT, key), *at(PASSAGE)) for key in (KEY, b"z" * 16))
    assert one.passage == other.passage
    assert one.grams != other.grams


def test_digest_only_anchors_hold_no_word():
    anchor = anchored(Text(TEXT, KEY), *at(PASSAGE))
    assert anchor.quote is None
    assert "corridor" not in anchor.model_dump_json()


words = st.lists(
    st.sampled_from(["lake", "bank", "“boat”", "détente", "🚤", "isn’t", "no", "truce,", "guard.", "raid"]),
    min_size=4,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(words, st.data())
def test_offsets_are_code_points_and_survive_a_text_in_front(list_, data):
    text = " ".join(list_) + "\n"
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 1, len(text) - 1))
    if not text[start:end].strip():
        return
    anchor = anchored(Text(text, KEY), start, end, travels=True)
    assert anchor.quote.exact == text[start:end]
    same = resolve(anchor, Text(text, KEY))
    assert (same.state, same.start, same.end) == ("exact", start, end)
    moved = Text("\u00c4nderung \U0001f30d zuvor.\n" + text, KEY)
    found = resolve(anchor, moved)
    assert found.state in ("moved", "ambiguous", "lost")
    if found.state == "moved":
        assert moved.text[found.start : found.end] == text[start:end]


@pytest.mark.parametrize("travels", [True, False])
def test_random_edits_never_give_a_confirmed_state_to_other_words(travels):
    rng = random.Random(7)
    anchor = anchored(Text(TEXT, KEY), *at(PASSAGE), travels=travels)
    confirmed = 0
    for _ in range(200):
        tokens = TEXT.split(" ")
        for _ in range(rng.randint(1, 6)):
            i = rng.randrange(len(tokens))
            tokens[i] = rng.choice([tokens[i] + " not", "never", tokens[i][::-1], ""])
        text = " ".join(tokens)
        found = resolve(anchor, Text(text, KEY))
        if found.confirmed:
            confirmed += 1
            assert text[found.start : found.end].split() == PASSAGE.split()
    assert 0 < confirmed < 200


def test_a_difference_shows_what_went_and_what_came():
    assert difference("it is a risk", "it is not a big risk") == "it is {+not+} a {+big+} risk"
