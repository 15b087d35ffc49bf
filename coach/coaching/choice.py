"""Which card a coach would cite after a reply, by what the reply did and by how far the meeting has come.

Learned from situations for which language models named the cards (`coach evals train-tips`): multinomial logistic regression
with a class for each card (Bishop, "Pattern Recognition and Machine Learning", 2006, 4.3.4). The weights are in tip_cards.json,
to be read: a card comes first where it has the highest sum.
"""

import math
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, ValidationError

from coach.datafile import DataModel, read_text
from coach.domain import Behaviour
from coach.errors import DataFileError

WEIGHTS = Path(__file__).with_name("tip_cards.json")
STAGES = MappingProxyType({"opening": 1, "early": 4})
"""How many turns have been said before the reply, at most; from then on it is "later"."""
LATER = "later"
ALWAYS = "always"
# A card that was cited is so much less likely the next time that a near second comes first: e^-.7 is one half.
_TOLD = 0.7
FEATURES = (*(behaviour.value for behaviour in Behaviour), *STAGES, LATER, ALWAYS)


class CardWeights(DataModel):
    """By card, the weight of each of `FEATURES`; one that is not named is 0."""

    cards: Mapping[str, Mapping[str, Annotated[float, Field(allow_inf_nan=False)]]]


@lru_cache
def card_weights(path: Path = WEIGHTS) -> CardWeights:
    """The weights in `path`.

    Raises:
        DataFileError: it does not hold weights.
    """
    try:
        return CardWeights.model_validate_json(read_text(path))
    except ValidationError as error:
        raise DataFileError(path, 1, f"these are no weights of cards: {error.errors()[0]['msg']}") from error


def features(seen: Mapping[str, float], turns: int) -> dict[str, float]:
    """What a choice goes by.

    Args:
        seen: the behaviours of the reply with their confidence, 0 to 1.
        turns: how many turns were said before the reply.
    """
    stage = next((name for name, most in STAGES.items() if turns <= most), LATER)
    return {**seen, stage: 1.0, ALWAYS: 1.0}


def likeliest(cards: Collection[str], seen: Mapping[str, float], turns: int, cited: Collection[str] = ()) -> list[str]:
    """`cards` in the order in which a coach would cite them; those that nothing was learned of come last.

    Args:
        cards: ids.
        seen: the behaviours of the reply with their confidence, 0 to 1.
        turns: how many turns were said before the reply.
        cited: the cards of earlier tips in this meeting, as often as each was cited.
    """
    weights, given = card_weights().cards, features(seen, turns)

    def weight(card: str) -> float:
        if card not in weights:
            return -math.inf
        learned, told = weights[card], sum(card == one for one in cited)
        return sum(value * learned.get(name, 0.0) for name, value in given.items()) - _TOLD * told

    return sorted(cards, key=weight, reverse=True)
