"""A meeting in the terminal with a language model: a failed reply is sent again, and the model looks back at the end."""

import json
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from coach.cli.app import App
from coach.cli.main import cli
from coach.domain import Meeting
from coach.settings import OnFailure
from coach.wiring import Coach
from tests.fake_endpoint import JUDGED, REPLY, TIP, Act, Endpoint, by_task, fails, says, serving, task_of

LINE = "It is, rather. Thank you."
NEXT = "Ask one more question before you answer."
LOOKED_BACK = json.dumps({
    "moments": [{"reply": 1, "quote": "That is big news.", "said": "You named it,\nand\u001b[31m waited."}], "next": NEXT})
MARK = "so this line is the scenario’s own"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as served:
        yield served


class Terminal:
    """`coach …` on a model behind an endpoint, which does well but where a test sets down something else."""

    def __init__(self, endpoint: Endpoint, coach: Coach) -> None:
        self.endpoint = endpoint
        self.coach = coach

    def expect(self, **acts: list[Act]) -> None:
        well = {"voice": [says(LINE)], "judge": [says(JUDGED)], "tip": [says(TIP)], "debrief": [says(LOOKED_BACK)]}
        self.endpoint.acts = [by_task(well | acts)]

    def run(self, *args: str, stdin: str) -> Result:
        return CliRunner().invoke(cli, args, input=stdin, obj=App(self.coach), prog_name="coach")

    def chat(self, *lines: str) -> Result:
        return self.run("chat", "acquisition-news", "--seed", "3", stdin="".join(f"{line}\n" for line in lines))

    @property
    def meeting(self) -> Meeting:
        (one,) = self.coach.practice.meetings("local")
        return self.coach.records.get(one.id)

    @property
    def asked(self) -> list[str]:
        return [task_of(body) for body in self.endpoint.asked]


@pytest.fixture
def terminal_with(endpoint: Endpoint, by_model_at: Callable[..., Coach]) -> Callable[[OnFailure], Terminal]:
    return lambda on_failure: Terminal(endpoint, by_model_at(endpoint.url, model_failure=on_failure))


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("task", ["voice", "judge"])
def test_a_reply_that_failed_says_so_and_the_next_input_is_taken(
        terminal_with: Callable[[OnFailure], Terminal], task: str) -> None:
    terminal = terminal_with(OnFailure.RETRY)
    terminal.expect(**{task: [fails(500), says(LINE if task == "voice" else JUDGED)]})
    result = terminal.chat("This one fails.", REPLY, "/end")
    assert result.exit_code == 0
    told = flat(result.stderr)
    assert "The language model did not answer: its endpoint failed" in told
    assert "Nothing was kept of your reply; send it again, or leave with Ctrl-D." in told
    assert [exchange.reply for exchange in terminal.meeting.exchanges] == ["", REPLY]
    assert terminal.meeting.exchanges[1].voice == "model:small"
    assert LINE in result.stdout
    assert "This one fails." not in result.stdout
    assert MARK not in flat(result.stdout)


def test_who_leaves_after_a_failed_reply_is_told_how_to_go_on(terminal_with: Callable[[OnFailure], Terminal]) -> None:
    terminal = terminal_with(OnFailure.RETRY)
    terminal.expect(voice=[fails(500)])
    result = terminal.chat(REPLY)
    assert result.exit_code == 0
    assert terminal.meeting.ended_at is None
    assert len(terminal.meeting.exchanges) == 1
    assert f"coach chat --resume {terminal.meeting.id}" in flat(result.stderr)
    terminal.expect()
    resumed = terminal.run("chat", "--resume", terminal.meeting.id, stdin=f"{REPLY}\n/end\n")
    assert resumed.exit_code == 0
    assert [exchange.reply for exchange in terminal.meeting.exchanges] == ["", REPLY]


def test_where_the_scenario_s_line_stands_in_it_is_marked(terminal_with: Callable[[OnFailure], Terminal]) -> None:
    terminal = terminal_with(OnFailure.EMBEDDED)
    terminal.expect(voice=[fails(500), says(LINE)])
    # To the second reply she tells something, and the model's line does not.
    result = terminal.chat(REPLY, "I am listening.", "/end")
    assert result.exit_code == 0
    first, second = terminal.meeting.exchanges[1:]
    shown = flat(result.stdout)
    assert f"{first.line} ! The language model gave no answer, {MARK}." in shown
    assert f"{second.line} ! The language model’s line was not fit to be said, so this one is the scenario’s own." in shown


def test_the_tip_is_in_the_words_of_the_moment_with_its_source(terminal_with: Callable[[OnFailure], Terminal]) -> None:
    terminal = terminal_with(OnFailure.EMBEDDED)
    terminal.expect()
    shown = flat(terminal.chat(REPLY, "/end").stdout)
    tip = terminal.meeting.exchanges[1].tip
    assert tip is not None
    assert (tip.text, tip.worded_by) == (TIP, "model:small")
    assert f"Tip: {TIP} — “{tip.citation.title}”" in shown


def test_at_the_end_the_model_looks_back_once(terminal_with: Callable[[OnFailure], Terminal]) -> None:
    terminal = terminal_with(OnFailure.EMBEDDED)
    terminal.expect()
    result = terminal.chat(REPLY, "/end")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    wanted = (f"Looking back, by the language model small • reply 1, “That is big news.”: You named it, and[31m waited. "
              f"• Next time: {NEXT}")
    shown = flat(result.stdout)
    assert shown.endswith(wanted) or f"{wanted} " in shown
    assert shown.index("Debrief") < shown.index("Looking back")
    assert terminal.asked.count("debrief") == 1
    again = terminal.run("chat", "--resume", terminal.meeting.id, stdin="")
    assert wanted in flat(again.stdout)
    assert terminal.asked.count("debrief") == 1


def test_a_look_back_that_failed_leaves_the_debrief_and_can_be_tried_again(
        terminal_with: Callable[[OnFailure], Terminal]) -> None:
    terminal = terminal_with(OnFailure.EMBEDDED)
    terminal.expect(debrief=[fails(500), says(LOOKED_BACK)])
    result = terminal.chat(REPLY, "/end")
    assert result.exit_code == 0
    assert "Debrief" in result.stdout
    assert "Looking back" not in result.stdout
    assert f"`coach chat --resume {terminal.meeting.id}` lets it try again." in flat(result.stderr)
    again = terminal.run("chat", "--resume", terminal.meeting.id, stdin="")
    assert "Looking back" in again.stdout
    assert terminal.meeting.look_back is not None


def test_what_it_took_is_on_record_by_reply(terminal_with: Callable[[OnFailure], Terminal]) -> None:
    terminal = terminal_with(OnFailure.EMBEDDED)
    terminal.expect()
    terminal.chat(REPLY, "/end")
    found = json.loads(terminal.run("usage", "--by", "reply", "--meeting", terminal.meeting.id, "--json", stdin="").stdout)
    assert [(one["name"], one["calls"]) for one in found] == [("", 1), ("1", 3)]
