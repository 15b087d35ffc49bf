"""A whole meeting in figures. Each figure's definition stands at the function that computes it."""

from statistics import fmean

from coach.domain import Behaviour, Exchange, Meeting, MeetingScore, Speaker
from coach.language.text import sentences, words


def score_meeting(meeting: Meeting) -> MeetingScore:
    """The figures of `meeting`, finished or not."""
    scored = meeting.scored
    empathy = [exchange.score.empathy for exchange in scored if exchange.score]
    selling = [exchange.score.selling for exchange in scored if exchange.score]
    replies = meeting.transcript.said_by(Speaker.TRAINEE)
    questions, opened = _questions(replies)
    met = tuple(dict.fromkeys(e.move.clue_met for e in meeting.exchanges if e.move.clue_met))
    missed = tuple(dict.fromkeys(e.move.clue_missed for e in meeting.exchanges if e.move.clue_missed))
    return MeetingScore(
        replies=len(replies),
        empathy=round(fmean(empathy)) if empathy else None,
        selling=round(fmean(selling)) if selling else None,
        talk_share=talk_share(meeting),
        questions=questions,
        open_share=opened / questions if questions else None,
        longest_reply=max((len(words(reply)) for reply in replies), default=0),
        first_pitch=first_pitch(scored),
        trust=tuple(exchange.state.trust for exchange in meeting.exchanges),
        clues_met=met,
        clues_missed=tuple(clue for clue in missed if clue not in met),
        facts_learned=tuple(fact for exchange in meeting.exchanges for fact in exchange.move.facts),
        events={e.number: e.score.events for e in scored if e.score and e.score.events},
    )


def talk_share(meeting: Meeting) -> float:
    """The trainee's words out of all words, 0 to 1: the talk-to-listen ratio as a share (receptive gear, Scott 2009)."""
    mine = sum(len(words(text)) for text in meeting.transcript.said_by(Speaker.TRAINEE))
    theirs = sum(len(words(text)) for text in meeting.transcript.said_by(Speaker.CUSTOMER))
    return mine / (mine + theirs) if mine + theirs else 0.0


def first_pitch(scored: tuple[Exchange, ...]) -> int | None:
    """Number of the first reply that pitched or turned to the deal; None where none did."""
    return next((exchange.number for exchange in scored
                 if exchange.score and exchange.score.shows(Behaviour.PITCH, Behaviour.TURNS_TO_DEAL)), None)


def _questions(replies: tuple[str, ...]) -> tuple[int, int]:
    """How many sentences ask, and how many of those are open questions."""
    asked = [sentence for reply in replies for sentence in sentences(reply) if sentence.is_question]
    return len(asked), sum(sentence.is_open_question for sentence in asked)
