"""Thumbnails made once and upright, metadata taken out of files whose source is protected, and hz-media killed at its work."""
import hashlib
import io
import os
import pathlib
import signal
import time
import zipfile

import pytest

from harness import samples
from harness.media import Bench, blob, children, messages, settled, thumbnail, until, upload
from harness.samples import DOCX, MARK
from harness.server import Server

SECONDS = 20		# of a tool, in the tests that kill
HARMLESS = {"", "format", "creation-date", "mod-date", "PixelsPerUnitX", "PixelsPerUnitY", "PixelUnits"}


def size_of(folder, octets, name):
    path = pathlib.Path(folder) / name
    path.write_bytes(octets)
    return tuple(int(samples.run("vipsheader", "-f", side, path)) for side in ("width", "height"))


def point(folder, octets, name, x, y):
    path = pathlib.Path(folder) / name
    path.write_bytes(octets)
    return [float(value) for value in samples.run("vips", "getpoint", path, x, y).split()[:3]]


def is_red(colour):
    return colour[0] > 180 and colour[2] < 80


def is_blue(colour):
    return colour[2] > 180 and colour[0] < 80


# ---- thumbnails ----

@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_thumbnail_is_small_upright_and_tells_nothing(api, tmp_path, kind):
    inspector = api("inspector")
    photo = samples.picture(tmp_path, kind)
    assert MARK in samples.exiftool(tmp_path, photo, f"sent.{kind}")
    answer = thumbnail(inspector, upload(inspector, photo, f"photo.{kind}").ok(201))
    answer.ok(200)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "immutable" in answer.headers["Cache-Control"] and "sandbox" in answer.headers["Content-Security-Policy"]
    # red on the left, turned by a quarter to the right: red above; a PNG lies as it was made
    turned = kind != "png"
    assert size_of(tmp_path, answer.body, "thumb.jpg") == ((320, 480) if turned else (480, 320))
    assert is_red(point(tmp_path, answer.body, "thumb.jpg", 20, 20))
    assert is_blue(point(tmp_path, answer.body, "thumb.jpg", 300, 300) if not turned else point(tmp_path, answer.body, "thumb.jpg", 20, 460))
    told = samples.exiftool(tmp_path, answer.body, "thumb.jpg")
    assert MARK not in told and "GPS" not in told and "39.904" not in told


def test_a_small_picture_is_not_enlarged(api, tmp_path):
    inspector = api("inspector")
    answer = thumbnail(inspector, upload(inspector, samples.png(64, 40), "small.png").ok(201))
    assert size_of(tmp_path, answer.body, "thumb.jpg") == (64, 40)


def test_thumbnail_is_made_once_for_the_same_bytes(api, db, tmp_path):
    first, second = api("inspector"), api("inspector", name="另一位检查员(缩略图)")
    photo = samples.picture(tmp_path, "jpg", 700, 500)
    one = upload(first, photo, "a.jpg").ok(201)
    answer = thumbnail(first, one)
    other = upload(second, photo, "b.jpg").ok(201)
    again = second.get(f"/v1/attachments/{other['id']}/thumbnail")
    assert again.ok(200) is None and again.body == answer.body and again.etag == answer.etag
    assert db.execute("SELECT count(*), max(tries) FROM hz.media_task WHERE kind = 'thumbnail' AND sha256 = decode(%s, 'hex')",
                      (one["sha256"],)).fetchone() == (1, 1)
    unchanged = first.get(f"/v1/attachments/{one['id']}/thumbnail", headers={"If-None-Match": answer.etag})
    assert unchanged.status == 304 and unchanged.body == b""
    # nobody else sees it: it is linked to nothing
    api("inspector", name="不相干的检查员").get(f"/v1/attachments/{one['id']}/thumbnail").problem("not_found", 404)


@pytest.mark.provokes("thumbnail_pending")
def test_thumbnail_pending_says_when_to_come_back(api, db):
    inspector = api("inspector")
    one = upload(inspector, samples.png(321, 123), "p.png").ok(201)
    thumbnail(inspector, one).ok(200)
    db.execute("UPDATE hz.media_task SET state = 'waiting', due_at = 'infinity' WHERE sha256 = decode(%s, 'hex')", (one["sha256"],))
    answer = inspector.get(f"/v1/attachments/{one['id']}/thumbnail")
    answer.problem("thumbnail_pending", 503)
    assert answer.headers["Retry-After"] == "1" and answer.headers["Cache-Control"] == "no-store"
    db.execute("UPDATE hz.media_task SET state = 'done' WHERE sha256 = decode(%s, 'hex')", (one["sha256"],))
    inspector.get(f"/v1/attachments/{one['id']}/thumbnail").ok(200)


@pytest.mark.provokes("no_thumbnail")
def test_no_thumbnail_of_documents_and_films(api, tmp_path):
    inspector = api("inspector")
    for octets, name in ((samples.pdf(), "a.pdf"), (samples.mp4(tmp_path), "a.mp4"), ("纯文本\n".encode(), "a.txt")):
        one = upload(inspector, octets, name).ok(201)
        inspector.get(f"/v1/attachments/{one['id']}/thumbnail").problem("no_thumbnail", 404)


# ---- metadata taken out ----

def made(kind, folder):
    return {"pdf": samples.pdf, "docx": samples.docx}[kind]() if kind in ("pdf", "docx") else \
        samples.mp4(folder) if kind == "mp4" else samples.sound(folder, kind) if kind in ("m4a", "mp3") else samples.picture(folder, kind)


def everything(folder, octets, kind):
    """All that can be found in a file: what exiftool tells, its bytes, and those of the members of a document."""
    told = [samples.exiftool(folder, octets, f"look.{kind}"), octets.decode("latin-1")]
    if kind == "docx":
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            told += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return "\n".join(told)


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "pdf", "docx", "mp4", "m4a", "mp3"])
def test_metadata_is_taken_out(api, server, db, tmp_path, kind):
    inspector = api("inspector")
    octets = made(kind, tmp_path)
    before = everything(tmp_path, octets, kind)
    assert MARK in before and ("39.904" in before or kind in ("pdf", "docx", "m4a"))
    one = upload(inspector, octets, f"{MARK}.{kind}", protected="true").ok(201)
    assert one["state"] == "cleaning" and one["sha256"] is None and MARK not in one["filename"]
    meta = settled(inspector, one)
    assert meta["state"] == "here", meta
    answer = inspector.get(f"/v1/attachments/{one['id']}")
    answer.ok(200)
    after = everything(tmp_path, answer.body, kind)
    assert MARK not in after and "39.904" not in after and "GPS" not in after and "2026:01:02" not in after
    assert answer.headers["Content-Type"] == meta["type"] and len(answer.body) == meta["size"]
    if kind in ("jpg", "png", "webp"):
        assert size_of(tmp_path, answer.body, f"clean.{kind}") == ((900, 600) if kind == "png" else (600, 900))
        thumbnail(inspector, one).ok(200)
    elif kind == "docx":
        assert "exit blocked" in after and "00A1B2C3" not in after
    elif kind in ("mp4", "m4a", "mp3"):
        assert "x264" not in after and "Lavf" not in after
        assert samples.run("ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0",
                           tmp_path / f"look.{kind}").split() == (["video", "audio"] if kind == "mp4" else ["audio"])
    # nothing of what was sent is left
    sent = hashlib.sha256(octets).hexdigest()
    assert not blob(server.settings["HZ_FILES"], sent).exists()
    assert db.execute("SELECT count(*) FROM hz.content WHERE sha256 = decode(%s, 'hex')", (sent,)).fetchone() == (0,)
    assert blob(server.settings["HZ_FILES"], meta["sha256"]).read_bytes() == answer.body


def test_mat2_finds_nothing_more_to_take_out(api, tmp_path):
    inspector = api("inspector")
    for kind in ("jpg", "png", "pdf", "docx"):
        one = upload(inspector, made(kind, tmp_path), f"x.{kind}", protected="true").ok(201)
        settled(inspector, one)
        (tmp_path / f"clean.{kind}").write_bytes(inspector.get(f"/v1/attachments/{one['id']}").body)
        (tmp_path / f"sent.{kind}").write_bytes(made(kind, tmp_path))
        assert MARK in samples.run("mat2", "--no-sandbox", "--show", tmp_path / f"sent.{kind}")
        shown = samples.run("mat2", "--no-sandbox", "--show", tmp_path / f"clean.{kind}")
        # what every PDF and PNG has: its format, empty dates, the number of dots a metre
        rest = [line for line in shown.splitlines()[1:] if line.split(":")[0].strip() not in HARMLESS]
        assert "No metadata found" in shown or not rest, shown


def test_somebody_elses_copy_of_the_same_bytes_stays(api, server, tmp_path):
    open_handed, careful = api("inspector"), api("inspector", name="要保护的检查员")
    photo = samples.picture(tmp_path, "jpg", 640, 480)
    plain = upload(open_handed, photo, "mine.jpg").ok(201)
    meta = settled(careful, upload(careful, photo, "not-mine.jpg", protected="true").ok(201))
    assert meta["state"] == "here" and meta["sha256"] != plain["sha256"]
    assert open_handed.get(f"/v1/attachments/{plain['id']}").body == photo
    assert blob(server.settings["HZ_FILES"], plain["sha256"]).exists()


def test_types_that_cannot_be_cleaned_are_refused_at_the_door(api, db):
    inspector = api("inspector")
    assert {row[0] for row in db.execute("SELECT type FROM hz.attachment_type WHERE strippable")} == {
        "image/jpeg", "image/png", "image/webp", "application/pdf", "video/mp4", "audio/mp4", "audio/mpeg", DOCX}
    problem = upload(inspector, "谁写的这份文本\n".encode(), "a.txt", protected="true").problem("type_not_strippable", 422)
    assert problem["type"]
    upload(inspector, "谁写的这份文本\n".encode(), "a.txt").ok(201)


def test_films_that_are_not_h264_are_not_taken_for_clean(api, tmp_path):
    """What H.265 says between its pictures stays in its header, whatever ffmpeg is told; it is refused rather than believed clean."""
    inspector = api("inspector")
    samples.run("ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "testsrc=d=1:s=320x240", "-codec:v", "libx265",
                "-x265-params", "log-level=none", "-metadata", f"comment={next(samples.numbers)}", tmp_path / "film.mp4")
    one = upload(inspector, (tmp_path / "film.mp4").read_bytes(), "a.mp4", protected="true").ok(201)
    meta = settled(inspector, one)
    assert (meta["state"], meta["reason"]) == ("refused", "not_cleanable")


def test_what_cannot_be_cleaned_is_refused_and_forgotten(api, server, tmp_path):
    inspector = api("inspector")
    broken = b"%PDF-1.4\n" + MARK.encode() * 40
    one = upload(inspector, broken, "a.pdf", protected="true").ok(201)
    meta = settled(inspector, one)
    assert (meta["state"], meta["reason"]) == ("refused", "not_cleanable")
    problem = inspector.get(f"/v1/attachments/{one['id']}").problem("attachment_not_ready", 409)
    assert (problem["state"], problem["reason"]) == ("refused", "not_cleanable")
    assert not blob(server.settings["HZ_FILES"], hashlib.sha256(broken).hexdigest()).exists()


# ---- killed at its work ----

@pytest.fixture(scope="module")
def place():
    one = Server(database_only=True).start()
    yield one
    one.close()


@pytest.fixture
def bench(place):
    with place.connect() as db:
        db.execute("DELETE FROM hz.media_task")
    one = Bench(place)
    yield one
    one.close()


@pytest.fixture
def long_task(bench, place):
    """A task that takes some seconds, and a way to look at it: (id, row())."""
    with place.connect() as db:
        octets = samples.pdf(pages=6, box="0 0 1200 1600")
        number = bench.task(db, octets, "strip", "application/pdf")
        yield number, lambda: db.execute("SELECT state, tries, reason, extract(epoch FROM due_at - now())::float FROM hz.media_task "
                                         "WHERE id = %s", (number,)).fetchone()


def at_work(process):
    pids = until(lambda: children(process.pid), 15)
    assert pids, messages(process)
    time.sleep(0.3)		# it has become the tool
    return pids[0]


def test_hz_media_killed_with_its_tool_at_work(bench, place, long_task):
    number, row = long_task
    first = bench.start(HZ_MEDIA_SECONDS=str(SECONDS))
    tool = at_work(first)
    assert bench.left()
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert until(lambda: not pathlib.Path(f"/proc/{tool}").exists() or not children_alive(tool), 5), "the tool outlived hz-media"
    state, tries, _, due = row()
    assert state == "waiting" and tries == 1 and 0 < due <= 2 * SECONDS + 10		# lent for that long
    with place.connect() as db:
        db.execute("UPDATE hz.media_task SET due_at = now() WHERE id = %s", (number,))	# the time is up
    second = bench.start(HZ_MEDIA_SECONDS="120")
    assert until(lambda: row()[0] == "done", 90), (row(), messages(second))
    assert row()[1] == 2
    assert until(lambda: not bench.left(), 12), bench.left()		# the first one's folder is swept away
    assert any("left by a process that was killed: 1" in line for line in messages(second))


def children_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_tool_killed_at_its_work(bench, long_task):
    _, row = long_task
    worker = bench.start(HZ_MEDIA_SECONDS="120")
    os.kill(at_work(worker), signal.SIGKILL)
    assert until(lambda: row()[2] == "killed", 5), row()
    assert row()[0] == "waiting"
    assert until(lambda: row()[0] == "done", 90), (row(), messages(worker))
    assert row()[1] == 2 and worker.poll() is None and not bench.left()


def test_sigterm_ends_cleanly_amid_work(bench, long_task):
    _, row = long_task
    worker = bench.start()
    at_work(worker)
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0 and time.monotonic() - began < 5
    assert not bench.left() and list(bench.files.joinpath("incoming").iterdir()) == []
    assert row()[0] == "waiting" and row()[2] == "stopped" and row()[3] < 3
    assert messages(worker)[-1] == "ended"


def test_too_slow_is_ended_and_said(bench, long_task):
    _, row = long_task
    worker = bench.start(HZ_MEDIA_SECONDS="1")
    assert until(lambda: "task" in str(messages(worker)) and not children(worker.pid), 20)
    assert any("too_slow" in line for line in messages(worker)), messages(worker)
    assert until(lambda: not bench.left(), 5) and worker.poll() is None
    assert row() is None		# with the content, which nobody has any more


def test_several_share_the_work(bench, place):
    with place.connect() as db:
        for number in range(24):
            bench.task(db, samples.png(300 + number, 200), "thumbnail", "image/png")
        workers = [bench.start() for _ in range(3)]
        assert until(lambda: db.execute("SELECT count(*) FROM hz.media_task WHERE state = 'done'").fetchone()[0] == 24, 60)
        assert db.execute("SELECT max(tries) FROM hz.media_task").fetchone() == (1,)
    assert until(lambda: sum(line.endswith("done") for worker in workers for line in messages(worker)) == 24, 5)
    assert len([worker for worker in workers if any(line.endswith("done") for line in messages(worker))]) > 1
    assert not bench.left()


def test_postgresql_away_is_waited_for(bench, place):
    worker = bench.start()
    assert until(lambda: any(line.startswith("started") for line in messages(worker)))
    place.function("pg_stop")
    assert until(lambda: any(line.startswith("no work done") for line in messages(worker)))
    place.function("pg_start")
    with place.connect() as db:
        number = bench.task(db, samples.png(77, 55), "thumbnail", "image/png")
        assert until(lambda: db.execute("SELECT state FROM hz.media_task WHERE id = %s", (number,)).fetchone() == ("done",))
    assert worker.poll() is None
