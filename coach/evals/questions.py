"""Whether the customer answers what is asked: questions with the answers that fit, against what would be said to each."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from coach.customer.lines import Act, Deed
from coach.customer.state import Memory
from coach.domain import Level, Transcript
from coach.encounter import Encounter
from coach.evals.labels import load_lines
from coach.settings import data_folder

Progress = Callable[[int, int], None]


class Asked(BaseModel):
    """A question in a meeting.

    Attributes:
        told: facts told by then; `subject` the one that was last spoken of.
        fits: answers that answer it: "tell/FACT", "more/FACT/PLACE", "answer/TOPIC"; empty where the scenario has none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    scenario: str
    person: str
    told: tuple[str, ...]
    subject: str
    question: Annotated[str, Field(min_length=1)]
    fits: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answers:
    """How many questions got which sort of answer.

    Attributes:
        right: the one asked for; `wrong` another one; `made_up` one where the scenario has none that fits.
        missed: none, though there is one; `none`: none, and there is none.
    """

    right: int
    wrong: int
    made_up: int
    missed: int
    none: int

    @property
    def total(self) -> int:
        """All questions."""
        return self.right + self.wrong + self.made_up + self.missed + self.none


def load_asked(path: Path | None = None) -> tuple[Asked, ...]:
    """The questions of `path`; without it those that ship, which language models wrote and matched with answers.

    Raises:
        DataFileError: names file, line and fault.
    """
    return load_lines(Asked, path or data_folder("evals") / "labels" / "questions.jsonl")


def answers(encounter: Encounter, asked: Sequence[Asked], progress: Progress | None = None) -> Answers:
    """What would be said to each question at the medium level, held against what fits."""
    found: Counter[str] = Counter()
    for done, one in enumerate(asked, start=1):
        given = _answer(encounter, one)
        if given:
            found["right" if given in one.fits else "wrong" if one.fits else "made_up"] += 1
        else:
            found["missed" if one.fits else "none"] += 1
        if progress:
            progress(done, len(asked))
    return Answers(**{name: found[name] for name in ("right", "wrong", "made_up", "missed", "none")})


def _answer(encounter: Encounter, one: Asked) -> str:
    """The answer she would give first, as `Asked.fits` names it; empty where nothing comes near enough."""
    seat = encounter.seat(one.scenario, one.person, Level.MEDIUM, 0)
    memory = Memory(encounter.start(seat).memory.state, told=one.told, subject=one.subject)
    heard = encounter.hear(seat, memory, Transcript(), (), one.question)
    act = heard.topics[0].act if heard.topics else heard.detail
    return _named(act) if act else ""


def _named(act: Act) -> str:
    return f"{act.deed}/{act.about}/{act.pick}" if act.deed is Deed.MORE else f"{act.deed}/{act.about}"
