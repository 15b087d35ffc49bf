"""`coach meetings`: what was practised; list it, read it, export it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli import view
from coach.cli.app import App, pass_app
from coach.cli.files import write_new
from coach.cli.terminal import plain, say, table
from coach.customer.scenario import Scenario
from coach.domain import Meeting
from coach.errors import CoachError, InputError
from coach.review import to_json, to_markdown

if TYPE_CHECKING:
    from coach.records import MeetingSummary

_HEADS = ("ID", "BEGUN", "SCENARIO", "REPLIES", "EMPATHY", "SELLING", "STATE")


@click.group()
def meetings() -> None:
    """The meetings that were practised."""


@meetings.command("list")
@click.option("--unfinished", is_flag=True, help="Only those that can go on.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many at most, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_app
def list_meetings(app: App, unfinished: bool, limit: int, as_json: bool) -> None:
    """List the meetings, newest first."""
    found = app.coach.records.list(trainee=app.trainee, unfinished=True if unfinished else None, limit=limit)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2, default=lambda moment: moment.isoformat()))
    elif found:
        click.echo(table([_row(one) for one in found], _HEADS, right=(3, 4, 5)))
    else:
        say("There are no meetings that can go on." if unfinished else
            "There are no meetings yet. `coach chat` begins one; `coach scenario list` shows which there are.")


@meetings.command("show")
@click.argument("meeting_id", metavar="ID")
@pass_app
def show(app: App, meeting_id: str) -> None:
    """Print a meeting's transcript with its scores."""
    meeting = app.meeting(meeting_id)
    scenario = _scenario(app, meeting)
    name = scenario.client.first_name if scenario else "Customer"
    title = scenario.title if scenario else meeting.scenario_id
    begun = f"{meeting.started_at.astimezone():%d %B %Y, %H:%M}"
    say(f"{title}, begun {begun}; {view.state_of(meeting)}; seed {meeting.seed}")
    for exchange in meeting.exchanges:
        if exchange.number > 0:
            view.spoken(f"You, reply {exchange.number}", exchange.reply)
        view.coaching(exchange, app.coach.rubric)
        view.spoken(name, exchange.line)
        if exchange.lapses:
            say(f"The customer erred here: {', '.join(exchange.lapses)}. Take the scores lightly.", "  ! ")


@meetings.command("export")
@click.argument("meeting_id", metavar="ID")
@click.option("--format", "form", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True,
              help="Markdown to read, JSON with everything that is kept.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write to FILE, which must not be there yet, in place of the terminal.")
@pass_app
def export(app: App, meeting_id: str, form: str, out: Path | None) -> None:
    """Export a meeting."""
    meeting = app.meeting(meeting_id)
    if form == "json":
        # Every character beyond ASCII escaped: verbatim for a machine, and harmless on any terminal.
        text = json.dumps(to_json(meeting), indent=2) + "\n"
    else:
        scenario = _scenario(app, meeting)
        text = to_markdown(meeting, scenario.title if scenario else meeting.scenario_id,
                           scenario.client.name if scenario else "Customer", lambda b: view.label(app.coach.rubric, b))
    if out is None:
        click.echo(plain(text), nl=False)
        return
    write_new(out, text)
    say(f"Wrote {out}.", err=True)


@meetings.command("branch")
@click.argument("meeting_id", metavar="ID")
@click.argument("number", metavar="N", type=click.IntRange(min=1))
@pass_app
def branch(app: App, meeting_id: str, number: int) -> None:
    """Go back to before reply N of a meeting.

    A second meeting begins there, to answer otherwise; the first stays as it is.
    """
    made = app.coach.practice.branch(app.meeting(meeting_id).id, app.trainee, number - 1)
    say(f"Meeting {made.id} is the same up to there. To go on: coach chat --resume {made.id}")


@meetings.command("compare")
@click.argument("meeting_id", metavar="ID")
@pass_app
def compare(app: App, meeting_id: str) -> None:
    """Show a branch beside the meeting that it left."""
    meeting = app.meeting(meeting_id)
    both = app.coach.practice.compare(meeting)
    if both is None:
        raise InputError(f"Meeting {meeting_id} is no branch of another; `coach meetings branch` makes one.")
    say(f"Both meetings are one up to reply {meeting.branch_at}.")
    for number, row in enumerate(both.rows, start=meeting.branch_at + 1):
        for name, exchange in zip(("before", "now"), row, strict=True):
            if exchange is None:
                view.spoken(f"Reply {number}, {name}", "(over by then)")
                continue
            view.spoken(f"Reply {number}, {name}: trust {exchange.state.trust * 100:.0f}", exchange.reply)
            say(exchange.line, "  > ")


def _row(one: "MeetingSummary") -> tuple[str, ...]:
    state = "can go on" if one.ended_at is None else f"ended {one.ending}" if one.ending else "ended"
    empathy, selling = (("-" if mean is None else f"{mean:.0f}") for mean in (one.empathy, one.selling))
    state += ", the customer erred" if one.erred else ""
    begun = f"{one.started_at.astimezone():%Y-%m-%d %H:%M}"
    return one.id, begun, one.scenario_id, str(one.replies), empathy, selling, state


def _scenario(app: App, meeting: Meeting) -> Scenario | None:
    """The scenario; None where it is gone or can not be read, since an old meeting can be read without it."""
    try:
        return app.coach.scenarios.cast(meeting.scenario_id, meeting.person)
    except CoachError:
        return None
