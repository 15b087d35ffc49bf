"""`coach score`: scores for conversations and replies that coach did not run."""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from coach.cli.app import App, pass_app
from coach.cli.score_files import digest_of, keep, targets_of, transcripts_in
from coach.cli.tables import Row, meeting_table, reply_table
from coach.cli.terminal import say
from coach.errors import CoachError, InputError

if TYPE_CHECKING:
    from coach.domain import ReplyScore, Transcript
    from coach.wiring import Coach

# Part of the key of a run; another number where what is read from the same files, or written, becomes another.
_FORM = 2
_PATH = click.Path(path_type=Path, exists=True, readable=True)


@click.command()
@click.argument("path", type=_PATH, required=False)
@click.option("--replies", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="IN.jsonl",
              help="Score single replies instead: a JSON object a line with id, history and reply.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Where the scores go: .jsonl, or .csv with a row a reply and a second .csv with a row a transcript. "
              "Without it: JSON on the terminal.")
@click.option("--trainee", "trainees", multiple=True, metavar="NAME", help="Who is the trainee in the transcripts; repeatable.")
@click.option("--customer", "customers", multiple=True, metavar="NAME", help="Who is the customer; repeatable.")
@click.option("--jobs", type=click.IntRange(1, 32), default=1, show_default=True,
              help="How many at once; of use where a language model judges.")
@pass_app
def score(app: App, path: Path | None, replies: Path | None, out: Path | None, trainees: tuple[str, ...],
          customers: tuple[str, ...], jobs: int) -> None:
    """Score transcripts that coach did not run.

    PATH is a transcript, or a folder of them.

    Transcripts are JSON Lines or tables (CSV, TSV) with speaker and text, or plain text with "Name: what was said". Lines that
    can not be read are told by their number; the rest is scored. A run that was cut off goes on where it stopped when it is
    called again.
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
    from coach.cli.replies import lines_of, read_line  # noqa: PLC0415 - likewise

    keep(out, [replies])
    observer = coach.unhurried_observer

    def do(line: tuple[int, str]) -> list[Row]:
        try:
            given, one = read_line(replies, *line)
        except CoachError as error:
            return [{"problem": str(error)}]
        return [{"id": given, **_of_reply(observer.score(one.transcript, one.reply))}]

    with replies.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    total = sum(1 for _ in lines_of(replies))
    key = f"replies {_FORM} {digest} {coach.observer_key}"
    left_out, tally = 0, _Tally(coach.engine.value)
    with whole(out) as file:
        for row in work_through(lines_of(replies), do, out, key=key, total=total, what="Replies", jobs=jobs):
            if "problem" in row:
                left_out += 1
                say(f"Left out: {row['problem']}", err=True)
            else:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                tally.add([row])
        if not tally.replies:
            raise InputError(f"Nothing in {replies} could be scored." if left_out else f"{replies} is empty.")
    lines = f" {left_out} line{' was' if left_out == 1 else 's were'} left out." if left_out else ""
    say(f"Scored {tally.replies} replies into {out}.{lines}{tally.failures}", err=True)


class _Tally:
    """Counts replies, and those that the embedded engine scored though a language model should have."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self.replies = self._fallen = 0

    def add(self, replies: Sequence[Row]) -> None:
        self.replies += len(replies)
        self._fallen += sum(reply["source"]["engine"] != self._engine for reply in replies)

    @property
    def failures(self) -> str:
        """The end of the closing message where the language model failed, else nothing."""
        if not self._fallen:
            return ""
        return (f" {self._fallen} of {self.replies} replies {'was' if self._fallen == 1 else 'were'} scored by the embedded "
                "engine, because the language model failed.")


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
    found = transcripts_in(path, SUFFIXES, targets_of(out))
    if not found:
        raise InputError(f"There is no transcript in {path}: coach reads {', '.join(SUFFIXES)}.")
    who, scorer, tally = Who(trainees, customers), _Scorer(coach), _Tally(coach.engine.value)

    def do(one: Path) -> list[Row]:
        try:
            conversation = load_conversation(one, who)
        except CoachError as error:
            return [{"problem": str(error)}]
        name = str(one.relative_to(path)) if path.is_dir() else one.name
        name = name.encode(errors="surrogateescape").decode(errors="replace")
        return [{"transcript": name, **scorer(conversation.transcript),
                 "left_out": [{"line": problem.line, "problem": problem.what} for problem in conversation.problems],
                 "doubts": [{"line": doubt.line, "doubt": doubt.what} for doubt in conversation.doubts]}]

    if out is None:
        rows = [row for one in found for row in do(one)]
        for row in rows:
            _tell(row)
            tally.add(row.get("replies", ()))
        scored = [row for row in rows if "problem" not in row]
        click.echo(json.dumps(scored, indent=2, ensure_ascii=False))
        if not scored:
            raise InputError(f"Nothing in {path} could be scored.")
        if tally.failures:
            say(tally.failures.strip(), err=True)
        return
    names = " ".join((*trainees, "/", *customers))
    key = f"transcripts {_FORM} {digest_of(found)} {names} {coach.observer_key}"
    files_scored = 0
    with ExitStack() as files:
        adds = _writers(out, [files.enter_context(whole(target)) for target in targets_of(out)])
        for row in work_through(found, do, out, key=key, total=len(found), what="Transcripts", jobs=jobs):
            _tell(row)
            if "problem" not in row:
                for add in adds:
                    add(row)
                files_scored += 1
                tally.add(row["replies"])
        if not files_scored:
            raise InputError(f"Nothing in {path} could be scored.")
    beside = "".join(f", the figures of each into {target}" for target in targets_of(out)[1:])
    say(f"Scored {files_scored} of {len(found)} transcripts into {out}{beside}.{tally.failures}", err=True)


class _Scorer:
    """Scores a whole conversation: each reply in its place, then the figures over all."""

    def __init__(self, coach: "Coach") -> None:
        self._observer = coach.unhurried_observer
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


def _writers(out: Path, files: Sequence[TextIO]) -> list[Callable[[Row], None]]:
    """Each writes what it has to say of a transcript into its file."""
    from coach.domain import TranscriptScore  # noqa: PLC0415 - as above

    if out.suffix.lower() == ".csv":
        return [reply_table(files[0]), meeting_table(files[1], [each.name for each in fields(TranscriptScore)])]
    return [lambda row: print(json.dumps(row, ensure_ascii=False), file=files[0])]


def _tell(row: Row) -> None:
    """What was left out, or read with doubt, on stderr."""
    if "problem" in row:
        say(f"Left out: {row['problem']}", err=True)
    for one in row.get("left_out", ()):
        say(f"{row['transcript']}, line {one['line']}: {one['problem']}; left out.", err=True)
    for one in row.get("doubts", ()):
        say(f"{row['transcript']}, line {one['line']}: {one['doubt']}.", err=True)
