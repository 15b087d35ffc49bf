"""Between the domain's values and the tables' rows; there and back gives the same values (times come back in UTC)."""

from coach.domain import (
    Citation,
    Contribution,
    CustomerState,
    Ending,
    Event,
    Exchange,
    Level,
    LookBack,
    Meeting,
    Move,
    Noticed,
    Observation,
    ReplyScore,
    ScoreSource,
    Tip,
)
from coach.records.models import (
    CitationJson,
    ContributionJson,
    ExchangeRow,
    LookBackJson,
    MeetingRow,
    MoveJson,
    NoticedJson,
    ObservationRow,
    ScoreRow,
    TipJson,
)


def meeting_to_row(meeting: Meeting) -> MeetingRow:
    """The meeting with all its exchanges."""
    return MeetingRow(
        id=meeting.id,
        scenario_id=meeting.scenario_id,
        scenario_hash=meeting.scenario_hash,
        seed=meeting.seed,
        trainee=meeting.trainee,
        engine=meeting.engine,
        started_at=meeting.started_at,
        ended_at=meeting.ended_at,
        ending=None if meeting.ending is None else meeting.ending.value,
        level=meeting.level.value,
        person=meeting.person,
        branch_of=meeting.branch_of,
        branch_at=meeting.branch_at,
        look_back=None if meeting.look_back is None else look_back_to_json(meeting.look_back),
        exchanges=[
            exchange_to_row(exchange, scenario_hash=meeting.scenario_hash, seed=meeting.seed)
            for exchange in meeting.exchanges
        ],
    )


def meeting_from_row(row: MeetingRow) -> Meeting:
    """The meeting with all its exchanges, which must have been loaded.

    Raises:
        KeyError, ValueError: the row holds something that this version does not know.
    """
    return Meeting(
        id=row.id,
        scenario_id=row.scenario_id,
        scenario_hash=row.scenario_hash,
        seed=row.seed,
        trainee=row.trainee,
        engine=row.engine,
        started_at=row.started_at,
        ended_at=row.ended_at,
        ending=ending_from(row.ending),
        level=Level(row.level),
        person=row.person,
        branch_of=row.branch_of,
        branch_at=row.branch_at,
        look_back=None if row.look_back is None else _look_back_from_json(row.look_back),
        exchanges=tuple(exchange_from_row(exchange) for exchange in row.exchanges),
    )


def ending_from(text: str | None) -> Ending | None:
    """The ending that a column holds."""
    return None if text is None else Ending(text)


def exchange_to_row(exchange: Exchange, *, scenario_hash: str, seed: int) -> ExchangeRow:
    """The exchange; its score also keeps the meeting's `scenario_hash` and `seed`."""
    score = exchange.score
    return ExchangeRow(
        number=exchange.number,
        reply=exchange.reply,
        line=exchange.line,
        trust=exchange.state.trust,
        openness=exchange.state.openness,
        stress=exchange.state.stress,
        patience=exchange.state.patience,
        move=_move_to_json(exchange.move),
        memory=dict(exchange.memory),
        voice=exchange.voice,
        at=exchange.at,
        score=None if score is None else _score_to_row(score, scenario_hash=scenario_hash, seed=seed),
        tip=None if exchange.tip is None else tip_to_json(exchange.tip),
        lapses=list(exchange.lapses),
        erred=bool(exchange.lapses),
    )


def exchange_from_row(row: ExchangeRow) -> Exchange:
    """The exchange with its score.

    Raises:
        KeyError, ValueError: as `meeting_from_row`.
    """
    return Exchange(
        number=row.number,
        reply=row.reply,
        line=row.line,
        state=CustomerState(trust=row.trust, openness=row.openness, stress=row.stress, patience=row.patience),
        move=_move_from_json(row.move),
        memory=row.memory,
        voice=row.voice,
        at=row.at,
        score=None if row.score is None else _score_from_row(row.score),
        tip=None if row.tip is None else Tip(
            row.tip["text"], _citation_from_json(row.tip["citation"]), row.tip.get("worded_by", "")),
        lapses=tuple(row.lapses),
    )


def _score_to_row(score: ReplyScore, *, scenario_hash: str, seed: int) -> ScoreRow:
    return ScoreRow(
        empathy=score.empathy,
        selling=score.selling,
        overall=score.overall,
        earned=score.earned,
        confidence=score.confidence,
        note=score.note,
        reason=score.reason,
        events=[event.value for event in score.events],
        contributions=[
            ContributionJson(behaviour=part.behaviour, empathy=part.empathy, selling=part.selling)
            for part in score.contributions
        ],
        engine=score.source.engine,
        model=score.source.model,
        prompt_hash=score.source.prompt_hash,
        rubric_version=score.source.rubric_version,
        scenario_hash=scenario_hash,
        seed=seed,
        observations=[
            ObservationRow(
                position=position,
                behaviour=seen.behaviour,
                quote=seen.quote,
                start=seen.start,
                confidence=seen.confidence,
                about=seen.about,
            )
            for position, seen in enumerate(score.observations)
        ],
    )


def _score_from_row(row: ScoreRow) -> ReplyScore:
    return ReplyScore(
        empathy=row.empathy,
        selling=row.selling,
        overall=row.overall,
        earned=row.earned,
        observations=tuple(
            Observation(
                behaviour=seen.behaviour,
                quote=seen.quote,
                start=seen.start,
                confidence=seen.confidence,
                about=seen.about,
            )
            for seen in row.observations
        ),
        contributions=tuple(
            Contribution(part["behaviour"], part["empathy"], part["selling"]) for part in row.contributions
        ),
        events=tuple(Event(event) for event in row.events),
        confidence=row.confidence,
        source=ScoreSource(
            engine=row.engine, model=row.model, prompt_hash=row.prompt_hash, rubric_version=row.rubric_version
        ),
        note=row.note,
        reason=row.reason,
    )


def _move_to_json(move: Move) -> MoveJson:
    return MoveJson(
        kind=move.kind,
        mood=move.mood,
        facts=list(move.facts),
        clue_dropped=move.clue_dropped,
        clue_met=move.clue_met,
        clue_missed=move.clue_missed,
        ending=None if move.ending is None else move.ending.value,
    )


def _move_from_json(json: MoveJson) -> Move:
    return Move(
        kind=json["kind"],
        mood=json["mood"],
        facts=tuple(json["facts"]),
        clue_dropped=json["clue_dropped"],
        clue_met=json["clue_met"],
        clue_missed=json["clue_missed"],
        ending=ending_from(json["ending"]),
    )


def tip_to_json(tip: Tip) -> TipJson:
    """As its column holds it."""
    cited = tip.citation
    return TipJson(
        text=tip.text,
        worded_by=tip.worded_by,
        citation=CitationJson(
            chunk_id=cited.chunk_id,
            card_id=cited.card_id,
            title=cited.title,
            framework=cited.framework,
            source=cited.source,
            author=cited.author,
            text=cited.text,
        ),
    )


def _citation_from_json(json: CitationJson) -> Citation:
    return Citation(
        chunk_id=json["chunk_id"],
        card_id=json["card_id"],
        title=json["title"],
        framework=json["framework"],
        source=json["source"],
        author=json["author"],
        text=json["text"],
    )


def look_back_to_json(look_back: LookBack) -> LookBackJson:
    """As its column holds it."""
    moments = [NoticedJson(reply=one.reply, quote=one.quote, said=one.said) for one in look_back.moments]
    return LookBackJson(moments=moments, following=look_back.following, model=look_back.model,
                        prompt_hash=look_back.prompt_hash)


def _look_back_from_json(json: LookBackJson) -> LookBack:
    return LookBack(
        moments=tuple(Noticed(one["reply"], one["quote"], one["said"]) for one in json["moments"]),
        following=json["following"], model=json["model"], prompt_hash=json["prompt_hash"])
