"""Whom the trainee may meet in a scenario: the same trouble in another firm, another trade, another temper."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from coach.customer.parts import Id, Mood, Outside, Text
from coach.datafile import DataModel

SLOT = re.compile(r"\{([A-Za-z_]+)\}")
# Filled when the line is spoken, with the trainee's own word; see `lines.echoed`.
ECHO = "echo"


class Pronoun(StrEnum):
    """How one speaks of a person who is not in the room."""

    SHE = "she"
    HE = "he"
    THEY = "they"


class Client(DataModel):
    """Who the trainee meets."""

    id: Id
    name: Text
    first_name: Text
    pronoun: Pronoun
    role: Text
    company: Text
    industry: Text
    temperament: Id = Field(description="One of the temperaments in director.yaml.")
    cares_about: Id = Field(description="The fact that lies nearest to this person: told a little sooner than by others.")
    portrait: Text = Field(description="What this person is like, for a language model that speaks for them.")


class Person(Client):
    """A client as the scenario's file has it, with what is this person's alone.

    Attributes:
        words: what stands for `{slot}` in the scenario's texts; every person of a scenario fills every slot.
        outside: topics only this person has an answer to (family, origins, the weekend).
        goes_on: thoughts of this person's own, beside those of the scenario.
    """

    words: Mapping[Id, Text] = {}
    outside: Annotated[tuple[Outside, ...], Field(min_length=3)]
    goes_on: Mapping[Mood, Annotated[tuple[Text, ...], Field(min_length=1)]]

    def slots(self) -> dict[str, str]:
        """What each slot stands for; with a capital first letter, the same at a sentence's beginning."""
        plain = {"name": self.name, "first_name": self.first_name, "role": self.role, "company": self.company,
                 "industry": self.industry, **self.words}
        return plain | {name[0].upper() + name[1:]: text[0].upper() + text[1:] for name, text in plain.items()}

    def client(self) -> Client:
        """The person without the words."""
        return Client(**{name: getattr(self, name) for name in Client.model_fields})


def fill(value: object, slots: Mapping[str, str]) -> object:
    """`value` (text, or lists and mappings of it) with every slot filled; what is no slot here stays as it is."""
    if isinstance(value, str):
        return SLOT.sub(lambda match: slots.get(match[1], match[0]), value)
    if isinstance(value, Mapping):
        return {key: fill(part, slots) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [fill(part, slots) for part in value]
    return value


