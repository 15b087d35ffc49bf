"""`coach score`: scores for conversations and replies that coach did not run."""

import csv
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from coach.cli.app import App, pass_app
from coach.cli.terminal import say
from coach.errors import CoachError, InputError

if TYPE_CHECKING:
    from coach.domain import ReplyScore, Transcript
    from coach.wiring import Coach

Row = dict[str, Any]
_CELLS = ("transcript", "reply", "empathy", "selling", "overall", "earned", "confidence", "behaviours", "text")
_PATH = click.Path(path_type=Path, exists=True, readable=True)


@click.command()
@click.argument("path", type=_PATH, required=False)
@click.option("--replies", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="IN.jsonl",
              help="Score single replies instead: a JSON object a line with id, history and reply.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Where the scores go: .jsonl, or .csv with a row a reply. Without it: JSON on the terminal.")
@click.option("--trainee", "trainees", multiple=True, metavar="NAME", help="Who is the trainee in the transcripts; repeatable.")
@click.option("--customer", "customers", multiple=True, metavar="NAME", help="Who is the customer; repeatable.")
@click.option("--jobs", type=click.IntRange(1, 32), default=1, show_default=True,
              help="How many at once; of use where a language model judges.")
@pass_app
def score(app: App, path: Path | None, replies: Path | None, out: Path | None, trainees: tuple[str, ...],
          customers: tuple[str, ...], jobs: int) -> None:
    """Score transcripts that coach did not run.

    PATH is a transcript, or a folder of them.

    Transcripts are JSON Lines or CSV with speaker and text, or plain text with "Name: what was said". Lines that can not be
    read are told by their number; the rest is scored. A run that was cut off goes on where it stopped when it is called again.
    """
    if (path is None) == (replies is None):
        raise click.UsageError("Name a transcript or a folder, or --replies with a file; one of them.")
    if replies is not None:
        if out is None or out.suffix.lower() != ".jsonl":
            raise click.UsageError("--replies needs --out with a file that ends in .jsonl.")
        _score_replies(app.coach, replies, out, jobs)
    elif path is not None:
        _score_transcripts(app.coach, path, out, trainees, customers, jobs)


def _score_replies(coach: "Coach", replies: Path, out: Path, jobs: int) -> None:
    from coach.cli.batch import whole, work_through  # noqa: PLC0415 - as everywhere here: --help does without
    from coach.evals.labels import read_reply  # noqa: PLC0415 - likewise

    problems: list[str] = []
    observer = coach.observer

    def do(line: tuple[int, str]) -> list[Row]:
        number, text = line
        try:
            one = read_reply(replies, number, text)
        except CoachError as error:
            return [{"problem": str(error)}]
        return [{"id": one.id, **_of_reply(observer.score(one.transcript, one.reply))}]

    with replies.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    with replies.open(encoding="utf-8", errors="replace") as lines:
        total = sum(bool(line.strip()) for line in lines)
    key = f"replies {digest} {coach.observer_key}"
    written = 0
    with whole(out) as file, replies.open(encoding="utf-8", errors="replace") as lines:
        numbered = ((n, line) for n, line in enumerate(lines, start=1) if line.strip())
        for row in work_through(numbered, do, out, key=key, total=total, what="Replies", jobs=jobs):
            if "problem" in row:
                problems.append(str(row["problem"]))
                say(f"Left out: {row['problem']}", err=True)
            else:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                written += 1
        if not written:
            raise InputError(f"Nothing in {replies} could be scored." if problems else f"{replies} is empty.")
    say(f"Scored {written} replies into {out}." + (f" {len(problems)} lines were left out." if problems else ""), err=True)


def _of_reply(score: "ReplyScore") -> Row:
    """A score as a row of the result; the weight of an observation is how much it counts, 0 to 1."""
    points = {part.behaviour: part for part in score.contributions}
    return {
        "empathy": score.empathy, "selling": score.selling, "overall": score.overall, "earned": score.earned,
        "confidence": score.confidence,
        "observations": [
            {"behaviour": str(seen.behaviour), "quote": seen.quote, "weight": seen.confidence, "start": seen.start,
             "about": seen.about, "empathy": round(points[seen.behaviour].empathy, 1),
             "selling": round(points[seen.behaviour].selling, 1)} for seen in score.observations],
        "events": [event.value for event in score.events], "note": score.note, "reason": score.reason,
        "source": asdict(score.source)}


def _score_transcripts(coach: "Coach", path: Path, out: Path | None, trainees: Sequence[str], customers: Sequence[str],
                       jobs: int) -> None:
    from coach.cli.batch import whole, work_through  # noqa: PLC0415 - as above
    from coach.review.transcripts import SUFFIXES, Who, load_conversation  # noqa: PLC0415 - likewise

    if out is not None and out.suffix.lower() not in (".jsonl", ".csv"):
        raise click.UsageError("--out needs a file that ends in .jsonl or .csv.")
    found = sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES) if path.is_dir() else [path]
    found = [one for one in found if out is None or one.resolve() != out.resolve()]
    if not found:
        raise InputError(f"There is no transcript in {path}: coach reads {', '.join(SUFFIXES)}.")
    who = Who(trainees, customers)
    scorer = _Scorer(coach)

    def do(one: Path) -> list[Row]:
        name = str(one.relative_to(path)) if path.is_dir() else one.name
        try:
            conversation = load_conversation(one, who)
        except CoachError as error:
            return [{"transcript": name, "problem": str(error)}]
        problems = [{"line": problem.line, "problem": problem.what} for problem in conversation.problems]
        return [{"transcript": name, **scorer(conversation.transcript), "left_out": problems}]

    if out is None:
        rows = [row for one in found for row in do(one)]
        _tell(rows)
        click.echo(json.dumps([row for row in rows if "problem" not in row], indent=2, ensure_ascii=False))
        if all("problem" in row for row in rows):
            raise InputError(f"Nothing in {path} could be scored.")
        return
    names = " ".join((*trainees, "/", *customers))
    key = f"transcripts {_digest(found)} {names} {coach.observer_key}"
    with whole(out) as file:
        add = _as_csv(file) if out.suffix.lower() == ".csv" else _as_jsonl(file)
        scored = 0
        for row in work_through(found, do, out, key=key, total=len(found), what="Transcripts", jobs=jobs):
            _tell([row])
            if "problem" not in row:
                add(row)
                scored += 1
        if not scored:
            raise InputError(f"Nothing in {path} could be scored.")
    say(f"Scored {scored} of {len(found)} transcripts into {out}.", err=True)


def _digest(paths: Sequence[Path]) -> str:
    """Names and contents, so that a changed transcript is not taken for the one that was scored."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path).encode(errors="replace") + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


class _Scorer:
    """Scores a whole conversation: each reply in its place, then the figures over all."""

    def __init__(self, coach: "Coach") -> None:
        self._observer = coach.observer
        self._coverage = coach.coverage

    def __call__(self, transcript: "Transcript") -> Row:
        from coach.domain import Speaker, Transcript  # noqa: PLC0415 - as above
        from coach.scoring.events import in_order  # noqa: PLC0415 - likewise
        from coach.scoring.meeting_score import score_transcript  # noqa: PLC0415 - likewise

        scores: list[ReplyScore] = []
        replies: list[Row] = []
        for place, turn in enumerate(transcript.turns):
            if turn.speaker is Speaker.TRAINEE:
                one = in_order(scores, self._observer.score(Transcript(transcript.turns[:place]), turn.text))
                scores.append(one)
                replies.append({"reply": len(scores), "text": turn.text, **_of_reply(one)})
        return {"score": asdict(score_transcript(transcript, scores, self._coverage)), "replies": replies}


def _as_jsonl(file: TextIO) -> Callable[[Row], None]:
    def add(row: Row) -> None:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")

    return add


def _as_csv(file: TextIO) -> Callable[[Row], None]:
    writer = csv.DictWriter(file, _CELLS, extrasaction="ignore")
    writer.writeheader()

    def add(row: Row) -> None:
        for reply in row["replies"]:
            seen = " ".join(one["behaviour"] for one in reply["observations"])
            writer.writerow({"transcript": row["transcript"], **reply, "behaviours": seen, "text": _harmless(reply["text"])})

    return add


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def _tell(rows: Sequence[Row]) -> None:
    """What was left out, on stderr."""
    for row in rows:
        if "problem" in row:
            say(f"Left out: {row['problem']}", err=True)
        for one in row.get("left_out", ()):
            say(f"{row['transcript']}, line {one['line']}: {one['problem']}; left out.", err=True)
