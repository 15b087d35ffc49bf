"""What a meeting with a language model takes in tokens, held against telling the model everything at every turn.

A scripted trainee meets a customer, and every prompt that would be sent to a model is kept; none is sent, and she says what her
authors wrote. A meeting ends by itself long before sixty turns. Here she then sits down again, in the state in which she began,
with all that was said and told still there; what she says without telling anything may be said again. So the transcript goes on
as the prompts would meet it. The prompts counted are those of a first try, without the schema of an answer. Which tip is fitted
to a turn hardly changes how long its prompt is: the cards take turns.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle, pairwise
from random import Random
from statistics import fmean

from coach.coaching.wording import prompt_for
from coach.customer.director import Decision
from coach.customer.lines import Deed
from coach.customer.scenario import Scenario
from coach.customer.state import Memory
from coach.customer.voice import EmbeddedVoice, Spoken
from coach.customer.voice_prompt import render
from coach.domain import Level, ReplyScore, Speaker, Tip, Transcript, Turn
from coach.encounter import Encounter, Seat, Start
from coach.evals.trainees import Trainee
from coach.knowledge import Card, chunks_of
from coach.llm.scripted import ScriptedChatModel
from coach.llm.tokens import count_tokens
from coach.scoring.judge import Judgement, ModelJudge
from coach.scoring.rubric import Rubric

Progress = Callable[[int, int], None]
SCENARIO, TRAINEE = "acquisition-news", "person-first"
LENGTHS = (5, 10, 20, 40, 60)
COMPARED_AT = 20
"""The turns at which the whole is held against the naive way."""
VOICE, JUDGE, TIP = "voice", "judge", "tip"
# What an author would tell a model of a customer: all but her small talk.
_BRIEF = {"meeting", "client", "opening", "facts", "clues", "wants"}
_ANSWER = Judgement(behaviours=[], empathy=2, selling=1, overall=2, earned=False).model_dump_json()
_TELLS = tuple(f"{deed}/" for deed in ("opening", Deed.TELL, Deed.MORE))
# A turn of the last stretch takes at most so much of one before it where growth counts as linear.
_LINEAR = 1.1


@dataclass(frozen=True, slots=True)
class Sent:
    """One prompt, and what was said before it."""

    prompt: str
    said: tuple[str, ...]

    @property
    def left_out(self) -> int:
        """The tokens of what was said and does not stand in the prompt."""
        return sum(count_tokens(text).tokens for text in self.said if text not in self.prompt)


@dataclass(frozen=True, slots=True)
class Use:
    """The tokens of all prompts of one task over a meeting of so many turns.

    Attributes:
        briefed: the same with the whole conversation and the customer's whole brief, all facts, in each prompt.
        naive: the same with every card of the library besides.
        shared: the mean share of a prompt's tokens that begin the one before it too, word for word; an endpoint that caches the
            beginning of a prompt has these already.
    """

    task: str
    turns: int
    tokens: int
    briefed: int
    naive: int
    shared: float

    @property
    def a_turn(self) -> float:
        """Tokens a turn."""
        return self.tokens / self.turns


@dataclass(frozen=True, slots=True)
class TokenUse:
    """The uses by task and length, and whether tokens were counted or estimated."""

    uses: tuple[Use, ...]
    exact: bool

    def whole(self, turns: int) -> int:
        """The tokens of all tasks over so many turns."""
        return sum(use.tokens for use in self.uses if use.turns == turns)

    def ratios(self, turns: int) -> tuple[float, float]:
        """The tokens of all tasks over those of the naive way, with the cards and without."""
        uses = [use for use in self.uses if use.turns == turns]
        whole = self.whole(turns)
        return whole / sum(use.naive for use in uses), whole / sum(use.briefed for use in uses)

    @property
    def marginal(self) -> Mapping[int, float]:
        """The tokens of a turn of all tasks, in the stretch that ends at each length."""
        lengths = (0, *sorted({use.turns for use in self.uses}))
        return {after: (self.whole(after) - self.whole(before)) / (after - before) for before, after in pairwise(lengths)}

    @property
    def rise(self) -> float:
        """A turn of the last stretch over one of the stretch before it; near 1 where a long meeting grows linearly."""
        *_, before, last = self.marginal.values()
        return last / before

    @property
    def linear(self) -> bool:
        """Whether a long meeting grows by as much with each turn."""
        return self.rise <= _LINEAR


@dataclass
class _KeepingVoice:
    """Speaks as the authors wrote, and keeps the prompt that a model would have got."""

    kept: list[Sent] = field(default_factory=list)

    def speak(self, scenario: Scenario, decision: Decision, transcript: Transcript, chance: Random) -> Iterator[Spoken]:
        """See `Voice.speak`."""
        authored = EmbeddedVoice().line(scenario, decision, chance, transcript)
        self.kept.append(Sent(render(scenario, decision, transcript, authored), _texts(transcript)))
        yield authored


def token_use(encounter: Encounter, rubric: Rubric, cards: Sequence[Card], scenario_id: str, policy: Trainee,
              lengths: Sequence[int] = LENGTHS, progress: Progress | None = None) -> TokenUse:
    """What meetings of these lengths take, each the beginning of the longest.

    Args:
        encounter: the parts that make her answer; its voice and its judge are not used.
        cards: the library, for the naive way.
        lengths: in turns, ascending.

    Raises:
        NotFoundError: no such scenario.
    """
    seat = encounter.seat(scenario_id, encounter.scenarios.script(scenario_id).drawn(1).id, Level.MEDIUM, seed=1)
    brief = count_tokens(seat.scenario.model_dump_json(include=_BRIEF))
    library = sum(count_tokens(card.model_dump_json()).tokens for card in cards)
    voice, judged = _KeepingVoice(), list[str]()

    def answer(prompt: str) -> str:
        judged.append(prompt)
        return _ANSWER

    judge = ModelJudge(ScriptedChatModel(rules=[("", answer)]), "scripted", rubric, fallback=None)
    playing = replace(encounter, voice=voice, judge=judge)
    turns = _played(playing, seat, policy, max(lengths), progress)
    tips = cycle(Tip(card.tips[0].say, chunks_of(card)[0].citation) for card in cards if card.tips)
    sent = {
        VOICE: voice.kept,
        JUDGE: [Sent(prompt, _texts(before)) for (before, _), prompt in zip(turns, judged, strict=True)],
        TIP: [Sent(prompt_for(next(tips), after, seat.scenario.client.first_name), _texts(after)) for _, after in turns]}
    return TokenUse(tuple(_use(task, prompts[:turns], brief.tokens, library) for turns in lengths
                          for task, prompts in sent.items()), brief.exact)


def _played(encounter: Encounter, seat: Seat, policy: Trainee, turns: int,
            progress: Progress | None) -> list[tuple[Transcript, Transcript]]:
    """Plays so many turns; gives what was said before each reply, and up to her answer."""
    taken: list[tuple[Transcript, Transcript]] = []
    start = encounter.start(seat)
    memory = start.memory
    said = [Turn(Speaker.CUSTOMER, start.line)]
    scores: list[ReplyScore] = []
    for number in range(1, turns + 1):
        history = Transcript(tuple(said))
        reply = policy(seat.scenario, history, Random(f"{seat.seed}/{number}/trainee"))  # noqa: S311 - repeatable
        answer = encounter.answer(seat, memory, history, scores, reply)
        ended = answer.decision.move.ending is not None
        memory = _again(answer.memory, start) if ended else answer.memory
        scores.append(answer.score)
        said += [Turn(Speaker.TRAINEE, reply), Turn(Speaker.CUSTOMER, answer.spoken.text)]
        taken.append((history, Transcript(tuple(said))))
        if progress:
            progress(number, turns)
    return taken


def _texts(transcript: Transcript) -> tuple[str, ...]:
    return tuple(turn.text for turn in transcript.turns)


def _again(memory: Memory, start: Start) -> Memory:
    """Her memory when she sits down again after an ending."""
    told = tuple(key for key in memory.used if key.startswith(_TELLS))
    return replace(memory, state=start.memory.state, turn=start.memory.turn, used=told, sympathy=0)


def _use(task: str, sent: Sequence[Sent], brief: int, library: int) -> Use:
    counts = [count_tokens(one.prompt).tokens for one in sent]
    shared = [count_tokens(_common(before.prompt, after.prompt)).tokens / tokens
              for (before, after), tokens in zip(pairwise(sent), counts[1:], strict=True)]
    briefed = sum(counts) + sum(one.left_out + brief for one in sent)
    return Use(task, len(sent), sum(counts), briefed, briefed + len(sent) * library, fmean(shared or [0.0]))


def _common(before: str, after: str) -> str:
    """What both begin with."""
    same = next((n for n, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), None)
    return before[:same] if same is not None else min(before, after, key=len)


def to_text(found: TokenUse) -> str:
    """The table, and what is to be read from it."""
    rows = [f"{'turns':>5}  {'task':6}{'tokens':>10}{'a turn':>9}{'naive':>13}{'ratio':>8}{'shared':>8}"]
    rows += [f"{use.turns:5}  {use.task:6}{use.tokens:10,}{use.a_turn:9,.0f}{use.naive:13,}{use.tokens / use.naive:8.1%}"
             f"{use.shared:8.0%}" for use in found.uses]
    marginal = ", ".join(f"to {turns}: {tokens:,.0f}" for turns, tokens in found.marginal.items())
    rows += ["", f"Tokens {'counted' if found.exact else 'estimated, rather too many'}. Naive: the whole conversation, the "
             "customer's whole brief and every card of the library in each prompt.",
             "Shared: the mean share of a prompt that the one before it of the same task begins with too.",
             f"Tokens a turn, all tasks, by stretch: {marginal}.",
             f"A turn of the last stretch takes {found.rise:.2f} times one before it: growth is "
             f"{'' if found.linear else 'not '}linear."]
    if any(use.turns == COMPARED_AT for use in found.uses):
        ratio, without = found.ratios(COMPARED_AT)
        rows.append(f"At {COMPARED_AT} turns all take {ratio:.1%} of the naive way, {without:.0%} of one without the cards.")
    return "\n".join(rows)
