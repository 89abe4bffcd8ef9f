"""Short lists of the field: states with their adjectives, capitals and large cities, and the words for offices.

They serve to see that "the British premier" and "the UK's prime minister" are one office and that Paris lies in
France. A dossier's own vocabulary comes first; what is in neither is compared by its words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

# state: adjectives and other names | capital and cities
_STATES = """
united states: us, u.s, usa, u.s.a, america, american | washington, new york, camp david, anchorage, munich conference
united kingdom: uk, u.k, britain, british, great britain, england, english | london, edinburgh, belfast
france: french | paris, brest, strasbourg, lyon, marseille, versailles
germany: german | berlin, munich, hamburg, frankfurt, bonn, ramstein
russia: russian, russian federation | moscow, st petersburg, saint petersburg, sochi, vladivostok
ukraine: ukrainian | kyiv, kiev, kharkiv, odesa, odessa, lviv, dnipro, mariupol, zaporizhzhia, kherson, donetsk, luhansk
poland: polish | warsaw, krakow, gdansk, rzeszow
italy: italian | rome, milan, naples
spain: spanish | madrid, barcelona
turkey: turkish, turkiye, türkiye | ankara, istanbul, antalya
belgium: belgian | brussels, antwerp
netherlands: dutch, holland | the hague, amsterdam, rotterdam
norway: norwegian | oslo
sweden: swedish | stockholm
finland: finnish | helsinki
denmark: danish | copenhagen
estonia: estonian | tallinn
latvia: latvian | riga
lithuania: lithuanian | vilnius
austria: austrian | vienna
switzerland: swiss | geneva, bern, zurich, davos, lucerne
hungary: hungarian | budapest
czech republic: czech, czechia | prague
slovakia: slovak | bratislava
romania: romanian | bucharest
bulgaria: bulgarian | sofia
greece: greek | athens
serbia: serbian | belgrade
belarus: belarusian | minsk
georgia: georgian | tbilisi
armenia: armenian | yerevan
azerbaijan: azerbaijani, azeri | baku
moldova: moldovan | chisinau
canada: canadian | ottawa, toronto, montreal
mexico: mexican | mexico city
china: chinese | beijing, shanghai, hong kong
japan: japanese | tokyo, hiroshima
south korea: south korean, republic of korea | seoul
north korea: north korean | pyongyang
india: indian | new delhi, delhi, mumbai
pakistan: pakistani | islamabad, karachi
iran: iranian | tehran
iraq: iraqi | baghdad, basra
israel: israeli | jerusalem, tel aviv
egypt: egyptian | cairo, sharm el-sheikh
saudi arabia: saudi | riyadh, jeddah
united arab emirates: uae, emirati | abu dhabi, dubai
qatar: qatari | doha
jordan: jordanian | amman
lebanon: lebanese | beirut
syria: syrian | damascus, aleppo
yemen: yemeni | sanaa, aden
sudan: sudanese | khartoum
ethiopia: ethiopian | addis ababa
kenya: kenyan | nairobi
south africa: south african | pretoria, johannesburg, cape town
nigeria: nigerian | abuja, lagos
brazil: brazilian | brasilia, rio de janeiro, sao paulo
colombia: colombian | bogota, havana talks
cuba: cuban | havana
australia: australian | canberra, sydney
ireland: irish | dublin
"""

_NAMES: dict[str, str] = {}
_CITIES: dict[str, str] = {}
CAPITALS: dict[str, str] = {}
"""Capital: its state. In the mouth of a report a capital is often its government, not a place."""
for _row in _STATES.strip().splitlines():
    _state, _, _rest = _row.partition(":")
    _other, _, _towns = _rest.partition("|")
    for _name in [_state, *(_n.strip() for _n in _other.split(","))]:
        _NAMES[_name] = _state
    for _index, _town in enumerate(_t.strip() for _t in _towns.split(",")):
        _CITIES[_town] = _state
        if _index == 0:
            CAPITALS[_town] = _state

OFFICES = {
    "prime minister": "prime minister",
    "premier": "prime minister",
    "head of government": "prime minister",
    "vice president": "vice president",
    "president": "president",
    "head of state": "president",
    "chancellor": "chancellor",
    "foreign minister": "foreign minister",
    "foreign secretary": "foreign minister",
    "minister of foreign affairs": "foreign minister",
    "minister for foreign affairs": "foreign minister",
    "minister of defence": "defence minister",
    "minister of defense": "defence minister",
    "secretary of state for defence": "defence minister",
    "secretary of state": "foreign minister",
    "defence minister": "defence minister",
    "defense minister": "defence minister",
    "defence secretary": "defence minister",
    "defense secretary": "defence minister",
    "secretary of defense": "defence minister",
    "secretary general": "secretary general",
    "secretary-general": "secretary general",
    "leader of the opposition": "opposition leader",
    "opposition leader": "opposition leader",
    "party leader": "leader",
    "leader": "leader",
    "minister": "minister",
    "secretary": "secretary",
    "spokesperson": "spokesperson",
    "spokesman": "spokesperson",
    "spokeswoman": "spokesperson",
    "ambassador": "ambassador",
    "envoy": "envoy",
    "negotiator": "negotiator",
    "commander": "commander",
    "general": "general",
    "king": "monarch",
    "queen": "monarch",
    "governor": "governor",
    "mayor": "mayor",
    "senator": "senator",
    "member of parliament": "legislator",
    "chair": "chair",
    "chairman": "chair",
}
_OFFICE = re.compile(r"\b(" + "|".join(sorted(map(re.escape, OFFICES), key=len, reverse=True)) + r")\b")
_OUTSIDE = re.compile(r"\b(?:outside (?:of )?(?:the )?government|not in (?:the )?government|in opposition)\b")
_FORMER = re.compile(r"\b(?:former|ex|then|acting|designate|elect|deputy)\b")
_IN_GOVERNMENT = frozenset(
    {
        "prime minister",
        "president",
        "chancellor",
        "foreign minister",
        "defence minister",
        "minister",
        "vice president",
    }
)
_IDLE = frozenset(
    [
        "the",
        "of",
        "a",
        "an",
        "and",
        "sir",
        "dame",
        "lord",
        "lady",
        "mr",
        "mrs",
        "ms",
        "dr",
        "party",
        "leader",
        "president",
        "minister",
        "prime",
        "his",
        "her",
    ]
)


def state_of(name: str) -> str | None:
    """The state that `name` means: its name, an adjective, a short form."""
    return _NAMES.get(name.casefold().strip(" .'\u2019"))


def place_state(place: str) -> str | None:
    """The state a city lies in, or the state itself."""
    word = place.casefold().strip()
    return _CITIES.get(word) or _NAMES.get(word)


def places_in(text: str) -> list[str]:
    """Cities and states named in `text`, cities first, as they stand in the lists."""
    low = f" {re.sub(r'[^a-z.]+', ' ', text.casefold())} "
    cities = [town for town in _CITIES if f" {town} " in low]
    return cities + [name for name in dict.fromkeys(_NAMES) if len(name) > 3 and f" {name} " in low]


@dataclass(frozen=True, slots=True)
class Office:
    """An office made comparable: what it is, and of which state or body (empty where the account does not say)."""

    office: str
    body: str = ""

    def same(self, other: Office) -> bool:
        """Whether both can be one office: the same word, and bodies that do not differ."""
        return self.office == other.office and _same_body(self.body, other.body)

    def excludes(self, other: Office) -> bool:
        """Whether nobody can hold both at once."""
        pair = {self.office, other.office}
        if pair & {"outside government", "opposition leader"} and pair & _IN_GOVERNMENT:
            return True
        heads = {"prime minister", "president", "chancellor", "monarch"}
        if self.office in heads and other.office in heads:
            return bool(self.body and other.body) and not _same_body(self.body, other.body)
        return False

    def __str__(self) -> str:
        return f"{self.office} ({self.body})" if self.body else self.office


def _same_body(one: str, other: str) -> bool:
    if not one or not other:
        return True
    first, second = set(one.split()), set(other.split())
    return first <= second or second <= first


def offices_in(description: str) -> list[Office]:
    """The offices that a description of a person names. Honorifics and wording do not matter."""
    text = (
        re.sub(r"[\"'\u201c\u201d\u2018\u2019()\[\]]", " ", description.casefold())
        .replace("u.s.", "us")
        .replace("u.k.", "uk")
    )
    found: list[Office] = []
    for part in re.split(r"[,;]| and ", text):
        if _OUTSIDE.search(part):
            found.append(Office("outside government", ""))
            continue
        match = _OFFICE.search(part)
        if match is None:
            continue
        around = part[: match.start()] + " " + part[match.end() :]
        words = re.findall(r"[\w.\u00c0-\u024f-]+", around)
        kept = [w for w in words if w not in _IDLE]
        state = next((s for s in (_state_in(words)) if s), "")
        office = OFFICES[match.group()]
        if _FORMER.search(part[: match.start()]):
            office = f"{_FORMER.search(part).group()} {office}"  # type: ignore[union-attr]
        party = " ".join(w for w in kept if state_of(w) is None and w not in _FORMER_WORDS)
        body = (
            party
            if office in ("leader", "spokesperson", "chair", "secretary general") and party
            else state or _body_of(part[match.end() :])
        )
        found.append(Office(office, body))
    return found


_OF = re.compile(
    r"\s*(?:of|for) (.+?)(?= (?:since|until|who|which|in|at|with|from|under|during|by|to|on)\b|$)"
)
_ANY_BODY = frozenset(
    ["republic", "country", "state", "nation", "government", "kingdom", "federation", "cabinet"]
)


def _body_of(rest: str) -> str:
    """What an office is "of" where no list knows it: a state, town or department by its own name."""
    match = _OF.match(rest)
    words = re.findall(r"[\w\u00c0-\u024f-]+", match[1]) if match else []
    return " ".join(word for word in words if word not in _IDLE and word not in _ANY_BODY)


_FORMER_WORDS = frozenset(["former", "ex", "then", "acting", "designate", "elect", "deputy"])


def _state_in(words: list[str]) -> list[str]:
    pairs = [" ".join(pair) for pair in pairwise(words)]
    return [state for name in (*pairs, *words) if (state := state_of(name))]
