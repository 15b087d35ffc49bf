"""A whole conversation in figures. Each figure's definition and source stand at the function that computes it."""

from collections.abc import Sequence
from dataclasses import fields
from statistics import fmean

from coach.domain import (
    Behaviour,
    Event,
    Meeting,
    MeetingScore,
    Passage,
    ReplyScore,
    Speaker,
    StageScore,
    Transcript,
    TranscriptScore,
)
from coach.language.text import sentences, words
from coach.scoring.coverage import Coverage

_STAGES = ("opening", "middle", "close")
_WEMEIUSOUR = frozenset("we we're we've we'll we'd me i i'm i've i'll i'd us our ours my".split())


def score_transcript(transcript: Transcript, scores: Sequence[ReplyScore], coverage: Coverage) -> TranscriptScore:
    """The figures of a conversation.

    Args:
        transcript: everything that was said.
        scores: one for each of the trainee's turns in it, in order.
        coverage: finds the frameworks' steps.
    """
    replies = transcript.said_by(Speaker.TRAINEE)
    asked, opened = _questions(replies)
    pitch = first_pitch(scores)
    return TranscriptScore(
        replies=len(replies), empathy=_mean([score.empathy for score in scores]),
        selling=_mean([score.selling for score in scores]), overall=_mean([score.overall for score in scores]),
        stages=stages(scores), talk_share=talk_share(transcript), questions=asked,
        question_rate=asked / len(replies) if replies else 0.0, open_share=opened / asked if asked else None,
        longest_reply=max((len(words(reply)) for reply in replies), default=0), vendor_share=vendor_share(replies),
        taken_up=_passages(scores, Behaviour.FOLLOWS_CLUE), passed_over=_passages(scores, Behaviour.MISSES_CLUE),
        first_pitch=pitch, patience=patience(pitch, len(replies)),
        steps=coverage.steps(replies), perceptions=coverage.perceptions(replies), events=_events(scores))


def score_meeting(meeting: Meeting, coverage: Coverage) -> MeetingScore:
    """The figures of `meeting`, finished or not, with what the director knows of it."""
    told = score_transcript(meeting.transcript, [e.score for e in meeting.scored if e.score], coverage)
    met = tuple(dict.fromkeys(e.move.clue_met for e in meeting.exchanges if e.move.clue_met))
    missed = tuple(dict.fromkeys(e.move.clue_missed for e in meeting.exchanges if e.move.clue_missed))
    return MeetingScore(
        **{each.name: getattr(told, each.name) for each in fields(TranscriptScore)},
        trust=tuple(exchange.state.trust for exchange in meeting.exchanges), clues_met=met,
        clues_missed=tuple(clue for clue in missed if clue not in met),
        facts_learned=tuple(fact for exchange in meeting.exchanges for fact in exchange.move.facts))


def talk_share(transcript: Transcript) -> float:
    """The trainee's words out of all words, 0 to 1: the talk-to-listen ratio as a share (receptive gear, Scott 2009)."""
    mine = sum(len(words(text)) for text in transcript.said_by(Speaker.TRAINEE))
    theirs = sum(len(words(text)) for text in transcript.said_by(Speaker.CUSTOMER))
    return mine / (mine + theirs) if mine + theirs else 0.0


def vendor_share(replies: Sequence[str]) -> float:
    """We, me, I, us and our out of the trainee's words, 0 to 1: the Wemeiusour of the Chief Listening Officers blog."""
    said = [word for reply in replies for word in words(reply)]
    return sum(word in _WEMEIUSOUR for word in said) / len(said) if said else 0.0


def first_pitch(scores: Sequence[ReplyScore]) -> int | None:
    """Number of the first reply that pitched or turned to the deal; None where none did (stop selling, Scott 2009)."""
    return next((number for number, score in enumerate(scores, start=1)
                 if score.plainly_shows(Behaviour.PITCH, Behaviour.TURNS_TO_DEAL)), None)


def patience(pitch: int | None, replies: int) -> float:
    """Share of the replies that came before the first pitch, 0 to 1; 1 where none came (connection first, Scott 2009)."""
    if not replies:
        return 0.0
    return 1.0 if pitch is None else (pitch - 1) / replies


def stages(scores: Sequence[ReplyScore]) -> tuple[StageScore, ...]:
    """Both scales over the first, the second and the last third of the replies; as many thirds as there are replies, at most.

    The same move is early or welcome by the stage it comes at (Mineral Rights: only the last step talks of action; Scott 2009).
    """
    found = []
    for place, stage in enumerate(_STAGES):
        part = scores[len(scores) * place // len(_STAGES) : len(scores) * (place + 1) // len(_STAGES)]
        if part:
            found.append(StageScore(stage, len(part), round(fmean(one.empathy for one in part)),
                                    round(fmean(one.selling for one in part))))
    return tuple(found)


def _mean(points: Sequence[int]) -> int | None:
    return round(fmean(points)) if points else None


def _questions(replies: Sequence[str]) -> tuple[int, int]:
    """How many sentences ask, and how many of those are open questions (the receptive gear asks and listens; Scott 2009)."""
    asked = [sentence for reply in replies for sentence in sentences(reply) if sentence.is_question]
    return len(asked), sum(sentence.is_open_question for sentence in asked)


def _passages(scores: Sequence[ReplyScore], behaviour: Behaviour) -> tuple[Passage, ...]:
    """Where `behaviour` was seen; the topic is what the customer had said, where that is known (missed clues, Scott 2009)."""
    return tuple(Passage(seen.about, number, seen.quote) for number, score in enumerate(scores, start=1)
                 for seen in score.observations if seen.behaviour == behaviour)


def _events(scores: Sequence[ReplyScore]) -> dict[int, tuple[Event, ...]]:
    return {number: score.events for number, score in enumerate(scores, start=1) if score.events}
