"""The wheel holds all that the checkout does: code, templates, scenarios, migrations, prompts, cards, eval cases."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_PROBE = """
import coach, pathlib, sys
assert pathlib.Path(coach.__file__).is_relative_to(sys.argv[1]), coach.__file__
from coach.customer.script import Scenarios
from coach.knowledge import load_cards
from coach.prompts import all_prompts
from coach.settings import data_folder
from coach.web.render import render
scenarios = Scenarios()
assert len(scenarios.paths) >= 15
assert all(scenarios.cast(one, person.id).facts for one in scenarios.paths for person in scenarios.script(one).people)
from coach.customer.rules import load_rules
assert load_rules().levels
assert len(load_cards(data_folder("knowledge"))) >= 10
assert {prompt.meta.id for prompt in all_prompts()} >= {"reply-judge", "customer-voice"}
assert list((data_folder("evals") / "cases").glob("*.yaml"))
assert render("hint")
from coach.records import open_repository
open_repository("sqlite://").health()
assert (pathlib.Path(coach.__file__).parent / "web" / "static" / "style.css").is_file()
"""


@pytest.mark.slow
def test_an_installed_wheel_runs_by_itself(tmp_path: Path) -> None:
    built = subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT,
                           capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    installed = tmp_path / "installed"
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(installed)
    environment = os.environ | {"PYTHONPATH": str(installed)}
    ran = subprocess.run([sys.executable, "-c", _PROBE, str(installed)], cwd=tmp_path, env=environment, capture_output=True,
                         text=True, check=False)
    assert ran.returncode == 0, ran.stderr
