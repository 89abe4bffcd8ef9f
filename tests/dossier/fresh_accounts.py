"""Texts written for the tests, with gold marks: `|` ends a sentence, `<who:...>` is a quotation and its speaker.

They are not about the accounts that the rules were written on, and hold what news text holds: mixed and nested marks,
apostrophes, abbreviations, initials, decimals, inverted verbs, pronouns, relative clauses between name and verb.
`-` is a quotation without a speaker.
"""

# ruff: noqa: E501 - a paragraph of news text is one line

from __future__ import annotations

import re
from dataclasses import dataclass

from backstop.dossier.record import Actor

ACTORS = {
    name: Actor.model_validate({"name": label, "kind": kind, "pronoun": pronoun, "aliases": aliases})
    for name, label, kind, pronoun, aliases in (
        ("lindqvist", "Anna Lindqvist", "person", "she", ["Lindqvist", "the foreign minister"]),
        ("okafor", "Daniel Okafor", "person", "he", ["Okafor", "the envoy"]),
        ("varga", "Péter Varga", "person", "he", ["Varga", "the president"]),
        ("rebels", "Northern Front", "organisation", "they", ["the rebels", "the Front"]),
        ("mission", "observer mission", "organisation", "it", ["the mission"]),
        ("aid_groups", "aid agencies", "group", "they", []),
        ("sato", "Keiko Sato", "person", "she", ["Sato"]),
    )
}

MARKED = {
    "ferry": """\
Minister defends <-:‘tripwire’> force on the lake border|
Anna Lindqvist told parliament on Tuesday that the observer force would stay until both banks were quiet.|
<lindqvist:“We did not send 400 people to the lake to count ducks,”> the foreign minister said.| <lindqvist:“They are there so that nobody’s miscalculation becomes a war.”>|
Her predecessor, Dr. J. K. Halvorsen, had opposed the plan in the 1990s.| It costs about 3.5 million a year, i.e. less than a single frigate.|
Daniel Okafor, who has chaired the talks since March and knows both sides well, called the force <okafor:"a fence made of witnesses">.| He added that <okafor:“no fence holds if the neighbours stop talking.”>|
According to Keiko Sato, the villages’ mood has turned from fear to <sato:‘cautious boredom’>.|
<sato:“Boredom is what we pray for!”> she said.| <sato:"Ask anyone in the U.S. who has patrolled a border.”>|
The rebels rejected the report as <rebels:“theatre”> and warned that any new post would be <rebels:“a target like every other”>.|
Is that a threat?| Okafor shrugged off the question at the St. Martin hotel, where the parties meet at 9 a.m. on Thursdays.|
<okafor:'It's a habit of speech,'> he said.|""",
    "pass": """\
GENEVA – Talks over the Karst pass broke up early on Friday.| Péter Varga left by the side door with Mr. Ilyin and Gen. Costa, and neither spoke.|
In a statement issued later, the president accused the other side of <varga:“negotiating with a stopwatch”>.|
<varga:“You can’t buy a peace by the hour,”> said Varga, whose party faces an election in the autumn.|
Aid agencies fear that the road may close again.| There is a growing consensus among aid agencies that winter supplies must be moved <aid_groups:"now or by helicopter">.|
Warning of <lindqvist:“a second Karst winter”>, Lindqvist asked the U.N. for forty trucks.| She has told allies she wants an answer <lindqvist:‘before the snow’>.|
<okafor:“The parties agreed to one sentence: ‘the pass stays open’,”> Okafor told reporters.| <okafor:“Everything else is commentary.”>|
The phrase <-:“peace by timetable”> has been heard in Geneva for years.|
Asked about Varga’s remark, Sato replied: <sato:"He's right about the hour and wrong about the price.">|
The mission counted 14 violations in No. 3 sector, up from 11.| Its chief, Col. R. Adeyemi, retired in Jan. 2019.|
Varga said on Saturday that Okafor had promised him <varga:“a fair hearing”>.|""",
    "harbour": """\
Harbour deal <okafor:‘within reach’>, envoy says|
By the Staff Desk|
Two years after the shelling of Port Ansel, a deal on its harbour may be near.| <okafor:“We are closer than the cameras think,”> the envoy insisted on Monday.|
Keiko Sato, speaking after a briefing that ran past midnight, described the draft as <sato:“ugly, short and signable”>.|
The Northern Front's demand — that its crews keep <rebels:‘custody of the cranes’> — was dropped.| In its place stands a clause on joint crews.|
<lindqvist:"I've read worse,"> Lindqvist said, <lindqvist:"and signed worse.">|
Varga, however, stressed that he would sign only <varga:“if the guns leave first.”>| The sentence drew a laugh.| Then it drew a silence.|
Observers e.g. from the Lake Commission were not admitted.| Sen. P. Brandt Jr. called it <Brandt:"a closed door">.|
The rebels' spokesman was more careful.| He said the Front would <rebels:‘study’> the text.|""",
}


@dataclass(frozen=True)
class Gold:
    """A text with its marked sentences and quotations (span with marks, speaker or None)."""

    text: str
    sentences: tuple[tuple[int, int], ...]
    quotations: tuple[tuple[int, int, str | None], ...]


def parse(marked: str) -> Gold:
    """The text without the gold marks, and what they say."""
    text, quotes, cuts, opened = "", [], [], None
    for part in re.split(r"(<[A-Za-z_-]+:|>|\|)", marked):
        if part == "|":
            cuts.append(len(text))
        elif part == ">":
            assert opened is not None
            quotes.append((opened[0], len(text), None if opened[1] == "-" else opened[1]))
            opened = None
        elif part.startswith("<") and part.endswith(":"):
            opened = (len(text), part[1:-1])
        else:
            text += part
    spans, start = [], 0
    for cut in cuts:
        while start < cut and text[start].isspace():
            start += 1
        spans.append((start, cut))
        start = cut
    return Gold(text, tuple(spans), tuple(quotes))


GOLD = {name: parse(marked) for name, marked in MARKED.items()}
