"""A meeting in figures: each as its definition says, counted by hand here."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from coach.domain import (
    Behaviour,
    CustomerState,
    Event,
    Exchange,
    Meeting,
    Move,
    Observation,
    ReplyScore,
    ScoreSource,
)
from coach.scoring.coverage import Coverage
from coach.scoring.meeting_score import first_pitch, score_meeting, talk_share

AT = datetime(2026, 3, 2, tzinfo=UTC)
SOURCE = ScoreSource("embedded", "m", "", "1")


def exchange(
    number: int,
    reply: str,
    line: str,
    empathy: int = 50,
    selling: int = 20,
    trust: float = 0.3,
    *,
    behaviours: tuple[str, ...] = (),
    events: tuple[Event, ...] = (),
    met: str = "",
    missed: str = "",
    facts: tuple[str, ...] = (),
) -> Exchange:
    seen = tuple(Observation(b, reply, 0) for b in behaviours)
    score = ReplyScore(empathy, selling, 50, False, seen, (), events, 0.9, SOURCE)
    move = Move("listen", "guarded", facts=facts, clue_met=met, clue_missed=missed)
    return Exchange(
        number, reply, line, CustomerState(trust, 0.3, 0.7, 0.7), move, {}, "embedded", AT, score if number else None
    )


def meeting(*exchanges: Exchange) -> Meeting:
    return Meeting("m", "s", "h", 1, "ada", "embedded", AT, exchanges=exchanges)


def test_a_meeting_counted_by_hand(coverage: Coverage) -> None:
    score = score_meeting(
        meeting(
            exchange(0, "", "We have been bought.", facts=("acquired",)),
            exchange(
                1,
                "What about the project?",
                "The project.",
                4,
                51,
                0.2,
                behaviours=(Behaviour.TURNS_TO_DEAL,),
                events=(Event.DEAL_BEFORE_PERSON,),
                missed="may_go",
            ),
            exchange(2, "Sorry. How are you? Is it hard?", "Quiet here.", 75, 3, 0.35, met="people", facts=("floor",)),
            exchange(3, "Go on.", "I'm on no chart.", 63, 7, 0.5, met="may_go", missed="people", facts=("own_job", "team")),
        ),
        coverage,
    )
    assert score.replies == 3
    assert score.empathy == round((4 + 75 + 63) / 3)
    assert score.selling == round((51 + 3 + 7) / 3)
    assert score.questions == 3
    assert score.open_share == 2 / 3
    assert score.talk_share == 13 / (13 + 4 + 2 + 2 + 4)
    assert score.longest_reply == 7
    assert score.first_pitch == 1
    assert score.trust == (0.3, 0.2, 0.35, 0.5)
    assert score.clues_met == ("people", "may_go")
    assert score.clues_missed == (), "a clue taken up later counts as met"
    assert score.facts_learned == ("acquired", "floor", "own_job", "team")
    assert score.events == {1: (Event.DEAL_BEFORE_PERSON,)}


def test_a_meeting_in_which_nothing_was_said_yet(coverage: Coverage) -> None:
    score = score_meeting(meeting(exchange(0, "", "Hello.")), coverage)
    assert (score.replies, score.empathy, score.selling, score.open_share) == (0, None, None, None)
    assert (score.talk_share, score.first_pitch, score.longest_reply, score.questions) == (0.0, None, 0, 0)
    assert score_meeting(meeting(), coverage).trust == ()
    assert (score.patience, score.question_rate, score.vendor_share, score.stages) == (0.0, 0.0, 0.0, ())


def test_the_first_pitch_is_a_pitch_or_a_turn_to_the_deal() -> None:
    warm, pitch = exchange(1, "a", "b"), exchange(2, "a", "b", behaviours=(Behaviour.PITCH,))
    scores = [one.score for one in (warm, pitch) if one.score]
    assert first_pitch(scores) == 2
    assert first_pitch(scores[:1]) is None


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=6))
def test_shares_are_shares_of_any_words(coverage: Coverage, said: list[tuple[str, str]]) -> None:
    whole = meeting(*(exchange(number, reply if number else "", line) for number, (reply, line) in enumerate(said)))
    score = score_meeting(whole, coverage)
    assert 0 <= talk_share(whole.transcript) <= 1
    assert 0 <= score.vendor_share <= 1
    assert 0 <= score.patience <= 1
    assert score.open_share is None or 0 <= score.open_share <= 1
    assert score.longest_reply >= 0
