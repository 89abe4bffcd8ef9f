from backstop.dossier.accounts.gazetteer import place_state, places_in, state_of
from backstop.dossier.accounts.office import Office, offices_in


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
