"""How well tips fit: labelled situations, each with the cards that a coach would cite after that reply."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from coach.coaching.tips import Situation, Tips
from coach.domain import Speaker
from coach.errors import InputError
from coach.evals.labels import RatedReply, load_lines, load_rated
from coach.evals.statistics import Estimate, Numbers, bootstrap
from coach.knowledge import Library
from coach.scoring.observer import Observer
from coach.settings import data_folder

Progress = Callable[[int, int], None]
WAYS = ("situation", "reply", "same")
_LABELS = "tip_situations.jsonl"


class TipSituation(BaseModel):
    """A reply after which a coach would cite one of some cards.

    Attributes:
        reply: its id in the file `within`, beside this one.
        best: cards that fit best; `ok`: cards that would do. In dev and test, of two labellers together.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    reply: Annotated[str, Field(min_length=1)]
    within: Annotated[str, Field(pattern=r"^[a-z_]+\.jsonl$")]
    best: tuple[str, ...]
    ok: tuple[str, ...]
    split: Literal["train", "dev", "test"]


@dataclass(frozen=True, slots=True)
class TipFit:
    """What came of it.

    Attributes:
        situations: how many there were; `given`: in how many there was a tip.
        fitting: by way, the share of all situations in which the card cited is one of `best` or `ok`; `best` of `best` alone. A
            situation without a tip counts as not fitting. The ways: the tip as it is given (situation); the first card that the
            library finds for the reply's own words (reply); always the card that is right most often (same).
        cited: how often each card was cited, the commonest first.
    """

    situations: int
    given: int
    fitting: Mapping[str, Estimate]
    best: Mapping[str, Estimate]
    cited: tuple[tuple[str, int], ...]


def load_situations(path: Path | None = None) -> tuple[tuple[TipSituation, RatedReply], ...]:
    """The labelled situations of `path` with their replies; without it those that ship, which language models labelled.

    Raises:
        DataFileError: names file, line and fault.
        InputError: a reply is not there.
    """
    path = path or data_folder("evals") / "labels" / _LABELS
    situations = load_lines(TipSituation, path)
    replies = {name: {one.id: one for one in load_rated(path.parent / name)} for name in {one.within for one in situations}}
    for one in situations:
        if one.reply not in replies[one.within]:
            raise InputError(f"{path}: there is no reply {one.reply!r} in {one.within}.")
    return tuple((one, replies[one.within][one.reply]) for one in situations)


def tip_fit(situations: Sequence[tuple[TipSituation, RatedReply]], observer: Observer, library: Library,
            progress: Progress | None = None) -> TipFit:
    """Give a tip in each of `situations`, of which there must be some."""
    tips = Tips(lambda: library)
    right = Counter(card for one, _ in situations for card in (*one.best, *one.ok))
    [(commonest, _)] = right.most_common(1)
    cited: dict[str, list[str]] = {way: [] for way in WAYS}
    for done, (_, reply) in enumerate(situations, start=1):
        score = observer.score(reply.transcript, reply.reply)
        tip = tips.tip(Situation(reply.transcript.last(Speaker.CUSTOMER), score, len(reply.history), first_name=""))
        found = library.search(reply.reply, limit=1)
        cited["situation"].append(tip.citation.card_id if tip else "")
        cited["reply"].append(found[0].citation.card_id if found else "")
        cited["same"].append(commonest)
        if progress:
            progress(done, len(situations))
    labels = [one for one, _ in situations]
    given = Counter(filter(None, cited["situation"]))
    return TipFit(
        len(labels), given.total(),
        {way: _share([card in (*one.best, *one.ok) for card, one in zip(cards, labels, strict=True)])
         for way, cards in cited.items()},
        {way: _share([card in one.best for card, one in zip(cards, labels, strict=True)]) for way, cards in cited.items()},
        tuple(given.most_common()))


def _share(hits: Sequence[bool]) -> Estimate:
    values: Numbers = np.array(hits, dtype=np.float64)
    return bootstrap(lambda one, _: float(one.mean()), values, values)
