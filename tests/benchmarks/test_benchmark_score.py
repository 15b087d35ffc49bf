"""Throughput of `coach score` and its memory. Measured and printed; nothing here can fail for being slow.

`COACH_TEST_MOST` replies at the most (1,000 unless told): the cost of a reply should not grow with their number.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coach.evals.labels import TRAIN, labels

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(0)]
_LOOK = """
import atexit, resource, sys
from coach.cli.main import main
atexit.register(lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr))
main()
"""


def test_replies_a_second(tmp_path: Path) -> None:
    """Each run in a process of its own, start-up included; every reply text is new to it."""
    rated = [json.loads(line) for line in labels(TRAIN[0]).read_text("utf-8").splitlines()]
    most = int(os.environ.get("COACH_TEST_MOST", "1000"))
    for count in (10, 100, 1000, 10_000, 100_000):
        if count > most:
            break
        path = tmp_path / f"{count}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for n in range(count):
                one = rated[n % len(rated)]
                reply = one["reply"] if n < len(rated) else f"{one['reply']} ({n})"
                file.write(json.dumps({"id": str(n), "history": one["history"], "reply": reply}) + "\n")
        start = time.perf_counter()
        command = [sys.executable, "-c", _LOOK, "score", "--replies", str(path), "--out", str(tmp_path / "o.jsonl")]
        done = subprocess.run(command, capture_output=True, text=True, check=True,
                              env=os.environ | {"COACH_HOME": str(tmp_path)})
        took = time.perf_counter() - start
        memory = int(done.stderr.split()[-1]) / 1024
        print(f"\n{count} replies: {took:.1f} s, {count / took:.1f} a second, {1000 * took / count:.0f} ms each, "
              f"at most {memory:.0f} MiB")
