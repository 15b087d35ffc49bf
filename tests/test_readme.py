"""README says what is so."""

import re
from pathlib import Path

import pytest

from coach.settings import settings_table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_settings_table_is_the_settings() -> None:
    block = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", README, re.DOTALL)
    assert block is not None
    assert block.group(1) == settings_table(), "run: python -c 'from coach.settings import *; print(settings_table())'"


def test_links_and_pictures_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#:]+?)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_make_targets_named_here_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)`", README)) | set(re.findall(r"^make ([a-z-]+)", README, re.MULTILINE))
    assert {"run", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}\b.*:", makefile, re.MULTILINE) or re.search(rf"\b{target}\b.*:", makefile), target


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^coach ((?:[a-z]+ ?)+)", README, re.MULTILINE))))
def test_commands_named_here_exist(command: str) -> None:
    from click.testing import CliRunner

    from coach.cli.main import cli

    words = command.split()
    for length in range(len(words), 0, -1):
        result = CliRunner().invoke(cli, [*words[:length], "--help"])
        if result.exit_code == 0:
            return
    pytest.fail(f"coach {command} is not a command")
