"""However a command fails: an exit code, one line on stderr, and no traceback unless it was asked for."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from coach import errors
from coach.cli.main import Commands, main

TREE = [error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.CoachError)]
COACH = [sys.executable, "-m", "coach"]


def failing(error: BaseException, *args: str) -> Result:
    """The result of a command that raises `error`."""
    @click.group(cls=Commands)
    @click.option("--debug", is_flag=True)
    def group(debug: bool) -> None:
        """A group like ours."""

    @group.command()
    def fail() -> None:
        raise error

    return CliRunner().invoke(group, [*args, "fail"])


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_an_error_of_ours_is_one_line_and_its_code(kind: type[errors.CoachError]) -> None:
    error = kind(Path("x.yaml"), 3, "bad.") if issubclass(kind, errors.DataFileError) else kind("It is not there.")
    result = failing(error)
    assert result.exit_code == kind.exit_code
    assert result.stderr == f"coach: {error}\n"
    assert result.stdout == ""


def test_a_message_of_many_lines_and_colours_is_one_plain_line() -> None:
    assert failing(errors.InputError("One\n  two\x1b[31m red\x07.\r\n")).stderr == "coach: One two red.\n"


def test_an_unexpected_error_is_called_ours_and_keeps_its_details_to_itself() -> None:
    result = failing(ValueError("sk-secret"))
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "fault is coach's own (ValueError)" in result.stderr
    assert "--debug" in result.stderr
    assert "sk-secret" not in result.stderr


@pytest.mark.parametrize("error", [ValueError("why"), errors.SetupError("why")])
def test_debug_shows_the_traceback(error: Exception) -> None:
    result = failing(error, "--debug")
    assert "Traceback" in result.stderr
    assert "in fail" in result.stderr
    assert "why" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("coach: ")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_calm(error: BaseException) -> None:
    result = failing(error)
    assert result.exit_code == 130
    assert result.stderr == "coach: stopped.\n"


def test_real_exit_codes(process: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    for args, variables, code in ((("prompts", "check"), {}, 0), (("nonsense",), {}, 2), (("chat", "nonsense"), {}, 4),
                                  (("meetings", "list"), {"COACH_PORT": "x"}, 5)):
        done = process(*args, **variables)
        assert done.returncode == code, done
        assert "Traceback" not in done.stderr
        if code > 2:
            assert done.stderr.startswith("coach: ")
            assert done.stderr.count("\n") == 1


def test_a_pipe_that_nobody_reads_is_met_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [*COACH, "prompts", "list"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_terminal_without_typographic_signs_gets_others(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))  # click itself sees to ASCII
    monkeypatch.setattr(sys, "argv", ["coach", "scenario", "list"])
    monkeypatch.setattr("coach.cli.scenario.table", lambda *_, **__: "“typographic”")
    with pytest.raises(SystemExit) as ended:
        main()
    sys.stdout.flush()
    assert ended.value.code == 0
    assert written.getvalue() == b"?typographic?\n"


def test_a_command_without_streams_ends_like_any_other() -> None:
    """As a service manager or `<&- >&-` may start it."""
    done = subprocess.run(["sh", "-c", f"exec '{sys.executable}' -m coach scenario list <&- >&-"], capture_output=True,
                          text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")
