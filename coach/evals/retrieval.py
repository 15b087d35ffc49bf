"""How well the library finds: labelled questions, each part of the search alone and all together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from coach.evals.labels import load_lines
from coach.evals.statistics import Estimate, Numbers, bootstrap
from coach.knowledge import Library
from coach.settings import data_folder

Progress = Callable[[int, int], None]
SYSTEMS = ("words", "meaning", "fused", "ranked")
MEASURES = ("recall@1", "recall@5", "MRR", "nDCG@10")
_CUT = 10


class Query(BaseModel):
    """A question or a situation as somebody would put it.

    Attributes:
        frameworks: those whose cards answer it, the best first; empty: no card does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    text: Annotated[str, Field(min_length=1)]
    kind: Literal["question", "situation"]
    who: Literal["trainee", "manager"]
    style: Literal["short", "long", "typos", "no_shared_word", "two_cards", "plain"]
    frameworks: tuple[str, ...]
    split: Literal["dev", "test"]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What came of it.

    Attributes:
        answerable: how many questions have an answer; `unanswerable` how many have none.
        measures: by system and measure, over the answerable ones whether or not the search would answer.
        abstaining: precision, recall and F1 of giving no answer.
        found: recall@5 of `ranked` where what was not answered counts as not found.
    """

    answerable: int
    unanswerable: int
    measures: Mapping[str, Mapping[str, Estimate]]
    abstaining: Mapping[str, Estimate]
    found: Estimate


def load_queries(path: Path | None = None) -> tuple[Query, ...]:
    """The labelled questions of `path`; without it those that ship, which language models wrote and labelled.

    Raises:
        DataFileError: names file, line and fault.
    """
    return load_lines(Query, path or data_folder("evals") / "labels" / "knowledge_queries.jsonl")


def retrieval(library: Library, queries: Sequence[Query], progress: Progress | None = None) -> Retrieval:
    """Search for each of `queries`, of which some must have an answer and some none."""
    frameworks = {card.id: card.framework for card in library.cards}
    rows: dict[str, list[list[float]]] = {system: [] for system in SYSTEMS}
    refused: list[tuple[bool, bool]] = []
    found: list[float] = []
    for done, query in enumerate(queries, start=1):
        got = library.rankings(query.text)
        refused.append((not got.answered, not query.frameworks))
        if query.frameworks:
            for system in SYSTEMS:
                ranked = [frameworks.get(unit, "") for unit in getattr(got, system)]
                rows[system].append(measures_of(ranked, query.frameworks))
            found.append(rows["ranked"][-1][1] if got.answered else 0.0)
        if progress:
            progress(done, len(queries))
    measured = {system: dict(zip(MEASURES, map(_mean, np.array(values).T), strict=True)) for system, values in rows.items()}
    given, there = np.array(refused, dtype=np.float64).T
    abstaining = {name: bootstrap(measure, given, there) for name, measure in _ABSTAINING.items()}
    return Retrieval(len(found), len(queries) - len(found), measured, abstaining, _mean(np.array(found)))


def measures_of(ranked: Sequence[str], wanted: Sequence[str]) -> list[float]:
    """The `MEASURES` of one ranking of frameworks, in which the first of each counts.

    Recall@k is the share of `wanted` among the first k; MRR the reciprocal place of the first that is wanted; nDCG with gain 1
    for each wanted (Järvelin and Kekäläinen, 2002). Places are those in the ranking of cards, further cards of a framework
    included.
    """
    places = {name: ranked.index(name) for name in wanted if name in ranked[:_CUT]}
    gain = sum(1 / log2(2 + place) for place in places.values())
    best = sum(1 / log2(2 + place) for place in range(min(len(wanted), _CUT)))
    first = min(places.values(), default=None)
    recalls = [sum(place < k for place in places.values()) / len(wanted) for k in (1, 5)]
    return [*recalls, 0.0 if first is None else 1 / (1 + first), gain / best]


def _mean(values: Numbers) -> Estimate:
    return bootstrap(lambda one, _: float(one.mean()), values, values)


def _precision(given: Numbers, there: Numbers) -> float:
    return float((given * there).sum() / given.sum()) if given.sum() else 0.0


def _recall(given: Numbers, there: Numbers) -> float:
    return float((given * there).sum() / there.sum()) if there.sum() else 0.0


def _f1(given: Numbers, there: Numbers) -> float:
    both = given.sum() + there.sum()
    return float(2 * (given * there).sum() / both) if both else 0.0


# Of "no answer" given, where there is none.
_ABSTAINING = {"precision": _precision, "recall": _recall, "F1": _f1}
