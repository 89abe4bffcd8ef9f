"""What the dossier's methods reach, against the figures measured before they were written.

python benchmarks/dossier.py [--scale]

Sentences, quotations, speakers and same-quotation matching on text written for the tests (and on the three accounts
where they stand beside the repository), re-anchoring by kind of change, the comparison of the Ukraine study against
its hand coding, and with --scale two thousand documents of news length.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.dossier.fresh_accounts import ACTORS, GOLD  # noqa: E402
from tests.support.hand_coding import read_coding  # noqa: E402

from backstop.dossier import store  # noqa: E402
from backstop.dossier.accounts.candidate_pairs import candidate_pairs  # noqa: E402
from backstop.dossier.accounts.comparison import compare  # noqa: E402
from backstop.dossier.accounts.suggestion import same_quotation  # noqa: E402
from backstop.dossier.anchor.passage import Text, anchored  # noqa: E402
from backstop.dossier.anchor.search import resolve  # noqa: E402
from backstop.dossier.record import Slot, Statement, Support, Term  # noqa: E402
from backstop.dossier.text.quotation import quotations  # noqa: E402
from backstop.dossier.text.sentence import sentences  # noqa: E402
from backstop.dossier.text.similarity import words  # noqa: E402
from backstop.dossier.text.speaker import speakers  # noqa: E402

SHARED = ROOT.parent / "shared" / "sources"
STUDY = ROOT / "examples" / "ukraine-2025" / "dossier"
KEY = b"benchmark-of-key"


def share(found: set, wanted: set) -> str:
    hits = len(found & wanted)
    return f"P {hits / max(1, len(found)):.2f}  R {hits / max(1, len(wanted)):.2f}  ({hits} of {len(wanted)})"


def reading_aids() -> None:
    print(
        "Text written for the tests (reported before: sentences 1.00/1.00, quotations 1.00/1.00, speakers 11/13)"
    )
    spans, gold_spans, quotes, gold_quotes = set(), set(), set(), set()
    right = asked = 0
    for name, gold in GOLD.items():
        found = quotations(gold.text)
        spans |= {(name, *s) for s in sentences(gold.text)}
        gold_spans |= {(name, *s) for s in gold.sentences}
        quotes |= {(name, q.start, q.end) for q in found}
        gold_quotes |= {(name, a, b) for a, b, _ in gold.quotations}
        who = {
            (q.start, q.end): m
            for q, m in zip(found, speakers(gold.text, found, sentences(gold.text), ACTORS), strict=True)
        }
        for start, end, wanted in gold.quotations:
            if wanted is not None:
                mention = who.get((start, end))
                asked += 1
                right += bool(
                    mention
                    and (mention.actor == wanted or (mention.actor is None and wanted in mention.name))
                )
    print(f"  sentences            {share(spans, gold_spans)}")
    print(f"  quotation spans      {share(quotes, gold_quotes)}")
    print(f"  speakers             {right} of {asked}")


def reading_aids_on_accounts() -> None:
    print("The three accounts (reported before: 63 sentences, 14 quotations, speakers 13/13, 16 pairs)")
    register = store.read(STUDY).dossier.register
    texts = {p.stem[:3]: p.read_text(encoding="utf-8") for p in sorted(SHARED.glob("*.txt"))}
    quoted, named, count = [], 0, 0
    for name, text in texts.items():
        spans, found = sentences(text), quotations(text)
        count += len(spans)
        named += sum(m is not None for m in speakers(text, found, spans, register.actors))
        quoted += [(name, q.words(text)) for q in found]
    pairs = [
        (one, other)
        for i, one in enumerate(quoted)
        for other in quoted[i + 1 :]
        if same_quotation(one[1], other[1]) is not None
    ]
    print(f"  sentences {count}, quotation spans {len(quoted)}, speakers {named}, same terms {len(pairs)}")


Change = Callable[[str, random.Random, list[tuple[int, int]]], list[tuple[str, tuple[int, int] | None]]]


def in_front(text, rng, spans):
    new = "A new line.\nAnother one.\n" + text
    shift = len(new) - len(text)
    return [(new, (a + shift, b + shift)) for a, b in spans]


def straight(text, rng, spans):
    new = text.translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'", 0x2013: "-"})
    return [(new, span) for span in spans]


def blank_lines(text, rng, spans):
    new = text.replace("\n", "\n\n")
    return [(new, (a + text[:a].count("\n"), b + text[:b].count("\n"))) for a, b in spans]


def inserted(text, rng, spans):
    ends = [m.end() for m in re.finditer(r"[.\u201d]\s", text)]
    cuts = [c for c in sorted(rng.sample(ends, min(5, len(ends)))) if not any(a < c < b for a, b in spans)]
    extra = "Nobody in the capital would say more about the matter. "
    new, at = "", 0
    for cut in cuts:
        new, at = new + text[at:cut] + extra, cut
    new += text[at:]
    shift = lambda p, end: p + sum(len(extra) for c in cuts if c < p or (c == p and not end))  # noqa: E731
    return [(new, (shift(a, False), shift(b, True))) for a, b in spans]


def reordered(text, rng, spans):
    lines = text.split("\n")
    order = rng.sample(range(len(lines)), len(lines))
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    placed, at = {}, 0
    for i in order:
        placed[i], at = at, at + len(lines[i]) + 1

    def moved(p):
        i = max(k for k in range(len(lines)) if starts[k] <= p)
        return placed[i] + p - starts[i]

    return [("\n".join(lines[i] for i in order), (moved(a), moved(b - 1) + 1)) for a, b in spans]


def altered(rate: float):
    def change(text, rng, spans):
        tokens = words(text)
        new, at, begins, ends = "", 0, {}, {}
        for token in tokens:
            new += text[at : token.start]
            begins[token.start] = len(new)
            if rng.random() < rate:
                other = rng.choice(tokens).token
                new += rng.choice([other, other, text[token.start : token.end] + " " + other, ""])
            else:
                new += text[token.start : token.end]
            ends[token.end], at = len(new), token.end
        new += text[at:]
        out = []
        for a, b in spans:
            inside = [t for t in tokens if a <= t.start and t.end <= b]
            out.append(
                (
                    new,
                    (
                        begins[inside[0].start] - (inside[0].start - a),
                        ends[inside[-1].end] + b - inside[-1].end,
                    ),
                )
            )
        return out

    return change


def deleted(text, rng, spans):
    return [(text[:a] + text[b:], None) for a, b in spans]


def negated(text, rng, spans):
    out = []
    for a, b in spans:
        inside = [t for t in words(text) if a <= t.start and t.end <= b]
        cut = inside[len(inside) // 2].start
        out.append((text[:cut] + "not " + text[cut:], (a, b + 4)))
    return out


CHANGES: dict[str, tuple[Change, int, str, str]] = {
    "lines put in front": (in_front, 1, "85/0/0", "85/0/0/0"),
    "curly to straight marks": (straight, 1, "85/0/0", "85/0/0/0"),
    "blank lines": (blank_lines, 1, "85/0/0", "85/0/0/0"),
    "sentences inserted": (inserted, 5, "85/0/0", "85/0/0/0"),
    "paragraphs reordered": (reordered, 5, "85/0/0", "85/0/0/0"),
    "6 % of words altered": (altered(0.06), 10, "82/3/0", "69/14/0/2"),
    "15 % of words altered": (altered(0.15), 10, "80/3/2", "49/22/1/13"),
    "passage deleted": (deleted, 1, "0 false", "2 false"),
    "one 'not' inserted": (negated, 1, "all changed", "-"),
}


def outcome(found, true) -> str:
    if found.start is None:
        return "lost"
    if true is None:
        return "wrong"
    both = min(true[1], found.end) - max(true[0], found.start)
    span = max(true[1], found.end) - min(true[0], found.start)
    return "right" if both >= 0.8 * span else "partial" if both > 0 else "wrong"


def reanchoring() -> None:
    print(
        "Re-anchoring of 85 passages, mean over runs: right/partial/wrong/lost (right: .8 of the span in common)"
    )
    dossier = store.read(STUDY).dossier
    texts = {s.id: (SHARED / s.text.name).read_text(encoding="utf-8") for s in dossier.sources.values()}
    for name, (change, runs, full_before, hash_before) in CHANGES.items():
        row = []
        for travels in (True, False):
            found: Counter[str] = Counter()
            confirmed = 0
            for run in range(runs):
                for source, text in texts.items():
                    prepared = Text(text, KEY)
                    spans = [
                        (s.anchor.start, s.anchor.end)
                        for s in dossier.statements.values()
                        if s.source == source
                    ]
                    for span, (new, true) in zip(spans, change(text, random.Random(run), spans), strict=True):
                        result = resolve(anchored(prepared, *span, travels=travels), Text(new, KEY))
                        found[outcome(result, true)] += 1
                        confirmed += result.confirmed
            counts = "/".join(f"{found[k] / runs:.3g}" for k in ("right", "partial", "wrong", "lost"))
            extra = f" confirmed {confirmed}" if name.startswith("one") else ""
            row.append(counts + extra)
        print(
            f"  {name:24} with text {row[0]:22} (before {full_before});  digests {row[1]:22} (before {hash_before})"
        )


KINDS = {
    "corroborations": "corroboration",
    "differences_in_detail": "difference",
    "contradictions_and_tensions": "contradiction",
    "disagreements_between_actors": "actor_disagreement",
}


def coverage() -> None:
    coding = json.loads((SHARED / "coding.json").read_text(encoding="utf-8"))
    coded = store.read(STUDY).dossier
    fresh = replace(read_coding(coding, coded.register.key, "hand"), findings={})
    for title, dossier in (("the study's dossier", coded), ("the bare hand coding, no slots coded", fresh)):
        found = compare(dossier)
        print(f"Comparison, {title}: {dict(Counter(f.kind for f in found.findings))}")
        surfaced, listed, reported = [], [], []
        for group, kind in KINDS.items():
            for row in coding["findings"][group]:
                wanted = set(row["statement_ids"])
                hits = [f for f in found.of(kind) if len(wanted & set(f.statements)) >= 0.75 * len(wanted)]
                if "NEGATIVE CONTROL" in f"{row.get('status')} {row.get('note')}":
                    alone = [f for f in hits if set(f.statements) <= wanted]
                    reported += [row["id"]] * bool(alone)
                    continue
                listed.append(row["id"])
                surfaced += [row["id"]] * bool(hits)
        missing = [name for name in listed if name not in surfaced]
        print(
            f"  listed findings surfaced as their kind: {len(surfaced)} of {len(listed)}; missing: {missing}"
        )
        print(f"  negative controls reported: {reported}")
        single = {f.statements[0] for f in found.of("single_source")}
        wanted = {name for names in coding["single_source_claims"].values() for name in names}
        open_ = {f.statements[0] for f in found.of("unattributed")}
        print(
            f"  single-source claims {share(single, wanted)};  unattributed {share(open_, set(coding['unattributed']))}"
        )
    candidates(coding, fresh)


def candidates(coding, dossier) -> None:
    """Ranking at top 3 for every statement, against pairs that share a corroboration (reported before: P .21 R .64)."""
    pool = dossier.substantive
    source = {s.id: s.source for s in pool}
    true = {
        frozenset((a, b))
        for row in coding["findings"]["corroborations"]
        for a in row["statement_ids"]
        for b in row["statement_ids"]
        if a < b and source.get(a) != source.get(b)
    }
    bare = replace(dossier, propositions={})
    found = {frozenset((c.statement, c.other)) for c in candidate_pairs(bare, pool, pool, least=0.0)}
    print(
        f"Candidates, top 3: {share(found, true)} (before P .21 R .64, with other pairs counted as true too)"
    )


def scale() -> None:
    rng = random.Random(1)
    vocabulary = [f"w{rng.randrange(10**6):x}" for _ in range(20_000)]
    weights = [1 / (i + 20) for i in range(20_000)]

    def document() -> str:
        lines = [
            " ".join(
                " ".join(rng.choices(vocabulary, weights, k=rng.randint(14, 26))).capitalize() + "."
                for _ in range(4)
            )
            for _ in range(6)
        ]
        return "Headline of the day\n" + "\n".join(lines) + "\n"

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "texts").mkdir()
        for i in range(2000):
            (root / "texts" / f"d{i:04}.txt").write_text(document(), encoding="utf-8")
        files = [str(p) for p in sorted((root / "texts").iterdir())]
        begin = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "backstop", "dossier", "add", str(root / "s"), *files],
            check=True,
            capture_output=True,
        )
        print(f"Two thousand documents: add {time.perf_counter() - begin:.1f} s (to reach 60)")
        _code(root, rng)
        for extra in ([], ["--texts", str(root / "texts")]):
            begin = time.perf_counter()
            out = subprocess.run(
                [sys.executable, "-m", "backstop", "dossier", "compare", str(root / "s"), "--json", *extra],
                check=True,
                capture_output=True,
            ).stdout
            count = len(json.loads(out)["findings"])
            how = "with texts" if extra else "without"
            print(f"  compare {how} {time.perf_counter() - begin:.1f} s (to reach 10), {count:,} findings")


def _code(root: Path, rng: random.Random) -> None:
    snapshot = store.read(root / "s" / "dossier")
    dossier = snapshot.dossier
    objects = {f"object_{i}": Term(title=f"object number {i}") for i in range(300)}
    actors = {
        f"actor_{i}": ACTORS["sato"].model_copy(update={"name": f"Actor {i}", "aliases": ()})
        for i in range(400)
    }
    terms = [f"term{i}" for i in range(4000)]
    types = ("demand", "offer", "refusal", "threat/warning", "assessment", "report of fact", "concern")
    statements = {}
    for source in dossier.sources.values():
        text = Text((root / "texts" / source.text.name).read_text(encoding="utf-8"), dossier.key)
        for k in range(10):
            at = rng.randrange(len(text.text) - 200)
            slots = (
                {"office": (Slot.model_validate({"is": rng.choice(["British Prime Minister", "envoy"])}),)}
                if k == 0
                else {}
            )
            name = f"{source.id}-{k:02}"
            statements[name] = Statement(
                id=name,
                source=source.id,
                anchor=anchored(text, at, at + 120),
                actor=f"actor_{int(400 * rng.random() ** 3)}",
                attribution=rng.choice(("indirect speech", "outlet voice", "direct quotation")),
                type=rng.choice(types),
                objects=tuple({f"object_{int(300 * rng.random() ** 2)}" for _ in range(2)}),
                stance=rng.choice("+-0"),
                paraphrase=" ".join(rng.choices(terms, k=10)),
                slots=slots,
            )
    names = list(statements)
    from backstop.dossier.record import Proposition

    propositions = {
        f"P{i}": Proposition(
            id=f"P{i}", text="Text.", supports=tuple(Support(statement=n) for n in rng.sample(names, 20))
        )
        for i in range(300)
    }
    register = dossier.register.model_copy(update={"objects": objects, "actors": actors})
    store.write(
        snapshot, replace(dossier, register=register, statements=statements, propositions=propositions)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", action="store_true", help="also two thousand documents (about a minute)")
    arguments = parser.parse_args()
    reading_aids()
    if SHARED.is_dir():
        reading_aids_on_accounts()
        reanchoring()
        coverage()
    else:
        print("the three accounts are not beside the repository: only text written for the tests was used")
    if arguments.scale:
        scale()


if __name__ == "__main__":
    main()
