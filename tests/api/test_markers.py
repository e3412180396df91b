"""Nothing that identifies a reporter is kept anywhere. Reports are filed with a word of their own in everything a reporter's device
may give away; then every table, every file under the run folder, raw data and logs of PostgreSQL and the metrics are searched for it."""
import base64
import datetime
import hashlib
import hmac
import http.client
import json
import pathlib
import re
import secrets
import stat
import subprocess
import tempfile
import urllib.parse
import uuid

import pytest

from harness import samples, traces
from harness.client import Client
from harness.media import until
from harness.reporter import Reporter
from harness.server import ROOT, Server
from office import Office
from samples import ALL

SECRET = traces.word()          # must be found nowhere
SAID = traces.word()            # what the reporter says: kept, of course
ADDRESSES = ["127.91.83.74", "203.0.113.211", "198.51.100.187", "2001:db8:7a3f:91c2::4d1e"]
PLACE = samples.PLACE
HOUR = 3600_000_000_000
ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:(\d\d):(\d\d(?:\.\d+)?)")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
IDENTITY = {"name": f"王{SECRET}", "phone": f"138{int(SECRET, 16) % 10**8:08d}", "contact": f"{SECRET}@example.org", "note": SECRET}


class Device:
    """A reporter's, that tells all it knows with every request."""

    def __init__(self, base_url):
        self.place = base_url.removeprefix("http://")
        self.receipt = None

    def send(self, method, path, body=b"", receipt=None, **headers):
        told = {
            "User-Agent": f"Mozilla/5.0 {SECRET}", "Referer": f"https://{SECRET}.example.org/", "Cookie": f"session={SECRET}",
            "traceparent": f"00-{SECRET}{SECRET[:4]}{SECRET}-{SECRET}00-01", "tracestate": f"v={SECRET}", "Accept-Language": f"zh-CN, x-{SECRET};q=0.5",
            "Origin": f"https://{SECRET}.example.org", "X-Forwarded-For": f"{ADDRESSES[1]}, {ADDRESSES[2]}", "X-Real-IP": ADDRESSES[1],
            "Forwarded": f'for="[{ADDRESSES[3]}]";host={SECRET}', "Via": f"1.1 {SECRET}", "From": f"{SECRET}@example.org", "X-Request-Id": SECRET,
            "X-Device-Id": SECRET, "Sec-CH-UA-Model": f'"{SECRET}"', "DNT": SECRET, **headers}
        if receipt:
            told["Authorization"] = f"Receipt {receipt}"
        link = http.client.HTTPConnection(self.place, timeout=30, source_address=(ADDRESSES[0], 0))
        link.request(method, path, body, told)
        answer = link.getresponse()
        data = answer.read()
        link.close()
        if answer.headers.get_content_type() == "text/html":
            return answer.status, data.decode()
        return answer.status, json.loads(data) if data else None

    def json(self, path, body, key=None, receipt=None):
        more = {"Idempotency-Key": f"{key}-{SECRET}"} if key else {}
        return self.send("POST", path, json.dumps(body).encode(), receipt, **{"Content-Type": "application/json"}, **more)

    def page(self, path, fields):
        """What a browser posts from a form of /report."""
        return self.send("POST", path, urllib.parse.urlencode(fields).encode(), **{"Content-Type": "application/x-www-form-urlencoded"})

    def form(self, octets, name, media, receipt, key=None, page=False):
        boundary = f"b{SECRET}"
        more = {"Idempotency-Key": f"{key}-{SECRET}"} if key else {}
        hidden = f'--{boundary}\r\nContent-Disposition: form-data; name="receipt"\r\n\r\n{receipt}\r\n' if page else ""
        body = (f'{hidden}--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {media}; name="{SECRET}"\r\n'
                f"X-Part: {SECRET}\r\n\r\n").encode() + octets + f"\r\n--{boundary}--\r\n".encode()
        return self.send("POST", "/report/attachments" if page else "/v1/whistleblower-report/attachments", body, None if page else receipt,
                         **{"Content-Type": f"multipart/form-data; boundary={boundary}"}, **more)


def evidence(folder):
    """(octets, extension, media type) of files that tell everything."""
    before, samples.MARK = samples.MARK, SECRET
    try:
        yield samples.picture(folder, "jpg"), "jpg", "image/jpeg"
        yield samples.picture(folder, "png"), "png", "image/png"
        yield samples.picture(folder, "webp"), "webp", "image/webp"
        yield samples.pdf(), "pdf", "application/pdf"
        yield samples.docx(), "docx", samples.DOCX
        yield samples.mp4(folder, SECRET), "mp4", "video/mp4"
        yield samples.sound(folder, "m4a", SECRET), "m4a", "audio/mp4"
        yield samples.sound(folder, "mp3", SECRET), "mp3", "audio/mpeg"
    finally:
        samples.MARK = before


class Scene:
    """What was done, and what was there before and after it."""


def file_reports(scene, folder):
    device = scene.device = Device(scene.server.base_url)
    base = {"subject_kind": "violation", "district": scene.office.district}
    scene.receipts = []
    for mode, more in (("anonymous", {}), ("confidential", {"identity": IDENTITY}), ("named", {"identity": IDENTITY}),
                       ("anonymous", {"institution_id": scene.office.home["id"], "audience": "institution"})):
        body = {**base, "mode": mode, "description": f"通道上锁 {SAID}", **more}
        status, said = device.json("/v1/whistleblower-reports", body, key=uuid.uuid4().hex)
        assert status == 201, said
        scene.receipts.append(said["receipt"])
    assert device.json("/v1/whistleblower-reports", {**base, "mode": "confidential", "description": "x", "identity": {"name": SECRET, SECRET: SECRET}})[0] == 400
    assert device.json("/v1/whistleblower-reports", {**base, "mode": "anonymous", "description": "x", "identity": IDENTITY})[0] == 422
    assert device.send("POST", "/v1/whistleblower-reports", b'{"mode": "' + SECRET.encode(), **{"Content-Type": "application/json"})[0] == 400


def nobodys(device):
    """A receipt without a slip that nobody holds: the last of its symbols is found by trying."""
    symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    most = "".join(secrets.choice(symbols) for _ in range(19))
    for last in symbols:
        text = "-".join((most + last)[i:i + 4] for i in range(0, 20, 4))
        status, said = device.send("GET", "/v1/whistleblower-report", receipt=text)
        if said["code"] == "receipt_unknown":
            return text
        assert (status, said["code"]) == (401, "receipt_malformed")
    raise AssertionError("no symbol fits")


def come_back(scene, folder):
    device, receipt = scene.device, scene.receipts[0]
    scene.kinds = []
    for octets, kind, media in evidence(folder):
        assert SECRET in samples.exiftool(folder, octets, f"before.{kind}") or kind == "docx" or SECRET.encode() in octets, kind
        status, said = device.form(octets, f"IMG_{SECRET}.{kind}", media, receipt, key=kind)
        assert status == 201, said
        scene.kinds.append(kind)
    marked = b"%PDF-1.4\n" + SECRET.encode() * 40           # cannot be cleaned
    assert device.send("POST", "/v1/whistleblower-report/attachments", marked, receipt)[0] == 201
    assert device.send("POST", "/v1/whistleblower-report/attachments", ALL["image/heic"][0]() + SECRET.encode(), receipt)[0] == 415
    assert device.send("POST", "/v1/whistleblower-report/attachments", f"文本 {SECRET}\n".encode(), receipt)[0] == 415
    assert device.form(ALL["image/png"][0](), f"a.{SECRET}", "image/png", receipt)[0] in (201, 422)
    cut = http.client.HTTPConnection(device.place, timeout=10, source_address=(ADDRESSES[0], 0))      # the connection breaks on the way
    cut.putrequest("POST", "/v1/whistleblower-report/attachments")
    for name, value in (("Authorization", f"Receipt {receipt}"), ("Content-Length", "9000000")):
        cut.putheader(name, value)
    cut.endheaders()
    cut.send(samples.png(300, 200) + SECRET.encode() * 20000)
    cut.close()
    assert device.json("/v1/whistleblower-report/messages", {"text": f"补充 {SAID}"}, key="m", receipt=receipt)[0] == 201
    assert device.json("/v1/whistleblower-report/messages", {"text": f"补充 {SAID}"}, key="m", receipt=receipt)[0] == 201
    for path in ("", "/messages", "/attachments"):
        assert device.send("GET", f"/v1/whistleblower-report{path}", receipt=receipt)[0] == 200
    assert device.json("/v1/whistleblower-report/withdrawals", {}, receipt=scene.receipts[1])[0] == 201
    # slips, receipts nobody holds, wrong addresses
    assert device.send("GET", "/v1/whistleblower-report", receipt="7" + receipt[1:] if receipt[0] != "7" else "8" + receipt[1:])[0] == 401
    scene.wrong = nobodys(device)
    assert device.json("/v1/whistleblower-report/messages", {"text": SECRET}, receipt=scene.wrong)[0] == 401
    assert device.send("GET", f"/v1/whistleblower-report?{SECRET}={SECRET}", receipt=receipt)[0] == 400


def by_the_page(scene, folder):
    """The same by a browser without script, with all that may go wrong there."""
    device = scene.device
    base = {"mode": "anonymous", "subject_kind": "violation", "district": scene.office.district, "description": f"通道上锁 {SAID}"}
    sealed = {f"identity[{name}]": value for name, value in IDENTITY.items()}
    assert device.send("GET", f"/report?code={SECRET}")[0] == 200
    assert device.send("GET", f"/report?lang={SECRET}")[0] == device.send("GET", f"/report/status?{SECRET}=1")[0] == 400
    assert device.send("GET", f"/report/messages?{SECRET}")[0] == 405
    assert device.page(f"/report?code={SECRET}", {**base, **sealed})[0] == 422         # anonymous, and yet a name
    for wrong in ({"category": SECRET}, {"occurred_on": SECRET}, {"institution_name": SECRET * 20}, {SECRET: SECRET}, {"description": ""}):
        status, html = device.page("/report", {**base, **sealed, "mode": "named", **wrong})
        assert status == 400 and SECRET in html          # told back to who typed it
    for fields in (base, {**base, **sealed, "mode": "confidential"}):
        status, html = device.page("/report", fields)
        assert status == 201 and SECRET not in html
        scene.receipts.append("".join(re.findall("<b>([0-9A-Z]{4}-?)</b>", html)))
    receipt = scene.receipts[-1]
    assert device.page("/report/status", {"receipt": receipt.lower()})[0] == 200
    assert device.page("/report/messages", {"receipt": receipt, "text": f"补充 {SAID}"})[0] == 200
    assert device.page("/report/messages", {"receipt": receipt, "text": SECRET * 300})[0] == 400
    octets, kind, media = next(evidence(folder))
    status, html = device.form(octets, f"IMG_{SECRET}.{kind}", media, receipt, page=True)
    assert status == 200 and SECRET not in html
    assert device.form(f"文本 {SECRET}\n".encode(), f"{SECRET}.txt", "text/plain", receipt, page=True)[0] == 415
    assert device.form(octets + SECRET.encode(), f"IMG_{SECRET}.{kind}", media, scene.wrong, page=True)[0] == 401
    assert device.page("/report/status", {"receipt": scene.wrong})[0] == 401
    assert device.page("/report/withdrawals", {"receipt": receipt, "note": SECRET})[0] == 400          # without the tick
    assert device.page("/report/withdrawals", {"receipt": receipt, "sure": "yes"})[0] == 200


def staff_work(scene):
    """Those who handle it read and decide; what they write is theirs, and says nothing of what must not be kept."""
    office = scene.office
    ids = [str(row[0]) for row in scene.db.execute("SELECT id FROM hz.report WHERE audience = 'bureau' ORDER BY mode, id")]
    for one in ids:
        office.handler.get(f"/v1/whistleblower-reports/{one}").ok()
        for item in office.handler.get(f"/v1/whistleblower-reports/{one}/attachments").ok()["items"]:
            answer = office.handler.get(f"/v1/whistleblower-reports/{one}/attachments/{item['n']}", check=item["state"] == "here")
            if item["state"] == "here":
                assert not traces.look(answer.body, [SECRET]), item
                scene.read.append(item["type"])
    list(office.handler.pages("/v1/whistleblower-reports"))


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    one = Scene()
    folder = tmp_path_factory.mktemp("evidence")
    one.work = pathlib.Path(tempfile.mkdtemp(prefix="hz-markers-", dir="/tmp"))
    one.work.chmod(0o711)       # tools run as another user when we are root
    one.server = Server(HZ_MEDIA_TEMP=str(one.work)).start()
    try:
        with one.server.connect() as db, one.server.connect("postgres") as superuser:
            one.db = db
            clients = {}

            def api(role, district, name=None, street=None, institution=None, **_):
                key, actor = db.execute("SELECT key, actor_id FROM api.issue_key(%s, %s, %s::uuid[], '{}', %s, %s, NULL)", (
                    role, [district], [institution] if institution else [], [street] if street else [], name or role)).fetchone()
                return clients.setdefault((role, name, institution), Client(one.server.base_url, key, str(actor)))
            one.office = Office(api, db, db.execute("SELECT min(code) FROM hz.region WHERE level = 'county'").fetchone()[0])
            public, one.private = traces.key_pair()
            db.execute("INSERT INTO hz.custodian_key (district, public_key) VALUES (%s, %s)", (one.office.district, public.hex()))
            one.hour = datetime.datetime.now().hour
            one.metrics = Client(one.server.base_url).get("/metrics", check=False).text
            assert until(lambda: db.execute("SELECT count(*) FROM hz.event WHERE position IS NULL").fetchone() == (0,))
            one.before, one.logs = traces.rows(db), logs(one.server)
            file_reports(one, folder)
            come_back(one, folder)
            by_the_page(one, folder)
            assert until(lambda: db.execute("SELECT count(*) FROM hz.attachment WHERE state = 'cleaning'").fetchone() == (0,), 60)
            until(lambda: not any((one.server.folder / "files/incoming").iterdir()), 10)
            one.after, one.logs_after = traces.rows(db), logs(one.server)
            one.metrics_after = Client(one.server.base_url).get("/metrics", check=False).text
            one.hour_after = datetime.datetime.now().hour
            one.times = {str(path): path.lstat() for path in [one.server.folder / "files", *(one.server.folder / "files").rglob("*")]}
            one.read = []
            staff_work(one)
            one.verified = subprocess.run(["conf/dev/verify.sh"], cwd=ROOT, env=one.server.env, capture_output=True, text=True, timeout=60)
            one.dump = traces.dump(one.server)
            superuser.execute("CHECKPOINT")
        one.report_key = (one.server.folder / "report.key").read_text().strip()
        one.server.stop()
        one.files = list(traces.files(one.server.folder))
        yield one
    finally:
        one.server.close()
        one.work.rmdir()        # empty


def logs(server):
    return {path: pathlib.Path(path).read_text(errors="replace").splitlines()
            for path in map(str, [*server.folder.glob("*.log"), server.folder / "pg/log"])}


def new_rows(scene):
    for table, rows in scene.after.items():
        for row in rows - scene.before[table]:
            yield table, row


# ---- the search finds what there is to be found ----

def test_the_search_finds_a_word_however_it_is_written():
    for how, octets in traces.ways(SAID).items():
        assert ("x" + SAID, how) not in traces.look(b"..." + octets + b"...", ["x" + SAID])
        assert (SAID, how) in traces.look(b"\n" + octets + b"\n", [SAID]), how
    for before in range(4):     # wherever it stands in what is encoded
        assert traces.look(base64.b64encode(b"z" * before + SAID.encode() + b"yy"), [SAID])


def test_what_was_said_is_found(scene):
    assert (SAID, "raw") in traces.look(scene.dump, [SAID])
    places = {path for path, octets in scene.files if SAID.encode() in octets}
    assert any("/pg/data/base/" in path for path in places) and any("/pg/data/pg_wal/" in path for path in places), places
    assert all("/pg/data/" in path for path in places), places      # and nowhere but in the database
    assert set(scene.read) == {{"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "pdf": "application/pdf", "docx": samples.DOCX,
                                         "mp4": "video/mp4", "m4a": "audio/mp4", "mp3": "audio/mpeg"}[kind] for kind in scene.kinds}


# ---- nothing else is ----

def test_nothing_that_identifies_is_in_the_database(scene):
    assert traces.look(scene.dump, [SECRET, *ADDRESSES, *PLACE, IDENTITY["phone"]]) == []


def test_nothing_that_identifies_is_in_any_file(scene):
    """Data files and write-ahead log of PostgreSQL among them: identities and addresses have never come so far."""
    assert len(scene.files) > 1000
    found = {path: traces.look(octets, [SECRET, *ADDRESSES, IDENTITY["phone"]]) for path, octets in scene.files}
    assert {path: what for path, what in found.items() if what} == {}
    for path, octets in scene.files:
        if "/files/" in path:
            assert traces.look(octets, PLACE) == [] and b"GPS" not in octets, path


def test_no_receipt_is_written_down(scene):
    receipts = [r for receipt in [*scene.receipts, scene.wrong] for r in (receipt, receipt.replace("-", ""), receipt.lower())]
    assert traces.look(scene.dump, receipts) == []
    for path, octets in scene.files:
        assert traces.look(octets, receipts) == [], path
    assert len(re.findall(rb"INSERT INTO hz.report VALUES", scene.dump)) == len(scene.receipts)


def test_the_key_of_receipts_is_in_its_file_alone(scene):
    places = [path for path, octets in scene.files if scene.report_key.encode() in octets or bytes.fromhex(scene.report_key) in octets]
    assert places == [str(scene.server.folder / "report.key")] and scene.report_key.encode() not in scene.dump


def test_nothing_of_it_is_logged(scene):
    """Not that something came, nor that it was refused, by any of the processes; PostgreSQL says when it writes its checkpoints."""
    more = {path: [line for line in lines[len(scene.logs[path]):] if "checkpoint" not in line] for path, lines in scene.logs_after.items()}
    assert set(map(pathlib.PurePath, more)) >= {scene.server.folder / name for name in ("api.log", "jobs.log", "media.log", "pg/log")}
    assert {path: lines for path, lines in more.items() if lines} == {}


def test_metrics_do_not_tell_within_the_hour(scene):
    if scene.hour != scene.hour_after:
        pytest.skip("a new hour began: what was held back is told now")
    for text in (scene.metrics, scene.metrics_after):
        assert "whistleblower" not in text and SECRET not in text
    before, after = (
        {line for line in text.splitlines() if not re.search(r'route="/metrics"|^#|^hz_(connections|http_requests_in|statements_in|database)', line)}
        for text in (scene.metrics, scene.metrics_after))
    assert before == after


# ---- times, ids ----

def test_no_time_is_finer_than_the_hour(scene):
    seen = set()
    for table, row in new_rows(scene):
        seen.add(table)
        assert [m.group(0) for m in ISO.finditer(row) if m.group(1) != "00" or float(m.group(2)) != 0] == [], (table, row)
    assert seen >= {"report", "report_act", "report_message", "report_file", "report_clock", "attachment", "content", "idempotency"}
    assert not seen & {"event", "media_task", "audit_log", "upload", "attachment_link"}, seen


def test_no_id_tells_a_time(scene):
    known = {one for rows in scene.before.values() for row in rows for one in UUID.findall(row)} | {"00000000-0000-0000-0000-000000000000"}
    made = {one for _, row in new_rows(scene) for one in UUID.findall(row)} - known
    assert len(made) > 20 and all(uuid.UUID(one).version == 4 for one in made), [one for one in made if uuid.UUID(one).version != 4]


def test_no_file_and_no_folder_tells_a_time(scene):
    assert len([path for path in scene.times if "/blobs/" in path]) > len(scene.kinds)
    wrong = {path: (st.st_mtime, st.st_atime) for path, st in scene.times.items()
             if st.st_mtime_ns % HOUR or stat.S_ISREG(st.st_mode) and st.st_atime_ns % HOUR}
    assert wrong == {}


def test_nothing_of_what_came_in_is_left_over(scene):
    names = [path for path, _ in scene.files if "/incoming/" in path]
    assert names == [] and list(scene.work.iterdir()) == []


def test_every_kept_file_is_known_and_whole(scene):
    assert scene.verified.returncode == 0, scene.verified.stdout


# ---- a thief of everything ----

def boxes(scene):
    found = {json.loads(row)["identity_box"] for table, row in new_rows(scene) if table == "report"} - {None}
    return [base64.b64decode(one) for one in found]


def test_dump_and_run_folder_and_all_keys_open_no_identity(scene):
    """Every 32 octets that could be a private key, in the dump, in raw data, in the server's own files, are tried."""
    sealed = boxes(scene)
    assert len(sealed) == 3 and json.loads(traces.opened(sealed[0], scene.private))["phone"] == IDENTITY["phone"]    # with the key, it opens
    tries = {bytes.fromhex(scene.report_key)}
    for octets in [scene.dump, *(octets for _, octets in scene.files)]:
        tries.update(bytes.fromhex(one.decode()) for one in re.findall(rb"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])", octets))
    for path, octets in scene.files:      # the small files beside PostgreSQL, wherever in them a key might begin
        if "/pg/" not in path and "/files/" not in path and len(octets) < 20000:
            tries.update(octets[at:at + 32] for at in range(len(octets) - 31))
    assert len(tries) > 1000 and scene.private not in tries
    for private in tries:
        for box in sealed:
            assert traces.opened(box, private) is None


def test_no_identity_can_be_confirmed_by_trying(scene):
    """Names and numbers are few enough to be tried one by one: nothing kept is made of them alone. A sealed box never comes out the same twice, and what tells
    requests apart is made of what is left without the identity."""
    key = bytes.fromhex(scene.report_key)

    def kept(text):
        raw = text if isinstance(text, bytes) else text.encode()
        for made in (hashlib.sha256(raw), hashlib.sha1(raw), hashlib.md5(raw), hashlib.sha512(raw), hashlib.blake2b(raw, digest_size=32),
                     hashlib.blake2b(raw, digest_size=32, key=key), hmac.new(key, raw, "sha256")):
            if made.hexdigest().encode() in scene.dump:
                return made.name
        return None
    assert kept(scene.receipts[0]) == "blake2b"       # a receipt is kept so: that is what the key is for
    for text in (*IDENTITY.values(), *(json.dumps(IDENTITY, ensure_ascii=a, separators=s) for a in (True, False) for s in ((",", ":"), None)),
                 "|".join(IDENTITY.values()), IDENTITY["name"] + IDENTITY["phone"]):
        assert kept(text) is None, text
    assert len(set(boxes(scene))) == 3      # the same person, three times


def test_what_tells_requests_apart_holds_no_identity(another_server):
    """The hash of a request is the same whoever is named in it, and needs the client's own key, which is not kept."""
    server = another_server()
    with server.connect() as db:
        district = db.execute("SELECT min(code) FROM hz.region WHERE level = 'county'").fetchone()[0]
        db.execute("INSERT INTO hz.custodian_key (district, public_key) VALUES (%s, %s)", (district, traces.key_pair()[0].hex()))
        made = [Reporter(server.base_url).file(mode="named", district=district, identity={"name": name}, idempotency_key="same-key-0001").receipt
                for name in ("张三", "李四")]
        assert made[0] == made[1]       # told from nothing but the rest of the body
        mine, = db.execute("SELECT request_hash FROM hz.idempotency").fetchall()
        Reporter(server.base_url).file(mode="named", district=district, identity={"name": "张三"}, idempotency_key="other-key-0002")
        hashes = [row[0] for row in db.execute("SELECT request_hash FROM hz.idempotency")]
        assert mine[0] in hashes and len(set(map(bytes, hashes))) == 2
