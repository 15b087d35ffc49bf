"""`coach score` and its files: nothing it reads is lost, no file of a folder stops it, its tables say all."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from coach.cli.tables import harmless
from tests.cli.conftest import Run

CALL = ("Customer: We've been bought.\nTrainee: That is big news. How are you taking it?\nCustomer: Bad.\n"
        "Trainee: Our tool saves 20%.\n")


def replies_of(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines))
    return path


def flat(done: Result) -> str:
    return " ".join(done.stderr.split())


def reply(id_: object, text: str = "How are you?") -> str:
    return json.dumps({"id": id_, "history": [], "reply": text})


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class TestReplies:
    """Lines of replies that are wrong, and what is as it came."""

    def test_ids_come_back_as_they_came(self, run: Run, tmp_path: Path) -> None:
        ids = [7, "7", 1.5, -3, 10**30, "", "é"]
        out = tmp_path / "out.jsonl"
        done = run("score", "--replies", str(replies_of(tmp_path / "in.jsonl", *map(reply, ids))), "--out", str(out))
        assert done.exit_code == 0
        found = [json.loads(line)["id"] for line in out.read_text("utf-8").splitlines()]
        assert [(type(one), one) for one in found] == [(type(one), one) for one in ids]

    def test_the_mark_of_utf8_drops_no_line(self, run: Run, tmp_path: Path) -> None:
        out, file = tmp_path / "out.jsonl", replies_of(tmp_path / "in.jsonl", b"\xef\xbb\xbf" + reply("a").encode(), reply("b"))
        assert "Scored 2 replies" in flat(run("score", "--replies", str(file), "--out", str(out)))

    @pytest.mark.parametrize("jobs", ["1", "3"])
    @pytest.mark.parametrize(("bad", "told"), [
        (reply("x", "caf*").encode().replace(b"*", b"\xe9"), "line 2: not UTF-8"),
        (b'{"id": "x", "history": ' + b"[" * 100_000, "line 2: JSON that is nested too deeply"),
        (b'{"id": ' + b"9" * 5000 + b', "history": [], "reply": "Hi."}', "line 2: a number has too many digits"),
        (reply("x", "\ud83d"), "line 2: half a character"),
        (b'{"id": true, "history": [], "reply": "Hi."}', "line 2: id"),
        (b"\xef\xbb\xbf{}", "line 2: not JSON"),
    ])
    def test_a_line_that_can_not_be_read_is_that_lines_problem(self, run: Run, tmp_path: Path, bad: str | bytes, told: str,
                                                              jobs: str) -> None:
        file, out = replies_of(tmp_path / "in.jsonl", reply("a"), bad, reply("b")), tmp_path / "out.jsonl"
        done = run("score", "--replies", str(file), "--out", str(out), "--jobs", jobs)
        assert done.exit_code == 0, done.output
        assert [json.loads(line)["id"] for line in out.read_text("utf-8").splitlines()] == ["a", "b"]
        assert told in flat(done)
        assert "Scored 2 replies" in flat(done)
        assert "1 line was left out" in flat(done)

    @pytest.mark.parametrize("link", [None, Path.symlink_to, Path.hardlink_to])
    def test_what_is_read_is_not_written_over(self, run: Run, tmp_path: Path, link: object) -> None:
        file = out = replies_of(tmp_path / "in.jsonl", reply("a"))
        if callable(link):
            out = tmp_path / "out.jsonl"
            link(out, file)
        before = file.read_bytes()
        done = run("score", "--replies", str(file), "--out", str(out))
        assert done.exit_code == 2
        assert "name another file" in flat(done)
        assert file.read_bytes() == before

    @pytest.mark.parametrize("end", ["part", "new"])
    def test_nor_where_it_is_written_on_the_way(self, run: Run, tmp_path: Path, end: str) -> None:
        file = replies_of(tmp_path / f"out.jsonl.{end}", reply("a"))
        for given in (("--replies", str(file)), (str(file),)):
            assert run("score", *given, "--out", str(tmp_path / "out.jsonl")).exit_code == 2
        assert file.read_bytes()


class TestTranscripts:
    """Folders with everything in them."""

    @pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
    def test_a_transcript_is_not_written_over(self, run: Run, tmp_path: Path, suffix: str) -> None:
        file = tmp_path / f"call{suffix}"
        file.write_text('{"role": "trainee", "text": "Hi."}\n' if suffix == ".jsonl" else "role,text\ntrainee,Hi.\n", "utf-8")
        before = file.read_bytes()
        for path in (file, tmp_path):  # alone, or one of a folder
            done = run("score", str(path), "--out", str(file))
            assert done.exit_code == 2
            assert "name another file" in flat(done)
            assert file.read_bytes() == before

    def test_nor_by_the_table_of_meetings(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "call.meetings.csv"
        file.write_text("role,text\ntrainee,Hi.\n", "utf-8")
        assert run("score", str(file), "--out", str(tmp_path / "call.csv")).exit_code == 2
        assert file.read_text("utf-8").startswith("role")

    @pytest.mark.parametrize("name", ["scores.csv", "scores.jsonl"])
    def test_an_earlier_result_in_the_folder_is_neither_read_nor_refused(self, run: Run, tmp_path: Path, name: str) -> None:
        (tmp_path / "call.txt").write_text(CALL, "utf-8")
        first, second = (run("score", str(tmp_path), "--out", str(tmp_path / name)) for _ in range(2))
        assert (first.exit_code, second.exit_code) == (0, 0)
        assert "Scored 1 of 1 transcripts" in flat(second)

    @pytest.mark.parametrize("out", [None, "out.csv", "out.jsonl"])
    def test_nothing_in_a_folder_stops_the_run(self, run: Run, tmp_path: Path, out: str | None,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
        folder = tmp_path / "calls"
        (folder / "notes.md").mkdir(parents=True)
        (folder / "notes.md" / "deep.txt").write_text(CALL, "utf-8")
        (folder / "a.txt").write_text(CALL, "utf-8")
        (folder / "b.txt").symlink_to("nowhere")
        (folder / "c.txt").symlink_to("c.txt")
        (folder / "d.txt").write_text(CALL, "utf-8")
        _unreadable(monkeypatch, folder / "d.txt")
        done = run("score", str(folder), *(("--out", str(tmp_path / out)) if out else ()))
        assert done.exit_code == 0, done.output
        for name in "bcd":
            assert f"{name}.txt, line 1: the file can not be read" in flat(done)
        if out is None:
            assert [row["transcript"] for row in json.loads(done.stdout)] == ["a.txt", "notes.md/deep.txt"]
        else:
            assert "Scored 2 of 5 transcripts" in flat(done)

    def test_a_name_that_is_not_utf8(self, run: Run, tmp_path: Path) -> None:
        folder, out = tmp_path / "calls", tmp_path / "out.csv"
        folder.mkdir()
        for name in ("caf\udce9.txt", "bad\udce9.csv"):
            (folder / name).write_text(CALL, "utf-8")
        assert run("score", str(folder), "--out", str(out)).exit_code == 0
        assert [row["transcript"] for row in table(out)] == ["caf\ufffd.txt"] * 2

    def test_lines_left_out_and_lines_in_doubt_are_told(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "call.txt"
        path.write_bytes(CALL.encode() + b"Budget: none.\nCustomer: Caf\xe9.\n")
        done = run("score", str(path))
        assert "call.txt, line 5: 'Budget' is not known; taken as what the one before goes on to say." in flat(done)
        assert "call.txt, line 6: not UTF-8 (the whole turn); left out." in flat(done)
        [row] = json.loads(done.stdout)
        assert [one["line"] for one in row["left_out"]] == [6]
        assert [one["line"] for one in row["doubts"]] == [5]


class TestTables:
    """What `--out` writes as CSV."""

    def test_the_figures_of_the_meetings_stand_beside_the_replies(self, run: Run, tmp_path: Path) -> None:
        folder, out = tmp_path / "calls", tmp_path / "scores.csv"
        folder.mkdir()
        (folder / "a.txt").write_text(f"Notes\n{CALL}", "utf-8")
        (folder / "b.txt").write_text("Trainee: Hi.\n", "utf-8")
        done = run("score", str(folder), "--out", str(out))
        assert done.exit_code == 0, done.output
        told = "".join(flat(done).split())  # a path may be wrapped anywhere
        assert f"into{out},thefiguresofeachinto{tmp_path / 'scores.meetings.csv'}." in told
        first, second = table(tmp_path / "scores.meetings.csv")
        figures = json.loads(run("score", str(folder)).stdout)[0]["score"]
        assert set(first) == {"transcript", "left_out", *figures}
        for name in ("replies", "empathy", "talk_share", "questions", "question_rate", "vendor_share", "first_pitch"):
            assert float(first[name]) == pytest.approx(figures[name], abs=0.001), name
        assert first["stages"] == "; ".join(
            f"{one['stage']}: empathy {one['empathy']}, selling {one['selling']}" for one in figures["stages"])
        assert first["passed_over"] == str(len(figures["passed_over"]))
        assert first["steps"] == "; ".join(one["topic"] for one in figures["steps"])
        assert (first["left_out"], second["left_out"]) == ("1", "0")
        assert (second["open_share"], second["first_pitch"]) == ("", "")
        assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob("*.new"))

    def test_the_replies_have_their_quotes(self, run: Run, tmp_path: Path) -> None:
        path, out = tmp_path / "call.txt", tmp_path / "scores.csv"
        path.write_text(CALL, "utf-8")
        assert run("score", str(path), "--out", str(out)).exit_code == 0
        [row] = json.loads(run("score", str(path)).stdout)
        for cells, one in zip(table(out), row["replies"], strict=True):
            assert one["observations"]
            assert cells["quotes"] == " | ".join(f"{seen['behaviour']}: {seen['quote']}" for seen in one["observations"])

    def test_no_cell_is_a_formula(self, run: Run, tmp_path: Path) -> None:
        folder, out = tmp_path / "calls", tmp_path / "scores.csv"
        folder.mkdir()
        (folder / "=cmd.txt").write_text("Trainee: =1+1, how are you?\n", "utf-8")
        (folder / "-x.txt").write_text("Trainee: @SUM(1)\n", "utf-8")
        assert run("score", str(folder), "--out", str(out)).exit_code == 0
        for path in (out, tmp_path / "scores.meetings.csv"):
            assert {row["transcript"] for row in table(path)} == {"'=cmd.txt", "'-x.txt"}
            for row in table(path):
                assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in row.values())

    @pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"])
    def test_a_cell_that_a_spreadsheet_would_run(self, text: str) -> None:
        assert harmless(text) == f"'{text}"

    @pytest.mark.parametrize("value", ["", "a=1", -1, -0.5, None])
    def test_a_cell_that_it_would_not(self, value: object) -> None:
        assert harmless(value) == value


def _unreadable(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """As if its owner had taken the right to read it away; who runs the tests as root may read all."""
    opened, read = Path.open, Path.read_bytes

    def refuse(one: Path) -> None:
        if one == path:
            raise PermissionError(13, "Permission denied", str(one))

    def guarded_open(self: Path, *args: Any, **kwargs: Any) -> Any:
        refuse(self)
        return opened(self, *args, **kwargs)

    def guarded_read(self: Path) -> bytes:
        refuse(self)
        return read(self)

    monkeypatch.setattr(Path, "open", guarded_open)
    monkeypatch.setattr(Path, "read_bytes", guarded_read)
