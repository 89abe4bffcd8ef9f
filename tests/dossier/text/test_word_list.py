from importlib import resources

from backstop.dossier.accounts.gazetteer import place_state, places_in, state_of
from backstop.dossier.accounts.office import Office, offices_in
from backstop.dossier.text.word_list import rows, synonyms, words


def test_every_list_is_in_lower_case_and_says_nothing_twice():
    folder = resources.files("backstop.dossier").joinpath("lists")
    names = sorted(path.name.removesuffix(".txt") for path in folder.iterdir())
    assert len(names) == 9
    for name in names:
        listed = [w for row in rows(name) for w in row.split()] if ":" not in rows(name)[0] else rows(name)
        assert listed, name
        assert len(listed) == len(set(listed)), name
        assert all(word == word.lower() for word in listed), name


def test_lists_are_words_or_synonyms():
    assert {"mr", "e.g"} <= words("titles_before_names")
    assert synonyms("offices")["foreign secretary"] == "foreign minister"
    assert not any(row.startswith("#") for row in rows("states"))


def test_states_and_towns():
    assert (state_of("U.S."), state_of("Britain"), state_of("Paris")) == (
        "united states",
        "united kingdom",
        None,
    )
    assert (place_state("Paris"), place_state("France"), place_state("Nowhere")) == ("france", "france", None)
    assert places_in("From Kyiv to Russia, by Nice") == ["kyiv", "russia"]


def test_offices_of_states_and_parties():
    assert offices_in("the UK's Prime Minister") == [Office("prime minister", "united kingdom")]
    assert offices_in("Labour Party leader and former foreign secretary") == [
        Office("leader", "labour"),
        Office("former foreign minister"),
    ]
    assert offices_in("the president of Freedonia since May") == [Office("president", "freedonia")]
    assert offices_in("a poet") == []
    outside = offices_in("in opposition")[0]
    assert outside.excludes(Office("minister", "france"))
    assert not outside.excludes(Office("monarch"))
    assert Office("president", "france").excludes(Office("monarch", "spain"))
    assert not Office("president").excludes(Office("monarch", "spain"))
