"""The few things that moved an embedded score, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import RootModel

from coach.datafile import load_yaml

_FILE = Path(__file__).parent / "reasons.yaml"
_FEW = 3
# In points of 100; what moved a score by less is not worth a word.
_WORTH_TELLING = 2


@dataclass(frozen=True, slots=True)
class Mover:
    """What one thing gave to or took from the two scales as learned, beside most replies and before the rubric weighs it.

    Attributes:
        name: a feature's name, or "words" or "reading".
        more: whether there is more of it than in most replies.
    """

    name: str
    more: bool
    empathy: float
    selling: float


class _Reasons(RootModel[Mapping[str, tuple[str, str]]]):
    """See the head of `reasons.yaml`."""


@lru_cache
def load_reasons(path: Path = _FILE) -> Mapping[str, tuple[str, str]]:
    """The words by feature: where there is more of it, and where there is less.

    Raises:
        DataFileError: names file, line and fault.
    """
    return load_yaml(path, _Reasons).root


def in_words(movers: Sequence[Mover]) -> str:
    """The few of `movers` that moved the scales most, as a sentence; empty where nothing moved them much.

    A mover that has no words (a cue: the observations tell it) is passed over.
    """
    words = load_reasons()
    told = [one for one in movers if one.name in words and max(abs(one.empathy), abs(one.selling)) >= _WORTH_TELLING]
    most = sorted(told, key=lambda one: -abs(one.empathy) - abs(one.selling))[:_FEW]
    if not most:
        return ""
    return "What moved the numbers most: " + "; ".join(
        f"{words[one.name][0 if one.more else 1]} ({_ways(one)})" for one in most) + "."


def _ways(one: Mover) -> str:
    """Which way it moved each scale; by how much is the table's to tell, where all comes to the score."""
    moved = [(amount, scale) for amount, scale in ((one.empathy, "empathy"), (one.selling, "selling")) if abs(amount) >= 1]
    return ", ".join(f"{'more' if amount > 0 else 'less'} {scale}" for amount, scale in moved)
