"""What a scenario is made of: moods, reactions, facts in layers, clues, wants, and topics outside the story."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from coach.datafile import DataModel, FieldError

Share = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1)]
Lines = Annotated[tuple[Text, ...], Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]


class Mood(StrEnum):
    """How she speaks, from the state she is in."""

    WARM = "warm"
    OPEN = "open"
    GUARDED = "guarded"
    COLD = "cold"


# Where a mood has no lines of its own, a neighbouring one speaks; nobody who is cold says something warm.
NEAREST = {
    Mood.WARM: (Mood.WARM, Mood.OPEN),
    Mood.OPEN: (Mood.OPEN, Mood.WARM, Mood.GUARDED),
    Mood.GUARDED: (Mood.GUARDED, Mood.OPEN, Mood.COLD),
    Mood.COLD: (Mood.COLD, Mood.GUARDED),
}
MoodLines = Annotated[Mapping[Mood, Lines], Field(min_length=1)]


class Reaction(StrEnum):
    """What she reacts to in a reply; each has lines in every scenario.

    Lines of `NAMED_FEELING` and `JARGON` may hold `{echo}`: the trainee's own word.
    """

    ACKNOWLEDGED = "acknowledged"
    ASKED_ABOUT_SELF = "asked_about_self"
    AGENDA_ASIDE = "agenda_aside"
    REFLECTED = "reflected"
    NAMED_FEELING = "named_feeling"
    HELP_OFFERED = "help_offered"
    OWNED_MISTAKE = "owned_mistake"
    DISCLOSED = "disclosed"
    CHALLENGED = "challenged"
    COUNSELLED = "counselled"
    """Sympathy again and again, and nothing else: a person wants more than a mirror."""
    DEAL = "deal"
    PITCH = "pitch"
    VENDOR_TALK = "vendor_talk"
    JARGON = "jargon"
    FALSE_EMPATHY = "false_empathy"
    REASSURED = "reassured"
    ADVISED = "advised"
    LED = "led"
    SMALL_TALK = "small_talk"
    FLATTERED = "flattered"
    NON_APOLOGY = "non_apology"
    PRESSED = "pressed"
    DISPARAGED = "disparaged"
    RUDE = "rude"
    SILENCE = "silence"
    GIBBERISH = "gibberish"
    OTHER_LANGUAGE = "other_language"
    OUT_OF_CHARACTER = "out_of_character"
    NEXT_STEP = "next_step"
    REPEATED = "repeated"


class Detail(DataModel):
    """An answer to a narrow question about what she has told: who, when, what did he say, what happened then."""

    asks: Lines
    line: Text


class Fact(DataModel):
    """Something she has on her mind.

    Attributes:
        title: the fact in a short sentence, for the debrief.
        trust: how much trust she needs before she tells it.
        after: facts that must be told first.
        asks: ways to ask for it; matched by meaning.
        lines: how she tells it, by mood.
        more: what else she says about it when asked; nothing new of weight.
        withheld: what she says when asked before she trusts enough.
        about_self: whether asking for it is asking how she is herself.
    """

    id: Id
    title: Text
    trust: Share
    after: tuple[Id, ...] = ()
    asks: Lines
    lines: MoodLines
    more: Annotated[tuple[Detail, ...], Field(min_length=1)]
    withheld: Lines
    about_self: bool = False

    @property
    def tellings(self) -> tuple[str, ...]:
        """The ways in which it is told, the title's first."""
        return (self.title, *(line for lines in self.lines.values() for line in lines))


class ClueForm(DataModel):
    """One way a clue is dropped; `words` is the part of the line worth taking up."""

    line: Text
    words: Text

    @model_validator(mode="after")
    def _words_stand_in_line(self) -> Self:
        if self.words not in self.line:
            raise FieldError(f"the words {self.words!r} do not stand in the line", "words")
        return self


class Clue(DataModel):
    """A hint at a fact, in several forms from the plainest to the faintest: passed over, it comes again in another."""

    id: Id
    fact: Id
    forms: Annotated[tuple[ClueForm, ...], Field(min_length=2)]


class Want(DataModel):
    """Something on her own agenda: she brings it up whatever the trainee is after.

    Attributes:
        from_turn: the first reply after which it may come up.
        lines: how she brings it up: a question, a demand, a condition. One is said.
        about: ways in which somebody might answer it; matched by meaning.
        met: what she says to a reply that goes into it.
        dodged: what she says to a reply that goes past it.
    """

    id: Id
    from_turn: Annotated[int, Field(ge=1, le=30)]
    lines: Lines
    about: Lines
    met: Lines
    dodged: Lines


class Outside(DataModel):
    """A topic outside the story, which she answers in character.

    Attributes:
        after: facts that must be told before; a line may rest on what she has said, and give nothing away.
    """

    id: Id
    after: tuple[Id, ...] = ()
    asks: Lines
    lines: Lines
