"""Who scores a reply: the interface behind which the embedded detector and the language-model judge stand."""

from typing import Protocol

from coach.domain import ReplyScore, Transcript


class Observer(Protocol):
    """Scores a reply in its place: the embedded detector (`detector.py`), or a language model (`judge.py`)."""

    def score(self, history: Transcript, reply: str) -> ReplyScore:
        """Observe `reply`, which answers the last customer turn of `history`, and score it by the rubric."""
        ...
