"""A meeting as JSON, complete, and as Markdown, to be read. Neither leaves out where a score comes from."""

from collections.abc import Callable
from datetime import UTC, datetime

from coach.domain import Citation, Exchange, LookBack, Meeting, Move, ReplyScore, ScoreSource, Tip
from coach.review.markdown import inline, quoted

SCHEMA_VERSION = 1
"""Goes up when a key of the JSON export changes its meaning or goes away; a new key alone does not raise it."""

Label = Callable[[str], str]
_Object = dict[str, object]


def to_json(meeting: Meeting) -> _Object:
    """All that is kept of `meeting`, as plain data with the same keys always; times are ISO 8601, replies verbatim.

    Scores run from 0 to 100; her state, confidences and places on a scale of 0 to 1 are as in `coach.domain`.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "id": meeting.id,
        "scenario": {"id": meeting.scenario_id, "hash": meeting.scenario_hash},
        "person": meeting.person,
        "level": meeting.level.value,
        "seed": meeting.seed,
        "trainee": meeting.trainee,
        "engine": meeting.engine,
        "started_at": meeting.started_at.isoformat(),
        "ended_at": meeting.ended_at.isoformat() if meeting.ended_at else None,
        "ending": str(meeting.ending) if meeting.ending else None,
        "branch_of": meeting.branch_of,
        "branch_at": meeting.branch_at,
        "look_back": _look_back(meeting.look_back) if meeting.look_back else None,
        "exchanges": [_exchange(exchange) for exchange in meeting.exchanges],
    }


def to_markdown(meeting: Meeting, scenario_title: str, client_name: str, label: Label) -> str:
    """A readable transcript of `meeting` with scores, quotes, and tips with their sources.

    Whatever a person or a language model wrote stands there as text: it can make no heading, link or HTML.

    Args:
        meeting: finished or not.
        scenario_title: as the head of the page names it.
        client_name: whose lines they are.
        label: what a person reads for the id of a behaviour, in the past tense, to follow "you".
    """
    parts = [f"# {inline(scenario_title)}: a meeting with {inline(client_name)}", _facts(meeting), "## Transcript"]
    for exchange in meeting.exchanges:
        if exchange.number > 0:
            parts += [f"**You, reply {exchange.number}**", quoted(exchange.reply)]
        if exchange.score is not None:
            parts.append(_score(exchange.score, label))
        if exchange.tip is not None:
            parts.append(_tip(exchange.tip))
        parts += [f"**{inline(client_name)}**", quoted(exchange.line)]
        parts += [f"The customer erred here: {inline(', '.join(exchange.lapses))}."] if exchange.lapses else []
    if meeting.look_back:
        parts += _look_back_told(meeting.look_back)
    sources = dict.fromkeys(exchange.score.source for exchange in meeting.scored if exchange.score)
    if sources:
        parts += ["## How it was scored", "\n".join(f"- {_source(source)}" for source in sources)]
    return "\n\n".join(parts) + "\n"


def _exchange(exchange: Exchange) -> _Object:
    state = exchange.state
    return {
        "number": exchange.number,
        "reply": exchange.reply,
        "line": exchange.line,
        "voice": exchange.voice,
        "at": exchange.at.isoformat(),
        "state": {"trust": state.trust, "openness": state.openness, "stress": state.stress, "patience": state.patience},
        "move": _move(exchange.move),
        "memory": dict(exchange.memory),
        "score": _score_data(exchange.score) if exchange.score else None,
        "lapses": list(exchange.lapses),
        "tip": {"text": exchange.tip.text, "worded_by": exchange.tip.worded_by, "citation": _citation(exchange.tip.citation)}
        if exchange.tip else None,
    }


def _look_back(look_back: LookBack) -> _Object:
    return {"moments": [{"reply": one.reply, "quote": one.quote, "said": one.said} for one in look_back.moments],
            "following": look_back.following, "model": look_back.model, "prompt_hash": look_back.prompt_hash}


def _look_back_told(look_back: LookBack) -> list[str]:
    moments = [f"- Reply {one.reply}, “{inline(one.quote)}”: {inline(one.said)}" for one in look_back.moments]
    return ["## Looking back", "\n".join([*moments, f"- Next time: {inline(look_back.following)}"]),
            f"Written by the language model {inline(look_back.model)}, prompt {inline(look_back.prompt_hash)}."]


def _move(move: Move) -> _Object:
    return {"kind": move.kind, "mood": move.mood, "facts": list(move.facts), "clue_dropped": move.clue_dropped,
            "clue_met": move.clue_met, "clue_missed": move.clue_missed,
            "ending": str(move.ending) if move.ending else None}


def _score_data(score: ReplyScore) -> _Object:
    source = score.source
    return {
        "empathy": score.empathy,
        "selling": score.selling,
        "overall": score.overall,
        "earned": score.earned,
        "confidence": score.confidence,
        "note": score.note,
        "reason": score.reason,
        "events": [str(event) for event in score.events],
        "observations": [
            {"behaviour": str(seen.behaviour), "quote": seen.quote, "start": seen.start, "confidence": seen.confidence,
             "about": seen.about} for seen in score.observations],
        "contributions": [{"behaviour": str(one.behaviour), "empathy": one.empathy, "selling": one.selling}
                          for one in score.contributions],
        "source": {"engine": source.engine, "model": source.model, "prompt_hash": source.prompt_hash,
                   "rubric_version": source.rubric_version},
    }


def _citation(citation: Citation) -> _Object:
    return {"chunk_id": citation.chunk_id, "card_id": citation.card_id, "title": citation.title, "text": citation.text,
            "framework": citation.framework, "source": citation.source, "author": citation.author}


def _facts(meeting: Meeting) -> str:
    ended = f"ended {_time(meeting.ended_at)}" if meeting.ended_at else "not ended yet"
    ending = f" ({inline(meeting.ending)})" if meeting.ending else ""
    return "\n".join([
        f"- Meeting {inline(meeting.id)}, begun {_time(meeting.started_at)}, {ended}{ending}",
        f"- Scenario {inline(meeting.scenario_id)} (content {inline(meeting.scenario_hash)}), "
        f"level {meeting.level.value}, seed {meeting.seed}",
        f"- Engine {inline(meeting.engine)}, trainee {inline(meeting.trainee)}"])


def _score(score: ReplyScore, label: Label) -> str:
    head = f"Empathy **{score.empathy}**, selling **{score.selling}** of 100 (confidence {score.confidence:.2f})"
    lines = [f"- {inline(label(seen.behaviour))}: “{inline(seen.quote)}”"
             + (f", passing over “{inline(seen.about)}”" if seen.about else "") for seen in score.told]
    lines += [f"- event: {inline(event.value.replace('_', ' '))}" for event in score.events]
    lines += [f"- note: {inline(score.note)}"] if score.note else []
    return "\n".join([head, "", *lines]).strip()


def _tip(tip: Tip) -> str:
    cited = tip.citation
    return f"Tip: {inline(tip.text)}\\\nSource: “{inline(cited.title)}”, {inline(cited.source)}, {inline(cited.author)}"


def _source(source: ScoreSource) -> str:
    prompt = f", prompt {inline(source.prompt_hash)}" if source.prompt_hash else ""
    return f"{inline(source.engine)} engine, {inline(source.model)}{prompt}, rubric {inline(source.rubric_version)}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
