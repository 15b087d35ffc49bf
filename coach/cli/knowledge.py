"""`coach knowledge`: the search over the knowledge cards."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from coach.cli.app import App, pass_app
from coach.cli.terminal import Bar, say

if TYPE_CHECKING:
    from coach.knowledge import Hit


@click.group()
def knowledge() -> None:
    """The knowledge cards and the search over them."""


@knowledge.command("index")
@pass_app
def index(app: App) -> None:
    """Bring the search index up to date.

    Only what has changed is embedded again; with nothing changed there is nothing to do.
    """
    bar = Bar("Passages")
    report = app.coach.index(bar)
    bar.clear()
    if report.rebuilt:
        say(report.rebuilt, err=True)
    if not report.added and not report.removed:
        say(f"The search index is current: {report.kept} passages.")
    else:
        say(f"Built the search index in {report.seconds:.1f} s: {report.added} passages new or changed, {report.kept} "
            f"kept, {report.removed} removed.")


@knowledge.command("search")
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True, help="How many passages at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_app
def search(app: App, query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find the passages that answer QUERY, best first.

    Where even the nearest is too far from the question, there is no answer, and coach says so.
    """
    words = " ".join(query)
    hits = app.ready().library.search(words, limit=limit)
    if as_json:
        found = {"query": words, "answered": bool(hits), "hits": [_as_json(hit) for hit in hits]}
        click.echo(json.dumps(found, indent=2))
        return
    if not hits:
        say("No answer: the cards have nothing near enough to that question.")
    for number, hit in enumerate(hits, start=1):
        cited = hit.citation
        say(f"{cited.title} ({cited.framework})", f"{number}. ")
        say(cited.text, "   ")
        say(f"{cited.source}, {cited.author}; passage {cited.chunk_id}, cosine {hit.cosine:.2f}", "   — ")
        say()


def _as_json(hit: "Hit") -> dict[str, object]:
    return {**asdict(hit.citation), "score": hit.score, "cosine": hit.cosine, "bm25_rank": hit.bm25_rank}
