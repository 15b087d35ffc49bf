"""The command line, in this process on the parts of a test, and as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coach.cli.app import App
from coach.cli.main import cli
from coach.wiring import Coach

Run = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(coach: Coach) -> Run:
    """Runs `coach …` in this process, on the parts of this test."""

    def invoke(*args: str, stdin: str = "") -> Result:
        return CliRunner().invoke(cli, args, input=stdin, obj=App(coach), prog_name="coach")

    return invoke


@pytest.fixture
def run_bare() -> Run:
    """Runs `coach …` in this process, on parts that it makes itself from the environment."""

    def invoke(*args: str, stdin: str = "") -> Result:
        return CliRunner().invoke(cli, args, input=stdin, prog_name="coach")

    return invoke


@pytest.fixture
def process(home: Path) -> Process:
    """Runs `coach …` as a process; keywords are environment variables."""

    def start(*args: str, stdin: str | bytes = "", **variables: str) -> subprocess.CompletedProcess[str]:
        given = stdin if isinstance(stdin, bytes) else stdin.encode()
        done = subprocess.run([sys.executable, "-m", "coach", *args], input=given, capture_output=True, check=False,
                              timeout=60, env=os.environ | {"COACH_HOME": str(home)} | variables)
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode("utf-8", "replace"),
                                           done.stderr.decode("utf-8", "replace"))

    return start
