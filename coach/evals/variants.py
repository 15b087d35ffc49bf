"""Training replies said otherwise and padded: what a scorer must learn to be unmoved by.

A variant carries the rating of the reply that it was made from, and its writer's group, so that both are on one side of every
split.
"""

from collections.abc import Sequence
from random import Random

from coach.domain import Behaviour
from coach.evals.labels import PADDING, REWORDINGS, Padding, RatedReply, Rewording, labels, load_lines

# Between the id of a reply and what makes a variant of it.
MARK = "~"
_SEED = 7
# Of the padded replies so many deserve little empathy; the others show that padding does not spoil a good reply either.
_POOR, _GOOD = 450, 150
_POOR_UP_TO, _GOOD_FROM = 2, 3
_SHOWS = {"flattery": Behaviour.FLATTERY, "scorer": Behaviour.MANIPULATES_SCORER}
# What somebody who means well may add, too.
_HARMLESS = ("formula", "length")


def is_variant(one: RatedReply) -> bool:
    """Whether a reply was made from another."""
    return MARK in one.id


def variants(rated: Sequence[RatedReply]) -> tuple[RatedReply, ...]:
    """The rewordings of `rated`, and some of them with padding; the same ones each time.

    Raises:
        DataFileError: a file is wrong; names file and line.
    """
    return (*_reworded(rated), *_padded(rated))


def _reworded(rated: Sequence[RatedReply]) -> list[RatedReply]:
    by_id = {one.id: one for one in rated}
    found = load_lines(Rewording, labels(REWORDINGS))
    return [by_id[one.of].model_copy(update={"id": f"{one.of}{MARK}{one.way}", "reply": one.reply})
            for one in found if one.of in by_id]


def _padded(rated: Sequence[RatedReply]) -> list[RatedReply]:
    chance = Random(_SEED)  # noqa: S311 - repeatable on purpose
    paddings = load_lines(Padding, labels(PADDING))
    harmless = [one for one in paddings if one.kind in _HARMLESS]
    poor = [one for one in rated if one.gold.empathy <= _POOR_UP_TO]
    good = [one for one in rated if one.gold.empathy >= _GOOD_FROM]
    chosen = [(one, chance.choice(paddings)) for one in chance.sample(poor, min(_POOR, len(poor)))]
    chosen += [(one, chance.choice(harmless)) for one in chance.sample(good, min(_GOOD, len(good)))]
    return [_with(one, padding, front=chance.random() < 0.5) for one, padding in chosen]  # noqa: PLR2004 - a coin


def _with(one: RatedReply, padding: Padding, *, front: bool) -> RatedReply:
    reply = f"{padding.text} {one.reply}" if front else f"{one.reply} {padding.text}"
    shows = {*one.gold.behaviours, *([_SHOWS[padding.kind].value] if padding.kind in _SHOWS else [])}
    gold = one.gold.model_copy(update={"behaviours": tuple(sorted(shows))})
    return one.model_copy(update={"id": f"{one.id}{MARK}{padding.kind}", "reply": reply, "gold": gold})
