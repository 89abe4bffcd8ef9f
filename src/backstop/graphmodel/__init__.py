"""The Graph Model for Conflict Resolution: stable outcomes from preferences without numbers.

from backstop.graphmodel import load, analyse
from backstop.graphmodel.reasons import witness
conflict = load("graph.yaml")
analyse(conflict).equilibria("seq")
"""

from backstop.graphmodel.change.edit import Change, smallest_change, statement_edits
from backstop.graphmodel.change.evolution import Route, evolve, routes
from backstop.graphmodel.change.inverse import Condition, condition
from backstop.graphmodel.change.requirements import Alternative, must_prefer
from backstop.graphmodel.change.robustness import Robustness, robustness
from backstop.graphmodel.files.reader import load, read
from backstop.graphmodel.model.conflict import Conflict, DecisionMaker, Option, States
from backstop.graphmodel.reasons.coalition_witness import CoalitionWitness, coalition_named, coalition_witness
from backstop.graphmodel.reasons.foresight import (
    LimitedMoveWitness,
    NonMyopicWitness,
    limited_move_witness,
    non_myopic_witness,
)
from backstop.graphmodel.reasons.witness import Witness, witness
from backstop.graphmodel.show.plain import as_json, preference_tree
from backstop.graphmodel.stability.analysis import Analysis, analyse
from backstop.graphmodel.stability.coalition import Coalitions, coalitions, jumps
from backstop.graphmodel.stability.credibility import Threat, threats
from backstop.graphmodel.stability.foresight import Anticipation, Foresight, anticipate, foresee
from backstop.graphmodel.stability.graded import fuzzy, probabilistic
from backstop.graphmodel.stability.ranked import stable_states
from backstop.graphmodel.stability.simultaneous import JointWitness, joint_witness, simultaneous
from backstop.graphmodel.stability.strength import strong
from backstop.graphmodel.stability.uncertain import uncertain

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
