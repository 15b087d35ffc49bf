"""Whether a sentence is said to this customer or would fit anybody: "My heart goes out to you" against "It sounds lonely".

Learned from sentences of padding, put into conversations by chance, and from what warm replies of few words say in theirs
(`coach/evals/hollow.py`). A question is never hollow.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from coach.domain import Speaker, Transcript
from coach.language.embeddings import Embedder
from coach.language.plain import levelled
from coach.language.text import content_words, sentences
from coach.scoring.learned import Model

Numbers = NDArray[np.float32]
IsHollow = Callable[[Transcript, str], bool]
_LAST_LINES = 2
_MANY = 3
_LONG = 10


def hollow_inputs(history: Transcript, sentence: str, embedder: Embedder) -> Numbers:
    """What tells a hollow sentence, as one row of numbers.

    Its meaning (as many numbers as the embedder has), how near it comes to the nearest sentence of the customer's last lines
    and to them all, words in common with the customer (up to 3, and whether any), and its length in content words, by 10.
    """
    lines = history.said_by(Speaker.CUSTOMER)
    # As it was said: in plain English padding is harder to tell (43 of 1,920 instead of 1 got through), idioms fare no better.
    meaning = embedder.embed([sentence])[0]
    near = embedder.embed([part.text for line in lines[-_LAST_LINES:] for part in sentences(line)] or [""]) @ meaning
    own = set(content_words(levelled(sentence)))
    common = len(heard_words(history) & own)
    return np.concatenate([meaning, [near.max(), near.mean(), min(common, _MANY) / _MANY, common > 0, len(own) / _LONG]],
                          dtype=np.float32)


def heard_words(history: Transcript) -> set[str]:
    """The content words that the customer has said."""
    return {word for line in history.said_by(Speaker.CUSTOMER) for word in content_words(levelled(line))}


def by_words(history: Transcript, sentence: str) -> bool:
    """Without a model to tell by: a sentence that takes up none of the customer's words."""
    return not heard_words(history) & set(content_words(levelled(sentence)))


def by_model(model: Model, embedder: Embedder) -> IsHollow:
    """As it was learned; by words where `embedder` is not the one that it was learned with."""
    if model.hollow_embedder != embedder.name:
        return by_words
    return lambda history, sentence: model.hollow(hollow_inputs(history, sentence, embedder)) >= model.hollow_from
