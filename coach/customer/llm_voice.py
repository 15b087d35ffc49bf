"""A language model as the customer's voice. It sees what she has told and what she tells now, and nothing that is hidden.

Its line is checked as it grows, and a sentence is shown once it has passed. A line that fails is asked for once more, then the
authored one is spoken: the customer always answers, and never with what the director has not decided.
"""

import re
import unicodedata
from collections.abc import Generator, Iterator
from contextlib import closing
from random import Random

from coach.customer.director import Decision
from coach.customer.leak_check import Secrets
from coach.customer.line_check import (
    NEAR_THE_ENDING,
    NEAR_THE_SUBSTANCE,
    Fault,
    Finding,
    Kept,
    Task,
    check_line,
    check_sentence,
    too_long,
)
from coach.customer.lines import Act, Deed
from coach.customer.scenario import Scenario
from coach.customer.voice import EmbeddedVoice, Spoken
from coach.customer.voice_prompt import authored_parts, render
from coach.domain import Ending, Speaker, Transcript
from coach.errors import CapError, ModelError
from coach.language.embeddings import Embedder
from coach.language.text import clean, sentences
from coach.llm.chat import ChatModel, ask_for_text

_QUOTES = ("\"", "“", "”")


class ModelVoice:
    """A `Voice` by a language model; `Spoken.engine` says whether the line is its own, its second try, or the authored one.

    Where the model fails, the authored line is spoken; or, with `insists`, the ModelError is the caller's. A line that fails
    its checks is replaced in either case.
    """

    def __init__(self, model: ChatModel, model_name: str, embedder: Embedder, *, insists: bool = False) -> None:
        self._model = model
        self._insists = insists
        self._name = model_name
        self._embedder = embedder
        self._embedded = EmbeddedVoice()
        self._secrets: dict[tuple[str, str], Secrets] = {}

    def speak(self, scenario: Scenario, decision: Decision, transcript: Transcript, chance: Random) -> Iterator[Spoken]:
        """The line as it grows, a checked sentence at a time; where one fails it is said anew, and the last value counts."""
        authored = self._embedded.line(scenario, decision, chance, transcript)
        task = self._task(scenario, decision, transcript, authored)
        by_model = f"model:{self._name}"
        try:
            fault = yield from self._grow(scenario, task, render(scenario, decision, transcript, authored), authored)
            if fault is None:
                return
            second = self._whole(scenario, render(scenario, decision, transcript, authored, fault.note))
            still = check_line(task, second)
            if still is None:
                yield Spoken(second, authored.used, f"{by_model}, rewritten ({fault.fault})", authored.text)
                return
        except ModelError as error:
            capped = isinstance(error, CapError)
            if self._insists and not capped:  # at a cap no second try would help
                raise
            still = Finding(Fault.CAP if capped else Fault.NO_ANSWER)
        yield Spoken(authored.text, authored.used, f"embedded, in place of {by_model} ({still.fault})", authored.text)

    def _grow(self, scenario: Scenario, task: Task, prompt: str, authored: Spoken) -> Generator[Spoken, None, Finding | None]:
        """Yields the line as far as it has passed, the whole of it last; gives the fault that stopped it, or None."""
        shown: list[str] = []
        text = ""
        # Closed as soon as it is left, so that an endpoint does not go on writing what nobody reads.
        with closing(ask_for_text(self._model, prompt)) as grown:
            for raw in grown:
                text = tidy(raw, scenario)
                if too_long(text, task.substance):
                    return Finding(Fault.LENGTH)
                # The last part may still grow.
                for part in sentences(text)[len(shown) : -1]:
                    if found := check_sentence(task, " ".join(shown), part.text):
                        return found
                    shown.append(part.text)
                    yield Spoken(" ".join(shown), authored.used, f"model:{self._name}", authored.text)
        # Once more from the beginning: what came late may have changed how the first words are read.
        line = joined(text)
        found = check_line(task, line)
        if found is None:
            yield Spoken(line, authored.used, f"model:{self._name}", authored.text)
        return found

    def _whole(self, scenario: Scenario, prompt: str) -> str:
        *_, raw = ask_for_text(self._model, prompt)
        return joined(tidy(raw, scenario))

    def _task(self, scenario: Scenario, decision: Decision, transcript: Transcript, authored: Spoken) -> Task:
        secrets = self._secrets_of(scenario)
        said = transcript.said_by(Speaker.CUSTOMER)
        return Task(
            substance=authored.text,
            must=tuple(kept for act, text in authored_parts(scenario, decision, authored)
                       for kept in _must(scenario, act, text)),
            mood=decision.mood, commits=decision.move.ending is Ending.COMMITTED,
            said=tuple(part.text for line in said for part in sentences(line)),
            vocabulary=secrets.vocabulary,
            hidden=secrets.hidden(decision.memory.told, (*said, authored.text)))

    def _secrets_of(self, scenario: Scenario) -> Secrets:
        who = (scenario.id, scenario.client.id)
        if who not in self._secrets:
            self._secrets[who] = Secrets(scenario, self._embedder)
        return self._secrets[who]


def tidy(raw: str, scenario: Scenario) -> str:
    """A model's text without what models put around a line: her name in front, quotation marks, signs that can not be seen."""
    text = "".join(sign for sign in clean(raw) if unicodedata.category(sign) != "Cf")
    names = "|".join(re.escape(name) for name in (scenario.client.name, scenario.client.first_name))
    text = re.sub(rf"^[\s\"“*]*(?:{names})\s*:[\s*]*", "", text).strip()
    if text[:1] in _QUOTES and not any(mark in text[1:-1] for mark in _QUOTES):
        text = text[1:].rstrip("".join(_QUOTES))
    return text.strip()


def joined(text: str) -> str:
    """The sentences of `text` on one line."""
    return " ".join(part.text for part in sentences(text))


def _must(scenario: Scenario, act: Act, text: str) -> tuple[Kept, ...]:
    """What a line for `act` must hold: a fact that counts as told must have been told, and a meeting that ends must end."""
    if act.deed is Deed.TELL:
        fact = scenario.fact(act.about)
        return (Kept(fact.tellings, NEAR_THE_SUBSTANCE),)
    if act.deed is Deed.END:
        return (Kept((text, *(part.text for part in sentences(text))), NEAR_THE_ENDING),)
    return ()
