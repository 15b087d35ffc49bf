"""What calls to language models took: kept, summed for the caps, and summed up for people."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from coach.domain import ModelCall, Spent, Usage, UsageBy
from coach.records.models import MeetingRow, ModelCallRow


def keep(session: Session, calls: Sequence[ModelCall], meeting_id: str, number: int | None) -> None:
    """Add the rows; a meeting that has been deleted meanwhile is not named."""
    known = bool(meeting_id) and session.get(MeetingRow, meeting_id) is not None
    session.add_all(
        ModelCallRow(
            meeting_id=meeting_id if known else None, number=number if known else None, at=call.at, task=call.task,
            model=call.model, tokens_in=call.tokens_in, tokens_cached=call.tokens_cached, tokens_out=call.tokens_out,
            estimated=call.estimated, cost=call.dollars)
        for call in calls)


def spent(session: Session, meeting_id: str, since: datetime | None) -> Spent:
    """The sum over a meeting's calls, or over all."""
    row = ModelCallRow
    # Each summed for itself: a database has more room in a sum than in a row.
    wanted = select(func.coalesce(func.sum(row.tokens_in), 0) + func.coalesce(func.sum(row.tokens_out), 0),
                    func.coalesce(func.sum(row.cost), 0.0))
    if meeting_id:
        wanted = wanted.where(row.meeting_id == meeting_id)
    if since is not None:
        wanted = wanted.where(row.at >= since)
    tokens, dollars = session.execute(wanted).one()
    return Spent(int(tokens), float(dollars or 0))


def usage(session: Session, by: UsageBy, meeting_id: str, since: datetime | None) -> tuple[Usage, ...]:
    """One sum for each name, in the order of the names, those of none first; of days the newest first."""
    row = ModelCallRow
    # SQLite keeps the moment as text that begins with the day; PostgreSQL in the session's zone, which is set to UTC.
    day = func.substr(row.at, 1, 10) if session.get_bind().dialect.name == "sqlite" else func.to_char(
        cast(func.timezone("UTC", row.at), Date), "YYYY-MM-DD")
    name = {UsageBy.DAY: day, UsageBy.TASK: row.task, UsageBy.MODEL: row.model, UsageBy.MEETING: row.meeting_id,
            UsageBy.REPLY: row.number}[by]
    wanted = select(
        name, func.count(), func.sum(row.tokens_in), func.sum(row.tokens_cached), func.sum(row.tokens_out),
        func.count().filter(row.estimated), func.count().filter(row.cost.is_(None)), func.coalesce(func.sum(row.cost), 0.0),
    ).group_by(name).order_by(name.desc() if by is UsageBy.DAY else name.asc().nulls_first())
    if meeting_id:
        wanted = wanted.where(row.meeting_id == meeting_id)
    if since is not None:
        wanted = wanted.where(row.at >= since)
    return tuple(Usage("" if found is None else str(found), *figures) for found, *figures in session.execute(wanted))
