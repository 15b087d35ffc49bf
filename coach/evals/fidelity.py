"""How true a customer is to the scenario in a transcript that came from anywhere: another engine, another tool, a person."""

from datetime import UTC, datetime

from coach.customer.audit import Lapse, audit
from coach.customer.feelings import moved
from coach.customer.leak_check import Secrets
from coach.customer.parts import Mood
from coach.domain import CustomerState, Exchange, Level, Move, ReplyScore, Speaker, Transcript, Turn
from coach.encounter import Encounter
from coach.errors import InputError
from coach.language.kind import kind_of
from coach.scoring.events import in_order

_ELSEWHERE = "elsewhere"
_AT = datetime(2000, 1, 1, tzinfo=UTC)


def audit_transcript(encounter: Encounter, scenario_id: str, person_id: str, level: Level,
                     transcript: Transcript) -> tuple[tuple[int, str, tuple[Lapse, ...]], ...]:
    """The customer's lines with how each erred, by the number of the reply that it answers.

    Her trust is what the rules make of the trainee's replies; what she told is found by its meaning.

    Raises:
        NotFoundError: no such scenario.
        InputError: the customer does not speak.
    """
    seat = encounter.seat(scenario_id, person_id, level, seed=0)
    turns = _alternating(transcript)
    if turns and turns[0].speaker is Speaker.TRAINEE:
        turns = turns[1:]  # a greeting, which she has not answered yet
    if not turns:
        raise InputError("The customer says nothing in this transcript.")
    secrets = Secrets(seat.scenario, encounter.embedder)
    state = encounter.start(seat).memory.state
    told: tuple[str, ...] = (seat.scenario.opening_fact,)
    exchanges = [_exchange(0, "", turns[0].text, state, told, seat.rules.mood(state))]
    found = []
    scores: list[ReplyScore] = []
    for place, turn in enumerate(turns[1:], start=1):
        if turn.speaker is not Speaker.CUSTOMER:
            continue
        reply, history = turns[place - 1].text, Transcript(turns[: place - 1])
        score = in_order(scores, encounter.observer.score(history, reply))
        scores.append(score)
        state = moved(seat.rules, state, score.observations, kind_of(reply))
        said = (*(one.line for one in exchanges), *(one.reply for one in exchanges), reply)
        given = secrets.hidden(told, said).given_away(turn.text)
        exchange = _exchange(len(exchanges), reply, turn.text, state, given, seat.rules.mood(state))
        found.append((exchange.number, turn.text, audit(seat.scenario, seat.rules, lambda: secrets, exchanges, exchange)))
        exchanges.append(exchange)
        told = (*told, *given)
    return tuple(found)


def _alternating(transcript: Transcript) -> tuple[Turn, ...]:
    """What one says in several turns running, as one."""
    turns: list[Turn] = []
    for turn in transcript.turns:
        if turns and turns[-1].speaker is turn.speaker:
            turns[-1] = Turn(turn.speaker, f"{turns[-1].text}\n{turn.text}")
        else:
            turns.append(turn)
    return tuple(turns)


def _exchange(number: int, reply: str, line: str, state: CustomerState, facts: tuple[str, ...], mood: Mood) -> Exchange:
    return Exchange(number=number, reply=reply, line=line, state=state, move=Move(kind="said", mood=mood.value, facts=facts),
                    memory={}, voice=_ELSEWHERE, at=_AT)
