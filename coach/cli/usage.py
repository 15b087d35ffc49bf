"""`coach usage`: what calls to the language model took, in tokens and by the price list."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click

from coach.cli.app import App, pass_app
from coach.cli.terminal import say, table
from coach.domain import Usage, UsageBy

_HEADS = ("CALLS", "IN", "CACHED", "OUT", "DOLLARS")


@click.command()
@click.option("--by", type=click.Choice([by.value for by in UsageBy]), default=UsageBy.DAY.value, show_default=True,
              help="What is summed up; `reply` wants --meeting.")
@click.option("--meeting", "meeting_id", default="", metavar="ID", help="Of one meeting alone.")
@click.option("--days", type=click.IntRange(1), metavar="N", help="Of the last N days (UTC), today among them.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_app
def usage(app: App, by: str, meeting_id: str, days: int | None, as_json: bool) -> None:
    """What the language model took, in tokens and US dollars.

    Tokens are those that the endpoint counted; where it counts none, coach estimates. Dollars go by the list of prices in
    force when the call was made.
    """
    if by == UsageBy.REPLY and not meeting_id:
        raise click.UsageError("By reply it is told of one meeting: give --meeting ID.")
    if meeting_id:
        app.meeting(meeting_id)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = None if days is None else today - timedelta(days=days - 1)
    found = app.coach.records.usage(UsageBy(by), meeting_id=meeting_id, since=since)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2))
    elif not found:
        say("No call to a language model is on record here.")
    else:
        click.echo(table([_row(one) for one in found], (by.upper(), *_HEADS), right=(1, 2, 3, 4, 5)))
        _told_apart(app, found)


def _row(one: Usage) -> tuple[str, ...]:
    unpriced = one.unpriced == one.calls
    return (one.name or "-", f"{one.calls:,}", f"{one.tokens_in:,}", f"{one.tokens_cached:,}", f"{one.tokens_out:,}",
            "no price" if unpriced else f"{one.dollars:.4f}")


def _told_apart(app: App, found: tuple[Usage, ...]) -> None:
    """Where figures are less than they seem."""
    prices = app.coach.ledger.prices
    calls, estimated, unpriced = (sum(figures) for figures in zip(
        *((one.calls, one.estimated, one.unpriced) for one in found), strict=True))
    say()
    say(f"Prices as of {prices.as_of:%d %B %Y}: {prices.source}")
    if estimated:
        say(f"Of {calls:,} calls the tokens of {estimated:,} are coach's estimate, as the endpoint did not count them.")
    if unpriced:
        say(f"Of {calls:,} calls {unpriced:,} went to models without a price; dollars are without them. COACH_PRICES names a "
            "list of your own.")
