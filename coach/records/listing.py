"""One page of the meetings, each in a line of figures that the database itself works out; no exchange is loaded."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from coach.domain import Ending, Level
from coach.records.convert import ending_from
from coach.records.models import ExchangeRow, MeetingRow, ScoreRow


@dataclass(frozen=True, slots=True)
class MeetingSummary:
    """A meeting in one line of a list.

    Attributes:
        ended_at: None while it goes on.
        ending: how it ended, where that is known.
        erred: whether the customer herself erred in one of her lines.
        replies: how many replies the trainee gave.
        empathy: mean over the scored replies, 0 to 100; None where none is scored. `selling` likewise.
    """

    id: str
    scenario_id: str
    trainee: str
    started_at: datetime
    ended_at: datetime | None
    ending: Ending | None
    engine: str
    level: Level
    person: str
    branch_of: str
    erred: bool
    replies: int
    empathy: float | None
    selling: float | None


def summaries(
    session: Session, trainee: str | None, unfinished: bool | None, limit: int, offset: int
) -> tuple[MeetingSummary, ...]:
    """The meetings, newest first; those begun at the same moment by id, so that paging is stable."""
    columns = (
        MeetingRow.id,
        MeetingRow.scenario_id,
        MeetingRow.trainee,
        MeetingRow.started_at,
        MeetingRow.ended_at,
        MeetingRow.ending,
        MeetingRow.engine,
        MeetingRow.level,
        MeetingRow.person,
        MeetingRow.branch_of,
    )
    wanted = select(*columns).order_by(MeetingRow.started_at.desc(), MeetingRow.id.desc()).limit(limit).offset(offset)
    if trainee is not None:
        wanted = wanted.where(MeetingRow.trainee == trainee)
    if unfinished is not None:
        wanted = wanted.where(MeetingRow.ended_at.is_(None) if unfinished else MeetingRow.ended_at.is_not(None))
    # The page is cut first, so that only its own meetings are counted, however many there are.
    page = wanted.subquery()
    figures = (
        select(
            page,
            func.count(ExchangeRow.id).label("replies"),
            func.avg(ScoreRow.empathy).label("empathy"),
            func.avg(ScoreRow.selling).label("selling"),
            func.count(case((ExchangeRow.erred, 1))).label("erred"),
        )
        .outerjoin(ExchangeRow, and_(ExchangeRow.meeting_id == page.c.id, ExchangeRow.number > 0))
        .outerjoin(ScoreRow, ScoreRow.exchange_id == ExchangeRow.id)
        .group_by(*page.c)
        .order_by(page.c.started_at.desc(), page.c.id.desc())
    )
    return tuple(
        MeetingSummary(
            id=row.id,
            scenario_id=row.scenario_id,
            trainee=row.trainee,
            started_at=row.started_at,
            ended_at=row.ended_at,
            ending=ending_from(row.ending),
            engine=row.engine,
            level=Level(row.level),
            person=row.person,
            branch_of=row.branch_of,
            erred=row.erred > 0,
            replies=row.replies,
            # PostgreSQL gives the mean of integers as a decimal.
            empathy=None if row.empathy is None else float(row.empathy),
            selling=None if row.selling is None else float(row.selling),
        )
        for row in session.execute(figures)
    )
