"""Documents as paper: what a PDF says, where on the page it says so, in which fonts, and pictures of it for a person to look at."""
import collections
import html
import html.parser
import pathlib
import re
import shutil
import subprocess
import tempfile
import zlib

from .media import until
from .server import ROOT

PICTURES = ROOT / "build/test/documents"
MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
MARGINS = {"left": 26 * MM, "right": 24 * MM, "top": 26 * MM, "bottom": 24 * MM}     # of db/data/71_document_style.sql
SLACK = 1.5             # points: a glyph may reach a little beyond its box


def document(client, path, accept="application/pdf", seconds=90):
    """The answer about a document once it is not pending any more."""
    def look():
        answer = client.get(path, headers={"Accept": accept})
        return (answer.status != 503 or answer.data["code"] != "document_pending") and answer
    answer = until(look, seconds)
    assert answer, f"{path}: still pending"
    return answer


class Words(html.parser.HTMLParser):
    """What a reader of an HTML page sees, without white space."""

    def __init__(self, page):
        super().__init__()
        self.within, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in ("style", "title"):
            self.within.append(tag)

    def handle_endtag(self, tag):
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data):
        if not self.within:
            self.text += "".join(data.split())


class Paper:
    """One PDF."""

    def __init__(self, octets):
        self.octets = octets
        self.folder = tempfile.TemporaryDirectory()
        self.file = pathlib.Path(self.folder.name) / "paper.pdf"
        self.file.write_bytes(octets)

    def tool(self, name, *options, out="-"):
        done = subprocess.run([name, *options, self.file, *([out] if out else [])], check=True, capture_output=True, timeout=120)
        return done.stdout

    @property
    def text(self):
        """Without any white space, which a PDF has only by accident."""
        return "".join(self.tool("pdftotext", "-raw").decode().split())

    def info(self):
        return dict(re.findall(r"^([^:\n]+): +(.*)$", self.tool("pdfinfo", "-f", "1", "-l", "9999", out=None).decode(), re.M))

    @property
    def pages(self):
        return int(self.info()["Pages"])

    def fonts(self):
        """[(name, embedded, subset)]"""
        lines = self.tool("pdffonts", out=None).decode().splitlines()[2:]
        return [(line.split()[0], *line.split()[-5:-3]) for line in lines]

    def words(self):
        """(page, x_min, y_min, x_max, y_max, text) of every word, in points from the top left."""
        number = 0      # poppler writes no good XML where its head names an author beyond the basic plane
        for line in self.tool("pdftotext", "-bbox").decode(errors="replace").splitlines():
            number += "<page " in line
            word = re.fullmatch(r' *<word xMin="(.*)" yMin="(.*)" xMax="(.*)" yMax="(.*)">(.*)</word>', line)
            if word:
                yield (number, *map(float, word.groups()[:4]), html.unescape(word[5]))

    def missing_glyphs(self):
        """How often glyph 0 (a box, or nothing) is drawn."""
        found = 0
        for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", self.octets, re.S):
            try:
                content = zlib.decompress(stream)
            except zlib.error:
                continue
            if b"TJ" in content:
                for ids in re.findall(rb"<([0-9a-f]+)>", content):
                    found += [ids[i:i + 4] for i in range(0, len(ids), 4)].count(b"0000")
        return found

    def grey(self, dots=40):
        """Each page as (width, height, octets), one a dot, 255 is white."""
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["pdftoppm", "-gray", "-r", str(dots), self.file, f"{folder}/p"], check=True, timeout=300)
            for file in sorted(pathlib.Path(folder).iterdir()):
                _, size, _, octets = file.read_bytes().split(b"\n", 3)
                width, height = map(int, size.split())
                yield width, height, octets

    def picture(self, name, last=6):
        """PNG files of its first pages, for a person to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for old in PICTURES.glob(f"{name}-*.png"):
            old.unlink()
        subprocess.run(["pdftoppm", "-png", "-r", "80", "-l", str(last), self.file, PICTURES / name], check=True, timeout=120)
        shutil.copy(self.file, PICTURES / f"{name}.pdf")


def outside(paper):
    """Words and dots where there must be none: beyond the margins, but for the line that numbers the pages."""
    left, right = MARGINS["left"] - SLACK, A4[0] - MARGINS["right"] + SLACK
    top, bottom = MARGINS["top"] - SLACK, A4[1] - MARGINS["bottom"] + SLACK
    found = [f"page {page}: {text!r} at {x0:.0f},{y0:.0f}–{x1:.0f},{y1:.0f}" for page, x0, y0, x1, y1, text in paper.words()
             if x0 < left or x1 > right or y0 < top or y1 > bottom and not re.fullmatch(r"第|共|页|页　共|\d+", text)]
    for number, (width, height, dots) in enumerate(paper.grey(), 1):
        scale = width / A4[0]
        beyond = [(x, y) for y in range(height) for x in [*range(int(left * scale) - 1), *range(int(right * scale) + 2, width)] if dots[y * width + x] < 250]
        beyond += [(x, y) for y in range(int(top * scale) - 1) for x in range(width) if dots[y * width + x] < 250]
        found += [f"page {number}: something drawn at {beyond[0]}"] if beyond else []
        assert any(dot < 128 for dot in dots[int(top * scale) * width:int(bottom * scale) * width]), f"page {number} is blank"
    return found


def looks_right(paper, page, name):
    """All that a machine can tell of a document that looks right; leaves pictures of it."""
    paper.picture(name)
    info = paper.info()
    sizes = {value.split(" pts")[0] for key, value in info.items() if key.endswith("size") and "pts" in value}
    assert sizes == {"595.276 x 841.89"}, sizes
    fonts = paper.fonts()
    assert fonts and all(re.fullmatch(r"[A-Z]{6}\+Noto-Serif-CJK-SC(-Bold)?", one) and embedded == subset == "yes" for one, embedded, subset in fonts), fonts
    assert paper.missing_glyphs() == 0 and "〓" not in paper.text
    lost = collections.Counter(Words(page).text) - collections.Counter(paper.text)
    assert not lost, f"in the page, not on the paper: {lost}"
    found = outside(paper)
    assert not found, found[:5]
    for number in (1, paper.pages):
        assert f"第{number}页共{paper.pages}页" in paper.text
