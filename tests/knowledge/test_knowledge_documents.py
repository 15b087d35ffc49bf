"""A company's own documents: read by their type, cut into passages, refused with a word on why."""

import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import ConflictError, InputError, NotFoundError, SetupError
from coach.knowledge import Holdings, Shelf, build_index, load_cards, open_library
from coach.knowledge import convert as convert_module
from coach.knowledge.documents import MOST_WORDS, passages_of
from coach.language.embeddings import LexicalEmbedder
from coach.settings import data_folder

PLAYBOOK = ("# Playbook\n\nRead this first.\n\n## Discounts\n\nNever more than eight per cent.\n\n"
            "## Taxis\n\nUp to forty euros.\n")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "library")


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def docx(path: Path) -> Path:
    document = ('<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
                '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Discounts</w:t></w:r></w:p>'
                "<w:p><w:r><w:t>Never more than eight per cent.</w:t></w:r></w:p></w:body></w:document>")
    types = ('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
             '<Default Extension="rels" ContentType='
             '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType='
             '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    relations = ('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                 '<Relationship Id="r1" Type='
                 '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
                 'Target="word/document.xml"/></Relationships>')
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("[Content_Types].xml", types)
        packed.writestr("_rels/.rels", relations)
        packed.writestr("word/document.xml", document)
    return path


def pptx(path: Path) -> Path:
    from pptx import Presentation

    slides = Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[1])
    slide.shapes.title.text = "Discounts"
    slide.placeholders[1].text = "Never more than eight per cent."
    slides.save(str(path))
    return path


def pdf(path: Path, text: str = "Never more than eight per cent.", pages: int = 1) -> Path:
    """As small as one can be: a font, and a page or more with one line."""
    stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET" if text else ""
    kids = " ".join(f"{4 + i} 0 R" for i in range(pages))
    last = 4 + pages
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
               *(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {last} 0 R "
                 "/Resources << /Font << /F1 3 0 R >> >> >>" for _ in range(pages)),
               f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"]
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    body += (f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
             f"startxref\n{len(body)}\n%%EOF").encode()
    path.write_bytes(body)
    return path


def test_passages_stand_under_their_headings() -> None:
    found = passages_of(PLAYBOOK)
    assert [(one.section, one.text) for one in found] == [
        ("Playbook", "Read this first."), ("Playbook › Discounts", "Never more than eight per cent."),
        ("Playbook › Taxis", "Up to forty euros.")]


def test_what_looks_like_a_heading_in_code_is_none() -> None:
    (only,) = passages_of("# Setup\n\n```\n# a comment\nrun\n```\n")
    assert only.section == "Setup"
    assert "# a comment" in only.text


@pytest.mark.parametrize("text", ["\n".join(["word"] * 1000), "- an item\n" * 600, "字" * 20_000, "x" * 5_000])
def test_no_passage_is_longer_than_the_encoder_reads(text: str) -> None:
    found = passages_of(text)
    assert all(len(one.text.split()) <= MOST_WORDS and len(one.text) <= 10 * MOST_WORDS for one in found)
    assert "".join("".join(one.text for one in found).split()) == "".join(text.split())


def test_a_heading_with_much_behind_it_takes_no_time() -> None:
    (only,) = passages_of("# a" + " " * 200_000 + "b\n\nText.")
    assert only.section.startswith("a")


@given(st.lists(st.text("ab .!?\n#", max_size=400), max_size=6))
def test_no_word_is_lost_and_no_passage_is_too_long(parts: list[str]) -> None:
    text = "\n\n".join(part.replace("#", "") for part in parts)
    found = passages_of(text)
    assert [word for one in found for word in one.text.split() if any(c.isalpha() for c in word)] == [
        word for word in text.split() if any(c.isalpha() for c in word)]
    assert all(0 < len(one.text.split()) <= MOST_WORDS for one in found)


@pytest.mark.parametrize("kind", ["md", "txt", "html", "docx", "pptx", "pdf"])
def test_each_type_is_read_and_found(shelf: Shelf, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"price_list.{kind}"
    match kind:
        case "md" | "txt":
            path.write_text(PLAYBOOK)
        case "html":
            path.write_text("<h1>Discounts</h1><script>alert(1)</script><p>Never more than eight per cent.</p>")
        case "docx":
            docx(path)
        case "pptx":
            pptx(path)
        case _:
            pdf(path)
    document = shelf.add(path, by="ada")
    assert (document.title, document.source, document.added_by) == ("price list", path.name, "ada")
    assert shelf.documents() == (document,)
    assert (shelf.folder / document.id / f"original.{kind}").read_bytes() == path.read_bytes()
    texts = [chunk.text for chunk in document.chunks()]
    assert any("Never more than eight per cent." in text for text in texts)
    assert not any("alert" in text for text in texts)
    holdings = Holdings((), (document,))
    build_index(holdings, LexicalEmbedder(), tmp_path / "index")
    with open_library(holdings, LexicalEmbedder(), tmp_path / "index") as library:
        (hit, *_) = library.search("never more than eight per cent")
        assert (hit.citation.card_id, hit.citation.source, hit.ask) == (document.id, path.name, "")


@pytest.mark.parametrize(("name", "content", "told"), [
    ("list.xlsx", b"PK", r"list\.xlsx can not be read: coach reads \.docx"),
    ("old.doc", b"x", "can not be read: coach reads"),
    ("latin.txt", "Größe".encode("latin-1"), r"no text in UTF-8 \(byte 3\)"),
    ("empty.md", b" \n", r"There is no text in empty\.md"),
    ("marks.txt", b"--- !!! ---", "There are no words in"),
    ("broken.docx", b"nothing packed", "damaged or protected by a password"),
    ("broken.pdf", b"%PDF-1.4 nothing", r"damaged, protected by a password, or no PDF file"),
])
def test_what_can_not_be_read_is_told(shelf: Shelf, tmp_path: Path, name: str, content: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        shelf.add(written(tmp_path, name, content), by="ada")
    assert shelf.documents() == ()


def test_a_scan_a_long_file_and_a_large_one_are_told(
        shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"There is no text in scan\.pdf\. It may be a scan: run text recognition"):
        shelf.add(pdf(tmp_path / "scan.pdf", text=""), by="ada")
    with pytest.raises(InputError, match="is too long: 501 pages, and 500 is the most"):
        shelf.add(pdf(tmp_path / "long.pdf", pages=501), by="ada")
    monkeypatch.setattr(convert_module, "MOST_BYTES", 10)
    with pytest.raises(InputError, match="is too large"):
        shelf.add(written(tmp_path, "large.md", "x" * 11), by="ada")
    monkeypatch.undo()
    monkeypatch.setattr(convert_module, "_MOST_UNPACKED", 10)
    with pytest.raises(InputError, match="unpacks to"):
        shelf.add(docx(tmp_path / "bomb.docx"), by="ada")


def test_the_same_file_twice_is_told(shelf: Shelf, tmp_path: Path) -> None:
    first = shelf.add(written(tmp_path, "a.md", PLAYBOOK), by="ada")
    with pytest.raises(ConflictError, match=f"in the library already, as {first.id}"):
        shelf.add(written(tmp_path, "b.md", PLAYBOOK), by="bo")


def test_a_name_can_not_leave_the_folder(shelf: Shelf, tmp_path: Path) -> None:
    path = written(tmp_path, "x", PLAYBOOK)
    document = shelf.add(path, by="ada", name="../../etc/pass wd.md", title="../Up\nand <b>away</b>")
    assert document.source == "pass wd.md"
    assert document.title == "../Up and <b>away</b>"
    assert document.folder.parent == shelf.folder
    for wrong in ("..", ".", "", "nope", f"../{tmp_path.name}"):
        with pytest.raises(NotFoundError, match="There is no document"):
            shelf.remove(wrong)
    assert tmp_path.is_dir()
    with pytest.raises(NotFoundError, match="There is no document"):
        shelf.remove("x" * 300)
    shelf.remove(document.id)
    assert shelf.documents() == ()
    assert not any(shelf.folder.iterdir())


@pytest.mark.parametrize("part", ["document.json", "passages.json"])
def test_a_damaged_document_says_which_and_what_to_do(shelf: Shelf, tmp_path: Path, part: str) -> None:
    document = shelf.add(written(tmp_path, "a.md", PLAYBOOK), by="ada")
    (document.folder / part).write_bytes(b"\xff")
    with pytest.raises(SetupError, match=rf"The document {document.id} in the library is damaged .* `coach knowledge remove"):
        list(shelf.holdings(()).passages())
    shelf.remove(document.id)
    assert shelf.documents() == ()


def test_of_cards_switched_at_once_none_is_lost(shelf: Shelf) -> None:
    cards = load_cards(data_folder("knowledge"))
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda card: shelf.switch(cards, card.id, on=False), cards[:20]))
    assert shelf.off() == {card.id for card in cards[:20]}


def test_cards_are_switched_off_and_on(shelf: Shelf) -> None:
    cards = load_cards(data_folder("knowledge"))
    assert shelf.switch(cards, "wemeiusour", on=False)
    assert not shelf.switch(cards, "wemeiusour", on=False)
    assert "wemeiusour" not in {card.id for card in shelf.holdings(cards).cards}
    assert shelf.switch(cards, "wemeiusour", on=True)
    assert shelf.holdings(cards).cards == cards
    with pytest.raises(NotFoundError, match="no knowledge card 'nope'"):
        shelf.switch(cards, "nope", on=False)
    with pytest.raises(InputError, match="One card at least must stay on"):
        shelf.switch(cards[:1], cards[0].id, on=False)
    (shelf.folder / "off.json").write_text("{")
    with pytest.raises(SetupError, match="Remove it; then all cards are on"):
        shelf.off()
