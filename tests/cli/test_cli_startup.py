"""`coach --help` and `--version` are there at once, and every command explains itself."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import Result

from coach import errors
from coach.cli.main import cli

HEAVY = ("gradio", "fastapi", "chromadb", "langchain", "langchain_core", "langchain_openai", "openai", "sqlalchemy",
         "alembic", "onnxruntime", "tokenizers", "tiktoken", "numpy")
_CHILD = f"""
import json, sys
from coach.cli.main import main
try:
    main()
except SystemExit as end:
    print(json.dumps([end.code, [name for name in {HEAVY!r} if name in sys.modules]]), file=sys.stderr)
"""


def commands(group: click.Group = cli, trail: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*trail, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*trail, name))


@pytest.mark.parametrize("args", [("--help",), ("--version",), ("chat", "--help")])
def test_help_and_version_load_nothing_heavy(args: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-c", _CHILD, *args], capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(done.stderr) == [0, []]
    assert done.stdout


def test_the_help_names_every_command_and_every_exit_code(run_bare: Callable[..., Result]) -> None:
    told = run_bare("--help").output
    for name in cli.commands:
        assert f"\n  {name} " in told
    _, _, codes = told.partition("Exit codes:")
    tree = [error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.CoachError)]
    for code in {0, 2, 130, *(error.exit_code for error in tree)}:
        assert f" {code}  " in codes


def test_the_version_is_that_of_the_package(run_bare: Callable[..., Result]) -> None:
    assert run_bare("--version").output == "coach 0.1.0\n"


@pytest.mark.parametrize("name", list(commands()), ids=" ".join)
def test_every_command_explains_itself(name: tuple[str, ...], run_bare: Callable[..., Result]) -> None:
    result = run_bare(*name, "--help")
    assert result.exit_code == 0
    command: click.Command = cli
    for part in name:
        assert isinstance(command, click.Group)
        command = command.commands[part]
    assert command.help
    assert "..." not in command.get_short_help_str(60)  # cut off in the list
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help
