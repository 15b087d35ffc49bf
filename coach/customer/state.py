"""What the director remembers from one exchange to the next: her state, what she has told, which words are spent."""

from collections.abc import Mapping
from dataclasses import field, replace

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from coach.domain import CustomerState, Json


@dataclass(frozen=True)
class Memory:
    """Everything a meeting needs to go on from here.

    Attributes:
        turn: the number of the exchange that this follows; 0 after her opening.
        told: ids of the facts she has disclosed, in order.
        clue: id of the clue her last line carried, or empty.
        forms: how often each clue has been dropped.
        passed: ids of clues that were passed over and not taken up since.
        met: ids of clues that were taken up.
        used: keys of the lines she has said; none is said again.
        subject: id of the fact she last spoke of, or empty; "go on" means this.
        want: id of the want that her last line raised, or empty; `wanted` those that she has raised.
        sympathy: how many replies running have been sympathy and nothing else.
    """

    state: CustomerState
    turn: int = 0
    told: tuple[str, ...] = ()
    clue: str = ""
    forms: Mapping[str, int] = field(default_factory=dict)
    passed: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    subject: str = ""
    want: str = ""
    wanted: tuple[str, ...] = ()
    sympathy: int = 0

    def spend(self, keys: tuple[str, ...]) -> "Memory":
        """With the lines named by `keys` marked as said."""
        return replace(self, used=(*self.used, *(key for key in keys if key not in self.used)))

    def to_json(self) -> Json:
        """As plain JSON values, for the records."""
        plain: Json = _ADAPTER.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, plain: Json) -> "Memory":
        """Back from `to_json`."""
        return _ADAPTER.validate_python(plain)


def share(value: float) -> float:
    """`value` within 0 to 1, to four places, so that it is the same wherever it was kept."""
    return round(min(1.0, max(0.0, value)), 4)


_ADAPTER: TypeAdapter[Memory] = TypeAdapter(Memory)
