"""What the page shows, made from the domain's values: the panel beside a reply, the conversation, the lists, the debrief."""

from datetime import UTC, datetime
from html import escape
from typing import Any

import gradio as gr
from markupsafe import Markup

from coach.coaching.words import ENDINGS, doubt, how_sure, stand_in, verdict
from coach.customer.scenario import Scenario
from coach.domain import Exchange, Meeting, Observation, ScoreSource, UsageBy
from coach.errors import CoachError
from coach.records import MeetingSummary
from coach.scoring.rubric import Rubric
from coach.settings import Engine
from coach.web.charts import Mark, Series, line_chart
from coach.web.render import Span, marked, render
from coach.wiring import Coach

Message = dict[str, Any]
_TRUST_WORDS = ((0.2, "Closed"), (0.4, "Wary"), (0.62, "Opening up"), (0.8, "Trusting"), (1.01, "Frank with you"))
_LIKELY = 0.5
_A_CENT = 0.01
_SPARK_WIDTH, _SPARK_HEIGHT = 120, 32


def reply_panel(coach: Coach, exchange: Exchange, first_name: str, heading: str = "This reply", *,
                tip_comes: bool = False) -> Markup:
    """What one reply did: scores, a sentence, the words that earned it, a tip with its card, and why.

    Args:
        tip_comes: the tip is being put into the words of the moment; until then there is a sign of it.
    """
    score = exchange.score
    if score is None:
        return render("reply_empty")
    rubric = coach.rubric
    # What is too faint to be told stands in the table as part of the whole.
    told = {seen.behaviour for seen in score.told}
    parts = rubric.accounted([part for part in score.contributions if part.behaviour in told], score.empathy, score.selling)
    return render(
        "reply", heading=heading, score=score, verdict=verdict(score, first_name), doubt=doubt(score),
        spans=marked(exchange.reply, score.told, rubric),
        seen=[(rubric.side(o.behaviour).value, seen_words(o, rubric), short(o.about)) for o in score.told],
        tip=None if tip_comes else exchange.tip, tip_comes=tip_comes and exchange.tip is not None,
        empathy_base=round(rubric.empathy_base), selling_base=round(rubric.selling_base),
        parts=[(rubric.label(part.behaviour), f"{part.empathy:+.0f}", f"{part.selling:+.0f}") for part in parts],
        sure=how_sure(score), source=source_words(score.source))


def seen_words(seen: Observation, rubric: Rubric) -> str:
    """What was seen, as it is told; what is less likely than not is told as such."""
    label = rubric.label(seen.behaviour)
    return label if seen.confidence >= _LIKELY else f"perhaps {label}"


def source_words(source: ScoreSource) -> str:
    """Where a score comes from, in words."""
    who = f"the language model {source.model}" if source.engine == "model" else f"the embedded engine ({source.model})"
    return f"Observed by {who}, weighed by rubric {source.rubric_version}."


def short(text: str, most: int = 60) -> str:
    """`text`, cut between words where it is longer than `most` characters."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def conversation(coach: Coach, meeting: Meeting, pending: str = "", *, line: str | None = None,
                 tip_comes: bool = False) -> list[Message]:
    """The chat: every line and reply so far; one being sent, with her line as far as it has come.

    Before its first word there is a sign that she is answering.

    Texts are escaped here; the chat shows them as they were typed.
    """
    first_name = coach.practice.scenario(meeting).client.first_name
    messages: list[Message] = []
    for exchange in meeting.exchanges:
        if exchange.number:
            card = ""
            if exchange.score is not None:
                # Where there is no room for the panel, the newest tip stands below its reply.
                newest = exchange is meeting.exchanges[-1]
                tip = exchange.tip.text if exchange.tip and newest and not tip_comes else ""
                card = render("card_in_chat", score=exchange.score, next=tip,
                              body=reply_panel(
                    coach, exchange, first_name, heading="", tip_comes=tip_comes and newest))
            messages.append({"role": "user", "content": [escape(exchange.reply, quote=False), gr.HTML(card)]})
        line_said = escape(exchange.line, quote=False)
        why = stand_in(exchange)
        mark = [gr.HTML(render("stand_in", why=why))] if why else []
        messages.append({"role": "assistant", "content": [line_said, *mark] if mark else line_said})
    if pending:
        messages.append({"role": "user", "content": escape(pending, quote=False)})
    if line is not None:
        sign = gr.HTML(render("typing", first_name=first_name))
        messages.append({"role": "assistant", "content": escape(line, quote=False) if line else sign})
    return messages


def so_far(meeting: Meeting, scenario: Scenario) -> Markup:
    """Her trust over the meeting as a small line, and a word for where it stands."""
    trust = [exchange.state.trust for exchange in meeting.exchanges]
    step = _SPARK_WIDTH / max(1, len(trust) - 1)
    points = " ".join(f"{i * step:.1f},{_SPARK_HEIGHT - 2 - value * (_SPARK_HEIGHT - 4):.1f}" for i, value in enumerate(trust))
    word = next(word for below, word in _TRUST_WORDS if trust[-1] < below)
    return render("sofar", points=points, word=word, first_name=scenario.client.first_name,
                  said=", ".join(str(round(value * 100)) for value in trust))


def meeting_head(meeting: Meeting, scenario: Scenario) -> Markup:
    """Who sits across, and how far the meeting is."""
    return render("meeting_head", client=scenario.client, number=len(meeting.exchanges), length=scenario.length,
                  ended=meeting.ended_at is not None)


def latest_panel(coach: Coach, meeting: Meeting, scenario: Scenario, *, tip_comes: bool = False) -> Markup:
    """The panel of the newest reply."""
    return reply_panel(coach, meeting.exchanges[-1], scenario.client.first_name, tip_comes=tip_comes)


def rows(coach: Coach, summaries: tuple[MeetingSummary, ...]) -> list[dict[str, object]]:
    """Meetings as the lists show them."""
    shown = []
    for one in summaries:
        title, first_name = _who(coach, one.scenario_id, one.person)
        shown.append({
            "id": one.id, "title": title, "first_name": first_name, "when": one.started_at, "level": one.level.value,
            "branch": bool(one.branch_of), "erred": one.erred, "replies": one.replies, "ended": one.ended_at is not None,
            "how": ENDINGS[one.ending] if one.ending else "not finished",
            "empathy": None if one.empathy is None else round(one.empathy),
            "selling": None if one.selling is None else round(one.selling)})
    return shown


def taken(coach: Coach) -> str:
    """What the language model took today (UTC), in a sentence; empty where none is at work."""
    if coach.engine is not Engine.MODEL:
        return ""
    now = datetime.now(UTC)
    found = coach.records.usage(UsageBy.DAY, since=now.replace(hour=0, minute=0, second=0, microsecond=0))
    if not found:
        return "The language model took nothing today."
    today = found[0]  # the newest; after midnight there may be two
    cost = f"about ${today.dollars:.2f}" if today.dollars >= _A_CENT else "less than a cent"
    price = f", {cost} by the prices of {coach.ledger.prices.as_of:%d %B %Y}" if today.dollars else ""
    return (f"Today the language model took {today.tokens_in + today.tokens_out:,} tokens in {today.calls:,} calls{price}. "
            "The command coach usage tells it by meeting, task and day.")


def _who(coach: Coach, scenario_id: str, person: str) -> tuple[str, str]:
    """Title and first name; of a scenario that is no longer there, its id and a word."""
    try:
        scenario = coach.scenarios.cast(scenario_id, person)
    except CoachError:
        return scenario_id, "a customer"
    return scenario.title, scenario.client.first_name


def debrief_page(coach: Coach, meeting: Meeting, looking: str = "") -> Markup:
    """The whole debrief; `looking` says why a look back is not there yet."""
    scenario = coach.practice.scenario(meeting)
    told = coach.practice.debrief(meeting)
    scored = [(exchange, exchange.score) for exchange in meeting.exchanges if exchange.score is not None]
    empathy = Series("Empathy", "empathy", [score.empathy for _, score in scored])
    selling = Series("Selling", "selling", [score.selling for _, score in scored])
    trust = Series("Trust", "trust", [value * 100 for value in told.score.trust])
    words = {"best": "opened a door", "costly": "cost"}
    def spans(exchange: Exchange) -> tuple[Span, ...]:
        return marked(exchange.reply, exchange.score.told if exchange.score else (), coach.rubric)

    both = coach.practice.compare(meeting)
    marks = [Mark(moment.exchange.number - 1, words[moment.kind.value]) for moment in told.moments]
    return render(
        "debrief", d=told, id=meeting.id, title=scenario.title, client=scenario.client, when=meeting.started_at,
        ended=meeting.ended_at is not None, source=source_words(scored[-1][1].source) if scored else "",
        scores_chart=line_chart("Empathy and selling", (empathy, selling), marks=marks),
        trust_chart=line_chart(f"{scenario.client.first_name}’s trust", (trust,), first=0) if scored else Markup(""),
        moments=[(moment, spans(moment.exchange)) for moment in told.moments],
        conversation=[(exchange, spans(exchange)) for exchange in meeting.exchanges], both=both,
        lapses=meeting.lapses, look_back=meeting.look_back, looking=looking)

