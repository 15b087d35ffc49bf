"""The language model as observer. It names behaviours with quotes, and amounts; code checks the quotes, the rubric scores."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Annotated

from pydantic import BaseModel, Field

from coach.domain import Impression, Observation, ReplyScore, ScoreSource, Speaker, Transcript
from coach.errors import CapError, EndpointRestsError, ModelError
from coach.language.text import clean
from coach.llm.chat import ChatModel, ask_for
from coach.prompts import UNTRUSTED, Contract, get_prompt
from coach.scoring.events import events_of
from coach.scoring.observer import Observer
from coach.scoring.quotes import locate
from coach.scoring.rubric import Rubric

_PROMPT = "reply-judge"
# Fewer words than this stand in any line by chance.
_A_FEW_WORDS = 2
_POINTS_A_STEP = 25
# A dropped quote takes this much of the confidence; so does a spread of the whole scale between repeats.
_COST_OF_A_DROP = 0.15
_MAJORITY = 0.5
_SILENT = "The language model gave no judgement; the embedded engine scored this reply."
_CAPPED = "The language model's cap is reached; the embedded engine scored this reply."
# A minute; an endpoint that is still dead then will most likely stay so.
_RESTS = 3
Amount = Annotated[int, Field(ge=0, le=4)]


class JudgedBehaviour(BaseModel):
    """One behaviour as the model reports it."""

    behaviour: str
    quote: str
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    about: str = ""


class Judgement(BaseModel):
    """The model's whole answer; amounts on the codebook's scale of 0 to 4."""

    behaviours: list[JudgedBehaviour]
    empathy: Amount
    selling: Amount
    overall: Amount
    earned: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class JudgeInputs:
    """What the prompt takes; its front matter says what each is."""

    behaviours: list[tuple[str, str]]
    history: Annotated[list[tuple[str, str]], UNTRUSTED]
    reply: Annotated[str, UNTRUSTED]
    misquoted: Annotated[list[str], UNTRUSTED]


CONTRACT = Contract(_PROMPT, JudgeInputs, Judgement)


@dataclass(frozen=True, slots=True)
class _Checked:
    """One judgement, its quotes checked; `dropped` did not stand in the reply, also when asked for again."""

    judgement: Judgement
    kept: tuple[Observation, ...]
    dropped: int


class ModelJudge:
    """An `Observer` by a language model.

    Where the model fails, `fallback` scores, and the score says so; without one, or with `insists`, the ModelError is the
    caller's. At a cap `fallback` scores in any case, since no second try would help. While the endpoint rests, up to `rests`
    times in a row are waited out.
    """

    def __init__(self, model: ChatModel, model_name: str, rubric: Rubric, fallback: Observer | None, repeats: int = 1,
                 *, rests: int = 0, insists: bool = False) -> None:
        self._model = model
        self._name = model_name
        self._rubric = rubric
        self._fallback = fallback
        self._repeats = repeats
        self._rests = self._rests_left = rests
        self._insists = insists

    def unhurried(self) -> "ModelJudge":
        """The same judge for work on which nobody waits: while the endpoint rests it waits, though not for ever."""
        return ModelJudge(self._model, self._name, self._rubric, self._fallback, self._repeats, rests=_RESTS,
                          insists=self._insists)

    def strict(self) -> "ModelJudge":
        """The same judge for measuring the model itself: where it fails there is no score."""
        return ModelJudge(self._model, self._name, self._rubric, None, self._repeats)

    def score(self, history: Transcript, reply: str) -> ReplyScore:
        """See `Observer.score`."""
        try:
            judged = [self._patiently(history, reply) for _ in range(self._repeats)]
        except ModelError as error:
            if self._fallback is None or (self._insists and not isinstance(error, CapError)):
                raise
            # The meeting goes on; the score's source names the engine that made it, and the score says so.
            why = _CAPPED if isinstance(error, CapError) else _SILENT
            scored = self._fallback.score(history, reply)
            return replace(scored, note=f"{why} {scored.note}".strip())
        observations = _agreed([one.kept for one in judged])
        source = ScoreSource("model", self._name, get_prompt(_PROMPT).hash, self._rubric.version)
        return self._rubric.score(observations, events_of(history, observations), source, _impression(judged, observations),
                                  _note(judged))

    def _patiently(self, history: Transcript, reply: str) -> _Checked:
        while True:
            try:
                judged = self._judge(history, reply)
            except EndpointRestsError as rest:
                if not self._rests_left:
                    raise
                self._rests_left -= 1
                time.sleep(rest.seconds)
            else:
                self._rests_left = self._rests
                return judged

    def _judge(self, history: Transcript, reply: str) -> _Checked:
        """One judgement. Where quotes do not stand in the reply the model is asked once more, and told which."""
        first = self._checked(self._ask(history, reply, []), history, reply)
        if not first.dropped:
            return first
        misquoted = [one.quote for one in first.judgement.behaviours if locate(one.quote, reply) is None]
        try:
            again = self._checked(self._ask(history, reply, misquoted), history, reply)
        except ModelError:
            return first
        return again if again.dropped < first.dropped else first

    def _ask(self, history: Transcript, reply: str, misquoted: Sequence[str]) -> Judgement:
        prompt = CONTRACT.render(JudgeInputs(
            behaviours=[(name, weight.meaning) for name, weight in self._rubric.behaviours.items()],
            history=[(turn.speaker.value, turn.text) for turn in history.turns], reply=reply, misquoted=list(misquoted)))
        return ask_for(self._model, prompt, Judgement)

    def _checked(self, judged: Judgement, history: Transcript, reply: str) -> _Checked:
        """What the rubric knows and whose quote stands in the reply, each behaviour once, at its surest."""
        kept: dict[str, Observation] = {}
        dropped = 0
        heard = history.said_by(Speaker.CUSTOMER)
        for one in judged.behaviours:
            if one.behaviour not in self._rubric.behaviours:
                continue
            place = locate(one.quote, reply)
            if place is None:
                dropped += 1
                continue
            # Her words, or none: what she did not say is not put into her mouth.
            hers = len(one.about.split()) >= _A_FEW_WORDS and any(one.about in line for line in heard)
            if one.behaviour not in kept or kept[one.behaviour].confidence < one.confidence:
                kept[one.behaviour] = Observation(one.behaviour, reply[slice(*place)], place[0], one.confidence,
                                                  one.about if hers else "")
        return _Checked(judged, tuple(kept.values()), dropped)


def _agreed(repeats: Sequence[Sequence[Observation]]) -> tuple[Observation, ...]:
    """What most repeats saw, with the first one's words and the mean confidence over all repeats."""
    seen = Counter(one.behaviour for kept in repeats for one in kept)
    first: dict[str, Observation] = {}
    for kept in repeats:
        for one in kept:
            first.setdefault(one.behaviour, one)
    agreed = []
    for name, one in first.items():
        if seen[name] > _MAJORITY * len(repeats):
            total = sum(other.confidence for kept in repeats for other in kept if other.behaviour == name)
            agreed.append(Observation(name, one.quote, one.start, round(total / len(repeats), 2), one.about))
    return tuple(agreed)


def _impression(judged: Sequence[_Checked], observations: Sequence[Observation]) -> Impression:
    """The mean of the repeats; less sure where quotes were dropped, and where the repeats differ."""
    said = [one.judgement for one in judged]
    sure = fmean(one.confidence for one in observations) if observations else 0.5
    cost = _COST_OF_A_DROP * fmean(one.dropped for one in judged)
    return Impression(
        empathy=_POINTS_A_STEP * fmean(one.empathy for one in said),
        selling=_POINTS_A_STEP * fmean(one.selling for one in said),
        overall=_POINTS_A_STEP * fmean(one.overall for one in said),
        earned=sum(one.earned for one in said) > _MAJORITY * len(said),
        confidence=max(0.05, sure - cost - spread(said) / 100), reason=clean(said[0].reason).strip())


def spread(said: Sequence[Judgement]) -> int:
    """By how many points of 100 repeats of the same judgement differ at most, on empathy or selling."""
    return max(max(amounts) - min(amounts) for amounts in (
        [one.empathy for one in said], [one.selling for one in said])) * _POINTS_A_STEP


def _note(judged: Sequence[_Checked]) -> str:
    """Why the score deserves doubt; empty where it does not."""
    dropped, apart = sum(one.dropped for one in judged), spread([one.judgement for one in judged])
    notes = [f"{dropped} of the judge's quotes did not stand in the reply and were left out."] if dropped else []
    notes += [f"{len(judged)} judgements of this reply differ by up to {apart} points."] if apart else []
    return " ".join(notes)
