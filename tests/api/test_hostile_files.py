"""Files made to do harm: each is refused, or kept as the dead octets it is, with a clear answer; hz-media survives them all, in
bounded memory, and leaves nothing behind."""
import io
import pathlib
import shutil
import tempfile
import urllib.parse
import zipfile

import pytest

from harness import samples
from harness.client import Client
from harness.media import blob, children, most_memory, settled, thumbnail, until, upload
from harness.samples import DOCX, MARK
from harness.server import Server, sanitize

NOT_KEPT = ("type_not_allowed", "type_mismatch", "unsupported_media_type")
SCRIPT = b"<script>alert(document.domain)</script>"


@pytest.fixture(scope="module")
def place():
    """A server whose hz-media works in a folder that we know."""
    temp = pathlib.Path(tempfile.mkdtemp(prefix="hz-hostile-", dir="/tmp"))
    temp.chmod(0o711)
    one = Server(HZ_MEDIA_TEMP=str(temp), HZ_MEDIA_SECONDS="20").start()
    one.temp = temp
    yield one
    one.close()
    shutil.rmtree(temp, ignore_errors=True)


@pytest.fixture(scope="module")
def inspector(place):
    with place.connect() as db:
        key, actor = db.execute("SELECT key, actor_id FROM api.issue_key('inspector', '{500103}', '{}', '{}', '{}', '检查员', NULL)").fetchone()
    one = Client(place.base_url, key, str(actor))
    yield one
    one.close()


def media_pid(place):
    for pid in children(place.group):
        if pathlib.Path(f"/proc/{pid}/comm").read_text() == "hz-media\n":
            assert str(place.temp).encode() in pathlib.Path(f"/proc/{pid}/environ").read_bytes()
            return pid
    raise AssertionError("hz-media does not run")


@pytest.fixture(autouse=True)
def survivor(place):
    """The same hz-media before and after each of them, small, with nothing left to do and nothing left behind."""
    pid = media_pid(place)
    yield
    with place.connect() as db:
        assert until(lambda: db.execute("SELECT count(*) FROM hz.media_task WHERE state = 'waiting'").fetchone() == (0,))
    assert media_pid(place) == pid, (place.folder / "media.log").read_text()[-2000:]
    assert sanitize() or most_memory(pid) < 48
    assert until(lambda: not children(pid) and not list(place.temp.iterdir()), 5)


def refused(inspector, octets, name, *reasons):
    """Protected, it is turned down for one of these reasons and its octets are not kept."""
    meta = settled(inspector, upload(inspector, octets, name, protected="true").ok(201))
    assert meta["state"] == "refused" and meta["reason"] in reasons, meta
    inspector.get(f"/v1/attachments/{meta['id']}").problem("attachment_not_ready", 409)
    return meta


# ---- bombs ----

def test_pixel_bomb(inspector):
    bomb = samples.png(50000, 50000, bits=1)
    assert len(bomb) < 1 << 20
    one = upload(inspector, bomb, "bomb.png").ok(201)
    thumbnail(inspector, one).problem("no_thumbnail", 404)
    refused(inspector, bomb + b"\0", "bomb.png", "too_many_pixels")


def bomb_of_a_document(megabytes):
    """A document whose text unpacks to so much."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(samples.docx())) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            with bad.open(name, "w", force_zip64=True) as member:
                head, mark, tail = good.read(name).partition(b"exit blocked")
                member.write(head)
                for _ in range(megabytes if mark else 0):
                    member.write(b"A" * (1 << 20))
                member.write(tail)
    return out.getvalue()


def test_zip_bomb_as_document(inspector):
    bomb = bomb_of_a_document(600)
    assert len(bomb) < 1 << 20
    refused(inspector, bomb, "bomb.docx", "not_cleanable", "too_large", "too_slow")
    # kept as it is it harms nobody: nothing opens it
    one = upload(inspector, bomb, "bomb.docx").ok(201)
    assert one["type"] == DOCX and one["size"] == len(bomb)
    # and the limit is on what it unpacks to, not on its being packed well
    assert settled(inspector, upload(inspector, bomb_of_a_document(8), "long.docx", protected="true").ok(201))["state"] == "here"


def test_document_whose_xml_grows_without_end(inspector):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "{"ha" * 50}">{entities}]><w>&e9;</w>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(samples.docx())) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            bad.writestr(name, laughs if name == "docProps/core.xml" else good.read(name))
    meta = settled(inspector, upload(inspector, out.getvalue(), "laughs.docx", protected="true").ok(201))
    if meta["state"] == "here":		# emptied, as all core properties are
        assert meta["size"] < 1 << 20
    else:
        assert meta["reason"] in ("not_cleanable", "too_large", "too_slow")


def test_pixel_bomb_in_a_document(inspector):
    refused(inspector, samples.docx(**{"word__media__image1.png": samples.png(40000, 40000, bits=1)}),
            "bomb.docx", "not_cleanable", "too_large", "too_slow")


def test_pdf_with_a_page_larger_than_memory(inspector):
    refused(inspector, samples.pdf(box="0 0 14400 14400"), "wall.pdf", "not_cleanable", "too_large", "too_slow")


# ---- what is two things at once ----

@pytest.mark.parametrize("name, octets", [
    ("a.gif", b"GIF89a/*\x01\x00\x01\x00*/=1;alert(1)//;"),
    ("a.jpg", b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"),
    ("a.png", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'),
    ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"),
    ("a.html", b"<html>" + SCRIPT + b"</html>"),
    ("a.pdf", b"#!/bin/sh\nrm -rf /\n"),
    ("a.mp4", b"MZ" + b"\0" * 58 + b"\x40\0\0\0" + b"PE\0\0" + b"\0" * 400),
    ("a.docx", b"PK\x05\x06" + b"\0" * 18),
])
def test_what_is_nothing_we_keep_is_refused(inspector, name, octets):
    answer = upload(inspector, octets, name)
    assert answer.status in (415, 422) and answer.data["code"] in NOT_KEPT, answer


def served_dead(inspector, attachment):
    """Its octets are offered for saving and run nowhere."""
    answer = inspector.get(f"/v1/attachments/{attachment['id']}")
    answer.ok(200)
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == attachment["type"]
    return answer.body


def test_photograph_with_a_page_and_an_archive_inside(inspector, tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("evil.js", "alert(1)")
    photo = samples.picture(tmp_path, "jpg")
    polyglot = photo[:2] + b"\xff\xfe" + (len(SCRIPT) + 2).to_bytes(2, "big") + SCRIPT + photo[2:] + archive.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(polyglot))
    one = upload(inspector, polyglot, "a.jpg").ok(201)
    assert one["type"] == "image/jpeg" and served_dead(inspector, one) == polyglot
    picture = thumbnail(inspector, one)
    assert picture.ok(200) is None and SCRIPT not in picture.body and b"evil.js" not in picture.body
    clean = settled(inspector, upload(inspector, polyglot, "a.jpg", protected="true").ok(201))
    octets = served_dead(inspector, clean)
    assert SCRIPT not in octets and b"evil.js" not in octets and MARK.encode() not in octets
    assert not zipfile.is_zipfile(io.BytesIO(octets))


def test_pdf_with_scripts_and_a_page(inspector):
    octets = samples.pdf().replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>") + SCRIPT
    one = upload(inspector, octets, "a.pdf").ok(201)
    assert served_dead(inspector, one) == octets
    meta = settled(inspector, upload(inspector, octets, "a.pdf", protected="true").ok(201))
    if meta["state"] == "here":
        body = served_dead(inspector, meta)
        assert b"JavaScript" not in body and SCRIPT not in body
    else:
        assert meta["reason"] == "not_cleanable"


def test_film_that_points_to_other_files(inspector, tmp_path):
    """A list of files in a film's clothes must not make ffmpeg read what it names."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the key of the office")
    film = samples.mp4(tmp_path)
    lists = f"\n#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\nfile '/etc/passwd'\n".encode()
    for octets in (film + lists, film[:32] + lists * 20, film[:40]):
        answer = upload(inspector, octets, "a.mp4", protected="true")
        if answer.status != 201:
            assert answer.data["code"] in NOT_KEPT
            continue
        meta = settled(inspector, answer.data)
        if meta["state"] == "here":
            body = served_dead(inspector, meta)
            assert b"EXTM3U" not in body and b"the key" not in body and b"root:" not in body
        else:
            assert meta["reason"] == "not_cleanable"


# ---- half, nothing ----

def test_truncated_photograph(inspector, tmp_path):
    photo = samples.picture(tmp_path, "jpg")
    for length in (len(photo) * 2 // 3, len(photo) // 3, 400, 30):
        answer = upload(inspector, photo[:length], "half.jpg")
        if answer.status == 201:
            picture = thumbnail(inspector, answer.data)
            assert picture.status == 200 or picture.problem("no_thumbnail", 404)
        else:
            assert answer.data["code"] in NOT_KEPT, answer


def test_truncated_others(inspector, tmp_path):
    for octets, name in ((samples.docx(), "a.docx"), (samples.pdf(), "a.pdf"), (samples.mp4(tmp_path), "a.mp4"),
                         (samples.picture(tmp_path, "png"), "a.png"), (samples.picture(tmp_path, "webp"), "a.webp")):
        answer = upload(inspector, octets[:len(octets) // 2], name, protected="true")
        if answer.status == 201:
            assert settled(inspector, answer.data)["state"] in ("here", "refused")
        else:
            assert answer.data["code"] in NOT_KEPT, answer


def test_nothing_at_all(inspector):
    upload(inspector, b"", "empty.jpg").problem("empty_file", 422)


# ---- names ----

@pytest.mark.parametrize("name", [
    "../../../../etc/cron.d/evil", "..\\..\\windows\\evil.png", "/etc/passwd", "....//....//evil", "%2e%2e%2fevil", "C:\\evil.png", "..", ".",
    "a\r\nX-Evil: 1.png", 'a"; filename="evil.html', "\u202egnp.exe", "名字很长" * 60, "-rf.png", "$(touch evil).png", "a;b|c&d.png", "in.png[page=9]",
])
def test_names_are_text_and_never_paths(place, inspector, name):
    before = sorted(path.name for path in place.folder.iterdir())
    picture = samples.png(31, 17) + name.encode("utf-8", "replace")
    answer = upload(inspector, picture, name)
    if answer.status == 201:
        one = answer.data
        assert not set(one["filename"]) & set("/\\\r\n\0") and one["filename"] not in (".", "..")
        body = inspector.get(f"/v1/attachments/{one['id']}")
        assert body.body == picture and "X-Evil" not in body.headers
        assert body.headers["Content-Disposition"].isprintable() and "evil.html\"" not in urllib.parse.unquote(
            body.headers["Content-Disposition"].partition("filename*")[0].replace('\\"', ""))
        thumbnail(inspector, one).ok(200)
        assert blob(place.settings["HZ_FILES"], one["sha256"]).exists()
    else:
        assert answer.status in (400, 422), answer
    assert sorted(path.name for path in place.folder.iterdir()) == before
    assert sorted(path.name for path in pathlib.Path(place.settings["HZ_FILES"]).iterdir()) == ["blobs", "incoming", "thumbnails"]
