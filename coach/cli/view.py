"""A meeting as text in a terminal: what was said, what the coach saw in it, the debrief."""

from typing import TYPE_CHECKING

import click

from coach.cli.terminal import one_line, plain, say
from coach.coaching.words import ENDINGS
from coach.domain import PLAIN, Event, Exchange, Meeting, Tip
from coach.scoring.rubric import Rubric, Side

if TYPE_CHECKING:
    from coach.coaching.debrief import ClueStory, Debrief
    from coach.coaching.secrets import Opened

_SIGNS = {Side.PERSON: "+", Side.CRAFT: "·", Side.DEAL: "−"}
_EVENTS = {Event.DEAL_BEFORE_PERSON: "The deal came before the person."}
_ASIDE = "    "


def label(rubric: Rubric, behaviour: str) -> str:
    """What a trainee reads for `behaviour`; its id where the rubric in force does not know it."""
    return rubric.label(behaviour) if behaviour in rubric.behaviours else behaviour.replace("_", " ")


def state_of(meeting: Meeting) -> str:
    """Whether the meeting goes on, and how it ended."""
    if meeting.ended_at is None:
        return "not ended yet"
    return ENDINGS[meeting.ending] if meeting.ending else "ended"


def spoken(who: str, text: str) -> None:
    """Somebody's words under their name."""
    say()
    click.echo(click.style(one_line(who), bold=True))
    say(text, "  ")


def coaching(exchange: Exchange, rubric: Rubric) -> None:
    """The two scores of a reply, the words that made them, and the tip; nothing where it has none."""
    score = exchange.score
    if score is None:
        return
    say()
    say(f"Empathy {score.empathy}   Selling {score.selling}   (of 100)", _ASIDE)
    for seen in score.told:
        sign = _SIGNS[rubric.side(seen.behaviour)] if seen.behaviour in rubric.behaviours else "·"
        about = f", in answer to “{one_line(seen.about)}”" if seen.about else ""
        perhaps = "" if seen.confidence >= PLAIN else "perhaps "
        say(f"you {perhaps}{label(rubric, seen.behaviour)}: “{one_line(seen.quote)}”{about}", f"{_ASIDE}{sign} ")
    if not score.told:
        say("Nothing stood out, to either side.", f"{_ASIDE}· ")
    for event in score.events:
        say(_EVENTS.get(event, event.value), f"{_ASIDE}! ")
    if score.note:
        say(score.note, f"{_ASIDE}? ")
    if exchange.tip:
        tip(exchange.tip, f"{_ASIDE}Tip: ")


def tip(one: Tip, head: str) -> None:
    """A tip and the card that it rests on."""
    say(one.text, head)
    cited = one.citation
    say(f"“{cited.title}”, {cited.source}, {cited.author}", " " * len(head) + "— ")


def debrief(told: "Debrief", name: str) -> None:
    """The debrief; `name` is the customer's first name."""
    score = told.score
    say()
    click.echo(click.style("Debrief", bold=True))
    say(told.headline)
    if not score.replies:
        return
    say()
    counted = "1 reply" if score.replies == 1 else f"{score.replies} replies"
    say(f"Empathy {_figure(score.empathy)}   Selling {_figure(score.selling)}   (of 100, mean of {counted})")
    opened = "" if score.open_share is None else f", {score.open_share:.0%} of them open"
    asked = "1 question" if score.questions == 1 else f"{score.questions} questions"
    say(f"Of all words {score.talk_share:.0%} were yours. You asked {asked}{opened}.")
    for moment in told.moments:
        change = f"{moment.trust_change * 100:+.0f}".replace("-", "−")
        did = f": you {moment.did}, “{one_line(moment.said)}”" if moment.did else ""
        say(f"Reply {moment.exchange.number} moved {name}'s trust by {change} of 100{did}", "  • ")
    _part(f"{name}'s clues", [_clue(clue) for clue in told.clues])
    _part(f"{name} told you {len(told.told)} of {len(told.told) + len(told.kept)} things",
          [f"{one.title} ({_after(one)})" for one in told.told])
    if told.kept:
        say()
        left = "One more thing" if len(told.kept) == 1 else f"{len(told.kept)} more things"
        say(f"{left} {name} kept back. What, you may find out by meeting again.")
    if told.goals:
        say()
        say("For next time")
    for goal in told.goals:
        tip(goal, "  • ")


def look_back(meeting: Meeting) -> None:
    """A language model's look back; nothing where there is none."""
    if meeting.look_back is None:
        return
    said = [f"reply {one.reply}, “{one_line(one.quote)}”: {one.said}" for one in meeting.look_back.moments]
    _part(f"Looking back, by the language model {meeting.look_back.model}",
          [*said, f"Next time: {meeting.look_back.following}"])


def _part(head: str, items: list[str] | tuple[str, ...]) -> None:
    if not items:
        return
    say()
    say(head)
    for item in items:
        say(plain(item), "  • ")


def _after(one: "Opened") -> str:
    return f"after reply {one.reply}" if one.reply else "at once"


def _clue(clue: "ClueStory") -> str:
    words = f"“{clue.words}”: " if clue.words else ""
    # What was behind a clue that she never explained stays hers: the next meeting is with her again.
    behind = clue.fact_title if clue.told else "what is behind it was not told"
    return f"{'met' if clue.met else 'missed'}, {words}{behind}"


def _figure(points: int | None) -> str:
    return "-" if points is None else str(points)
