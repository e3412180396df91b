"""Bytes in and out: what is uploaded is kept whole or not at all, told by its content, and comes back as it was, whole or in part."""
import base64
import concurrent.futures
import contextlib
import hashlib
import os
import signal
import socket
import threading
import time
import urllib.parse

import pytest
import requests

import samples
from harness.processes import children, kore_parent, resident, until
from harness.server import Server

provokes = pytest.mark.provokes
PATH = "/v1/attachments"
MIB = 1 << 20


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def digest(data):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


@pytest.fixture
def inspector(api):
    return api("inspector")


@pytest.fixture
def files(server):
    return server.folder / "files"


def upload(client, data, filename=None, type="application/octet-stream", headers=None, **options):
    params = {"filename": filename} if filename is not None else None
    return client.request("POST", PATH, data=data, params=params, headers={"Content-Type": type, **(headers or {})}, **options)


def form(client, data, filename, type="application/octet-stream", fields=None, **options):
    request = requests.Request("POST", client.base_url + PATH, files={"file": (filename, data, type)}, data=fields).prepare()
    return client.request("POST", PATH, data=request.body, headers={"Content-Type": request.headers["Content-Type"]}, **options)


def unique(n=100):
    return samples.jpeg(os.urandom(n))


# ---- in ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("media", samples.ALL)
def test_every_kind_is_told_by_its_content(inspector, media):
    make, extension = samples.ALL[media]
    data = make()
    for name, claim in ((f"a.{extension}", media), (None, "application/octet-stream"), (f"A.{extension.upper()}", "application/octet-stream")):
        made = upload(inspector, data, name, claim).ok(201)
        assert (made["type"], made["size"], made["sha256"]) == (media, len(data), sha256(data))
        assert made["filename"] == (name or f"{sha256(data)[:8]}.{extension}")
    got = inspector.get(f"{PATH}/{made['id']}", check=False)
    assert got.body == data and got.headers["Content-Type"] == media


def test_a_form_as_the_mini_program_sends_it(inspector):
    data = unique()
    made = form(inspector, data, "现场 照片.jpg", "image/jpeg").ok(201)
    assert (made["filename"], made["sha256"], made["size"]) == ("现场 照片.jpg", sha256(data), len(data))
    assert form(inspector, data, "wx.jpg", fields={"filename": "改名.jpg"}).ok(201)["filename"] == "改名.jpg"
    refused = form(inspector, data, "a.jpg", fields={"colour": "red"})
    assert "?colour" in {fault["pointer"] for fault in refused.problem("invalid_query", 400)["errors"]}


def test_equal_bytes_are_kept_once(inspector, files):
    data = unique()
    ids = {upload(inspector, data, f"{i}.jpg").ok(201)["id"] for i in range(3)}
    assert len(ids) == 3
    name = sha256(data)
    assert os.stat(files / "blobs" / name[:2] / name[2:4] / name).st_nlink == 1, "its incoming name is gone"
    assert (files / "blobs" / name[:2] / name[2:4] / name).read_bytes() == data


def test_octets_that_look_like_a_boundary_come_through(inspector):
    data = samples.jpeg(b"\r\n--\r\n\r\n-\r" * 200 + bytes(range(256)))
    assert form(inspector, data, "a.jpg").ok(201)["sha256"] == sha256(data)


def test_chunks(inspector):
    data = samples.mp4(media=os.urandom(300_000))
    pieces = (data[i:i + 777] for i in range(0, len(data), 777))
    assert upload(inspector, pieces, "a.mp4").ok(201)["sha256"] == sha256(data)


@provokes("digest_mismatch")
def test_the_clients_digest_is_checked(inspector, files):
    data = unique()
    assert upload(inspector, data, "a.jpg", headers={"Content-Digest": digest(data)}).ok(201)["sha256"] == sha256(data)
    assert upload(inspector, data, "a.jpg", headers={"Content-Digest": f"sha-512=:AAAA:, {digest(data)}"}).status == 201
    assert upload(inspector, data, "a.jpg", headers={"Content-Digest": "md5=:AAAA:"}).status == 201
    other = unique()
    upload(inspector, other, "a.jpg", headers={"Content-Digest": digest(data)}).problem("digest_mismatch", 422)
    name = sha256(other)
    assert not (files / "blobs" / name[:2] / name[2:4] / name).exists()
    for wrong in ("sha-256=AAAA", "sha-256=:AAAA:", f"{digest(data)[:-3]}!=:"):
        upload(inspector, data, "a.jpg", headers={"Content-Digest": wrong}).problem("malformed_request", 400)
    # of a form it is the digest of the whole body, as RFC 9530 has it
    request = requests.Request("POST", inspector.base_url + PATH, files={"file": ("a.jpg", data, "image/jpeg")}).prepare()
    for body, status in ((request.body, 201), (data, 422)):
        sent = {"Content-Type": request.headers["Content-Type"], "Content-Digest": digest(body)}
        assert inspector.request("POST", PATH, data=request.body, headers=sent).status == status


@provokes("type_mismatch", "unsupported_media_type")
def test_a_lie_about_the_type_is_refused(inspector):
    jpeg = unique()
    for data, name, claim in ((jpeg, "a.png", "image/jpeg"), (jpeg, "a.jpg", "image/png"), (jpeg, "a.exe", "image/jpeg"),
                              (jpeg, "a.html", "application/octet-stream"), (samples.pdf(), "a.jpg", "application/octet-stream"),
                              (samples.mp4(b"soun"), "a.mov", "application/octet-stream"), (samples.docx(), "a.xlsx", "application/octet-stream")):
        problem = upload(inspector, data, name, claim).problem("type_mismatch", 422)
        assert problem["actual"] and problem["extensions"]
    form(inspector, jpeg, "a.png").problem("type_mismatch", 422)
    form(inspector, jpeg, "a.jpg", "application/pdf").problem("type_mismatch", 422)
    for data in (b"MZ" + bytes(200), b"\x7fELF" + bytes(100), b"<html><script>alert(1)</script></html>", b"<?xml version='1.0'?><svg/>",
                 b"#!/bin/sh\nrm -rf /\n", b"plain but\0not", "中文".encode("gbk") * 20, b"\xff\xfe\x00\x01" * 9, samples.office("ppt/presentation.xml"),
                 samples.office("word/document.xml", "word/vbaProject.bin"), samples.office("word/document.xml", "xl/workbook.xml"),
                 samples.docx()[:-30], b"GIF89a" + bytes(30), samples.mp4(brand=b"qt  ")):
        problem = upload(inspector, data).problem("unsupported_media_type", 415)
        assert "image/jpeg" in problem["allowed"] and problem["actual"] not in problem["allowed"], data


@provokes("empty_file")
def test_nothing_is_no_file(inspector):
    upload(inspector, b"", "a.jpg").problem("empty_file", 422)
    upload(inspector, iter([]), "a.jpg").problem("empty_file", 422)
    form(inspector, b"", "a.jpg").problem("empty_file", 422)
    body = b"--x\r\nContent-Disposition: form-data; name=protected\r\n\r\nfalse\r\n--x--\r\n"
    inspector.request("POST", PATH, data=body, headers={"Content-Type": "multipart/form-data; boundary=x"}).problem("empty_file", 422)


@provokes("payload_too_large")
def test_too_much_is_refused_as_soon_as_it_is_known(server, inspector, db, files):
    # by its length alone: no octet of it is sent
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {inspector.key}\r\nContent-Length: {1 << 30}\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 10) as wire:
        wire.sendall(head.encode())
        assert wire.recv(100).startswith(b"HTTP/1.1 413 ")
    # by its kind: a photo is smaller than a film may be
    largest = db.execute("SELECT max_bytes FROM hz.attachment_type WHERE type = 'text/plain'").fetchone()[0]
    problem = upload(inspector, b"x" * (largest + 1), "a.txt").problem("payload_too_large", 413)
    assert problem["max_bytes"] == largest
    assert upload(inspector, b"x" * largest, "a.txt").status == 201
    assert until(lambda: not [p for p in (files / "incoming").iterdir() if "." not in p.name])


@provokes("invalid_query")
def test_names_lead_nowhere(inspector, files):
    data = unique()
    for sent, kept in (("../../../../etc/passwd.jpg", "passwd.jpg"), ("C:\\Windows\\a.jpg", "a.jpg"), ("..\\..\\b.jpg", "b.jpg"),
                       ("a;b'c\"d.jpg", "a;b'c\"d.jpg"), ("a%2e%2fb.jpg", "a%2e%2fb.jpg"), ("中文 名.jpg", "中文 名.jpg")):
        assert upload(inspector, data, sent).ok(201)["filename"] == kept
    for sent in ("..", "a/", " ", "a\r\nSet-Cookie: x.jpg", "a\tb.jpg", "‮gpj.exe", "x" * 201 + ".jpg"):
        problem = upload(inspector, data, sent).problem("invalid_query", 400)
        assert {fault["pointer"] for fault in problem["errors"]} == {"?filename"}
    body = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%0D%0AX-Y: z.jpg\"\r\n\r\n" + data + b"\r\n--x--"
    inspector.request("POST", PATH, data=body, headers={"Content-Type": "multipart/form-data; boundary=x"}).problem("invalid_query", 400)
    assert {p.name for p in files.iterdir()} == {"incoming", "blobs", "thumbnails"}


def test_forms_that_are_not_right(inspector):
    for body, type in ((b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nabc", "multipart/form-data; boundary=x"),
                       (b"abc", "multipart/form-data; boundary=x"), (b"--x--", "multipart/form-data"),
                       (b"--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\nabc\r\n--x--", "multipart/form-data; boundary=x")):
        inspector.request("POST", PATH, data=body, headers={"Content-Type": type}).problem("malformed_request", 400)


def test_who_and_what_before_the_first_octet(server, api):
    """Neither 100 Continue nor anything else is said to whoever may not upload."""
    for client, more, status in ((api(None), "", 401), (api("auditor"), "", 403), (api("inspector"), "?colour=red", 400)):
        key = f"Authorization: Bearer {client.key}\r\n" if client.key else ""
        with socket.create_connection(("127.0.0.1", server.port), 10) as wire:
            wire.sendall(f"POST {PATH}{more} HTTP/1.1\r\nHost: x\r\n{key}Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n".encode())
            assert wire.recv(100).startswith(f"HTTP/1.1 {status} ".encode())
    data = unique()
    with socket.create_connection(("127.0.0.1", server.port), 10) as wire:
        wire.sendall((f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api('inspector').key}\r\nContent-Length: {len(data)}\r\n"
                      "Expect: 100-continue\r\n\r\n").encode())
        assert wire.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.sendall(data)
        assert wire.recv(100).startswith(b"HTTP/1.1 201 ")


def test_a_cut_upload_leaves_nothing(server, inspector, files):
    before = set((files / "incoming").iterdir())
    data = os.urandom(400_000)
    for ending in ("close", "reset", "end"):
        wire = socket.create_connection(("127.0.0.1", server.port), 10)
        wire.sendall((f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {inspector.key}\r\nContent-Length: {1 << 20}\r\n\r\n").encode() + data)
        until(lambda: set((files / "incoming").iterdir()) - before)
        if ending == "reset":
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if ending == "end":
            wire.shutdown(socket.SHUT_WR)
            assert wire.recv(100).startswith(b"HTTP/1.1 400 ")
        wire.close()
        until(lambda: set((files / "incoming").iterdir()) == before)


def test_a_retry_is_answered_as_before(inspector, db):
    data, key = unique(), os.urandom(8).hex()
    first = upload(inspector, data, "a.jpg", idempotency_key=key)
    again = upload(inspector, data, "a.jpg", idempotency_key=key)
    assert again.headers["Idempotent-Replayed"] == "true" and again.ok(201) == first.ok(201)
    upload(inspector, unique(), "a.jpg", idempotency_key=key).problem("idempotency_key_reused", 422)
    upload(inspector, data, "b.jpg", idempotency_key=key).problem("idempotency_key_reused", 422)
    assert db.execute("SELECT count(*) FROM hz.attachment WHERE sha256 = %s", (bytes.fromhex(sha256(data)),)).fetchone()[0] == 1


# ---- out ---------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def film(api):
    """(path, octets) of an uploaded file of 3 MB."""
    data = samples.mp4(media=os.urandom(3_000_000))
    return f"{PATH}/{upload(api('inspector'), data, '现场“视频” %41.mp4').ok(201)['id']}", data


def test_a_file_comes_back_safely(inspector, film):
    path, data = film
    got = inspector.get(path)
    assert got.status == 200 and got.body == data
    assert got.etag == f'"{sha256(data)}"' and got.headers["Content-Digest"] == got.headers["Repr-Digest"] == digest(data)
    assert got.headers["Content-Type"] == "video/mp4" and got.headers["Accept-Ranges"] == "bytes"
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'" and got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"].startswith("private")
    plain, whole = got.headers["Content-Disposition"].split("; filename*=UTF-8''")
    assert plain == 'attachment; filename="______ _41.mp4"' and urllib.parse.unquote(whole) == "现场“视频” %41.mp4"
    head = inspector.head(path, headers={"Range": "bytes=0-1"})
    assert head.status == 200 and int(head.headers["Content-Length"]) == len(data) and head.etag == got.etag


def test_what_the_client_has_is_not_sent_again(inspector, film):
    path, data = film
    tag = f'"{sha256(data)}"'
    for header in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        got = inspector.get(path, headers={"If-None-Match": header})
        assert got.status == 304 and got.etag == tag and not got.body
    assert inspector.get(path, headers={"If-None-Match": '"x"'}).status == 200
    assert inspector.get(path, headers={"If-None-Match": tag, "Range": "bytes=0-1"}).status == 304


def test_parts(inspector, film):
    path, data = film
    size = len(data)
    for header, first, last in (("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), (f"bytes={size - 5}-", size - 5, size - 1), ("bytes=-7", size - 7, size - 1),
                                (f"bytes=5-{size * 2}", 5, size - 1), ("bytes=1000-2000000", 1000, 2000000)):
        got = inspector.get(path, headers={"Range": header})
        assert got.status == 206 and got.headers["Content-Range"] == f"bytes {first}-{last}/{size}" and got.body == data[first:last + 1]
        assert "Content-Digest" not in got.headers and got.headers["Repr-Digest"] == digest(data)
    for header in ("bytes=0-1,5-6", "bytes=9-2", "lines=1-2", "bytes=x"):
        assert inspector.get(path, headers={"Range": header}).body == data
    tag = f'"{sha256(data)}"'
    assert inspector.get(path, headers={"Range": "bytes=0-1", "If-Range": tag}).status == 206
    for other in ('"x"', f"W/{tag}", "Mon, 23 Nov 2026 00:00:00 GMT"):
        assert inspector.get(path, headers={"Range": "bytes=0-1", "If-Range": other}).status == 200


@provokes("range_not_satisfiable")
def test_a_part_that_is_not_there(inspector, film):
    path, data = film
    for header in (f"bytes={len(data)}-", "bytes=-0", "bytes=99999999999999999999-"):
        got = inspector.get(path, headers={"Range": header})
        got.problem("range_not_satisfiable", 416)
        assert got.headers["Content-Range"] == f"bytes */{len(data)}"


def test_several_at_once_and_slow_ones(server, inspector, film):
    """Whole and parts at once, over kept connections, while one client takes a little at a time."""
    path, data = film
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.settimeout(10)
    slow.connect(("127.0.0.1", server.port))
    slow.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {inspector.key}\r\nConnection: close\r\n\r\n".encode())

    def fetch(i):
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {inspector.key}"
            for n in range(4):
                first = (i * 331_000 + n * 7919) % len(data)
                part = session.get(server.base_url + path, headers={"Range": f"bytes={first}-"}, timeout=30)
                assert part.content == data[first:]
                assert session.get(server.base_url + path, timeout=30).content == data
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(fetch, range(6)))
    got = b""
    while piece := slow.recv(65536):
        got += piece
    slow.close()
    assert got.partition(b"\r\n\r\n")[2] == data


def test_who_goes_in_the_middle_leaves_no_descriptor(server, inspector, film):
    workers = children(kore_parent(server))
    path = film[0]

    def open_files():
        return sum(1 for pid in workers for fd in os.listdir(f"/proc/{pid}/fd")
                   if "/files/" in (os.readlink(f"/proc/{pid}/fd/{fd}") if os.path.lexists(f"/proc/{pid}/fd/{fd}") else ""))
    idle = open_files()
    for _ in range(20):
        wire = socket.socket()
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect(("127.0.0.1", server.port))
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {inspector.key}\r\n\r\n".encode())
        wire.recv(1000)
        wire.close()
    until(lambda: open_files() == idle)


def test_a_missing_file_is_told_to_the_operator_alone(server, inspector, files):
    data = unique()
    made = upload(inspector, data, "geheim.jpg").ok(201)
    name = sha256(data)
    (files / "blobs" / name[:2] / name[2:4] / name).unlink()
    inspector.get(f"{PATH}/{made['id']}").problem("internal", 500)
    line = next(line for line in server.log.splitlines() if "missing" in line)
    assert made["id"] in line and "geheim" not in server.log and name not in server.log
    assert upload(inspector, data, "a.jpg").status == 201, "the same bytes again heal it"
    assert inspector.get(f"{PATH}/{made['id']}").body == data


# ---- much, and hard times ----------------------------------------------------------------------

@contextlib.contextmanager
def watched(pids):
    """The largest growth of their memory meanwhile, in MiB: [growth] once it is over."""
    before, growth, over = {pid: resident(pid) for pid in pids}, [0.0], threading.Event()

    def look():
        while not over.wait(0.02):
            growth[0] = max([growth[0]] + [resident(pid) - before[pid] for pid in pids])
    watcher = threading.Thread(target=look)
    watcher.start()
    yield growth
    over.set()
    watcher.join()


def test_200_megabytes_in_constant_memory(server, inspector):
    source, size = server.folder / "large.mp4", 200 * 1000 * 1000
    whole = hashlib.sha256()
    with open(source, "wb") as out:
        start = samples.mp4(media=b"")
        block = os.urandom(MIB)
        for piece in [start] + [block[i % 997:] + block[:i % 997] for i in range(size // MIB)]:
            out.write(piece)
            whole.update(piece)
    workers = children(kore_parent(server))
    upload(inspector, unique(), "a.jpg").ok(201)
    try:
        with watched(workers) as growth, open(source, "rb") as stream:
            made = upload(inspector, stream, "large.mp4", headers={"Idempotency-Key": "large"}, timeout=120).ok(201)
        assert made["sha256"] == whole.hexdigest() and growth[0] <= 8, growth
        with open(source, "rb") as stream, watched(workers) as growth:
            body = requests.Request("POST", "http://x/", files={"file": ("a.mp4", b"", "video/mp4")}).prepare()
            mark = body.headers["Content-Type"].split("boundary=")[1].encode()
            head, tail = body.body.split(b"\r\n\r\n")[0] + b"\r\n\r\n", b"\r\n--" + mark + b"--\r\n"

            def pieces():
                yield head
                while piece := stream.read(MIB):
                    yield piece
                yield tail
            again = inspector.request("POST", PATH, data=pieces(), headers={"Content-Type": body.headers["Content-Type"]}, timeout=120).ok(201)
        assert again["sha256"] == whole.hexdigest() and growth[0] <= 8, growth
        with watched(workers) as growth:
            got = requests.get(f"{server.base_url}{PATH}/{made['id']}", headers={"Authorization": f"Bearer {inspector.key}"}, stream=True, timeout=60)
            back = hashlib.sha256()
            for piece in got.iter_content(MIB):
                back.update(piece)
        assert back.hexdigest() == whole.hexdigest() and growth[0] <= 8, growth
    finally:
        source.unlink()


@provokes("storage_full")
def test_a_full_disk_takes_no_file_and_all_else_goes_on(another_server):
    server = another_server(HZ_FILES_RESERVE_MB="1048576")
    with server.connect() as db:
        key = db.execute("SELECT key FROM api.issue_key('inspector', '{500103}')").fetchone()[0]
    headers = {"Authorization": f"Bearer {key}"}
    refused = requests.post(server.base_url + PATH, data=unique(), headers=headers, timeout=10)
    assert refused.status_code == 507 and refused.json()["code"] == "storage_full"
    assert not list((server.folder / "files/incoming").iterdir())
    assert requests.get(server.base_url + "/readyz", timeout=10).status_code == 200


def test_no_start_without_a_folder_to_write_to():
    with pytest.raises(RuntimeError, match="HZ_FILES=/dev/null/files: .*the folder cannot be opened"):
        Server(HZ_FILES="/dev/null/files").start()


def test_a_killed_worker_leaves_no_half_file(another_server):
    server = another_server()
    with server.connect() as db:
        key = db.execute("SELECT key FROM api.issue_key('inspector', '{500103}')").fetchone()[0]
    headers, answers, begun = {"Authorization": f"Bearer {key}"}, [], threading.Semaphore(0)

    def send(i):
        data = samples.mp4(media=i.to_bytes(4, "big") + os.urandom(1_500_000))

        def pieces():
            for at in range(0, len(data), 100_000):
                begun.release()
                time.sleep(0.005)
                yield data[at:at + 100_000]
        try:
            answer = requests.post(server.base_url + PATH, params={"filename": f"{i}.mp4"}, data=pieces(), headers=headers, timeout=30)
            # a worker that is not up again, or full with what the other had, may put some off, and says so
            assert answer.status_code == 201 or (answer.status_code == 503 and answer.headers["Retry-After"]), answer.text
            answers.append((answer.status_code, answer.json(), data))
        except requests.RequestException:
            answers.append((None, None, data))
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        sent = [pool.submit(send, i) for i in range(50)]
        for _ in range(120):
            assert begun.acquire(timeout=30)
        for pid in children(kore_parent(server))[:1]:
            os.kill(pid, signal.SIGKILL)
        for one in sent:
            one.result()
    ended = [status for status, _, _ in answers]
    assert None in ended and ended.count(201) >= 20, f"some are cut, most of the others do not notice: {ended}"
    blobs = {p.name: p for p in (server.folder / "files/blobs").rglob("*") if p.is_file()}
    for name, path in blobs.items():
        assert sha256(path.read_bytes()) == name
    with server.connect() as db:
        rows = {row[0] for row in db.execute("SELECT encode(sha256, 'hex') FROM hz.attachment")}
    assert rows <= set(blobs), "a row without its file"
    for status, made, data in answers:
        if status == 201:
            assert requests.get(f"{server.base_url}{PATH}/{made['id']}", headers=headers, timeout=30).content == data
    # what is left over says what it was, so that the job can clear it away
    leftovers = [p.name for p in (server.folder / "files/incoming").iterdir()]
    assert set(blobs) - rows <= {name.split(".")[0] for name in leftovers}
