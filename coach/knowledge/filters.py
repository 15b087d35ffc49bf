"""What of the library a search may find."""

from dataclasses import dataclass, fields

from coach.knowledge.cards import Card


@dataclass(frozen=True, slots=True)
class Filters:
    """What may be found: cards that help with any of `behaviours`, of any of `frameworks`, for any of `scenarios`.

    What is empty lets everything pass; a document is no card, and passes where all are empty.
    """

    behaviours: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def pass_card(self, card: Card | None) -> bool:
        """Whether a unit passes; `card` is None for a passage of a document."""
        if card is None:
            return not self
        return all(not wanted or set(wanted) & set(had) for wanted, had in (
            (self.behaviours, card.behaviours), (self.frameworks, (card.framework,)), (self.scenarios, card.scenarios)))


EVERYTHING = Filters()
