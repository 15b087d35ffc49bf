"""How long the second `make run` takes until the page answers. Measured and printed."""

import os
import socket
import statistics
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from coach.settings import Settings
from coach.wiring import Coach

pytestmark = pytest.mark.benchmark
_ROOT = Path(__file__).parent.parent.parent


def test_a_second_start(tmp_path: Path) -> None:
    Coach(Settings(home=tmp_path)).index()
    took = []
    for _ in range(3):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {"COACH_HOME": str(tmp_path), "COACH_PORT": str(port)}
        start = time.perf_counter()
        process = subprocess.Popen(["make", "-s", "run"], cwd=_ROOT, env=environment, stdout=subprocess.DEVNULL,
                                   start_new_session=True)
        try:
            while not _answers(f"http://127.0.0.1:{port}/"):
                time.sleep(0.05)
            took.append(time.perf_counter() - start)
        finally:
            os.killpg(process.pid, 15)
            process.wait()
    print(f"\nsecond make run until the page answers: median {statistics.median(took):.1f} s of {len(took)}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
