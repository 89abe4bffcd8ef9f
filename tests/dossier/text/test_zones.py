import pytest

from backstop.dossier.text.zones import propose_zones


def test_zones_of_a_page():
    text = (
        "Lake stays open to all\nDaily Shore\nNews\n3 days ago\nVIENNA\n"
        "The envoy said the lake stays open to both banks this year.\nA quiet bank\n"
        "He left on Friday.\nRead more about lakes\n"
    )
    found = [(z.kind, text[z.start : z.end]) for z in propose_zones(text)]
    assert found == [
        ("headline", "Lake stays open to all"),
        ("furniture", "Daily Shore"),
        ("furniture", "News"),
        ("furniture", "3 days ago"),
        ("dateline", "VIENNA"),
        ("crosshead", "A quiet bank"),
        ("furniture", "Read more about lakes"),
    ]


@pytest.mark.parametrize(
    "line",
    ["KORTH, 5 May", "KORTH, May 5", "Korth, Ostrava, 5 May 2031", "NEW KORTH, Monday", "KORTH 5 May 2031"],
)
@pytest.mark.parametrize("head", ["Minister leaves dam meeting early\n\n", ""])
def test_a_place_with_a_date_is_a_dateline(line, head):
    text = f"{head}{line}\nThe minister met the other side in Velin. Nobody spoke.\n"
    kinds = [(z.kind, text[z.start : z.end]) for z in propose_zones(text)]
    assert kinds == [*([("headline", head.strip())] if head else []), ("dateline", line)]


def test_a_headline_with_a_date_in_it_stays_a_headline():
    text = "Elections on 5 May\nThe minister met the other side in Velin.\n"
    assert [z.kind for z in propose_zones(text)] == ["headline"]
