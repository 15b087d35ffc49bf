"""A language model's look back on a finished meeting: moments by quote, each checked, and one thing to try next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field

from coach.coaching.debrief import Debrief
from coach.domain import PLAIN, Behaviour, LookBack, Meeting, Noticed
from coach.errors import ModelError
from coach.language.orders import gives_orders
from coach.language.text import clean, words
from coach.llm.chat import ChatModel, ask_for
from coach.prompts.contract import UNTRUSTED, Contract
from coach.scoring.quotes import locate

_MOST_WORDS = 50
Label = Callable[[str], str]


class PointAnswer(BaseModel):
    """One moment as the model reports it."""

    reply: Annotated[int, Field(ge=1)]
    quote: str
    said: str


class LookBackAnswer(BaseModel):
    """The model's whole answer."""

    moments: list[PointAnswer]
    next: str


@dataclass(frozen=True, slots=True)
class LookBackInputs:
    """What the prompt takes; its front matter says what each is."""

    name: str
    turns: Annotated[list[tuple[str, str]], UNTRUSTED]
    seen: Annotated[list[tuple[int, int, int, str]], UNTRUSTED]
    passed: Annotated[list[str], UNTRUSTED]


CONTRACT = Contract("look-back", LookBackInputs, LookBackAnswer)


class LookingBack:
    """Looks back on meetings by a language model."""

    def __init__(self, model: ChatModel, model_name: str) -> None:
        self._model = model
        self._name = model_name

    def on(self, meeting: Meeting, told: Debrief, first_name: str, label: Label) -> LookBack:
        """What the model says of `meeting`; what can not be traced to a reply's own words is left out.

        What the customer kept to herself is not in the prompt: whoever meets her again should still find it out.

        Args:
            told: the computed debrief.
            label: what a person reads for the id of a behaviour, in the past tense, to follow "you".

        Raises:
            ModelError: the model failed, or nothing that it said could be traced.
        """
        prompt = CONTRACT.render(_inputs(meeting, told, first_name, label))
        answer = ask_for(self._model, prompt, LookBackAnswer)
        points = tuple(point for one in answer.moments if (point := _traced(one, meeting)))
        following = " ".join(clean(answer.next).split())
        if not points or not _fit(following):
            raise ModelError("The language model's look back could not be traced to what was said, so it is not shown.")
        return LookBack(tuple(sorted(points, key=lambda point: point.reply)), following, self._name, CONTRACT.hash)


def _inputs(meeting: Meeting, told: Debrief, first_name: str, label: Label) -> LookBackInputs:
    turns: list[tuple[str, str]] = []
    for exchange in meeting.exchanges:
        turns += [(f"reply {exchange.number}", exchange.reply)] if exchange.number else []
        turns.append((first_name, exchange.line))
    seen = [
        (exchange.number, score.empathy, score.selling,
         ", ".join(label(one.behaviour) for one in score.told if one.confidence >= PLAIN) or "nothing stood out")
        for exchange in meeting.exchanges if (score := exchange.score)]
    hers = [one.about for exchange in meeting.scored if exchange.score for one in exchange.score.told
            if one.behaviour == Behaviour.MISSES_CLUE and one.confidence >= PLAIN and one.about]
    passed = dict.fromkeys([*hers, *(clue.words for clue in told.clues if not clue.met and clue.words)])
    return LookBackInputs(name=first_name, turns=turns, seen=seen, passed=list(passed))


def _traced(one: PointAnswer, meeting: Meeting) -> Noticed | None:
    """The moment with its quote as it stands in the reply; None where it does not stand there, or is not fit to be shown."""
    reply = next((exchange.reply for exchange in meeting.exchanges if exchange.number == one.reply), "")
    place = locate(one.quote, reply)
    said = " ".join(clean(one.said).split())
    return Noticed(one.reply, reply[slice(*place)], said) if place and _fit(said) else None


def _fit(text: str) -> bool:
    return 0 < len(words(text)) <= _MOST_WORDS and not gives_orders(text)
