"""The tables. A meeting owns its exchanges, an exchange its score, a score its observations, and takes them with it."""

from datetime import UTC, datetime
from typing import ClassVar, NotRequired, TypedDict

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept as UTC and given back as aware UTC.

    SQLite has no time zones: there the UTC time is written without one, and the zone is put back on reading.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC.

        Raises:
            ValueError: the time has no zone, so the moment is not known.
        """
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"the time {value.isoformat()} has no time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class MoveJson(TypedDict):
    """`Move` as JSON."""

    kind: str
    mood: str
    facts: list[str]
    clue_dropped: str
    clue_met: str
    clue_missed: str
    ending: str | None


class CitationJson(TypedDict):
    """`Citation` as JSON."""

    chunk_id: str
    card_id: str
    title: str
    framework: str
    source: str
    author: str
    text: str


class TipJson(TypedDict):
    """`Tip` as JSON; the citation is kept whole, so that an old tip still shows the words it rested on."""

    text: str
    citation: CitationJson
    worded_by: NotRequired[str]


class NoticedJson(TypedDict):
    """`Noticed` as JSON."""

    reply: int
    quote: str
    said: str


class LookBackJson(TypedDict):
    """`LookBack` as JSON."""

    moments: list[NoticedJson]
    following: str
    model: str
    prompt_hash: str


class ContributionJson(TypedDict):
    """`Contribution` as JSON."""

    behaviour: str
    empathy: float
    selling: float


class Base(DeclarativeBase):
    """Base of the tables. Constraints are named by rule, since a migration can only change what has a name."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[object, object]] = {str: Text(), float: Double(), datetime: UtcDateTime()}


class MeetingRow(Base):
    """A meeting. It has ended once `ended_at` is set; `ending` says how, where the customer ended it."""

    __tablename__ = "meetings"
    # The two listings: one trainee's meetings and everybody's, newest first; the id settles equal times.
    __table_args__ = (
        Index(None, "trainee", "started_at", "id"),
        Index(None, "started_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    scenario_id: Mapped[str]
    scenario_hash: Mapped[str]
    seed: Mapped[int]
    trainee: Mapped[str]
    engine: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None]
    level: Mapped[str] = mapped_column(server_default="medium")
    # Written as SQL: Alembic takes an empty string for another default than the one it finds.
    person: Mapped[str] = mapped_column(server_default=text("''"))
    branch_of: Mapped[str] = mapped_column(server_default=text("''"))
    branch_at: Mapped[int] = mapped_column(server_default="0")
    look_back: Mapped[LookBackJson | None] = mapped_column(JSON(none_as_null=True))
    exchanges: Mapped[list["ExchangeRow"]] = relationship(order_by="ExchangeRow.number", lazy="raise")


class ExchangeRow(Base):
    """One reply and the line it got."""

    __tablename__ = "exchanges"
    # Of two writers with the same number, the database itself turns one away.
    __table_args__ = (UniqueConstraint("meeting_id", "number"), CheckConstraint("number >= 0", name="number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    number: Mapped[int]
    reply: Mapped[str]
    line: Mapped[str]
    trust: Mapped[float]
    openness: Mapped[float]
    stress: Mapped[float]
    patience: Mapped[float]
    move: Mapped[MoveJson] = mapped_column(JSON)
    memory: Mapped[dict[str, object]] = mapped_column(JSON)
    voice: Mapped[str]
    at: Mapped[datetime]
    tip: Mapped[TipJson | None] = mapped_column(JSON(none_as_null=True))
    lapses: Mapped[list[str]] = mapped_column(JSON, server_default="[]")
    erred: Mapped[bool] = mapped_column(server_default=false())
    score: Mapped["ScoreRow | None"] = relationship(lazy="raise")


class ScoreRow(Base):
    """The score of one reply. Each keeps by itself all that is needed to earn it again."""

    __tablename__ = "scores"
    __table_args__ = (
        UniqueConstraint("exchange_id"),
        CheckConstraint("empathy BETWEEN 0 AND 100", name="empathy"),
        CheckConstraint("selling BETWEEN 0 AND 100", name="selling"),
        CheckConstraint("overall BETWEEN 0 AND 100", name="overall"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id", ondelete="CASCADE"))
    empathy: Mapped[int]
    selling: Mapped[int]
    overall: Mapped[int]
    earned: Mapped[bool]
    confidence: Mapped[float]
    note: Mapped[str]
    reason: Mapped[str]
    events: Mapped[list[str]] = mapped_column(JSON)
    contributions: Mapped[list[ContributionJson]] = mapped_column(JSON)
    engine: Mapped[str]
    model: Mapped[str]
    prompt_hash: Mapped[str]
    rubric_version: Mapped[str]
    scenario_hash: Mapped[str]
    seed: Mapped[int]
    observations: Mapped[list["ObservationRow"]] = relationship(order_by="ObservationRow.position", lazy="raise")


class ObservationRow(Base):
    """A behaviour seen in a reply; `position` keeps the observer's order."""

    __tablename__ = "observations"

    score_id: Mapped[int] = mapped_column(ForeignKey("scores.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    behaviour: Mapped[str]
    quote: Mapped[str]
    start: Mapped[int]
    confidence: Mapped[float]
    about: Mapped[str]


class CardReadRow(Base):
    """A card that a trainee has marked as read."""

    __tablename__ = "cards_read"

    trainee: Mapped[str] = mapped_column(primary_key=True)
    card_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class NoticeSeenRow(Base):
    """A notice that a trainee has read and agreed to, such as where what is said is sent to."""

    __tablename__ = "notices_seen"

    trainee: Mapped[str] = mapped_column(primary_key=True)
    notice: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class ModelCallRow(Base):
    """What one call to a language model took. Kept when its meeting is deleted: it has been paid for."""

    __tablename__ = "model_calls"
    __table_args__ = (Index(None, "at"), Index(None, "meeting_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[str | None] = mapped_column(ForeignKey("meetings.id", ondelete="SET NULL"))
    number: Mapped[int | None]
    at: Mapped[datetime]
    task: Mapped[str]
    model: Mapped[str]
    tokens_in: Mapped[int]
    tokens_cached: Mapped[int]
    tokens_out: Mapped[int]
    estimated: Mapped[bool]
    cost: Mapped[float | None]
