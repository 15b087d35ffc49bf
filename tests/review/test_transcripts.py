"""Transcripts from elsewhere: all formats, names mapped, bad lines told by number, the rest still read."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.domain import Speaker, Turn
from coach.errors import DataFileError, InputError
from coach.review.transcripts import Problem, Who, load_conversation

SAID = [Turn(Speaker.CUSTOMER, "We've been bought."), Turn(Speaker.TRAINEE, "That is big news.\nHow are you?")]


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "Customer: We've been bought.\nTrainee: That is big news.\nHow are you?\n"),
        ("a.md", "[00:01] Customer: We've been bought.\n\nTrainee (00:12): That is big news.\nHow are you?"),
        ("a.txt", "\ufeffclient:  We've been bought.\r\nSeller: That is big news.\r\nHow are you?\r\n"),
        ("a.csv", 'speaker,text\ncustomer,We\'ve been bought.\ntrainee,"That is big news.\nHow are you?"\n'),
        ("a.csv", 'Time,Role,Content\n1,client,We\'ve been bought.\n2,agent,"That is big news.\nHow are you?"\n'),
        ("a.jsonl", "".join(json.dumps({"role": t.speaker.value, "text": t.text}) + "\n" for t in SAID)),
    ],
)
def test_each_format_gives_the_same_conversation(tmp_path: Path, name: str, text: str) -> None:
    found = load_conversation(written(tmp_path, name, text), Who())
    assert list(found.transcript.turns) == SAID
    assert found.problems == ()


def test_names_are_mapped(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "Maren Holt: We've been bought.\nAda: That is big news.\nAda: How are you?\n")
    assert list(load_conversation(path, Who(["Ada"], ["maren holt"])).transcript.turns) == SAID


def test_without_a_mapping_the_names_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "Maren: We've been bought.\nAda: Hm.\n")
    with pytest.raises(InputError, match="It names 'Maren', 'Ada'; say who is who"):
        load_conversation(path, Who())


def test_bad_lines_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", '{"role": "customer", "text": "Hello."}\n{"role": \n[1]\n{"role": "trainee"}\n'
                   '{"role": "judge", "text": "Hm."}\n{"role": "trainee", "text": " "}\n\n{"role": "trainee", "text": "Hi."}\n')
    found = load_conversation(path, Who())
    assert [turn.text for turn in found.transcript.turns] == ["Hello.", "Hi."]
    assert [problem.line for problem in found.problems] == [2, 3, 4, 5, 6]
    assert found.problems[2] == Problem(4, "needs 'speaker' and 'text'")


def test_words_before_any_name_are_told(tmp_path: Path) -> None:
    found = load_conversation(written(tmp_path, "a.txt", "Notes of Monday\nTrainee: Hi.\n"), Who())
    assert found.problems == (Problem(1, "nobody is named before a colon"),)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "who,what\na,b\n", "needs a column 'speaker' and a column 'text'"),
        ("a.csv", "", "needs a column"),
    ],
)
def test_a_table_without_the_columns_is_refused(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(DataFileError, match=told):
        load_conversation(written(tmp_path, name, text), Who())


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="coach reads"):
        load_conversation(written(tmp_path, "a.docx", ""), Who())


PIECES = st.sampled_from(["Trainee", "customer", "Priya", ": ", ":", " ", "**", "[0:01]", "10:02", "(x)", "- ", "#", "First",
                          '"', ",", ";", "\t", "\r", "{", "}", '{"role": "trainee", "text": "', "speaker,text", "\ufeff",
                          "e\u0301"])


@given(lines=st.lists(st.text(max_size=40) | st.lists(PIECES, max_size=12).map("".join), max_size=8),
       suffix=st.sampled_from([".txt", ".csv", ".tsv", ".jsonl"]))
def test_any_file_is_read_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, lines: list[str], suffix: str) -> None:
    path = tmp_path_factory.mktemp("any") / f"a{suffix}"
    path.write_bytes("\n".join(lines).encode(errors="replace"))
    try:
        found = load_conversation(path, Who())
    except (InputError, DataFileError) as error:
        assert str(path) in str(error)
    else:
        assert any(turn.speaker is Speaker.TRAINEE for turn in found.transcript.turns)
