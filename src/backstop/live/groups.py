"""The group that a parameter stands in among the sliders: whose payoffs it enters, or what it makes likely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from backstop.dossier.relations import reached
from backstop.live.uses import names_in, texts
from backstop.scenario.format.scenario import Scenario

_CHANCE = "chance"
_PROMISE = "promise"


def parameter_groups(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """By parameter the name and the title of its group, in the order in which groups are shown.

    What enters the payoffs, the discount or the noise of one actor is that actor's; of several, theirs together. What
    enters chances alone, or how far measures go alone, stands for itself; names are followed through definitions.
    """
    entered = _entered(scenario)
    actors = {name: actor.titled(name) for name, actor in scenario.actors.items()}
    titles = {
        **{f"actor/{name}": f"{title}: what it values and how it chooses" for name, title in actors.items()},
        "several": "Several actors: what they value and how they choose",
        _CHANCE: "How likely things are",
        _PROMISE: "How far measures go",
        "other": "What is worked out besides",
    }
    found: dict[str, list[str]] = {group: [] for group in titles}
    for name in scenario.parameters:
        found[_group(entered.get(name, set()), actors)].append(name)
    return {name: (group, titles[group]) for group, names in found.items() for name in names}


def _group(places: set[str], actors: Iterable[str]) -> str:
    own = [name for name in actors if name in places]
    if own:
        return f"actor/{own[0]}" if len(own) == 1 else "several"
    return next((place for place in (_CHANCE, _PROMISE) if place in places), "other")


def _entered(scenario: Scenario) -> dict[str, set[str]]:
    """By parameter what it enters: names of actors, `chance` and `promise`."""
    definitions = {
        name: set().union(*(names_in(text) for _, text in texts(entry)))
        for name, entry in (scenario.definitions or {}).items()
    }
    found: dict[str, set[str]] = {}
    for section in ("actors", "phases", "trees", "outcomes", "measures"):
        for name, entry in (getattr(scenario, section) or {}).items():
            for path, text in texts(entry):
                place = _place(section, name, path, scenario.actors)
                if place:
                    for used in reached(names_in(text), lambda name: definitions.get(name, ())):
                        found.setdefault(used, set()).add(place)
    return found


def _place(section: str, name: str, path: tuple[str, ...], actors: Mapping[str, object]) -> str:
    if section == "actors":
        return name
    if section == "measures":
        return _PROMISE
    whose = next((key for key in path if key in actors), "")
    if "payoffs" in path:
        return whose
    return _CHANCE if section == "trees" or "probability" in path else ""
