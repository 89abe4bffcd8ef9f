from importlib import resources

from backstop.dossier.text.word_list import rows, synonyms, words


def test_every_list_is_in_lower_case_and_says_nothing_twice():
    folder = resources.files("backstop.dossier").joinpath("lists")
    names = sorted(path.name.removesuffix(".txt") for path in folder.iterdir())
    assert len(names) == 10
    for name in names:
        listed = [w for row in rows(name) for w in row.split()] if ":" not in rows(name)[0] else rows(name)
        assert listed, name
        assert len(listed) == len(set(listed)), name
        assert all(word == word.lower() for word in listed), name


def test_lists_are_words_or_synonyms():
    assert {"mr", "e.g"} <= words("titles_before_names")
    assert synonyms("offices")["foreign secretary"] == "foreign minister"
    assert not any(row.startswith("#") for row in rows("states"))
