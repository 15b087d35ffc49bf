"""`coach knowledge`: the library, and the search over it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coach.cli.app import App, pass_app
from coach.cli.terminal import Bar, say
from coach.errors import ConflictError, InputError

if TYPE_CHECKING:
    from coach.knowledge import Filters, Hit

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, readable=True)
_HITS = 5
_BATCH_HITS = 10


@click.group()
def knowledge() -> None:
    """The library of knowledge cards and your own documents."""


@knowledge.command("index")
@pass_app
def index(app: App) -> None:
    """Bring the search index up to date.

    Only what has changed is embedded again; with nothing changed there is nothing to do.
    """
    _index(app)


@knowledge.command("search")
@click.argument("query", nargs=-1)
@click.option("--limit", type=click.IntRange(1, 50), help="How many passages at most.  [default: 5; with --batch 10]")
@click.option("--framework", multiple=True, metavar="NAME", help="Only cards of it; may be given again.")
@click.option("--behaviour", multiple=True, metavar="ID", help="Only cards that help with it; likewise.")
@click.option("--scenario", multiple=True, metavar="ID", help="Only cards put to the test in it; likewise.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--batch", type=_FILE, metavar="IN.jsonl", help="Search for many: a JSON object a line with id and text.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT.jsonl",
              help="Where the answers to --batch go, a line each, in order.")
@pass_app
def search(app: App, /, query: tuple[str, ...], limit: int | None, *, as_json: bool, batch: Path | None, out: Path | None,
           **only: tuple[str, ...]) -> None:
    """Find the passages that answer QUERY, best first.

    Where even the nearest is too far from the question, there is no answer, and coach says so.
    """
    filters = _filters(app, only)
    if batch is not None:
        if query or as_json or out is None:
            raise click.UsageError("--batch takes its questions from the file and needs --out; no QUERY and no --json.")
        _batch(app, batch, out, limit or _BATCH_HITS, filters)
        return
    if not query or out is not None:
        raise click.UsageError("Name a QUERY, or --batch with --out.")
    words = " ".join(query)
    hits = app.ready().library.search(words, limit=limit or _HITS, filters=filters)
    if as_json:
        found = {"query": words, "answered": bool(hits), "hits": [_as_json(hit) for hit in hits]}
        click.echo(json.dumps(found, indent=2))
        return
    if not hits:
        say("No answer: the library has nothing near enough to that question.")
    for number, hit in enumerate(hits, start=1):
        cited = hit.citation
        say(f"{cited.title} ({cited.framework})" if cited.framework else cited.title, f"{number}. ")
        say(cited.text, "   ")
        say(f"{cited.source}, {cited.author}; passage {cited.chunk_id}, cosine {hit.cosine:.2f}", "   — ")
        say()


@knowledge.command("list")
@pass_app
def list_command(app: App) -> None:
    """Show the cards, and your own documents."""
    off = app.coach.shelf.off()
    for card in app.coach.cards:
        say(f"{card.id:<28}{card.framework}{'  (switched off)' if card.id in off else ''}")
    documents = app.coach.shelf.documents()
    say()
    say("Your own documents:" if documents else "No documents of your own yet; `coach knowledge add FILE` brings one in.")
    for document in documents:
        pages = f"{document.pages} pages, " if document.pages else ""
        say(f"{document.id}: {document.title} ({document.source}, {pages}{document.passages} passages), added by "
            f"{document.added_by} on {document.added_at[:10]}", "  ")


@knowledge.command("add")
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="FILE...")
@click.option("--title", metavar="TEXT", default="", help="As it is to be shown; for one file. Without it the file's name.")
@pass_app
def add(app: App, files: tuple[Path, ...], title: str) -> None:
    """Bring your own documents into the library.

    Markdown, text, HTML, PDF, Word and PowerPoint files. A file that can not be read is told; the others are brought in.
    """
    if title and len(files) > 1:
        raise click.UsageError("--title is for one file.")
    failed: list[str] = []
    for path in files:
        try:
            document = app.coach.shelf.add(path, by=app.trainee, title=title)
        except (InputError, ConflictError) as error:
            failed.append(str(error))
            say(str(error), err=True)
            continue
        say(f"Added {document.id}: {document.passages} passages.")
    _index(app)
    if failed:
        raise InputError(f"{len(failed)} of {len(files)} files could not be brought in; see above.")


@knowledge.command("remove")
@click.argument("document_id", metavar="ID")
@pass_app
def remove(app: App, document_id: str) -> None:
    """Take a document of your own out of the library."""
    app.coach.shelf.remove(document_id)
    say(f"Removed {document_id}.")
    _index(app)


@knowledge.command("off")
@click.argument("card_id", metavar="CARD")
@pass_app
def off_command(app: App, card_id: str) -> None:
    """Switch a built-in card off: it is found and cited no more."""
    _switch(app, card_id, on=False)


@knowledge.command("on")
@click.argument("card_id", metavar="CARD")
@pass_app
def on_command(app: App, card_id: str) -> None:
    """Switch a built-in card on again."""
    _switch(app, card_id, on=True)


def _switch(app: App, card_id: str, *, on: bool) -> None:
    word = "on" if on else "off"
    if app.coach.shelf.switch(app.coach.cards, card_id, on=on):
        say(f"{card_id} is switched {word}.")
    else:
        say(f"{card_id} is {word} already.")
    _index(app)


def _index(app: App) -> None:
    bar = Bar("Passages")
    report = app.coach.index(bar)
    bar.clear()
    if report.rebuilt:
        say(report.rebuilt, err=True)
    if not report.added and not report.removed:
        say(f"The search index is current: {report.kept} passages and questions.")
    else:
        say(f"Built the search index in {report.seconds:.1f} s: {report.added} passages and questions new or changed, "
            f"{report.kept} kept, {report.removed} removed.")


def _filters(app: App, only: Mapping[str, tuple[str, ...]]) -> "Filters":
    from coach.knowledge import Filters  # noqa: PLC0415 - as everywhere here: --help does without

    cards = app.coach.cards
    known = {"framework": {card.framework for card in cards},
             "behaviour": {one for card in cards for one in card.behaviours},
             "scenario": {one for card in cards for one in card.scenarios}}
    for what, there in known.items():
        for name in only[what]:
            if name not in there:
                near = get_close_matches(name, there, n=1)
                hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(sorted(there))}."
                raise InputError(f"No card has the {what} {name!r}. {hint}")
    return Filters(behaviours=only["behaviour"], frameworks=only["framework"], scenarios=only["scenario"])


def _batch(app: App, batch: Path, out: Path, limit: int, filters: "Filters") -> None:
    from coach.cli.batch import whole  # noqa: PLC0415 - as everywhere here: --help does without
    from coach.cli.questions import Question, questions_in  # noqa: PLC0415 - likewise
    from coach.cli.score_files import keep  # noqa: PLC0415 - likewise

    keep(out, [batch])
    questions = list(questions_in(batch))
    for fault in questions:
        if not isinstance(fault, Question):
            say(f"Left out: {fault}", err=True)
    asked = [one for one in questions if isinstance(one, Question)]
    if not asked:
        raise InputError(f"There is no question in {batch} that could be searched for.")
    library = app.ready().library
    bar = Bar("Questions")
    answered = 0
    with whole(out) as file:
        for done, question in enumerate(asked, start=1):
            hits = library.search(question.text, limit=limit, filters=filters)
            answered += bool(hits)
            file.write(json.dumps({
                "id": question.id, "answered": bool(hits),
                "hits": [{"chunk": hit.citation.chunk_id, "card": hit.citation.card_id, "framework": hit.citation.framework,
                          "score": round(hit.score, 6)} for hit in hits]}, ensure_ascii=False) + "\n")
            bar(done, len(asked))
    bar.clear()
    left_out = len(questions) - len(asked)
    lines = f" {left_out} line{' was' if left_out == 1 else 's were'} left out." if left_out else ""
    say(f"Searched for {len(asked)} questions, of which {answered} have an answer, into {out}.{lines}", err=True)


def _as_json(hit: "Hit") -> dict[str, object]:
    return {**asdict(hit.citation), "score": hit.score, "cosine": hit.cosine, "bm25_rank": hit.bm25_rank}
