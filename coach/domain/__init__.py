"""The values everything speaks in: turns, observations, scores, tips, exchanges. Frozen, no I/O.

A *reply* is what the trainee says, a *line* what the customer says; an *exchange* is one reply with the line it got.
Scores run from 0 to 100, the customer's state and all confidences from 0 to 1.
"""

from coach.domain.conversation import Speaker, Transcript, Turn
from coach.domain.meeting import (
    Citation,
    CustomerState,
    Ending,
    Exchange,
    Json,
    Level,
    LookBack,
    Meeting,
    MeetingScore,
    Move,
    Noticed,
    Tip,
)
from coach.domain.score import (
    FAINT,
    PLAIN,
    WHOLE_REPLY,
    Behaviour,
    Contribution,
    Event,
    Impression,
    Observation,
    Passage,
    ReplyScore,
    ScoreSource,
    StageScore,
    TranscriptScore,
)
from coach.domain.usage import ModelCall, Spent, Usage, UsageBy

__all__ = [
    "FAINT",
    "PLAIN",
    "WHOLE_REPLY",
    "Behaviour",
    "Citation",
    "Contribution",
    "CustomerState",
    "Ending",
    "Event",
    "Exchange",
    "Impression",
    "Json",
    "Level",
    "LookBack",
    "Meeting",
    "MeetingScore",
    "ModelCall",
    "Move",
    "Noticed",
    "Observation",
    "Passage",
    "ReplyScore",
    "ScoreSource",
    "Speaker",
    "Spent",
    "StageScore",
    "Tip",
    "Transcript",
    "TranscriptScore",
    "Turn",
    "Usage",
    "UsageBy",
]
