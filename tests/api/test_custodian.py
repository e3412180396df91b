"""The custodian's program and command, end to end: a key off line, an identity filed, asked for, granted, opened; and what a new key means for old boxes."""
import json
import os
import re
import stat
import subprocess

import pytest

from harness.contract import ROOT
from harness.reporter import Reporter
from reporting import REPORTS

PROGRAM = ROOT / "build/hz-custodian"
IDENTITY = {"name": "王小明", "phone": "13812345678", "note": "夜班护理员"}


def run(*words, text="", code=0):
    done = subprocess.run([PROGRAM, *map(str, words)], input=text, capture_output=True, text=True, timeout=30)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def told(text):
    """{name: value} of lines `name value`."""
    return dict(line.split(" ", 1) for line in text.splitlines() if " " in line)


@pytest.fixture
def new_key(tmp_path):
    def make(name):
        path = tmp_path / name
        return path, told(run("new", path))
    return make


@pytest.fixture
def set_key(server):
    def make(district, public, name="", code=0):
        done = subprocess.run(["conf/dev/custodian_key.sh"], cwd=ROOT, capture_output=True, text=True, timeout=60,
                              env={**os.environ, "RUN_DIR": str(server.folder), "B": "build", "DISTRICT": district, "PUBLIC": public, "NAME": name})
        assert (done.returncode == 0) == (code == 0), done.stderr
        return done.stdout if code == 0 else done.stderr
    return make


# -- the program ----------------------------------------------------------------------------------------------------------------------

def test_a_key_file_is_its_owners_alone(new_key):
    path, made = new_key("key")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and re.fullmatch("[0-9a-f]{64}", made["public"])
    assert re.fullmatch("([0-9a-f]{4} ){7}[0-9a-f]{4}", made["fingerprint"])
    assert made["public"] not in path.read_text() and told(run("show", path)) == made
    before = path.read_bytes()
    assert "exist" in run("new", path, code=1).lower() and path.read_bytes() == before      # never written over


def test_what_is_sealed_is_opened_by_its_key_alone(new_key):
    (first, made), (second, _) = new_key("first"), new_key("second")
    box = run("seal", made["public"], text="你好\n")
    assert run("open", first, text=box) == "你好\n\n"
    assert run("open", second, first, text=box) == "你好\n\n"           # old keys behind the new one
    assert run("open", first, text=json.dumps({"state": "granted", "identity_box": box.strip(), "public_key": made["public"]})) == "你好\n\n"
    assert "another key" in run("open", second, text=box, code=1)
    changed = ("B" if box[20] != "B" else "C").join((box[:20], box[21:]))
    assert "damaged" in run("open", first, text=changed, code=1)


@pytest.mark.parametrize("text", ["", "no box", "QUJD", "A" * 300000], ids=["empty", "words", "short", "long"])
def test_what_is_no_box(new_key, text):
    path, _ = new_key("key")
    assert run("open", path, text=text, code=1)


def test_what_is_no_key(tmp_path):
    broken = tmp_path / "broken"
    for text in ("", "hello", "hz-custodian private key 1 " + "0" * 63, "hz-custodian private key 1 " + "g" * 64, "x" * 1000):
        broken.write_text(text)
        assert "broken" in run("show", broken, code=1)
    for public in ("00" * 32, "ab", "z" * 64):
        assert run("seal", public, text="x", code=1)
    for words in ((), ("new",), ("burn", "x"), ("new", "a", "b"), ("seal", "a", "b")):
        assert "usage" in run(*words, code=2)


def test_the_server_cannot_open(server):
    """Nothing that opens a sealed box is linked into what runs on the server."""
    for program in ("api.so", "hz-jobs", "hz-media"):
        done = subprocess.run(["nm", "-D", "--undefined-only", ROOT / "build" / program], capture_output=True, text=True, check=True)
        assert "seal_open" not in done.stdout and "scalarmult" not in done.stdout, program
    assert "crypto_box_seal_open" in subprocess.run(["nm", "-D", PROGRAM], capture_output=True, text=True, check=True).stdout


# -- the command ----------------------------------------------------------------------------------------------------------------------

def test_setting_a_key(db, new_key, set_key, fresh_district):
    district, *_ = fresh_district()
    _, one = new_key("one")
    _, two = new_key("two")
    assert told(set_key(district, one["public"].upper(), "第一把"))["fingerprint"] == one["fingerprint"]
    assert set_key(district, one["public"]).splitlines() == ["fingerprint " + one["fingerprint"]]       # twice is once
    said = set_key(district, two["public"])
    assert told(said)["retired"] == one["fingerprint"] and "0 件" in said
    rows = db.execute("SELECT public_key, retired_at IS NULL, note FROM hz.custodian_key WHERE district = %s ORDER BY created_at", (district,)).fetchall()
    assert rows == [(one["public"], False, "第一把"), (two["public"], True, None)]
    assert "retired" in set_key(district, one["public"], code=1)
    assert "district" in set_key("500100", two["public"], code=1)
    assert "seal" in set_key(district, "00" * 32, code=1) and "seal" in set_key(district, "ab", code=1)


# -- end to end -------------------------------------------------------------------------------------------------------------------------

def granted(office, path):
    """Asks, grants → (the request, the answer as text)."""
    asked = office.handler.post(f"{path}/identity-requests", {"reason": "须当面取证"}).ok(201)
    answer = office.custodian.post(f"/v1/identity-requests/{asked['id']}/decisions", {"decision": "granted", "reason": "取证需要"})
    answer.ok(201)
    return asked, answer


def file_one(office, base_url, text):
    Reporter(base_url).file(text, mode="confidential", identity=IDENTITY, institution_id=office.home["id"])
    one = next(r for r in office.handler.pages(REPORTS, {"state": "received"}) if r["description"] == text)
    path = f"{REPORTS}/{one['id']}"
    office.handler.post(f"{path}/acceptances").ok(201)
    return path


def test_an_identity_from_the_reporter_to_the_custodian(new_office, base_url, new_key, set_key):
    office = new_office()
    old_file, old = new_key("old")
    set_key(office.district, old["public"])
    path = file_one(office, base_url, "配电间堆放被褥")
    asked, answer = granted(office, path)
    assert asked["fingerprint"] == old["fingerprint"]       # which key to bring
    assert (answer.data["public_key"], answer.data["fingerprint"]) == (old["public"], old["fingerprint"])
    assert json.loads(run("open", old_file, text=answer.text)) == IDENTITY
    assert json.loads(run("open", old_file, text=answer.data["identity_box"])) == IDENTITY


def test_rotation(new_office, base_url, new_key, set_key):
    """What was sealed before stays sealed to the old key; what is sealed afterwards, to the new one; each says to which."""
    office = new_office()
    (old_file, old), (new_file, new) = new_key("old"), new_key("new")
    set_key(office.district, old["public"])
    before = file_one(office, base_url, "换钥匙之前举报的")
    assert "1 件" in set_key(office.district, new["public"])
    after = file_one(office, base_url, "换钥匙之后举报的")
    for path, file, other, key in ((before, old_file, new_file, old), (after, new_file, old_file, new)):
        asked, answer = granted(office, path)
        assert asked["fingerprint"] == answer.data["fingerprint"] == key["fingerprint"]
        run("open", other, text=answer.text, code=1)
        assert json.loads(run("open", file, text=answer.text)) == IDENTITY
        assert json.loads(run("open", new_file, old_file, text=answer.text)) == IDENTITY
    ids = office.db.execute("SELECT count(DISTINCT custodian_key_id) FROM hz.report WHERE district = %s", (office.district,)).fetchone()
    assert ids == (2,)


def test_a_box_does_not_tell_how_long_a_name_is(new_office, base_url, new_key, set_key):
    office = new_office()
    set_key(office.district, new_key("key")[1]["public"])
    for identity in ({"name": "王"}, {"name": "欧阳小明", "phone": "13812345678", "contact": "西南角的门卫室，每周三晚上在"}):
        Reporter(base_url).file("通道上锁", mode="named", identity=identity, institution_id=office.home["id"])
    assert office.db.execute("SELECT count(*), count(DISTINCT length(identity_box)) FROM hz.report WHERE district = %s", (office.district,)).fetchone() == (2, 1)
