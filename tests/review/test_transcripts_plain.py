"""Plain text: the forms that labels come in, and whose words a line is where that is not plain."""

import time
import unicodedata
from pathlib import Path

import pytest

from coach.domain import Speaker
from coach.errors import InputError
from coach.review.transcripts import Conversation, Problem, Who, load_conversation

C, T = Speaker.CUSTOMER, Speaker.TRAINEE
Said = list[tuple[Speaker, str]]


def read(folder: Path, text: str | bytes, who: Who | None = None, name: str = "a.txt") -> Conversation:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_conversation(path, who or Who(["Ada"], ["Maren", "Maren Schultz"]))


def said(found: Conversation) -> Said:
    return [(turn.speaker, turn.text) for turn in found.transcript.turns]


@pytest.mark.parametrize("label", [
    "{}: ", "{}:", "{} : ", "{}：", "10:02 {}: ", "00:01:02 {}: ", "(00:01) {}: ", "[10:02 AM] {}: ", "10:02 pm {}: ",
    "00:01:02.500 {}: ", "[00:01 --> 00:04] {}: ", "00:01 - 00:04 {}: ", "12/03/24, 10:02 - {}: ", "[2024-03-12 10:02] {}: ",
    "{} [00:01]: ", "{} (00:01): ", "{} 00:01: ", "{} (Acme): ", "{} (Acme) [00:01]: ", "[crosstalk] {}: ",
    "**{}:** ", "**{}**: ", "**{}** (Acme): ", "*{}*: ", "__{}__: ", "**[10:02] {}:** ", "[10:02] **{}:** ", "**{}: **",
    "- {}: ", "* {}: ", "• {}: ", "> {}: ", "1. {}: ", "- **{}:** ", "- [10:02] {}: ", "### {}: ",
    "{}:\n", "{}\n", "**{}**\n", "{} (Acme)\n", "[10:02] {}\n", "{}  0:03\n", "## {}\n",
    "\u200e[12/03/24, 10:02:33] {}: ", "  {}: ", "\t{}:\t",
])
def test_a_label_in_any_of_its_forms(tmp_path: Path, label: str) -> None:
    text = "".join(f"{label.format(name)}{words}\n" for name, words in [
        ("Maren Schultz", "We've been bought. At 10:30: chaos."), ("Ada", "That is **big** news."), ("Maren Schultz", "Yes.")])
    found = read(tmp_path, text)
    assert said(found) == [(C, "We've been bought. At 10:30: chaos."), (T, "That is **big** news."), (C, "Yes.")]
    assert found.problems == found.doubts == ()


def test_a_whole_line_in_bold(tmp_path: Path) -> None:
    assert said(read(tmp_path, "**Maren: Hello.**\n**Ada: Hi.** Well.\n")) == [(C, "Hello."), (T, "Hi. Well.")]


def test_names_in_any_unicode_form(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "Zoë: Hello.\nRenée Müller: Hi.\n")
    who = Who([unicodedata.normalize("NFD", "RENÉE  müller")], ["Zoë"])
    assert said(read(tmp_path, apart, who)) == [(C, "Hello."), (T, "Hi.")]


def test_what_stands_in_brackets_may_be_part_of_the_name(tmp_path: Path) -> None:
    text = "Sam (Acme): Hello.\nSam (Us): Hi.\nSam: Hm.\nSam: Hm.\n"
    found = read(tmp_path, text, Who(["Sam (Us)"], ["Sam (Acme)"]))
    assert said(found) == [(C, "Hello."), (T, "Hi.")]
    assert [problem.line for problem in found.problems] == [3, 4]


def test_text_with_colons_stays_with_who_said_it(tmp_path: Path) -> None:
    found = read(tmp_path, "Maren: We have three problems.\nFirst: money.\nSecond: time.\nNote: it is 10:30.\nPS: https://a.b/c\n"
                 "There is one more: people.\nStep 2: wait.\nAda: Which is worst?\n")
    assert said(found)[0] == (C, "We have three problems.\nFirst: money.\nSecond: time.\nNote: it is 10:30.\nPS: https://a.b/c\n"
                              "There is one more: people.\nStep 2: wait.")
    assert found.problems == found.doubts == ()


def test_a_role_that_comes_once_is_a_word_where_somebody_is_named_for_it(tmp_path: Path) -> None:
    found = read(tmp_path, "Maren: It is this.\nSales: 20 people.\nClient: Acme.\nAda: I see.\nMe: And?\nMe: Well?\n")
    assert said(found) == [(C, "It is this.\nSales: 20 people.\nClient: Acme."), (T, "I see.\nAnd?\nWell?")]
    assert [doubt.line for doubt in found.doubts] == [2, 3]
    found = read(tmp_path, "Customer: It is this.\nAda: I see.\n")  # nobody is named for that side
    assert said(found) == [(C, "It is this."), (T, "I see.")]


def test_a_name_alone_in_small_letters_where_it_was_given(tmp_path: Path) -> None:
    found = read(tmp_path, "maren\nHello.\nada\nHi.\nmaren\nsales\nand you\n")
    assert said(found) == [(C, "Hello."), (T, "Hi."), (C, "sales\nand you")]


def test_an_unknown_label_that_comes_once_is_text_and_that_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, "Maren: There is a problem.\nBudget: none.\nAda: I see.\n")
    assert said(found) == [(C, "There is a problem.\nBudget: none."), (T, "I see.")]
    assert found.problems == ()
    assert [(doubt.line, "'Budget'" in doubt.what) for doubt in found.doubts] == [(2, True)]


def test_an_unknown_speaker_is_left_out_and_parts_what_stands_around_him(tmp_path: Path) -> None:
    found = read(tmp_path, "Maren: We've been bought.\nAda: Oh.\nPriya: Buy now!\nIt is cheap.\nAda: How are you?\nPriya: Hm.\n"
                 "Maren: Bad.\nMaren: Quite.\n")
    assert said(found) == [(C, "We've been bought."), (T, "Oh."), (T, "How are you?"), (C, "Bad.\nQuite.")]
    assert found.problems == tuple(Problem(n, "'Priya' is neither the trainee nor the customer") for n in (3, 6))


def test_words_that_come_again_before_a_colon_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, "Maren: Hm.\nher assistant: We'll see.\nthe point is: no.\nher assistant: So.\nAda: I see.\n")
    assert said(found)[1:] == [(T, "I see.")]
    assert [doubt.line for doubt in found.doubts] == [2, 4]


def test_a_time_in_what_is_said_makes_nobody_speak(tmp_path: Path) -> None:
    found = read(tmp_path, "Maren: The day is full.\n10:30 Board: numbers.\nAda: I see.\n")
    assert said(found) == [(C, "The day is full.\n10:30 Board: numbers."), (T, "I see.")]


def test_a_name_that_is_not_utf8_is_told_as_that(tmp_path: Path) -> None:
    found = read(tmp_path, "Maren: Hm.\nRen\xe9: No.\nAda: So?\nRen\xe9: No.\nAda: Ah.\n".encode("latin-1"))
    assert said(found) == [(C, "Hm."), (T, "So?"), (T, "Ah.")]
    assert [(problem.line, problem.what[:9]) for problem in found.problems] == [(2, "not UTF-8"), (4, "not UTF-8")]


def test_names_in_scripts_that_have_no_capitals(tmp_path: Path) -> None:
    text = unicodedata.normalize("NFD", "मरेन: नमस्ते\n佐藤：はい。\nमरेन शुल्त्स: नहीं\nमरेन: हाँ\nमरेन शुल्त्स: नहीं\n")
    found = read(tmp_path, text, Who(["佐藤"], ["मरेन"]))
    assert [speaker for speaker, _ in said(found)] == [C, T, C]
    assert [problem.line for problem in found.problems] == [3, 5]


def test_an_unknown_speaker_with_a_time_needs_to_come_only_once(tmp_path: Path) -> None:
    found = read(tmp_path, "[10:00] Maren: Hello.\n[10:01] Priya: Buy now!\n[10:02] Ada: Hi.\n")
    assert said(found) == [(C, "Hello."), (T, "Hi.")]
    assert [problem.line for problem in found.problems] == [2]


def test_where_the_customer_is_not_known_her_words_do_not_become_the_trainees(tmp_path: Path) -> None:
    found = read(tmp_path, "Ada: Hi.\nMaren: We've been bought.\nAda: How are you?\n", Who(["Ada"]))
    assert said(found) == [(T, "Hi."), (T, "How are you?")]
    assert [problem.line for problem in found.problems] == [2]


def test_what_stands_before_all_that_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, "Notes\nDate: Tuesday\nAttendees: Ada, Maren\nMaren: Hello.\nAda: Hi.\n")
    assert said(found) == [(C, "Hello."), (T, "Hi.")]
    assert [problem.line for problem in found.problems] == [1, 2, 3]


def test_a_name_alone_needs_words_after_it(tmp_path: Path) -> None:
    found = read(tmp_path, "Maren: Hello.\nThanks,\nAda\n\nAda: Hi.\nBest\nAda\n")
    assert said(found) == [(C, "Hello.\nThanks,\nAda"), (T, "Hi.\nBest\nAda")]


def test_a_role_alone_on_a_line_is_a_word_where_labels_have_colons(tmp_path: Path) -> None:
    found = read(tmp_path, "Customer: We have three groups\n- Sales\n- Customer\nSales\n- IT\nTrainee: I see.\n", Who())
    assert [speaker for speaker, _ in said(found)] == [C, T]


@pytest.mark.parametrize("between", ["", "\n"])
def test_roles_alone_on_their_lines(tmp_path: Path, between: str) -> None:
    text = between.join(["Customer\nHello.\nYes\nwe do.\n", "Me\nHi you\nall.\n", "Priya\nHm.\n", "Customer\nNote: no.\n",
                         "Priya\nHm.\n"])
    found = read(tmp_path, text, Who())
    assert said(found) == [(C, "Hello.\nYes\nwe do."), (T, "Hi you\nall."), (C, "Note: no.")]
    assert [problem.what[:7] for problem in found.problems] == ["'Priya'", "'Priya'"]


def test_the_names_told_are_those_that_come_most(tmp_path: Path) -> None:
    text = "Date: Monday\n" + "Maren (CFO)\nHello.\n\nAda Lee\nHi.\n\n" * 3
    with pytest.raises(InputError, match=r"It names 'Maren', 'Ada Lee', 'Date'; .* --trainee 'Maren'"):
        read(tmp_path, text, Who())


def test_a_line_that_is_not_utf8_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    text = "Maren: Hello.\nAda: Hi.\nThe caf\xe9 is open.\nSo.\nMaren: Good.\nAda: Fine.\n".encode("latin-1")
    found = read(tmp_path, text)
    assert said(found) == [(C, "Hello."), (C, "Good."), (T, "Fine.")]  # half of what she said is not scored as if it were all
    assert found.problems == (Problem(3, "not UTF-8 (the whole turn)"),)


def test_a_file_that_is_nowhere_utf8_is_refused_for_that(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 1: .*save it as UTF-8"):
        read(tmp_path, "Zoë: Hé.\n".encode("latin-1"), Who(["Zoë"]))


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_the_mark_that_tells_the_coding(tmp_path: Path, coding: str) -> None:
    assert said(read(tmp_path, "Maren: Zoë.\r\nAda: Hi.\r\n".encode(coding))) == [(C, "Zoë."), (T, "Hi.")]


@pytest.mark.parametrize("line", ["Ada" + " " * 200_000 + "x", "a" * 200_000, "[" * 200_000, "* " * 100_000, "(a) " * 50_000,
                                  "1:23 " * 50_000, "- " * 100_000 + "Ada"])
def test_no_line_takes_long(tmp_path: Path, line: str) -> None:
    began = time.perf_counter()
    read(tmp_path, f"Maren: Hello.\n{line}\nAda: Hi.\n")
    assert time.perf_counter() - began < 5
