import random
from dataclasses import replace

from tests.dossier.building import KEY, small, source

from backstop.dossier.accounts.independence import Independence, Relation, independence

VOCABULARY = [f"word{i}" for i in range(2000)]


def text(seed, count=400):
    return " ".join(random.Random(seed).choices(VOCABULARY, k=count)) + "."


def accounts(**texts):
    return replace(small([]), sources={name: source(name, words) for name, words in texts.items()})


def test_unrelated_accounts_share_nothing():
    texts = {"a": text(1), "b": text(2), "c": text(3)}
    assert independence(accounts(**texts), texts).relations == ()


def test_an_edited_copy_is_one_text_with_its_original():
    rng = random.Random(5)
    copy = " ".join(w if rng.random() > 0.05 else "other" for w in text(1).split())
    found = independence(accounts(a=text(1), b=copy, c=text(3)))
    assert [(r.sources, r.relation) for r in found.relations] == [(("a", "b"), "one text")]
    assert found.count(["a", "b", "c"]) == 2


def test_a_reused_paragraph_is_shown_and_counts_twice():
    words = text(1).split()
    texts = {"a": text(1), "b": text(2) + " " + " ".join(words[100:140]) + " " + text(9)}
    found = independence(accounts(**texts), texts)
    (relation,) = found.relations
    assert relation.relation == "shares passages"
    assert 36 <= relation.shared_words <= 44
    assert not relation.dependent
    assert found.count(["a", "b"]) == 2


def test_a_stock_phrase_in_very_many_texts_is_none():
    phrase = " the ministry did not reply to a request for comment on the matter today"
    texts = {f"t{i}": text(i) + f" only{i}" + phrase for i in range(60)}
    assert independence(accounts(**texts), texts).relations == ()


def test_the_same_passage_joins_accounts_for_one_question():
    found = Independence((Relation(("x", "y"), 0.2, "shares passages"),), {"a": "a", "b": "b", "c": "c"})
    assert found.count(["a", "b", "c"]) == 3
    assert found.count(["a", "b", "c"], [("a", "c")]) == 2


def test_the_key_is_that_of_the_dossier():
    assert bytes.fromhex(KEY) == small([]).key
