"""Uploads that may be continued (/v1/uploads, tus 1.0.0): a client that is not ours over connections that are cut, then each rule of the
protocol by hand."""
import base64
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import uuid

import pytest
import requests

from harness.client import Client
from harness.processes import children, kore_parent, until
from harness.server import ROOT
from test_haproxy import Balancer

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}
MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41"
TOOLS = ROOT / "tests/uploads"


def video(size, seed=None):
    """Octets that are an MP4 to whoever looks at them, of this size, no two alike."""
    mdat = size - len(MP4)
    return MP4 + mdat.to_bytes(4, "big") + b"mdat" + os.urandom(mdat - 8)


def metadata(**pairs):
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())


def checksum(octets, algorithm="sha256"):
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, octets).digest()).decode()}"


@pytest.fixture(scope="module")
def people(api, fresh_district):
    district = fresh_district()[0]
    return api("inspector", district), api("inspector", district, name="另一位检查员")


@pytest.fixture(scope="module")
def inspector(people):
    return people[0]


def create(client, length, filename="走廊 1.mp4", **fields):
    return client.post("/v1/uploads", data=b"", headers={**TUS, "Upload-Length": str(length),
                                                        "Upload-Metadata": metadata(filename=filename, **fields)})


def begin(client, length, **fields):
    answer = create(client, length, **fields)
    answer.ok(201)
    assert answer.headers["Location"] == f"/v1/uploads/{answer.data['id']}"
    return answer.headers["Location"]


def send(client, place, offset, octets, **fields):
    return client.request("PATCH", place, data=octets, headers={**PIECE, "Upload-Offset": str(offset), **fields})


def offset_of(client, place):
    answer = client.head(place, headers=TUS)
    assert answer.status == 200, answer
    return int(answer.headers["Upload-Offset"])


def sha256_of(client, attachment):
    return client.get(f"/v1/attachments/{attachment}/meta").ok(200)["sha256"]


def incoming(server):
    return pathlib.Path(server.settings["HZ_FILES"]) / "incoming"


class Half:
    """A PATCH that stops in the middle: the connection stays open until it is cut."""

    def __init__(self, client, place, offset, octets, announced, **fields):
        host, port = client.base_url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=20)
        lines = {"Host": host, "Authorization": f"Bearer {client.key}", "Content-Length": str(announced), **PIECE,
                 "Upload-Offset": str(offset), **fields}
        head = f"PATCH {place} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
        self.socket.sendall(head.encode() + octets)

    def cut(self):
        self.socket.close()


class Cutter:
    """Passes octets on to the server, and cuts each of the first connections once so many octets of it have passed."""

    def __init__(self, port, cuts):
        self.port, self.cuts, self.made = port, list(cuts), 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            limit = self.cuts[0] if self.cuts else None
            threading.Thread(target=self.pass_on, args=(client, server, limit), daemon=True).start()
            threading.Thread(target=self.pass_on, args=(server, client, None), daemon=True).start()

    def pass_on(self, source, sink, limit):
        passed = 0
        try:
            while octets := source.recv(65536):
                sink.sendall(octets)
                passed += len(octets)
                if limit is not None and passed >= limit:
                    self.cuts.pop(0)
                    self.made += 1
                    break
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()


# -- a client that is not ours --------------------------------------------------------------------------------------------------

def tus_js(folder, endpoint, key, **env):
    if not shutil.which("node"):
        pytest.skip("node is not installed: conf/dev/deps.sh test installs it")
    assert (TOOLS / "node_modules/tus-js-client").is_dir(), "conf/dev/deps.sh test fetches the client"
    return subprocess.run(["node", TOOLS / "send.js"], capture_output=True, text=True, timeout=120, env={
        **os.environ, "ENDPOINT": f"{endpoint}/v1/uploads", "KEY": key, "FILE": str(folder / "film"), "NAME": "走廊.mp4",
        "TYPE": "video/mp4", "MEMORY": str(folder / "memory"), **env})


@pytest.fixture
def film(tmp_path):
    octets = video(20 * 1024 * 1024)
    (tmp_path / "film").write_bytes(octets)
    return tmp_path, octets


def test_connection_cut_again_and_again(server, inspector, film):
    folder, octets = film
    cutter = Cutter(server.port, [3 << 20, 1 << 20, 5 << 20, 100 << 10, 4 << 20])
    done = tus_js(folder, cutter.url, inspector.key)
    cutter.close()
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert cutter.made == 5
    assert len(told["offsets"]) >= 5
    assert sorted(told["offsets"]) == told["offsets"], "what was received was lost"
    assert told["offsets"][-1] > 12 << 20, "it began from nothing"
    meta = inspector.get(f"/v1/attachments/{told['attachment']}/meta").ok(200)
    assert meta["sha256"] == hashlib.sha256(octets).hexdigest()
    assert (meta["filename"], meta["type"], meta["size"]) == ("走廊.mp4", "video/mp4", len(octets))


def test_client_dies_and_goes_on_from_its_memory(server, inspector, film):
    folder, octets = film
    died = tus_js(folder, server.base_url, inspector.key, CHUNK=str(3 << 20), DIE_AT=str(8 << 20))
    assert died.returncode == -signal.SIGKILL, died.stderr
    done = tus_js(folder, server.base_url, inspector.key, CHUNK=str(3 << 20))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["offsets"] == [9 << 20] and told["refused"] == []
    assert sha256_of(inspector, told["attachment"]) == hashlib.sha256(octets).hexdigest()


# -- the protocol by hand --------------------------------------------------------------------------------------------------------

def test_options_tell_what_the_server_can_do(base_url):
    for path in ("/v1/uploads", f"/v1/uploads/{uuid.uuid4()}"):
        answer = requests.options(base_url + path, timeout=10)
        assert answer.status_code == 204
        assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
        assert answer.headers["Tus-Extension"].split(",") == ["creation", "checksum", "expiration", "termination"]
        assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"
        assert int(answer.headers["Tus-Max-Size"]) == 512 << 20
    assert "Tus-Version" not in requests.options(base_url + "/v1/findings", timeout=10).headers


def test_a_page_of_another_origin_may_use_it(base_url):
    origin = {"Origin": "https://app.example.org"}
    answer = requests.options(base_url + "/v1/uploads", timeout=10, headers={
        **origin, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "tus-resumable"})
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"tus-resumable", "upload-length", "upload-offset", "upload-metadata", "upload-checksum"} <= set(allowed)
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    answer = requests.head(base_url + f"/v1/uploads/{uuid.uuid4()}", timeout=10, headers=origin)
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"Upload-Offset", "Upload-Length", "Upload-Expires", "Attachment-Id", "Location", "Tus-Resumable"} <= set(exposed)


def test_piece_by_piece(inspector):
    octets = video(300000)
    place = begin(inspector, len(octets), filetype="video/mp4")
    for start in range(0, 200000, 100000):
        answer = send(inspector, place, start, octets[start:start + 100000])
        assert (answer.status, answer.headers["Upload-Offset"]) == (204, str(start + 100000))
        assert answer.headers["Tus-Resumable"] == "1.0.0" and "Attachment-Id" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        told = inspector.head(place, headers=TUS)
        assert (told.headers["Upload-Offset"], told.headers["Upload-Length"]) == (str(start + 100000), "300000")
        assert told.headers["Cache-Control"] == "no-store" and told.headers["Upload-Expires"].endswith(" GMT")
    assert inspector.get(place, headers=TUS).ok(200)["state"] == "open"
    last = send(inspector, place, 200000, octets[200000:])
    attachment = last.headers["Attachment-Id"]
    assert (last.status, last.headers["Upload-Offset"]) == (204, "300000")
    assert sha256_of(inspector, attachment) == hashlib.sha256(octets).hexdigest()
    assert inspector.get(f"/v1/attachments/{attachment}", check=False).body == octets

    # the answer was lost: the same piece again, and the question how far it is, both tell of the same attachment
    again = send(inspector, place, 200000, octets[200000:])
    assert (again.status, again.headers["Upload-Offset"], again.headers["Attachment-Id"]) == (204, "300000", attachment)
    told = inspector.head(place, headers=TUS)
    assert (told.headers["Upload-Offset"], told.headers["Attachment-Id"]) == ("300000", attachment)
    assert inspector.get(place, headers=TUS).ok(200)["state"] == "finished"
    other = send(inspector, place, 100000, octets[100000:150000])
    other.problem("upload_offset_mismatch", 409)
    assert other.headers["Attachment-Id"] == attachment


def test_method_override(inspector):
    octets = video(1000)
    place = begin(inspector, len(octets))
    answer = inspector.post(place, data=octets, headers={**PIECE, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"})
    assert answer.status == 204 and answer.headers["Attachment-Id"]


def test_chunked_pieces(inspector):
    octets = video(5000)
    place = begin(inspector, len(octets))
    assert send(inspector, place, 0, iter([octets[:10], octets[10:3000]])).status == 204
    assert offset_of(inspector, place) == 3000
    send(inspector, place, 3000, iter([octets[3000:], b"one more"])).problem("payload_too_large", 413)
    last = offset_of(inspector, place)
    assert send(inspector, place, last, iter([octets[last:]])).headers["Attachment-Id"]


def test_an_empty_piece_changes_nothing(inspector):
    place = begin(inspector, 1000)
    answer = send(inspector, place, 0, b"")
    assert (answer.status, answer.headers["Upload-Offset"]) == (204, "0")


@pytest.mark.provokes("tus_version_unsupported")
def test_the_version_is_asked_for(inspector):
    place = begin(inspector, 1000)
    for version in ({}, {"Tus-Resumable": "0.2.2"}):
        for answer in (inspector.post("/v1/uploads", data=b"", headers={"Upload-Length": "5", **version}), inspector.get(place, headers=version),
                       inspector.request("PATCH", place, data=b"x", headers={**PIECE, "Upload-Offset": "0", "Tus-Resumable": "1", **version}),
                       inspector.request("DELETE", place, headers=version)):
            answer.problem("tus_version_unsupported", 412)
            assert answer.headers["Tus-Version"] == "1.0.0" and answer.headers["Tus-Resumable"] == "1.0.0"
    assert offset_of(inspector, place) == 0


def test_nobody_without_a_key(api, inspector):
    place = begin(inspector, 1000)
    nobody = api(None)
    create(nobody, 5).problem("unauthorized", 401)
    send(nobody, place, 0, b"x").problem("unauthorized", 401)
    nobody.get(place).problem("unauthorized", 401)


@pytest.mark.parametrize("fields, pointer", [
    ({}, "Upload-Length"), ({"Upload-Defer-Length": "1"}, "Upload-Length"), ({"Upload-Length": "0"}, "Upload-Length"),
    ({"Upload-Length": "-5"}, "Upload-Length"), ({"Upload-Length": "5 "}, None), ({"Upload-Length": "1e3"}, "Upload-Length"),
    ({"Upload-Length": "99999999999999999999"}, "Upload-Length"), ({"Upload-Length": "5", "Upload-Metadata": "filename a.jpg"}, "Upload-Metadata"),
    ({"Upload-Length": "5", "Upload-Metadata": "filetype YQ=="}, "Upload-Metadata"),
    ({"Upload-Length": "5", "Upload-Metadata": metadata(filename="a\n.jpg")}, "Upload-Metadata"),
    ({"Upload-Length": "5", "Upload-Metadata": metadata(filename="a.jpg", protected="maybe")}, "Upload-Metadata"),
    ({"Upload-Length": "5", "Upload-Metadata": metadata(filename="图" * 201 + ".jpg")}, "Upload-Metadata")])
def test_creations_that_are_none(inspector, fields, pointer):
    fields = {"Upload-Metadata": metadata(filename="a.jpg"), **fields}
    answer = inspector.post("/v1/uploads", data=b"", headers={**TUS, **fields})
    if pointer is None:         # blanks round a value are no part of it
        answer.ok(201)
    else:
        answer.problem("malformed_request", 400)
        assert pointer in answer.faults(), answer


def test_names_are_no_paths(inspector):
    answer = create(inspector, 5, filename="../../etc/C:\\Users\\王\\照片.jpg")
    assert answer.ok(201)["filename"] == "照片.jpg"


def test_a_file_that_is_too_long_is_refused_before_it_comes(inspector):
    create(inspector, (512 << 20) + 1).problem("payload_too_large", 413)
    assert create(inspector, (32 << 20) + 1, filename="大.jpg").problem("payload_too_large", 413)["max_bytes"] == 32 << 20
    create(inspector, 32 << 20, filename="大.jpg").ok(201)


def test_the_quota_counts_what_was_begun(db, api, fresh_district):
    district = fresh_district()[0]
    client = api("inspector", district)
    db.execute("INSERT INTO hz.attachment_quota (district, max_bytes) VALUES (%s, 100000)", (district,))
    octets = video(60000)
    place = begin(client, len(octets))
    assert create(client, 60000).problem("quota_exceeded", 422)["quota_bytes"] == 100000
    assert send(client, place, 0, octets).headers["Attachment-Id"]
    assert client.request("DELETE", begin(client, 40000), headers=TUS).status == 204
    begin(client, 40000)
    create(client, 1).problem("quota_exceeded", 422)


def test_several_districts_must_name_one(api, fresh_district):
    first, second, third = (fresh_district()[0] for _ in range(3))
    client = api("inspector", (first, second))
    assert "Upload-Metadata" in create(client, 5).faults()
    assert create(client, 5, district=second).ok(201)["district"] == second
    create(client, 5, district=third).problem("out_of_scope", 403)


def test_pieces_that_are_none(inspector):
    place = begin(inspector, 1000)
    for kind in ("application/octet-stream", "application/json", ""):
        inspector.request("PATCH", place, data=b"x", headers={**PIECE, "Upload-Offset": "0", "Content-Type": kind}).problem(
            "unsupported_media_type", 415)
    assert "Upload-Offset" in inspector.request("PATCH", place, data=b"x", headers=PIECE).faults()
    for offset in ("-1", "x", "1,2", "9007199254740992"):
        assert "Upload-Offset" in send(inspector, place, offset, b"x").faults()
    for sum_ in ("sha256", "md5 AAAA", "sha256 " + "A" * 42 + "=", "sha1 " + checksum(b"x")[7:]):
        answer = send(inspector, place, 0, b"x", **{"Upload-Checksum": sum_})
        answer.problem("malformed_request", 400)
        assert "Upload-Checksum" in answer.faults()
    assert offset_of(inspector, place) == 0


@pytest.mark.provokes("upload_offset_mismatch")
def test_a_wrong_offset_is_told_the_right_one(inspector):
    place = begin(inspector, 1000)
    send(inspector, place, 0, b"x" * 400)
    for offset in (0, 399, 401, 1000, 5000):
        answer = send(inspector, place, offset, b"y")
        answer.problem("upload_offset_mismatch", 409)
        assert answer.headers["Upload-Offset"] == "400"
    assert offset_of(inspector, place) == 400


def test_no_more_than_the_length(inspector):
    octets = video(1000)
    place = begin(inspector, len(octets))
    send(inspector, place, 0, octets + b"!").problem("payload_too_large", 413)
    assert offset_of(inspector, place) == 0
    assert send(inspector, place, 0, octets).headers["Attachment-Id"]


@pytest.mark.provokes("checksum_mismatch")
def test_checksums(inspector):
    octets = video(9000)
    place = begin(inspector, len(octets))
    assert send(inspector, place, 0, octets[:3000], **{"Upload-Checksum": checksum(octets[:3000])}).status == 204
    for wrong in (checksum(octets[:3000]), checksum(octets[:3000], "sha1")):
        answer = send(inspector, place, 3000, octets[3000:6000], **{"Upload-Checksum": wrong})
        answer.problem("checksum_mismatch", 460)
        assert answer.headers["Upload-Offset"] == "3000"
        assert offset_of(inspector, place) == 3000
    assert send(inspector, place, 3000, octets[3000:6000], **{"Upload-Checksum": checksum(octets[3000:6000], "sha1")}).status == 204
    assert offset_of(inspector, place) == 6000
    # the last piece too counts only when it fits
    send(inspector, place, 6000, octets[6000:], **{"Upload-Checksum": checksum(b"other")}).problem("checksum_mismatch", 460)
    assert offset_of(inspector, place) == 6000
    last = send(inspector, place, 6000, octets[6000:], **{"Upload-Checksum": checksum(octets[6000:])})
    assert sha256_of(inspector, last.headers["Attachment-Id"]) == hashlib.sha256(octets).hexdigest()


def test_a_cut_piece_stays_unless_it_had_a_checksum(inspector, server):
    octets = video(1 << 20)
    place = begin(inspector, len(octets))
    half = Half(inspector, place, 0, octets[:300000], len(octets))
    until(lambda: (incoming(server) / place.split("/")[-1]).exists())
    half.cut()
    until(lambda: offset_of(inspector, place) == 300000)

    whole = checksum(octets[300000:])
    half = Half(inspector, place, 300000, octets[300000:900000], len(octets) - 300000, **{"Upload-Checksum": whole})
    until(lambda: (incoming(server) / place.split("/")[-1]).stat().st_size > 400000)
    assert offset_of(inspector, place) == 300000, "an unverified piece was counted"
    half.cut()
    until(lambda: (incoming(server) / place.split("/")[-1]).stat().st_size == 300000)
    assert offset_of(inspector, place) == 300000
    last = send(inspector, place, 300000, octets[300000:], **{"Upload-Checksum": whole})
    assert sha256_of(inspector, last.headers["Attachment-Id"]) == hashlib.sha256(octets).hexdigest()
    assert not list(incoming(server).glob(f"*{place.split('/')[-1]}*")), "something was left over"


@pytest.mark.provokes("upload_locked")
def test_one_writer_at_a_time(inspector, server):
    octets = video(500000)
    place = begin(inspector, len(octets))
    half = Half(inspector, place, 0, octets[:200000], len(octets))
    until(lambda: (incoming(server) / place.split("/")[-1]).exists())
    for _ in range(8):          # whichever worker takes it
        answer = send(inspector, place, 0, b"x")
        answer.problem("upload_locked", 423)
        assert answer.headers["Retry-After"] == "1"
    half.cut()
    until(lambda: send(inspector, place, 5, b"x").status == 409)
    assert offset_of(inspector, place) == 200000
    last = send(inspector, place, 200000, octets[200000:])
    assert sha256_of(inspector, last.headers["Attachment-Id"]) == hashlib.sha256(octets).hexdigest()


def test_others_uploads_are_not_there(people, api, fresh_district):
    mine, colleague = people
    place = begin(mine, 1000)
    send(mine, place, 0, b"x" * 10)
    for other in (colleague, api("admin", fresh_district()[0]), api("admin")):
        other.get(place, headers=TUS).problem("not_found", 404)
        assert other.head(place, headers=TUS).status == 404
        send(other, place, 10, b"y").problem("not_found", 404)
        other.request("DELETE", place, headers=TUS).problem("not_found", 404)
    assert offset_of(mine, place) == 10


@pytest.mark.provokes("upload_gone")
def test_what_is_given_up_is_gone(inspector, server):
    place = begin(inspector, 1000)
    send(inspector, place, 0, b"x" * 10)
    assert (incoming(server) / place.split("/")[-1]).stat().st_size == 10
    assert inspector.request("DELETE", place, headers=TUS).status == 204
    assert not (incoming(server) / place.split("/")[-1]).exists()
    for answer in (inspector.get(place, headers=TUS), send(inspector, place, 10, b"y"), inspector.request("DELETE", place, headers=TUS)):
        answer.problem("upload_gone", 410)
    assert inspector.head(place, headers=TUS).status == 410
    assert "Upload-Offset" not in inspector.head(place, headers=TUS).headers


def test_it_expires(inspector, clock, server):
    place = begin(inspector, 1000)
    send(inspector, place, 0, b"x" * 10)
    clock.advance(hours=23)
    assert offset_of(inspector, place) == 10
    clock.advance(hours=2)
    inspector.get(place, headers=TUS).problem("upload_gone", 410)
    send(inspector, place, 10, b"y").problem("upload_gone", 410)
    inspector.get(f"/v1/uploads/{uuid.uuid4()}", headers=TUS).problem("not_found", 404)


def test_the_job_takes_what_has_expired_and_nothing_else(another_server):
    server = another_server()
    with server.connect() as db:
        key = db.execute("SELECT key FROM api.issue_key('inspector', '{500103}')").fetchone()[0]
    client = Client(server.base_url, key)
    old, guarded, live = (begin(client, 1000).split("/")[-1] for _ in range(3))
    for name in (old, live):
        send(client, f"/v1/uploads/{name}", 0, b"x" * 10)
    for name in (guarded, guarded + ".check"):      # of a worker that died amid a piece with a checksum
        (incoming(server) / name).write_bytes(b"")
    with server.connect() as db:
        db.execute("UPDATE hz.upload SET expires_at = now() - interval '1 minute' WHERE id <> %s", (live,))
    done = subprocess.run([ROOT / server.env["B"] / "hz-jobs", "clean"], capture_output=True, text=True, timeout=60, env={
        **os.environ, "HZ_DATABASE": server.settings["HZ_JOBS_DATABASE"], "HZ_FILES": server.settings["HZ_FILES"]})
    assert done.returncode == 0, done.stderr
    assert [file.name for file in incoming(server).iterdir()] == [live]
    assert offset_of(client, f"/v1/uploads/{live}") == 10
    client.get(f"/v1/uploads/{old}", headers=TUS).problem("upload_gone", 410)
    client.close()


def test_what_it_is_shows_when_it_is_whole(inspector, server):
    """Refused, it stays until it expires; asked how far it is, it does not claim to be whole."""
    place = begin(inspector, 5000, filename="照片.jpg")
    send(inspector, place, 0, video(5000)).problem("type_mismatch", 422)
    assert offset_of(inspector, place) == 4999
    assert inspector.get(place, headers=TUS).ok(200)["state"] == "open"
    send(inspector, place, 4999, b"x").problem("type_mismatch", 422)
    assert send(inspector, begin(inspector, 2000, filename="x.bin"), 0, os.urandom(2000)).status == 415


def test_a_lie_about_the_type(inspector):
    place = begin(inspector, 5000, filetype="image/jpeg")
    send(inspector, place, 0, video(5000)).problem("type_mismatch", 422)


def test_no_keys_and_no_tags_are_wanted(inspector):
    octets = video(1000)
    first = inspector.post("/v1/uploads", data=b"", idempotency_key="the same", headers={
        **TUS, "Upload-Length": "1000", "Upload-Metadata": metadata(filename="a.mp4")})
    second = inspector.post("/v1/uploads", data=b"", idempotency_key="the same", headers={
        **TUS, "Upload-Length": "1000", "Upload-Metadata": metadata(filename="a.mp4")})
    assert first.ok(201)["id"] != second.ok(201)["id"]
    assert send(inspector, first.headers["Location"], 0, octets, **{"If-Match": '"nothing like it"'}).status == 204


@pytest.mark.parametrize("version", ["--http2", "--http1.1"])
def test_through_the_balancer(inspector, server, tmp_path, version):
    """What came before a cut is with the server, not in the balancer's buffers."""
    octets = video(4 << 20)
    (tmp_path / "film").write_bytes(octets)
    place = begin(inspector, len(octets))
    balancer = Balancer(tmp_path, server.port)

    def patch(offset, file, *options):
        fields = {**PIECE, "Authorization": f"Bearer {inspector.key}", "Upload-Offset": str(offset)}
        return balancer.curl(place, version, "-X", "PATCH", "-H", "Expect:", "--data-binary", f"@{file}",
                             *[option for name, value in fields.items() for option in ("-H", f"{name}: {value}")], *options)
    try:
        assert patch(0, tmp_path / "film", "--limit-rate", "1M", "--max-time", "2")[0] == 28
        offset = until(lambda: offset_of(inspector, place))
        until(lambda: patch(0, "/dev/null")[1] == 409)      # the one that was cut is over
        offset = offset_of(inspector, place)
        assert 500000 < offset < 3 << 20
        (tmp_path / "rest").write_bytes(octets[offset:])
        code, status, _, head, _ = patch(offset, tmp_path / "rest")
        assert (code, status) == (0, 204), head
        attachment = head.split("attachment-id: ")[1].split("\n")[0]
        assert sha256_of(inspector, attachment) == hashlib.sha256(octets).hexdigest()
    finally:
        balancer.close()


# -- when things break ------------------------------------------------------------------------------------------------------------

def worker_of(server, upload):
    """The worker that has this upload's file open."""
    for worker in children(kore_parent(server)):
        for link in pathlib.Path(f"/proc/{worker}/fd").glob("*"):
            try:
                if os.readlink(link).endswith(upload):
                    return worker
            except FileNotFoundError:
                continue
    return None


@pytest.mark.parametrize("guarded", [False, True], ids=["plain", "with a checksum"])
def test_a_killed_worker_loses_nothing_it_had(another_server, guarded):
    server = another_server()
    with server.connect() as db:
        key = db.execute("SELECT key FROM api.issue_key('inspector', '{500103}')").fetchone()[0]
    client = Client(server.base_url, key)
    octets = video(3 << 20)
    place = begin(client, len(octets))
    file = incoming(server) / place.split("/")[-1]
    assert send(client, place, 0, octets[:1 << 20]).status == 204
    fields = {"Upload-Checksum": checksum(octets[1 << 20:])} if guarded else {}
    half = Half(client, place, 1 << 20, octets[1 << 20:2 << 20], 2 << 20, **fields)
    until(lambda: file.stat().st_size > 3 << 19)
    victim = worker_of(server, file.name)
    os.kill(victim, signal.SIGKILL)
    half.cut()
    client.session.close()
    until(lambda: victim not in children(kore_parent(server)))      # till then it may hold the file's lock, and the others answer

    def ready():
        try:
            return requests.get(server.base_url + "/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False
    until(ready)
    there = until(lambda: file.stat().st_size)
    offset = offset_of(client, place)
    assert offset == (1 << 20 if guarded else there)
    last = send(client, place, offset, octets[offset:])
    assert sha256_of(client, last.headers["Attachment-Id"]) == hashlib.sha256(octets).hexdigest()
    assert not list(incoming(server).iterdir())
    client.close()


def test_a_worker_killed_at_the_end(another_server):
    """The file is whole but has not become an attachment: the client is not told that it is, sends the last octet, and it becomes one."""
    server = another_server()
    with server.connect() as db:
        key = db.execute("SELECT key FROM api.issue_key('inspector', '{500103}')").fetchone()[0]
    client = Client(server.base_url, key)
    octets = video(100000)
    place = begin(client, len(octets))
    assert send(client, place, 0, octets[:50000]).status == 204
    with open(incoming(server) / place.split("/")[-1], "ab") as file:     # as far as a worker may have come before it died
        file.write(octets[50000:])
    assert offset_of(client, place) == 99999
    last = send(client, place, 99999, octets[99999:])
    assert sha256_of(client, last.headers["Attachment-Id"]) == hashlib.sha256(octets).hexdigest()
    client.close()
