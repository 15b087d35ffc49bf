"""`coach score`: replies and transcripts from elsewhere, bad lines told, a run that was cut off goes on."""

import csv
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from coach.cli.batch import part_of, work_through
from coach.errors import ModelError
from coach.llm.scripted import ScriptedChatModel
from coach.scoring.judge import ModelJudge
from coach.settings import Engine
from coach.wiring import Coach
from tests.cli.conftest import Run

HISTORY = [{"role": "customer", "text": "We've been bought. I may not be here by summer."}]
REPLIES = ["That is big news. How are you taking it?", "And what about the project?", "Our tool saves 20%."]


def replies_file(folder: Path, *lines: str) -> Path:
    path = folder / "in.jsonl"
    good = [json.dumps({"id": f"r{n}", "history": HISTORY, "reply": reply}) for n, reply in enumerate(REPLIES)]
    path.write_text("\n".join([*good, *lines]) + "\n", "utf-8")
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_replies_in_their_order_with_all_that_was_asked_for(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = run("score", "--replies", str(replies_file(tmp_path)), "--out", str(out))
    assert done.exit_code == 0, done.output
    found = rows(out)
    assert [row["id"] for row in found] == ["r0", "r1", "r2"]
    for row, reply in zip(found, REPLIES, strict=True):
        assert all(0 <= row[scale] <= 100 for scale in ("empathy", "selling", "overall"))
        assert isinstance(row["earned"], bool)
        assert 0 <= row["confidence"] <= 1
        for seen in row["observations"]:
            assert seen["quote"] in reply
            assert {"behaviour", "quote", "weight"} <= set(seen)
    assert found[0]["empathy"] > found[1]["empathy"]
    assert found[2]["selling"] > found[0]["selling"]
    assert not part_of(out).exists()


def test_bad_lines_are_told_by_number_and_the_rest_is_scored(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    fine = json.dumps({"id": 7, "history": [], "reply": "Hi."})
    file = replies_file(tmp_path, "{broken", '{"id": "x", "reply": "Hi."}', fine)
    done = run("score", "--replies", str(file), "--out", str(out))
    assert done.exit_code == 0
    assert [row["id"] for row in rows(out)] == ["r0", "r1", "r2", 7]
    assert "line 4: not JSON" in _flat(done)
    assert "line 5: history: Field required" in _flat(done)


def test_nothing_to_score_is_an_error_and_leaves_no_file(run: Run, tmp_path: Path) -> None:
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    file.write_text("{}\n", "utf-8")
    done = run("score", "--replies", str(file), "--out", str(out))
    assert done.exit_code == 3
    assert "Nothing in" in _flat(done)
    assert not out.exists()


def test_a_transcript_with_its_figures(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "call.txt"
    path.write_text("Tuesday\nMaren: We've been bought. I may not be here by summer.\n"
                    "Ada: That is big news. How are you taking it?\nMaren: Badly.\nAda: And what about the project?\n", "utf-8")
    done = run("score", str(path), "--trainee", "Ada", "--customer", "Maren")
    assert done.exit_code == 0, done.output
    assert "line 1: nobody is named" in _flat(done)
    [row] = json.loads(done.stdout)
    assert row["replies"][0]["text"] == REPLIES[0]
    assert row["score"]["replies"] == 2
    assert row["score"]["first_pitch"] == 2
    assert row["score"]["patience"] == 0.5
    assert [step["topic"] for step in row["score"]["steps"]] == ["impact"]
    assert {"stages", "talk_share", "question_rate", "open_share", "longest_reply", "vendor_share"} <= set(row["score"])


def test_a_folder_to_a_table_that_no_spreadsheet_runs(run: Run, tmp_path: Path) -> None:
    folder, out = tmp_path / "calls", tmp_path / "out.csv"
    folder.mkdir()
    (folder / "a.txt").write_text("Customer: Hello.\nTrainee: =1+1 is what I say.\n", "utf-8")
    (folder / "b.csv").write_text("speaker,text\ncustomer,Hello.\ntrainee,How are you?\n", "utf-8")
    (folder / "c.jsonl").write_text("nothing\n", "utf-8")
    done = run("score", str(folder), "--out", str(out))
    assert done.exit_code == 0, done.output
    with out.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["transcript"], row["reply"], row["text"]) for row in found] == [
        ("a.txt", "1", "'=1+1 is what I say."), ("b.csv", "1", "How are you?")]
    assert "c.jsonl has nothing said by the trainee" in _flat(done)


@pytest.mark.parametrize("args", [(), ("x.txt", "--replies", "y.jsonl"), ("--replies", "y.jsonl")])
def test_a_command_line_that_can_not_be_understood(run: Run, tmp_path: Path, args: tuple[str, ...],
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("x.txt", "y.jsonl"):
        (tmp_path / name).write_text("", "utf-8")
    assert run("score", *args).exit_code == 2


class TestResuming:
    """A run that stops in the middle."""

    @staticmethod
    def through(out: Path, key: str, stop_at: int | None, done: list[int]) -> list[dict[str, object]]:
        def do(piece: int) -> list[dict[str, object]]:
            if piece == stop_at:
                raise KeyboardInterrupt
            done.append(piece)
            return [{"piece": piece}]

        return list(work_through(range(5), do, out, key=key, total=5, what="Pieces"))

    def test_it_goes_on_where_it_stopped(self, tmp_path: Path) -> None:
        out, first, second = tmp_path / "out", list[int](), list[int]()
        with pytest.raises(KeyboardInterrupt):
            self.through(out, "k", 3, first)
        with part_of(out).open("a") as file:
            file.write('[{"piece": 9')  # cut off in the middle of a line
        assert self.through(out, "k", None, second) == [{"piece": n} for n in range(5)]
        assert (first, second) == ([0, 1, 2], [3, 4])

    def test_what_is_done_does_not_fill_the_memory(self, tmp_path: Path) -> None:
        out, many = tmp_path / "out", 20_000
        with part_of(out).open("w") as file:
            file.write('{"key": "k"}\n' + f'[{{"text": "{"x" * 500}"}}]\n' * many)  # 10 MB
        tracemalloc.start()
        for _ in work_through(range(many), lambda _: [], out, key="k", total=many, what="Pieces"):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 1_000_000

    @pytest.mark.parametrize("line", [b"5\n", b"[" * 100_000 + b"\n", b'[{"piece": "\xed\xa0\xbd"}]\n', b'{"a": 1}\n'])
    def test_a_line_that_is_none_of_ours_ends_what_was_done(self, tmp_path: Path, line: bytes) -> None:
        out, done = tmp_path / "out", list[int]()
        part_of(out).write_bytes(b'{"key": "k"}\n[{"piece": 0}]\n' + line + b'[{"piece": 2}]\n')
        assert self.through(out, "k", None, done) == [{"piece": n} for n in range(5)]
        assert done == [1, 2, 3, 4]

    @pytest.mark.parametrize("spoil", [lambda part: None, lambda part: part.write_text("not ours\n")])
    def test_another_input_or_engine_begins_anew(self, tmp_path: Path, spoil: object) -> None:
        out, done = tmp_path / "out", list[int]()
        with pytest.raises(KeyboardInterrupt):
            self.through(out, "k", 3, [])
        assert callable(spoil)
        spoil(part_of(out))
        assert len(self.through(out, "other", None, done)) == 5
        assert done == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("out", ["out.jsonl", "out.csv", None])
def test_replies_that_the_model_failed_at_are_counted(run: Run, coach: Coach, tmp_path: Path, out: str | None) -> None:
    _with_a_model(coach, fails_at="20%")
    path = tmp_path / "call.txt"
    path.write_text("Customer: We've been bought.\nTrainee: How are you?\nCustomer: Bad.\nTrainee: It saves 20%.\n", "utf-8")
    done = run("score", str(path), *(("--out", str(tmp_path / out)) if out else ()))
    assert done.exit_code == 0, done.output
    assert "1 of 2 replies was scored by the embedded engine, because the language model failed." in _flat(done)
    if out == "out.jsonl":
        again = json.dumps({"id": "again", "history": HISTORY, "reply": REPLIES[2]})
        done = run("score", "--replies", str(replies_file(tmp_path, again)), "--out", str(tmp_path / out))
        assert "2 of 4 replies were scored by the embedded engine" in _flat(done)


def test_on_the_embedded_engine_nothing_has_failed(run: Run, tmp_path: Path) -> None:
    assert "failed" not in _flat(run("score", "--replies", str(replies_file(tmp_path)), "--out", str(tmp_path / "out.jsonl")))


def _with_a_model(coach: Coach, fails_at: str) -> None:
    def answer(prompt: str) -> str:
        if fails_at in prompt.partition("The reply to observe:")[2]:
            raise ModelError("No.")
        return json.dumps({"behaviours": [], "empathy": 2, "selling": 1, "overall": 2, "earned": False})

    coach.settings = coach.settings.model_copy(update={"engine": Engine.MODEL, "model": "scripted"})
    coach.observer = ModelJudge(ScriptedChatModel(rules=[("", answer)]), "scripted", coach.rubric, fallback=coach.detector)


def _flat(done: Result) -> str:
    return " ".join(done.stderr.split())
