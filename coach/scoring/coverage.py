"""Which steps of a framework a conversation covered, by meaning, each with the reply and the words that did."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from coach.datafile import DataModel, load_yaml
from coach.domain import Passage
from coach.language.embeddings import Embedder, Vectors
from coach.language.text import sentences

_FILE = Path(__file__).parent / "frameworks.yaml"
_REQUEST = re.compile(r"(?:so |and |then |please |now )*(?:tell me|talk me|walk me|help me understand|give me|say more|"
                      r"describe|let's say|suppose|imagine|i wonder|i'd like to (?:hear|know|understand))\b", re.IGNORECASE)


class Step(DataModel):
    """One step: its name, and what it sounds like.

    Attributes:
        asks: whether only a question, or a request to tell, covers it; what the seller states about it does not.
    """

    label: str
    asks: bool = True
    like: Annotated[tuple[str, ...], Field(min_length=2)]


class Frameworks(DataModel):
    """What is looked for.

    Attributes:
        like_from: cosine from which a sentence covers a step.
        steps: Mineral Rights, in order; `perceptions`: the customer's 3 P's.
    """

    like_from: Annotated[float, Field(gt=0, le=1)]
    steps: Mapping[str, Step]
    perceptions: Mapping[str, Step]


@lru_cache
def load_frameworks(path: Path = _FILE) -> Frameworks:
    """Read the frameworks.

    Raises:
        DataFileError: names file, line and fault.
    """
    return load_yaml(path, Frameworks)


class Coverage:
    """Finds the steps of a framework in replies."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        found = load_frameworks()
        # An embedder that knows no synonyms finds what is nearly the same words alone.
        self._least = max(found.like_from, embedder.related)
        self._asked_for = {step: one.asks for steps in (found.steps, found.perceptions) for step, one in steps.items()}
        self._frameworks = {name: {step: embedder.embed(one.like) for step, one in steps.items()}
                            for name, steps in (("steps", found.steps), ("perceptions", found.perceptions))}

    def steps(self, replies: Sequence[str]) -> tuple[Passage, ...]:
        """Mineral Rights steps covered, each at the first reply that does."""
        return self._covered("steps", replies)

    def perceptions(self, replies: Sequence[str]) -> tuple[Passage, ...]:
        """The customer's Priorities, Problems and Perceptions asked about, each at the first reply that does."""
        return self._covered("perceptions", replies)

    def _covered(self, framework: str, replies: Sequence[str]) -> tuple[Passage, ...]:
        found: dict[str, Passage] = {}
        for number, reply in enumerate(replies, start=1):
            parts = sentences(reply)
            vectors = self._embedder.embed([part.text for part in parts])
            for part, vector in zip(parts, vectors, strict=True):
                step = self._nearest(framework, vector, asks=part.is_question or bool(_REQUEST.match(part.text)))
                if step and step not in found:
                    found[step] = Passage(step, number, part.text)
        return tuple(found[step] for step in self._frameworks[framework] if step in found)

    def _nearest(self, framework: str, vector: Vectors, *, asks: bool) -> str:
        """The step that a sentence covers: the nearest one, if it is near enough; else empty."""
        nearness = {step: float(np.max(likes @ vector)) for step, likes in self._frameworks[framework].items()}
        best = max(nearness, key=lambda step: nearness[step])
        return best if nearness[best] >= self._least and (asks or not self._asked_for[best]) else ""
