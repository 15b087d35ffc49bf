"""A language model as the customer's voice. It sees what she has told and what she tells now, and nothing that is hidden."""

from collections.abc import Iterator
from random import Random

from coach.customer.director import Decision
from coach.customer.scenario import Scenario
from coach.customer.voice import EmbeddedVoice, Spoken
from coach.domain import Speaker, Transcript
from coach.errors import ModelError
from coach.llm.chat import ChatModel, ask_for_text
from coach.prompts import get_prompt

_SPEAKERS = {Speaker.CUSTOMER: "you", Speaker.TRAINEE: "seller"}


class ModelVoice:
    """A `Voice` by a language model; where the model fails, the authored line is spoken instead, and marked so."""

    def __init__(self, model: ChatModel, model_name: str) -> None:
        self._model = model
        self._name = model_name
        self._embedded = EmbeddedVoice()

    def speak(self, scenario: Scenario, decision: Decision, transcript: Transcript, chance: Random) -> Iterator[Spoken]:
        """The line as it grows."""
        authored = self._embedded.line(scenario, decision, chance)
        prompt = get_prompt("customer-voice").render(
            name=scenario.client.name, first_name=scenario.client.first_name,
            role=f"{scenario.client.role} of {scenario.client.company}", portrait=scenario.client.portrait,
            mood=decision.mood.value, substance=authored.text,
            history=[(_SPEAKERS[turn.speaker], turn.text) for turn in transcript.turns])
        try:
            for text in ask_for_text(self._model, prompt):
                yield Spoken(text.strip(), authored.used, f"model:{self._name}")
        except ModelError:
            yield authored
