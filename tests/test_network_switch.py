"""The switch in conftest.py: nothing leaves this machine, and a test that tries fails, whatever becomes of the error."""

import os
import shutil
import socket
from pathlib import Path
from threading import Thread

import pytest

AWAY = "192.0.2.1"  # kept for documentation by RFC 5737; nobody answers there


def test_connecting_to_another_machine_fails_the_test(forbidden: list[str]) -> None:
    for connect in (
        lambda: socket.create_connection((AWAY, 80), timeout=1),
        lambda: socket.socket().connect((AWAY, 80)),
        lambda: socket.socket().connect_ex((AWAY, 80)),
        lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 80)),
    ):
        with pytest.raises(pytest.fail.Exception, match="may not use the network"):
            connect()
    assert len(forbidden) == 4
    forbidden.clear()


def test_looking_up_another_machine_fails_the_test(forbidden: list[str]) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"look up 'api\.openai\.com'"):
        socket.getaddrinfo("api.openai.com", 443)
    forbidden.clear()


def test_an_attempt_in_a_thread_is_noted(forbidden: list[str]) -> None:
    def reach_out() -> None:
        with pytest.raises(pytest.fail.Exception):
            socket.create_connection((AWAY, 80))

    thread = Thread(target=reach_out)
    thread.start()
    thread.join()
    assert forbidden == [f"look up '{AWAY}'"]
    forbidden.clear()


def test_a_swallowed_attempt_fails_its_test_all_the_same(
    tmp_path: Path, forbidden: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    (tmp_path / "test_sly.py").write_text(
        "import socket\n"
        "def test_sly():\n"
        "    try:\n"
        "        socket.create_connection(('api.openai.com', 443))\n"
        "    except BaseException:\n"
        "        pass\n"
        "def test_honest():\n"
        "    pass\n",
        "utf-8",
    )
    code = pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "-c", os.devnull, str(tmp_path)])
    told = capsys.readouterr().out
    forbidden.clear()
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "2 passed, 1 error" in told
    assert "tried to look up 'api.openai.com'" in told


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", ""])
def test_loopback_is_allowed(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((host or "0.0.0.0", port)) as client:  # noqa: S104 - connects, binds nothing
            assert client.getpeername()[1] == port
    assert socket.socket().connect_ex(("127.0.0.1", port)) != 0


def test_the_settings_of_whoever_runs_the_tests_are_out_of_sight(home: Path) -> None:
    ours = {name for name in os.environ if name.startswith(("COACH_", "OPENAI_")) and not name.startswith("COACH_TEST_")}
    assert ours == {"COACH_HOME"}
    assert os.environ["COACH_HOME"] == str(home)
