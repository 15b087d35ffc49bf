"""Scripted trainees: they play against the customers as people of one habit would, each the same way by the same chance.

What they say is data (`evals/trainees.yaml`). None of them looks into the scenario's secrets; they hear what a trainee hears.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

from pydantic import RootModel

from coach.customer.scenario import Scenario
from coach.datafile import load_yaml, read_text
from coach.domain import Speaker, Transcript
from coach.errors import InputError, NotFoundError
from coach.language.text import content_words, sentences
from coach.settings import data_folder

# What a trainee says next, after what was said in the scenario's meeting.
Trainee = Callable[[Scenario, Transcript, Random], str]
_SAID = (3, 9)
_OFTEN = 0.6
_HELP = 0.08
_KEYS = "asdfghjklqwertyuiopzxcvbnm "
_MIXED_EVERY = 2


class _Phrases(RootModel[Mapping[str, Mapping[str, tuple[str, ...]]]]):
    """Lines by trainee and by use."""


@lru_cache
def _phrases() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return load_yaml(data_folder("evals") / "trainees.yaml", _Phrases).root


def _fresh(lines: Sequence[str], transcript: Transcript, chance: Random) -> str:
    """One of `lines` not said yet while there are any; what stands in it for somebody's words counts as open."""
    said = transcript.said_by(Speaker.TRAINEE)

    def spoken(line: str) -> bool:
        pattern = re.compile(".+".join(map(re.escape, re.split(r"\{\w+\}", line))))
        return any(pattern.search(one) for one in said)

    return chance.choice([line for line in lines if not spoken(line)] or list(lines))


def _phrase_of(line: str, chance: Random) -> str:
    """A few words of the customer's line worth asking about: a clause of a late sentence, or empty."""
    clauses = [clause.strip(" .?!,;:“”\"") for part in sentences(line)[-2:] if not part.is_question
               for clause in re.split(r"[,;:–—]| and | but ", part.text)]
    telling = [clause for clause in clauses if _SAID[0] <= len(clause.split()) <= _SAID[1] and len(content_words(clause)) > 1]
    return telling[-1] if telling and chance.random() < _OFTEN else ""


def _person_first(_: Scenario, transcript: Transcript, chance: Random) -> str:
    lines = _phrases()["person-first"]
    if not transcript.said_by(Speaker.TRAINEE):
        return _fresh(lines["first"], transcript, chance)
    phrase = _phrase_of(transcript.last(Speaker.CUSTOMER), chance)
    question = _fresh(lines["said"], transcript, chance).replace("{said}", phrase) if phrase else _fresh(
        lines["asks"], transcript, chance)
    if chance.random() < _HELP:
        return f"{_fresh(lines['helps'], transcript, chance)} {question}"
    return f"{_fresh(lines['warm'], transcript, chance)} {question}"


def _plain(name: str, use: str) -> Trainee:
    def reply(scenario: Scenario, transcript: Transcript, chance: Random) -> str:
        line = _fresh(_phrases()[name][use], transcript, chance)
        return line.replace("{sell}", scenario.meeting.you_sell).replace("{name}", scenario.client.first_name)

    return reply


def _mixed(scenario: Scenario, transcript: Transcript, chance: Random) -> str:
    """Now for the person, now for the deal."""
    turn = len(transcript.said_by(Speaker.TRAINEE))
    return (TRAINEES["pitcher"] if turn % _MIXED_EVERY else _person_first)(scenario, transcript, chance)


def _random(_: Scenario, __: Transcript, chance: Random) -> str:
    return "".join(chance.choice(_KEYS) for _ in range(chance.randint(5, 40))).strip() or "asdf"


TRAINEES: Mapping[str, Trainee] = {
    "person-first": _person_first,
    "mixed": _mixed,
    "pitcher": _plain("pitcher", "says"),
    "interrogator": _plain("interrogator", "asks"),
    "golfer": _plain("golfer", "says"),
    "flatterer": _plain("flatterer", "says"),
    "silent": _plain("silent", "says"),
    "injector": _plain("injector", "says"),
    "random": _random,
}


def trainee(policy: str) -> Trainee:
    """The scripted trainee of this name, or one that says the lines of a text file in their order and then stays silent.

    Raises:
        NotFoundError: neither a name nor a file.
        InputError: the file has no line.
        DataFileError: it can not be read.
    """
    if policy in TRAINEES:
        return TRAINEES[policy]
    path = Path(policy)
    if not path.is_file():
        raise NotFoundError(f"{policy!r} is neither a trainee nor a file of replies. Trainees: {', '.join(TRAINEES)}.")
    replies = [line.strip() for line in read_text(path).splitlines() if line.strip()]
    if not replies:
        raise InputError(f"{path} has no replies; write one a line.")

    def reply(_: Scenario, transcript: Transcript, __: Random) -> str:
        turn = len(transcript.said_by(Speaker.TRAINEE))
        return replies[turn] if turn < len(replies) else ""

    return reply
