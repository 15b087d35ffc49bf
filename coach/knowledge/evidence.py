"""Whether the library has an answer at all.

A question is answered where it comes nearer to the questions that lead to cards than to those that no card answers
(`knowledge/not-here.txt`), or near enough to a passage of a document. The bars were set on the development half of
evals/labels/knowledge_queries.jsonl; `coach evals knowledge` shows what comes of them on the other half.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from coach.language.embeddings import Embedder

NEAREST = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found near a question, before it is known whether it is an answer: cosines, the nearest first.

    Attributes:
        asks: of the questions that lead to cards; `passages` of the cards' passages; `documents` of documents' passages.
        elsewhere: of the questions that no card answers.
    """

    asks: Sequence[float]
    passages: Sequence[float]
    documents: Sequence[float]
    elsewhere: Sequence[float]


@dataclass(frozen=True, slots=True)
class Bar:
    """From where there is an answer.

    Attributes:
        ahead: by how much the cards must come nearer than what is not here.
        near: the least mean cosine to the cards' questions.
        document: the least cosine to a passage of a document.
    """

    ahead: float
    near: float
    document: float


BARS: Mapping[str, Bar] = MappingProxyType({
    "all-MiniLM-L6-v2": Bar(ahead=0.04, near=0.25, document=0.45),
    "lexical-1": Bar(ahead=0.0, near=0.12, document=0.30),
})


def answered(embedder: Embedder, evidence: Evidence) -> bool:
    """Whether the library answers the question; an embedder without a bar of its own is taken at its `related`."""
    bar = BARS.get(embedder.name, Bar(ahead=0.04, near=embedder.related, document=embedder.related))
    near = _mean(evidence.asks or evidence.passages)
    from_cards = near >= bar.near and near - _mean(evidence.elsewhere) >= bar.ahead
    return from_cards or (bool(evidence.documents) and evidence.documents[0] >= bar.document)


def _mean(cosines: Sequence[float]) -> float:
    nearest = cosines[:NEAREST]
    return sum(nearest) / len(nearest) if nearest else 0.0
