"""The language model as observer. It names behaviours with quotes; code checks each quote, and the same rubric scores them."""

from typing import Annotated

from pydantic import BaseModel, Field

from coach.domain import Observation, ReplyScore, ScoreSource, Speaker, Transcript
from coach.errors import ModelError
from coach.llm.chat import ChatModel, ask_for
from coach.prompts import get_prompt
from coach.scoring.detector import Observer, events_of
from coach.scoring.rubric import Rubric

# Fewer words than this stand in any line by chance.
_A_FEW_WORDS = 2


class JudgedBehaviour(BaseModel):
    """One behaviour as the model reports it."""

    behaviour: str
    quote: str
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    about: str = ""


class Judgement(BaseModel):
    """The model's whole answer."""

    behaviours: list[JudgedBehaviour]


class ModelJudge:
    """An `Observer` by a language model; where the model fails, the embedded observer scores, and the score says so."""

    def __init__(self, model: ChatModel, model_name: str, rubric: Rubric, fallback: Observer) -> None:
        self._model = model
        self._name = model_name
        self._rubric = rubric
        self._fallback = fallback

    def score(self, history: Transcript, reply: str) -> ReplyScore:
        """See `Observer.score`."""
        prompt = get_prompt("reply-judge")
        text = prompt.render(
            behaviours=[(name, weight.meaning) for name, weight in self._rubric.behaviours.items()],
            history=[(turn.speaker.value, turn.text) for turn in history.turns], reply=reply)
        try:
            judged = ask_for(self._model, text, Judgement)
        except ModelError:
            # The meeting goes on; the score's source names the engine that made it.
            return self._fallback.score(history, reply)
        kept, dropped = self._checked(judged, history, reply)
        note = f"{dropped} of the judge's quotes did not stand in the reply and were left out." if dropped else ""
        return self._rubric.score(kept, events_of(history, kept),
                                  ScoreSource("model", self._name, prompt.hash, self._rubric.version), note)

    def _checked(self, judged: Judgement, history: Transcript, reply: str) -> tuple[list[Observation], int]:
        """What the rubric knows and whose quote stands in the reply, each behaviour once; how many quotes did not."""
        kept: dict[str, Observation] = {}
        invented = 0
        heard = history.said_by(Speaker.CUSTOMER)
        for one in judged.behaviours:
            if one.behaviour not in self._rubric.behaviours:
                continue
            start = reply.find(one.quote) if one.quote.strip() else -1
            if start < 0:
                invented += 1
                continue
            # Her words, or none: what she did not say is not put into her mouth.
            hers = len(one.about.split()) >= _A_FEW_WORDS and any(one.about in line for line in heard)
            about = one.about if hers else ""
            if one.behaviour not in kept or kept[one.behaviour].confidence < one.confidence:
                kept[one.behaviour] = Observation(one.behaviour, one.quote, start, one.confidence, about)
        return list(kept.values()), invented
