"""A scenario's file: a story with open slots, and the people who may live it. Casting one of them makes a `Scenario`.

The built-in files lie in `scenarios/` beside this module; a company's own folder is set by `COACH_SCENARIOS`, and a file there
takes the place of a built-in one of the same name. Loading checks that every reference holds, that every slot is filled for
everybody, and that no line stands in two places; faults name file and line.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Annotated, Self

from pydantic import Field, model_validator

from coach.customer.people import ECHO, SLOT, Person, fill
from coach.customer.scenario import Place, Scenario, Story, each_once
from coach.datafile import FieldError, content_hash, load_yaml, read_text
from coach.errors import DataFileError, NotFoundError

_FOLDER = Path(__file__).parent / "scenarios"
_ECHOING = ("named_feeling", "jargon")


class Script(Story):
    """A story and its people."""

    people: Annotated[tuple[Person, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _everybody_can_live_it(self) -> Self:
        each_once(((one.id, ("people", i, "id")) for i, one in enumerate(self.people)), "the id {!r} is used twice")
        facts = {fact.id for fact in self.facts}
        topics = {topic.id for topic in self.outside}
        for i, person in enumerate(self.people):
            if person.cares_about not in facts:
                raise FieldError(f"{person.cares_about!r} is not among the facts", "people", i, "cares_about")
            for j, topic in enumerate(person.outside):
                if topic.id in topics:
                    raise FieldError(f"the topic {topic.id!r} is among the scenario's own", "people", i, "outside", j, "id")
            slots = person.slots()
            for text, place in self.texts():
                for slot in SLOT.findall(text):
                    if slot not in slots and not (slot == ECHO and place[:1] == ("reactions",) and place[1] in _ECHOING):
                        told = f"{{{slot}}} is filled by no word of {person.id!r}; add it under that person's `words`"
                        raise FieldError(told, *place)
        return self

    def texts(self) -> Iterator[tuple[str, Place]]:
        """Every text that may hold slots, with its place."""
        yield from _texts(self.model_dump(mode="json", exclude={"people"}), ())
        for i, person in enumerate(self.people):
            own = person.model_dump(mode="json", include={"outside", "goes_on"})
            yield from ((text, ("people", i, *place)) for text, place in _texts(own, ()))

    def cast(self, person: Person) -> Scenario:
        """The scenario as `person` lives it."""
        slots = person.slots()
        story = self.model_dump(mode="json", exclude={"people"})
        own = person.model_dump(mode="json", include={"outside", "goes_on"})
        story["outside"] = [*story["outside"], *own["outside"]]
        # A person's own thoughts come first: they are what makes two meetings two.
        story["goes_on"] = {mood: [*own["goes_on"].get(mood, []), *lines] for mood, lines in story["goes_on"].items()}
        return Scenario.model_validate({**_filled(story, slots), "client": person.client()})

    def person(self, person_id: str) -> Person:
        """The person with this id; the first, where the file has been changed since and there is none."""
        return next((one for one in self.people if one.id == person_id), self.people[0])

    def drawn(self, seed: int) -> Person:
        """Whom a meeting with this seed is with."""
        return Random(f"{seed}/cast").choice(self.people)  # noqa: S311 - repeatable on purpose, not a secret


def _filled(story: Mapping[str, object], slots: Mapping[str, str]) -> dict[str, object]:
    return {key: fill(part, slots) for key, part in story.items()}


def _texts(value: object, place: Place) -> Iterator[tuple[str, Place]]:
    if isinstance(value, str):
        yield value, place
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _texts(part, (*place, key))
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from _texts(part, (*place, i))


def load_script(path: Path) -> Script:
    """Read and check one scenario file.

    Raises:
        DataFileError: names file, line and fault.
    """
    script = load_yaml(path, Script)
    if script.id != path.stem:
        raise DataFileError(path, 1, f"the id {script.id!r} is not the file's name {path.stem!r}; they must be the same.")
    return script


class Scenarios:
    """The scenarios that can be practised, each file read when it is first asked for."""

    def __init__(self, own: Path | None = None) -> None:
        self._folders: Sequence[Path] = (_FOLDER,) if own is None else (_FOLDER, own)
        self._scripts: dict[str, tuple[Script, str]] = {}
        self._cast: dict[tuple[str, str], Scenario] = {}

    @cached_property
    def paths(self) -> Mapping[str, Path]:
        """The files by the scenario's id; a company's own last wins."""
        return {path.stem: path for folder in self._folders for path in sorted(folder.glob("*.yaml"))}

    def script(self, scenario_id: str) -> Script:
        """The scenario's file.

        Raises:
            NotFoundError: there is none; the message lists those there are.
            DataFileError: it is not as it should be.
        """
        if scenario_id not in self.paths:
            raise NotFoundError(f"There is no scenario {scenario_id!r}. There are: {', '.join(self.paths)}.")
        if scenario_id not in self._scripts:
            path = self.paths[scenario_id]
            self._scripts[scenario_id] = load_script(path), content_hash(read_text(path))
        return self._scripts[scenario_id][0]

    def cast(self, scenario_id: str, person_id: str) -> Scenario:
        """The scenario as this person of it lives it.

        Raises:
            NotFoundError, DataFileError: as `script`.
        """
        script = self.script(scenario_id)
        person = script.person(person_id)
        if (scenario_id, person.id) not in self._cast:
            self._cast[scenario_id, person.id] = script.cast(person)
        return self._cast[scenario_id, person.id]

    def hash(self, scenario_id: str) -> str:
        """Content hash of the scenario's file as it was when it was read.

        Raises:
            NotFoundError, DataFileError: as `script`.
        """
        self.script(scenario_id)
        return self._scripts[scenario_id][1]
