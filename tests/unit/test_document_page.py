"""api/media/document.py by itself: the filters, what templates may do, and the same octets again."""
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys

import jinja2
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "api/media/document.py"
spec = importlib.util.spec_from_file_location("document_page", PROGRAM)
document = importlib.util.module_from_spec(spec)
spec.loader.exec_module(document)

DATA = {"title": "送达回证", "number": "送达〔2026〕第 1 号", "issued_at": "2026-11-23T09:05:00.000+08:00", "issuer": {"name": "某区民政局"}, "name": "王𬱖",
        "signatures": [{"images": ["one", "two"]}]}


def page(body, common="", **more):
    return document.page({**DATA, **more}, body, common, "p { color: red; }", {})


def test_dates_and_numbers_in_words():
    assert document.day("2026-01-02") == "2026年1月2日" == document.day("2026-01-02T23:59:59.999+08:00")
    assert document.minute("2026-11-03T09:05:00.000+08:00") == "2026年11月3日9时05分"
    assert [document.han(n) for n in (1, 6, 10, 15, 20, 60, 99, 100, 0)] == ["一", "六", "十", "十五", "二十", "六十", "九十九", "100", "0"]


def test_what_is_said_is_no_markup():
    made = page("{{ data.name }}", name="<script>alert(1)</script>&", title="<b>")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in made and "<script" not in made and "<title>&lt;b&gt; 送达" in made


def test_a_name_that_is_not_there_is_a_fault():
    with pytest.raises(jinja2.UndefinedError):
        page("{{ data.nobody }}")


@pytest.mark.parametrize("body", ["{{ ''.__class__.__mro__ }}", "{{ data.__class__ }}", "{{ cycler.__init__.__globals__ }}"])
def test_a_template_reaches_nothing_of_python(body):
    with pytest.raises((jinja2.exceptions.SecurityError, jinja2.UndefinedError)):
        page(body)


def test_macros_are_shared():
    assert "甲、乙" in page('{% import "common.html" as c %}{{ c.two("甲") }}', "{% macro two(a) %}{{ a }}、乙{% endmacro %}")


def make(folder, body, seed="0"):
    """Runs the program as hz-media does, in `folder`; → the HTML, the PDF."""
    folder.mkdir()
    for name, text in {"data.json": json.dumps(DATA), "body.html": body, "common.html": "", "style.css": (
            '@page { size: A4 } html { font-family: "Noto Serif CJK SC" }')}.items():
        (folder / name).write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, PROGRAM], cwd=folder, check=True, env={**os.environ, "PYTHONHASHSEED": seed, "TMPDIR": str(folder)})
    return (folder / "out.html").read_text(encoding="utf-8"), (folder / "out.pdf").read_bytes()


def test_the_same_octets_again(tmp_path):
    body = "<h1>{{ data.title }}</h1><p>{{ data.issued_at|minute }}{% for one in data.signatures[0].images %}{{ images[one] or '没有' }}{% endfor %}</p>"
    one, two = make(tmp_path / "one", body), make(tmp_path / "two", body, seed="1")
    assert one == two
    assert one[1].startswith(b"%PDF") and "2026年11月23日9时05分没有没有" in one[0]


def test_a_character_no_font_has_leaves_a_mark(tmp_path):
    html, _ = make(tmp_path / "one", "<p>{{ data.name }}\U000e01ef\u200b\U0002a6a5</p>")
    text = subprocess.run(["pdftotext", tmp_path / "one/out.pdf", "-"], check=True, capture_output=True, text=True).stdout
    assert "王𬱖" in text and "〓" in text and "\U0002a6a5" in html
    assert len(re.findall("〓", text)) == 1, "what is not seen anyway leaves none"


def test_nothing_is_fetched(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("秘密")
    _, pdf = make(tmp_path / "one", f'<p>图<img src="file://{secret}"><img src="http://127.0.0.1:9/x.png"></p><link rel=attachment href="file://{secret}">')
    assert b"EmbeddedFile" not in pdf and b"/Image" not in pdf
