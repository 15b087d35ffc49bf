"""Files that a command writes for the user, who may have something there already."""

from pathlib import Path

from coach.errors import InputError


def write_new(path: Path, text: str) -> None:
    """Write `text` to `path`, which must not be there yet.

    Raises:
        InputError: it is there already, and was left as it is, or it can not be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise InputError(f"The file {path} is there already; it was left as it is. Take another name.") from error
    except OSError as error:
        raise InputError(f"The file {path} can not be written: {error.strerror or error}.") from error
