"""JSON Lines and tables from elsewhere: separators, headers, quotes and cells that went wrong."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from coach.domain import Speaker
from coach.errors import DataFileError
from coach.review.transcripts import Conversation, Who, load_conversation

C, T = Speaker.CUSTOMER, Speaker.TRAINEE
Load = Callable[..., Conversation]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def it(text: str | bytes, name: str = "a.csv", who: Who | None = None) -> Conversation:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return load_conversation(path, who or Who())

    return it


def said(found: Conversation) -> list[tuple[Speaker, str]]:
    return [(turn.speaker, turn.text) for turn in found.transcript.turns]


def lines(found: Conversation) -> list[int]:
    return [problem.line for problem in found.problems]


def test_a_comma_without_quotes_takes_nothing_away(load: Load) -> None:
    found = load("speaker,text\ncustomer,Well, Ada, it is bad\ntrainee,I see,,\n")
    assert said(found) == [(C, "Well, Ada, it is bad"), (T, "I see")]
    assert found.problems == ()


def test_where_it_can_not_be_known_what_the_surplus_belongs_to_the_line_is_told(load: Load) -> None:
    found = load("speaker,text,time\ncustomer,Well, Ada,10:02\ntrainee,Hi.,10:03\n")
    assert said(found) == [(T, "Hi.")]
    assert lines(found) == [2]
    assert "1 cell more than the header" in found.problems[0].what


@pytest.mark.parametrize("size", [131_073, 1_000_000])
def test_a_long_cell_is_read(load: Load, size: int) -> None:
    found = load(f"speaker,text\ncustomer,{'a' * size}\ntrainee,Hi.\n")
    assert [len(text) for _, text in said(found)] == [size, 3]


@pytest.mark.parametrize("bad", ['customer,"Hello there', 'customer,"Hello" there "you', '"customer,Hello'])
@pytest.mark.parametrize("after", ["", 'customer,"Fine, thanks."\n', 'customer,""\n'])
def test_a_quote_that_is_not_closed_costs_its_own_line(load: Load, bad: str, after: str) -> None:
    found = load(f"speaker,text\ntrainee,Hi.\n{bad}\ntrainee,How are you?\n{after}trainee,Bye.\n")
    assert [text for speaker, text in said(found) if speaker is T] == (
        ["Hi.", "How are you?\nBye."] if not after else ["Hi.", "How are you?", "Bye."])
    assert found.problems[0].line == 3
    assert "quote" in found.problems[0].what


def test_a_table_of_wrong_quotes_does_not_take_for_ever(load: Load) -> None:
    found = load("size,speaker,text\n" + '5",customer,"open\n' * 5000 + "5,trainee,Hi.\n")
    assert said(found)[-1] == (T, "Hi.")


def test_quotes_within_a_cell_are_kept(load: Load) -> None:
    found = load('speaker,text\ncustomer,"Yes" is what I said, "loudly"\ntrainee,A 5" pipe\n'
                 'customer,"He said ""no""\nand left."\n')
    assert said(found) == [(C, '"Yes" is what I said, "loudly"'), (T, 'A 5" pipe'), (C, 'He said "no"\nand left.')]
    assert found.problems == ()


@pytest.mark.parametrize("mark", [";", "\t", ",", "|"])
@pytest.mark.parametrize("start", ["", "\ufeff", "sep={mark}\n", "\ufeff\n\n"])
def test_separators_and_the_mark_that_a_spreadsheet_puts_in_front(load: Load, mark: str, start: str) -> None:
    rows = [("No", "Speaker", "Text"), ("1", "customer", '"a, b; c | d\te"'), ("2", "trainee", "Hi.")]
    found = load(start.format(mark=mark) + "".join(mark.join(row) + "\r\n" for row in rows))
    assert said(found) == [(C, "a, b; c | d\te"), (T, "Hi.")]


@pytest.mark.parametrize(("name", "coding"), [("a.csv", "utf-16"), ("a.tsv", "utf-8"), ("a.TSV", "utf-8-sig")])
def test_what_a_spreadsheet_saves(load: Load, name: str, coding: str) -> None:
    assert said(load("speaker\ttext\r\ncustomer\tZoë\r\ntrainee\tHi.\r\n".encode(coding), name)) == [(C, "Zoë"), (T, "Hi.")]


@pytest.mark.parametrize("text", ["Transcript", "utterance", "CONTENT", "line", '"Text"', " message "])
@pytest.mark.parametrize("speaker", ["Speaker", "role", "Name", "speaker_name", "Speaker Name"])
def test_the_names_of_columns(load: Load, text: str, speaker: str) -> None:
    assert said(load(f"{speaker},{text}\ncustomer,Hello.\ntrainee,Hi.\n")) == [(C, "Hello."), (T, "Hi.")]


def test_a_line_number_is_not_what_was_said(load: Load) -> None:
    assert said(load("line,speaker,utterance\n1,customer,Hello.\n2,trainee,Hi.\n")) == [(C, "Hello."), (T, "Hi.")]


def test_rows_are_told_by_the_line_they_begin_at(load: Load) -> None:
    found = load('speaker,text\n\ncustomer,"a\nb"\njudge,c\n,,\ntrainee\ntrainee,Hi.\n')
    assert said(found) == [(C, "a\nb"), (T, "Hi.")]
    assert lines(found) == [5, 7]


def test_a_row_that_is_not_utf8(load: Load) -> None:
    found = load("speaker,text\ncustomer,Hello.\ntrainee,Caf\xe9.\ntrainee,Hi.\n".encode("latin-1"))
    assert said(found) == [(C, "Hello."), (T, "Hi.")]
    assert lines(found) == [3]


def test_a_header_that_is_not_utf8_is_refused_for_that(load: Load) -> None:
    with pytest.raises(DataFileError, match=r"line 1: .*save it as UTF-8"):
        load("spr\xe9cher,text\ntrainee,Hi.\n".encode("latin-1"))


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_the_role_decides_where_the_name_is_not_known(load: Load, name: str) -> None:
    rows = [("Maren Holt", "customer", "Hello."), ("Ada", "trainee", "Hi."), ("Priya", "observer", "Hm."),
            ("Ada", "user", "So?")]
    text = ("speaker,role,text\n" + "".join(",".join(row) + "\n" for row in rows) if name == "a.csv" else
            "".join(json.dumps(dict(zip(("speaker", "role", "text"), row, strict=True))) + "\n" for row in rows))
    found = load(text, name, Who(["Ada"]))
    # Who is named on the command line stays who was named there, whatever a role says.
    assert said(found) == [(C, "Hello."), (T, "Hi."), (T, "So?")]
    assert [problem.what for problem in found.problems] == ["'Priya' is neither the trainee nor the customer"]


@pytest.mark.parametrize("bad", ["[" * 100_000, '{"a": ' + "9" * 5000 + "}", "{", "[]",
                                 b'{"role": "customer", "text": "\xe9"}'])
def test_a_line_of_json_that_can_not_be_read(load: Load, bad: str | bytes) -> None:
    good = b'{"role": "trainee", "text": "Hi."}\n'
    found = load(good + (bad.encode() if isinstance(bad, str) else bad) + b"\n" + good, "a.jsonl")
    assert said(found) == [(T, "Hi."), (T, "Hi.")]  # what stood between them is lost, but they are two
    assert lines(found) == [2]


def test_keys_of_json_in_any_case(load: Load) -> None:
    assert said(load('{"Speaker": "Trainee", "Utterance": "Hi."}\n', "a.jsonl")) == [(T, "Hi.")]


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl"])
@pytest.mark.parametrize("kind", ["folder", "broken link", "link to itself"])
def test_what_is_no_file_is_refused_in_words(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("nowhere" if kind == "broken link" else name)
    with pytest.raises(DataFileError, match="the file can not be read"):
        load_conversation(path, Who())
