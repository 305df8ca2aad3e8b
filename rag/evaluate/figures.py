"""Sum graded rows up: shares, calibration, times; and what changed since an earlier run.

Refusal as a task of its own: precision is the share of refusals that were due, recall the share of those due that were
made. Calibration error: Guo et al. 2017, arXiv:1706.04599, ten bins. A refused question counts there as an answer that
was not right, unless it has an answer: then nobody knows whether the one not given was it. Risk and coverage: El-Yaniv
and Wiener 2010: how many of the surest answers are right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median

from rag.evaluate.grading import SHORT_TYPES, Row

BINS = 10
COVERED = (0.25, 0.5, 0.75, 1.0)

Figures = Mapping[str, float]


def figures(rows: Sequence[Row]) -> Figures:
    """The figures by name; one that has nothing to be counted of is left out."""
    answerable = [row for row in rows if row.answerable]
    others = [row for row in rows if not row.answerable]
    refused = [row for row in rows if row.abstained]
    cited = sum(row.citations for row in answerable)
    found = {
        "answers right": _share(answerable, lambda row: row.right),
        "answerable refused": _share(answerable, lambda row: row.abstained),
        "unanswerable refused": _share(others, lambda row: row.abstained),
        "refusals due": _share(refused, lambda row: not row.answerable),
        "first citation right": _share(answerable, lambda row: row.first_citation_right),
        "any citation right": _share(answerable, lambda row: row.from_right_articles > 0),
        "citation precision": _ratio(sum(row.from_right_articles for row in answerable), cited),
        "quotes exact": _ratio(sum(row.exact_quotes for row in rows), sum(row.citations for row in rows)),
        "calibration error": calibration_error(rows),
        "characters of a short answer, median": _median([r.characters for r in rows if _short(r)]),
        "ms, p50": quantile([row.milliseconds for row in rows], 0.5),
        "ms, p99": quantile([row.milliseconds for row in rows], 0.99),
    }
    return {name: value for name, value in found.items() if value is not None}


def by(rows: Sequence[Row], group: Callable[[Row], str]) -> Iterator[tuple[str, int, float]]:
    """Of each group: its name, its questions, and the share of them that were done right; by name."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[group(row)].append(row)
    for name, mine in sorted(groups.items()):
        yield name, len(mine), sum(row.right for row in mine) / len(mine)


def risk_and_coverage(rows: Sequence[Row]) -> Iterator[tuple[float, float]]:
    """Of the surest quarter, half, … of the answers given: the share that is right."""
    given = sorted((row for row in rows if not row.abstained), key=lambda row: (-row.confidence, row.id))
    for share in COVERED:
        surest = given[: round(share * len(given))]
        if surest:
            yield share, sum(row.right for row in surest) / len(surest)


def calibration_error(rows: Sequence[Row]) -> float | None:
    """The gap between confidence and share of right answers, by bins of confidence, weighted by their size."""
    known = [row for row in rows if not (row.abstained and row.answerable)]
    bins: dict[int, list[Row]] = defaultdict(list)
    for row in known:
        bins[min(int(row.confidence * BINS), BINS - 1)].append(row)
    gaps = [abs(sum(row.confidence - float(row.right and not row.abstained) for row in mine)) for mine in bins.values()]
    return sum(gaps) / len(known) if known else None


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least so many are not above; None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)] if ordered else None


def changes(rows: Sequence[Row], earlier: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows that got right and those that got wrong since an earlier run; questions of one run only don't count."""
    was = {row.id: row.right for row in earlier}
    same = [row for row in rows if row.id in was and row.right != was[row.id]]
    return [row for row in same if row.right], [row for row in same if not row.right]


def _short(row: Row) -> bool:
    return row.type in SHORT_TYPES and not row.abstained


def _share(rows: Sequence[Row], holds: Callable[[Row], bool]) -> float | None:
    return _ratio(sum(map(holds, rows)), len(rows))


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _median(values: Sequence[int]) -> float | None:
    return float(median(values)) if values else None
