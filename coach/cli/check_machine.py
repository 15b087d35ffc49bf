"""Checks of `coach doctor` on the machine and the settings."""

import errno
import os
import platform
import socket
import sys
import tempfile
from urllib.parse import urlsplit

from coach.cli.app import App
from coach.cli.finding import Finding, note, ok, problem
from coach.settings import Engine, variable_of

_OLDEST = (3, 11)
_LAST_PORT = 65535


def python(_: App) -> Finding:
    """The version of Python."""
    found = f"{platform.python_version()} at {sys.executable}"
    if sys.version_info < _OLDEST:
        return problem(f"{found}; coach needs {'.'.join(map(str, _OLDEST))} or newer. Install it and run `make setup`.")
    return ok(found)


def settings(app: App) -> Finding:
    """Whether the settings can be read. Names the variables that are set, and no values: there may be a key in one."""
    changed = sorted(variable_of(name) for name in app.settings.model_fields_set)
    return ok(f"set: {', '.join(changed)}" if changed else "all as shipped")


def home(app: App) -> Finding:
    """Whether the folder for records and index can be written."""
    folder = app.settings.home.absolute()
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not nearest.is_dir():
        return problem(f"{nearest} is a file, so {folder} can not be used. Set COACH_HOME to another folder.")
    if nearest != folder:
        if os.access(nearest, os.W_OK | os.X_OK):
            return ok(f"{folder}; it will be made when it is first needed")
        return problem(f"{folder} can not be made, as {nearest} can not be written. Set COACH_HOME to another folder.")
    try:
        # Only writing shows that one can write.
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"coach")
            file.flush()
    except OSError as error:
        return problem(f"{folder} can not be written: {error.strerror}. Free space, give this user the right to write "
                       "there, or set COACH_HOME to another folder.")
    return ok(f"{folder}")


def engine(app: App) -> Finding:
    """Who speaks and judges, and why."""
    chosen, in_force = app.settings.engine, app.settings.resolved_engine
    variables = _endpoint_variables(app)
    name = f"model {app.settings.model}" if in_force is Engine.MODEL else "embedded"
    if chosen is not Engine.AUTO:
        if in_force is Engine.MODEL and not variables:
            return problem("COACH_ENGINE is model, but neither OPENAI_API_KEY nor OPENAI_BASE_URL is set. Set one, or "
                           "set COACH_ENGINE=embedded.")
        return ok(f"{name}, since COACH_ENGINE={chosen.value}")
    if in_force is Engine.MODEL:
        return ok(f"{name}, since {' and '.join(variables)} {'are' if len(variables) > 1 else 'is'} set; "
                  "COACH_ENGINE=embedded does without")
    return ok(f"{name}, since neither OPENAI_API_KEY nor OPENAI_BASE_URL is set")


def endpoint(app: App) -> Finding:
    """Which endpoint a model would be asked at, and whether there is a key. Never the key, and no request is made."""
    address = app.settings.openai_base_url
    key = "present" if app.settings.openai_api_key.get_secret_value() else "not set"
    if app.settings.resolved_engine is Engine.EMBEDDED:
        return ok(f"not used by the embedded engine; key {key}")
    if not address:
        if key != "present":
            return problem("no endpoint and no key; see the line above")
        return ok(f"OpenAI's own; key {key}. What is said in a meeting is sent there.")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return problem("OPENAI_BASE_URL is not an address such as https://host/v1. Set it to one, or unset it.")
    # Only the host: user, password and query of an address can be secrets.
    return ok(f"{parts.scheme}://{parts.hostname}; key {key}. What is said in a meeting is sent there.")


def masking(app: App) -> Finding:
    """Whether the names set for it can be masked. Their number alone, as what this tells is shown to others."""
    from coach.llm.masking import Masks  # noqa: PLC0415 - a broken package is then a finding of this check

    masks = Masks.of(app.settings.mask_names)
    many = f"{len(masks.names)} name{'' if len(masks.names) == 1 else 's'} from COACH_MASK_NAMES"
    if masks.everyday:
        return note(f"{many}, of which {masks.everyday} as everyday words are masked wherever they stand; the model reads such "
                    "texts less well. Give a longer form of the name if there is one.")
    return ok(many if masks.names else "no names are set")


def tokens(_: App) -> Finding:
    """Whether tokens are counted or estimated."""
    from coach.llm.tokens import count_tokens  # noqa: PLC0415 - a broken package is then a finding of this check

    if count_tokens("coach").exact:
        return ok("counted; tiktoken's encoding is in its cache")
    return note("estimated, on the safe side: tiktoken's encoding is not in its cache. To have them counted, set "
                "TIKTOKEN_CACHE_DIR to a folder that holds o200k_base.")


def port(app: App) -> Finding:
    """Whether the page could listen where the settings say."""
    from coach.web.access import check_host  # noqa: PLC0415 - a broken package is then a finding of this check

    host, number = app.settings.host, app.settings.port
    check_host(host)
    shown = f"[{host}]" if ":" in host else host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, number), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return note(f"{number} is taken, by a coach that runs already or by something else. Look at "
                        f"http://{shown}:{number}, or use another: coach serve --port {_another(number)}")
        return problem(f"The page can not listen on {host}, port {number}: {error.strerror or error}. Set COACH_HOST "
                       "and COACH_PORT to others.")
    return ok(f"{number} on {host} is free")


def _endpoint_variables(app: App) -> list[str]:
    given = (("OPENAI_API_KEY", app.settings.openai_api_key.get_secret_value()),
             ("OPENAI_BASE_URL", app.settings.openai_base_url))
    return [name for name, value in given if value]


def _another(port: int) -> int:
    return port + 1 if port < _LAST_PORT else port - 1
