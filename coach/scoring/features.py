"""What a reply is like, apart from what it says: its shape, its relation to the customer's last words, the stage.

Each feature has a name and a group; the groups are those that `coach evals ablation` leaves out one at a time.
"""

import math
from collections.abc import Mapping, Sequence

from coach.domain import Behaviour, Observation, Speaker, Transcript, Turn
from coach.language.kind import Kind, kind_of
from coach.language.lexicon import lexicon
from coach.language.plain import levelled
from coach.language.text import content_words, sentences, words

_MANY = 4


def dense(history: Transcript, reply: str, seen: Sequence[Observation]) -> Mapping[str, Mapping[str, float]]:
    """Named numbers by group, most of them 0 to 1.

    Args:
        history: ends with the customer's line that the reply answers.
        reply: as it was said.
        seen: what its cues show.
    """
    nobody = Transcript(tuple(Turn(turn.speaker, levelled(turn.text)) for turn in history.turns))
    plain = levelled(reply)
    return {"cues": _cues(seen), "shape": _shape(plain), "relation": _relation(nobody, plain), "stage": _stage(nobody)}


def _cues(seen: Sequence[Observation]) -> Mapping[str, float]:
    by_name = {str(one.behaviour): one.confidence for one in seen}
    return {f"cue {behaviour.value}": by_name.get(behaviour.value, 0.0) for behaviour in Behaviour}


def _shape(reply: str) -> Mapping[str, float]:
    said = words(reply)
    count = max(1, len(said))
    parts = sentences(reply)
    asks = [part for part in parts if part.is_question]

    def share(*wanted: str) -> float:
        return sum(word in wanted for word in said) / count

    return {
        "length": math.log1p(len(said)) / 5,
        "very short": float(len(said) <= _MANY),
        "questions": min(len(asks), _MANY) / _MANY,
        "open questions": min(sum(part.is_open_question for part in asks), _MANY) / _MANY,
        "ends asking": float(bool(parts) and parts[-1].is_question),
        "you": share("you", "your", "you're", "you've", "yourself"),
        "I": share("i", "i'm", "i've", "i'll", "i'd", "me", "my"),
        "we": share("we", "we're", "we've", "we'll", "our", "ours", "us"),
        "numbers": min(sum(any(c.isdigit() for c in word) for word in said), _MANY) / _MANY,
        "odd": float(kind_of(reply) not in (Kind.NORMAL, Kind.GOODBYE)),
    }


def _relation(history: Transcript, reply: str) -> Mapping[str, float]:
    line = history.last(Speaker.CUSTOMER)
    heard, said = set(content_words(line)), set(content_words(reply))
    earlier = {word for text in history.said_by(Speaker.CUSTOMER)[:-1] for word in content_words(text)}
    asked = [part for part in sentences(line) if part.is_question]
    return {
        "her words": len(heard & said) / max(1, len(heard)),
        "of her words": len(heard & said) / max(1, len(said)),
        "earlier words": len(earlier & said) / max(1, len(said)),
        "she asked": float(bool(asked)),
        "she asked last": float(bool(asked) and line.rstrip().endswith("?")),
        "she spoke of business": _found("deal", line),
        "she spoke of weight": _found("weighty", line),
        "she spoke of feeling": _found("feeling", line),
        "business in both": _found("deal", line) * _found("deal", reply),
        "business": _found("deal", reply),
        "vendor": _found("vendor", reply),
        "feeling": _found("feeling", reply),
        "formula": _found("formula", reply),
        "her length": math.log1p(len(words(line))) / 5,
    }


def _stage(history: Transcript) -> Mapping[str, float]:
    mine, theirs = history.said_by(Speaker.TRAINEE), history.said_by(Speaker.CUSTOMER)
    asked = sum(part.is_question for text in mine for part in sentences(text))
    return {
        "first reply": float(not mine),
        "replies before": min(len(mine), _MANY) / _MANY,
        "asked before": min(asked, _MANY) / _MANY,
        "business before, mine": sum(_found("deal", text) for text in mine) / max(1, len(mine)),
        "business before, hers": sum(_found("deal", text) for text in theirs) / max(1, len(theirs)),
        "she told": min(sum(len(words(text)) for text in theirs), 200) / 200,
    }


def _found(name: str, text: str) -> float:
    """How much of the lexicon `name` stands in `text`, 0 to 1."""
    return min(len(lexicon(name).findall(text)), _MANY) / _MANY
