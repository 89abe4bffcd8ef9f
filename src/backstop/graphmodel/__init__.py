"""The Graph Model for Conflict Resolution: stable outcomes from preferences without numbers.

from backstop.graphmodel import load, analyse, witness
conflict = load("graph.yaml")
analyse(conflict).equilibria("seq")
"""

from backstop.graphmodel.analysis import Analysis, analyse
from backstop.graphmodel.coalition import Coalitions, coalitions, jumps
from backstop.graphmodel.coalition_witness import CoalitionWitness, coalition_named, coalition_witness
from backstop.graphmodel.conflict import Conflict, DecisionMaker, Option, States
from backstop.graphmodel.credibility import Threat, threats
from backstop.graphmodel.edit import Change, smallest_change, statement_edits
from backstop.graphmodel.evolution import Route, evolve, routes
from backstop.graphmodel.foresight import Anticipation, Foresight, anticipate, foresee
from backstop.graphmodel.graded import fuzzy, probabilistic
from backstop.graphmodel.guarantor import Alternative, must_prefer
from backstop.graphmodel.inverse import Condition, condition
from backstop.graphmodel.outlook import (
    LimitedMoveWitness,
    NonMyopicWitness,
    limited_move_witness,
    non_myopic_witness,
)
from backstop.graphmodel.plain import as_json, preference_tree
from backstop.graphmodel.reader import load, read
from backstop.graphmodel.robustness import Robustness, robustness
from backstop.graphmodel.simultaneous import JointWitness, joint_witness, simultaneous
from backstop.graphmodel.stability import stable_states
from backstop.graphmodel.strength import strong
from backstop.graphmodel.uncertain import uncertain
from backstop.graphmodel.witness import Witness, witness

__all__ = [
    "Alternative",
    "Analysis",
    "Anticipation",
    "Change",
    "CoalitionWitness",
    "Coalitions",
    "Condition",
    "Conflict",
    "DecisionMaker",
    "Foresight",
    "JointWitness",
    "LimitedMoveWitness",
    "NonMyopicWitness",
    "Option",
    "Robustness",
    "Route",
    "States",
    "Threat",
    "Witness",
    "analyse",
    "anticipate",
    "as_json",
    "coalition_named",
    "coalition_witness",
    "coalitions",
    "condition",
    "evolve",
    "foresee",
    "fuzzy",
    "joint_witness",
    "jumps",
    "limited_move_witness",
    "load",
    "must_prefer",
    "non_myopic_witness",
    "preference_tree",
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
