"""What a check of `coach doctor` finds."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; coach works."""
    PROBLEM = "problem"
    """Something does not work until it is put right."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, as a sentence that also says what to do where something is to be done."""

    level: Level
    text: str


def ok(text: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, text)


def note(text: str) -> Finding:
    """Worth knowing."""
    return Finding(Level.NOTE, text)


def problem(text: str) -> Finding:
    """To be put right."""
    return Finding(Level.PROBLEM, text)
