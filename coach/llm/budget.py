"""What of a prompt's longer parts is cut, and in which order, so that the whole keeps to a number of tokens. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from coach.llm.tokens import count_tokens

# What is cut at the start of a part is cut in strides of a third of its budget. So the part begins the same for several turns
# running, and an endpoint that caches the beginning of a prompt finds it again.
_STRIDES = 3


class End(StrEnum):
    """At which end of a part its texts go first."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Part:
    """Texts of one kind, in their order.

    Attributes:
        at: where texts go first.
        most: tokens that the part may take, however much room there is.
        keep_first: how many texts at the start may not be cut; `keep_last` likewise at the end.
    """

    name: str
    texts: tuple[str, ...]
    at: End
    most: int
    keep_first: int = 0
    keep_last: int = 0


def fit(parts: Sequence[Part], total: int) -> dict[str, tuple[int, ...]]:
    """The places of the texts that stay, by part, in their order.

    Each part is cut to what it may take. Where all together are still over `total`, the first part of `parts` is cut further,
    then the second, and so on. What may not be cut stays, also where it alone is over.
    """
    sizes = {part.name: [count_tokens(text).tokens for text in part.texts] for part in parts}
    kept = {part.name: _kept(part, sizes[part.name], part.most) for part in parts}

    def taken(name: str) -> int:
        return sum(sizes[name][place] for place in kept[name])

    for part in parts:
        over = sum(map(taken, kept)) - total
        if over > 0:
            kept[part.name] = _kept(part, sizes[part.name], min(part.most, taken(part.name) - over))
    return kept


def _kept(part: Part, sizes: Sequence[int], limit: int) -> tuple[int, ...]:
    """The places that stay within `limit` tokens, as far as the rest may be cut."""
    over = sum(sizes) - limit
    if part.at is End.START:
        stride = max(1, part.most // _STRIDES)
        over = -(-over // stride) * stride
    places = range(len(sizes))
    may_go = places[part.keep_first : max(part.keep_first, len(sizes) - part.keep_last)]
    gone: set[int] = set()
    for place in may_go if part.at is End.START else reversed(may_go):
        if over <= 0:
            break
        gone.add(place)
        over -= sizes[place]
    return tuple(place for place in places if place not in gone)
