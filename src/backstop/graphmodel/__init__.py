"""The Graph Model for Conflict Resolution: stable outcomes from preferences without numbers.

>>> from backstop.graphmodel import analyse, read
>>> dilemma = read(b'''
... format: backstop-graph/1
... title: Prisoners' dilemma
... decision_makers: {a: Row, b: Column}
... options: {ca: {by: a, title: Row cooperates}, cb: {by: b, title: Column cooperates}}
... preferences: {a: {ranking: [s3, s4, s1, s2]}, b: {ranking: [s2, s4, s1, s3]}}
... ''', "dilemma.yaml")
>>> analyse(dilemma).equilibria("seq")
['s1', 's4']
"""

from backstop.graphmodel.analysis import Analysis, analyse
from backstop.graphmodel.change.conditions import StabilityCondition, condition
from backstop.graphmodel.change.edit import Change, smallest_change, statement_edits
from backstop.graphmodel.change.evolution import Evolution, Route, evolution, evolve, routes
from backstop.graphmodel.change.inverse import Inverse, invert
from backstop.graphmodel.change.requirements import Alternative, must_prefer
from backstop.graphmodel.change.robustness import Robustness, robustness
from backstop.graphmodel.files.reader import load, read
from backstop.graphmodel.model.conflict import Conflict, DecisionMaker, Option, States
from backstop.graphmodel.reasons.explanation import Explanation, explain
from backstop.graphmodel.reasons.prospect import (
    LimitedMoveWitness,
    NonMyopicWitness,
    limited_move_witness,
    non_myopic_witness,
)
from backstop.graphmodel.reasons.witness import Witness, coalition_witness, witness
from backstop.graphmodel.stability.attitudes import fuzzy, probabilistic, strong, uncertain
from backstop.graphmodel.stability.coalitions import Coalitions, coalition_named, coalitions, jumps
from backstop.graphmodel.stability.credibility import Threat, threats
from backstop.graphmodel.stability.foresight import Anticipation, anticipate
from backstop.graphmodel.stability.ranked import stable_states
from backstop.graphmodel.stability.simultaneous import JointWitness, joint_witness, simultaneous

__all__ = [
    "Alternative",
    "Analysis",
    "Anticipation",
    "Change",
    "Coalitions",
    "Conflict",
    "DecisionMaker",
    "Evolution",
    "Explanation",
    "Inverse",
    "JointWitness",
    "LimitedMoveWitness",
    "NonMyopicWitness",
    "Option",
    "Robustness",
    "Route",
    "StabilityCondition",
    "States",
    "Threat",
    "Witness",
    "analyse",
    "anticipate",
    "coalition_named",
    "coalition_witness",
    "coalitions",
    "condition",
    "evolution",
    "evolve",
    "explain",
    "fuzzy",
    "invert",
    "joint_witness",
    "jumps",
    "limited_move_witness",
    "load",
    "must_prefer",
    "non_myopic_witness",
    "probabilistic",
    "read",
    "robustness",
    "routes",
    "simultaneous",
    "smallest_change",
    "stable_states",
    "statement_edits",
    "strong",
    "threats",
    "uncertain",
    "witness",
]
