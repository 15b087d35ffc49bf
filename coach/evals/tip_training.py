"""Learns which card a coach would cite, from labelled situations and the behaviours that raters named: coaching/choice.py."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coach.coaching.choice import ALWAYS, FEATURES, WEIGHTS, features
from coach.errors import InputError, SetupError
from coach.evals.labels import RatedReply
from coach.evals.tips import TipSituation

# A card that would do counts half as much as one that fits best.
_OK = 0.5
# The penalty on squared weights, the best of three by cross-validation over the training situations; and enough steps that the
# weights, as they are rounded, change no more.
_PENALTY = 6e-4
_STEPS = 1500
_RATE = 0.15
_MOMENTUM = 0.9
_DIGITS = 2
# Of what a card owes to being right often, so much is taken off: by cross-validation no less accurate (.68 of situations fit
# with 0, .2 and .4; .63 with .6), and a trainee hears of 25 cards in place of 19.
_COMMON = 0.4
_RARE = 1e-3


def train_tips(situations: Sequence[tuple[TipSituation, RatedReply]], cards: Sequence[str]) -> dict[str, dict[str, float]]:
    """Weights by card and feature, rounded; those that round to 0 are left out. The same situations give the same weights.

    Raises:
        InputError: of a situation no card is left.
    """
    given = np.array([_row(reply) for _, reply in situations])
    wanted = np.array([[1.0 if card in one.best else _OK if card in one.ok else 0.0 for card in cards]
                       for one, _ in situations])
    for (one, _), row in zip(situations, wanted, strict=True):
        if not row.any():
            raise InputError(f"No card that a tip after the reply {one.reply} may cite is in the library any more.")
    wanted /= wanted.sum(axis=1, keepdims=True)
    weights = _softmax_regression(given, wanted)
    weights[FEATURES.index(ALWAYS)] -= _COMMON * np.log(wanted.mean(axis=0) + _RARE)
    return {card: {name: round(float(value), _DIGITS) for name, value in zip(FEATURES, column, strict=True)
                   if round(float(value), _DIGITS)}
            for card, column in zip(cards, weights.T, strict=True)}


def write_weights(weights: dict[str, dict[str, float]], path: Path = WEIGHTS) -> Path:
    """Write them where coach reads them, a line a card.

    Raises:
        SetupError: the place can not be written.
    """
    lines = ",\n".join(f"    {json.dumps(card)}: {json.dumps(one)}" for card, one in sorted(weights.items()))
    try:
        path.write_text(f'{{\n  "cards": {{\n{lines}\n  }}\n}}\n', "utf-8")
    except OSError as error:
        raise SetupError(f"{path} can not be written: {error.strerror or error}.") from error
    return path


def _row(reply: RatedReply) -> list[float]:
    given = features(dict.fromkeys(reply.gold.behaviours, 1.0), len(reply.history))
    return [given.get(name, 0.0) for name in FEATURES]


def _softmax_regression(given: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of shape (features, cards), by gradient descent with momentum on the cross-entropy and the penalty."""
    weights = np.zeros((given.shape[1], wanted.shape[1]))
    step = np.zeros_like(weights)
    for _ in range(_STEPS):
        scores = given @ weights
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        step = _MOMENTUM * step + given.T @ (likely - wanted) / len(given) + _PENALTY * weights
        weights -= _RATE * step
    return weights
