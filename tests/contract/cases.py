"""The commands whose JSON is held to what was recorded, by name."""

from __future__ import annotations

from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
UKRAINE, KOREA, LADDER = (str(EXAMPLES / name) for name in ("ukraine-2025", "korea-1953", "ladder"))
GRAPH = str(EXAMPLES / "ukraine-2025" / "graph.yaml")

CASES: dict[str, tuple[str, ...]] = {
    "ukraine assess": ("assess", UKRAINE, "--worlds", "256", "--claims"),
    "ukraine assess private": (
        *("assess", UKRAINE, "--worlds", "256", "--information", "private_payoffs"),
        *("--arrangement", "full_package", "--set", "us_backstop=0.5"),
    ),
    "ukraine conditions": ("conditions", UKRAINE, "--worlds", "512", "--where", "lasting_peace < 0.5"),
    "ukraine design": (
        "design",
        UKRAINE,
        "--worlds",
        "512",
        "--target",
        "deal_holds_5 >= 0.8",
        "--steps",
        "2",
    ),
    "ukraine form": ("form", UKRAINE, "--worlds", "256", "--metric", "lasting_peace"),
    "ukraine robustness": ("robustness", UKRAINE, "--worlds", "256"),
    "ukraine sensitivity": ("sensitivity", UKRAINE, "--worlds", "256"),
    "ukraine regional": ("sensitivity", UKRAINE, "--worlds", "256", "--method", "regional"),
    "ukraine value": ("value", UKRAINE, "--worlds", "256"),
    "ukraine explain": ("explain", UKRAINE, "--arrangement", "full_package", "--year", "3"),
    "ukraine audit": ("audit", UKRAINE),
    "ukraine why": ("why", UKRAINE, "us_backstop"),
    "ukraine check": ("check", UKRAINE),
    "ukraine compare": ("dossier", "compare", UKRAINE),
    "ukraine verify": ("dossier", "verify", UKRAINE),
    "ukraine agreement": ("dossier", "agreement", UKRAINE),
    "graph check": ("graph", "check", GRAPH),
    "graph analyse": ("graph", "analyse", GRAPH),
    "graph coalitions": ("graph", "coalitions", GRAPH),
    "graph evolve": ("graph", "evolve", GRAPH),
    "graph explain": ("graph", "explain", GRAPH, "s1"),
    "graph invert": ("graph", "invert", GRAPH, "s1"),
    "graph robust": ("graph", "robust", GRAPH, "--draws", "50", "--exchanges", "1"),
    "korea assess": ("assess", KOREA, "--worlds", "128", "--claims"),
    "korea conditions": ("conditions", KOREA, "--worlds", "512", "--where", "no_war_20 < 0.5"),
    "korea form": ("form", KOREA, "--worlds", "128"),
    "korea robustness": ("robustness", KOREA, "--worlds", "128"),
    "korea sensitivity": ("sensitivity", KOREA, "--worlds", "128", "--method", "morris"),
    "korea value": ("value", KOREA, "--worlds", "256"),
    "korea explain": ("explain", KOREA, "--world", "5"),
    "korea audit": ("audit", KOREA),
    "korea check": ("check", KOREA),
    "ladder assess": ("assess", LADDER, "--worlds", "32", "--claims"),
    "ladder design": ("design", LADDER, "--worlds", "32", "--target", "war <= 0.1"),
    "ladder form": ("form", LADDER, "--worlds", "16"),
    "ladder robustness": ("robustness", LADDER, "--worlds", "16"),
    "ladder value": ("value", LADDER, "--worlds", "16"),
    "ladder explain": ("explain", LADDER),
    "ladder audit": ("audit", LADDER),
    "ladder check": ("check", LADDER),
}
