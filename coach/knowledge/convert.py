"""A file as Markdown, by the library that reads it; runs as a process of its own, so that a bad file harms nothing else.

`python -m coach.knowledge.convert FILE` prints {"text": …, "pages": …} as JSON.
"""

import json
import logging
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from coach.errors import InputError, SetupError

_log = logging.getLogger(__name__)

# What can be read, and what a person calls it.
TYPES = {".md": "Markdown", ".markdown": "Markdown", ".txt": "text", ".html": "HTML", ".htm": "HTML", ".pdf": "PDF",
         ".docx": "Word", ".pptx": "PowerPoint"}
MOST_BYTES = 20_000_000
MOST_PAGES = 500
MOST_TEXT = 2_000_000
_MOST_UNPACKED = 300_000_000
_SECONDS = 120
_BAD_FILE = 3
_PLAIN = {".md", ".markdown", ".txt"}
_PACKED = {".docx", ".pptx"}


@dataclass(frozen=True, slots=True)
class Converted:
    """The text of a file as Markdown, and its pages or slides; 0 where it has none."""

    text: str
    pages: int


def convert(path: Path, name: str) -> Converted:
    """The text of the file at `path`, which the user knows by `name`.

    Raises:
        InputError: it is of a type that can not be read, too large, too long, damaged, protected, or holds no text.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in TYPES:
        kinds = ", ".join(sorted(TYPES))
        raise InputError(f"{name} can not be read: coach reads {kinds}. Save it as one of these and add it again.")
    check_size(path, name)
    if suffix in _PACKED:
        _check_packed(path, name)
    found = Converted(_decoded(path, name), 0) if suffix in _PLAIN else _in_a_process(path, suffix, name)
    if found.pages > MOST_PAGES:
        raise InputError(f"{name} is too long: {found.pages} pages, and {MOST_PAGES} is the most. Split it.")
    if len(found.text) > MOST_TEXT:
        raise InputError(f"{name} holds too much text: {len(found.text):,} characters, and {MOST_TEXT:,} is the most. Split "
                         "it.")
    if not found.text.strip():
        scan = " It may be a scan: run text recognition over it first." if suffix == ".pdf" else ""
        raise InputError(f"There is no text in {name}.{scan}")
    return found


def check_size(path: Path, name: str) -> None:
    """See whether the file is small enough to be read.

    Raises:
        InputError: it is not.
        OSError: it is not there.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        raise InputError(f"{name} is too large: {size / 1e6:.0f} MB, and {most} MB is the most. Split it, or leave out its "
                         "pictures.")


def _decoded(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is no text in UTF-8 (byte {error.start + 1}). Save it as UTF-8 and add it again.") from error


def _check_packed(path: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(info.file_size for info in packed.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{name} is damaged or protected by a password. Save it anew without one.") from error
    if unpacked > _MOST_UNPACKED:
        raise InputError(f"{name} unpacks to {unpacked / 1e6:.0f} MB, which is too much.")


def _in_a_process(path: Path, suffix: str, name: str) -> Converted:
    # -P: of the folder that coach was started in no module is taken.
    command = [sys.executable, "-P", "-m", "coach.knowledge.convert", str(path.resolve()), suffix]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired as error:
        raise InputError(f"{name} takes longer than {_SECONDS} seconds to read. Split it, or save it anew.") from error
    if done.returncode not in (0, _BAD_FILE):
        _log.error("reading %s failed: %s", name, done.stderr.decode(errors="replace"))
        raise SetupError(f"{name} could not be read for a fault of ours; the log says where.")
    if done.returncode:
        raise InputError(f"{name} is damaged, protected by a password, or no {TYPES[suffix]} file. Open it, save it anew, and "
                         "add it again.")
    return Converted(**json.loads(done.stdout))


def _main(path: str, suffix: str) -> None:
    from markitdown import MarkItDown, StreamInfo  # noqa: PLC0415 - takes seconds, and is of use in this process alone

    file, text = Path(path), ""
    converter = MarkItDown(enable_plugins=False)
    told = StreamInfo(extension=suffix, charset="utf-8" if suffix in (".html", ".htm") else None)
    try:
        pages = _pages(file, suffix)
        if pages <= MOST_PAGES:
            with file.open("rb") as stream:
                text = converter.convert_stream(stream, stream_info=told).markdown
    except Exception:  # noqa: BLE001 - the readers raise what they like of a bad file; the exit code tells it
        sys.exit(_BAD_FILE)
    json.dump({"text": text, "pages": pages}, sys.stdout)


def _pages(file: Path, suffix: str) -> int:
    if suffix == ".pdf":
        from pypdfium2 import PdfDocument  # noqa: PLC0415 - as above

        document = PdfDocument(file)
        try:
            return len(document)
        finally:
            document.close()
    if suffix == ".pptx":
        with zipfile.ZipFile(file) as packed:
            return sum(name.startswith("ppt/slides/slide") for name in packed.namelist())
    return 0


if __name__ == "__main__":
    _main(*sys.argv[1:3])
