"""Evidence: linked to the records it proves, seen with them and by nobody else, awaited when its file is still to come, kept or let go."""
import hashlib
import os
import pathlib
import subprocess
import uuid

import pytest

from harness.client import EVIDENCE
from harness.samples import png
from harness.server import ROOT, sanitize
from office import new_id

provokes = pytest.mark.provokes
JOBS = ROOT / ("build-asan" if sanitize() else "build") / "hz-jobs"
LETTERS = "0123456789abcdef"


def photo():
    """A picture unlike all others: a small PNG with a number behind its end."""
    return png(8, 8) + uuid.uuid4().bytes


def sha256(octets):
    return hashlib.sha256(octets).hexdigest()


def upload(client, octets=None, filename="照片.png", **params):
    return client.request("POST", "/v1/attachments", data=octets or photo(), params={"filename": filename, **params},
                          headers={"Content-Type": "application/octet-stream"})


def voice():
    return b"#!AMR\n" + b"\x3c" + os.urandom(31)


def evidence(client, role, octets=None, **more):
    return {"id": upload(client, octets, "录音.amr" if role == "voice" else "照片.png").ok(201)["id"], "role": role, **more}


def correct(office, finding, *items):
    return office.inspector.post(f"/v1/findings/{finding['id']}/corrections", {"note": "当场清理", "attachments": list(items)})


# -- linking ----------------------------------------------------------------------------------------------------------------


def test_a_correction_shows_what_came_of_it(office):
    """Nothing, or nothing of `after`: refused. Then the act has its evidence, and so has the finding; a download by whoever sees it."""
    octets = photo()
    after = upload(office.inspector, octets).ok(201)
    finding = office.new_finding(attachments=[evidence(office.inspector, "before", note="上锁")])
    for items in ([], [evidence(office.inspector, "before")]):
        assert correct(office, finding, *items).problem("rule_violated", 422) and True
    answer = correct(office, finding).problem("rule_violated", 422)
    assert [(e["pointer"], e["code"]) for e in answer["errors"]] == [("/attachments", "evidence_required")]
    assert office.state(finding) == "confirmed"
    act = correct(office, finding, {"id": after["id"], "role": "after"}).ok(201)
    assert [(e["id"], e["role"], e["state"], e["sha256"], e["size"], e["type"], e["filename"]) for e in act["attachments"]] == [
        (after["id"], "after", "here", sha256(octets), len(octets), "image/png", "照片.png")]
    whole = office.institution.get(f"/v1/findings/{finding['id']}").ok()
    assert [(e["role"], e["resource"], e["note"]) for e in whole["attachments"]] == [("before", "finding", "上锁"), ("after", "finding_act", None)]
    assert whole["attachments"][1]["resource_id"] == act["id"]
    assert (whole["attachment_count"], whole["evidence_awaited"]) == (2, False)
    assert office.institution.get(f"/v1/attachments/{after['id']}").body == octets
    meta = office.institution.get(f"/v1/attachments/{after['id']}/meta").ok()
    assert meta["expires_at"] is None and meta["linked_at"]
    events = office.inspector.get(f"/v1/findings/{finding['id']}/history").ok()["items"]
    assert events[-1]["detail"]["evidence"] == [{"role": "after", "sha256": sha256(octets), "attachment_id": after["id"]}]


def test_every_act_takes_evidence(office):
    """Progress, request and re-inspection; an own acceptance asks for it."""
    finding = office.new_finding("ordered")
    path = f"/v1/findings/{finding['id']}"
    for who, act, role, body in ((office.institution, "progress-reports", "after", {"note": "换好了"}),
                                 (office.institution, "reinspection-requests", "document", {"note": "请复查"}),
                                 (office.inspector, "reinspections", "reinspection", {"result": "passed", "note": "合格"})):
        made = who.post(f"{path}/{act}", {**body, "attachments": [evidence(who, role)]}).ok(201)
        assert [e["role"] for e in made["attachments"]] == [role]
        assert who.get(f"{path}/{act}").ok()["items"][0]["attachments"] == made["attachments"]
    assert office.auditor.get(path).ok()["attachment_count"] == 3
    own = office.new_finding("reported", self_found=True)
    refused = office.institution.post(f"/v1/findings/{own['id']}/self-acceptances", {"note": "好了"}).problem("rule_violated", 422)
    assert refused["errors"][0]["code"] == "evidence_required"
    office.institution.post(f"/v1/findings/{own['id']}/self-acceptances", {"note": "好了", "attachments": [evidence(office.institution, "after")]}).ok(201)


def test_all_faults_at_once_and_nothing_linked(office, db):
    mine, sound, note = upload(office.inspector).ok(201), upload(office.inspector, voice(), "a.amr").ok(201), upload(office.inspector, b"words\n" * 9, "a.txt").ok(201)
    theirs = upload(office.institution).ok(201)
    body = office.finding_body(attachments=[
        {"id": mine["id"], "role": "before"}, {"id": mine["id"], "role": "before"}, {"id": theirs["id"]}, {"role": "before"},
        {"id": new_id(), "sha256": "0" * 64}, {"id": sound["id"], "role": "voice"}, {"id": sound["id"], "role": "after"},
        {"id": note["id"], "role": "signature"}, {"id": mine["id"], "role": "voice", "note": "x"}], recurs_of=new_id())
    before = db.execute("SELECT count(*) FROM hz.attachment_link").fetchone()
    problem = office.inspector.post("/v1/findings", body).problem("rule_violated", 422)
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [
        ("/recurs_of", "unknown_reference"), ("/attachments/1", "duplicate"), ("/attachments/2/id", "unknown_reference"),
        ("/attachments/3", "id_or_sha256"), ("/attachments/4", "id_or_sha256"), ("/attachments/5/note", "voice_without_note"),
        ("/attachments/6/role", "not_a_photo"), ("/attachments/7/role", "not_an_image"), ("/attachments/8/role", "not_audio")]
    assert db.execute("SELECT count(*) FROM hz.attachment_link").fetchone() == before
    assert office.inspector.get(f"/v1/attachments/{mine['id']}/meta").ok()["linked_at"] is None


def test_a_visit_has_evidence_in_its_answers_acts_and_signatures(office):
    checklist, items = office.checklist()
    visit = office.new_inspection("in_progress", checklist_id=checklist)
    path = f"/v1/inspections/{visit['id']}"
    who = office.inspector
    answers = {"answers": [{"item_id": items[0], "answer": "pass", "attachments": [evidence(who, "before")]},
                           {"item_id": items[1], "answer": "pass"}]}
    put = who.put(f"{path}/answers", answers)
    put.ok()
    again = who.put(f"{path}/answers", answers)
    assert again.etag == put.etag and again.data == put.data, "the same once more adds nothing"
    answers["answers"][0]["attachments"].append({"sha256": EVIDENCE[0]["sha256"], "role": "after"})
    more = who.put(f"{path}/answers", answers)
    assert more.etag != put.etag
    shown = {a["item_id"]: a["attachments"] for a in office.auditor.get(f"{path}/answers").ok()["answers"]}
    assert [e["state"] for e in shown[items[0]]] == ["here", "awaited"] and shown[items[1]] == []
    bad = who.put(f"{path}/answers", {"answers": [{"item_id": items[2], "answer": "pass", "attachments": [{"id": new_id()}]}]})
    assert [e["pointer"] for e in bad.problem("rule_violated", 422)["errors"]] == ["/answers/0/attachments/0/id"]
    done = who.post(f"{path}/submissions", {"conclusion": "无", "attachments": [{
        **evidence(who, "voice", voice()), "note": "三楼夜间应增加一人"}]}).ok(201)
    assert [(e["role"], e["type"], e["note"]) for e in done["attachments"]] == [("voice", "audio/amr", "三楼夜间应增加一人")]
    image = upload(who).ok(201)
    refused = who.post(f"{path}/signatures", {"party": "inspector", "name": "某", "image_id": new_id()}).problem("rule_violated", 422)
    assert [e["pointer"] for e in refused["errors"]] == ["/image_id"]
    signed = who.post(f"{path}/signatures", {"party": "inspector", "name": "某", "image_id": image["id"]}).ok(201)
    assert [(e["id"], e["role"]) for e in signed["attachments"]] == [(image["id"], "signature")]
    assert who.get(f"{path}/signatures").ok()["items"][0]["attachments"] == signed["attachments"]


# -- awaited ----------------------------------------------------------------------------------------------------------------


def test_evidence_that_comes_later(office):
    """Shown as awaited and found by the filter; the upload of its maker fulfils it, nobody else's does; an event tells it."""
    octets = photo()
    finding = office.new_finding()
    act = correct(office, finding, {"sha256": sha256(octets), "role": "after"}).ok(201)
    assert [(e["id"], e["state"]) for e in act["attachments"]] == [(None, "awaited")]
    path = f"/v1/findings/{finding['id']}"
    awaited = {"evidence_awaited": "true", "institution_id": office.home["id"]}
    assert finding["id"] in [f["id"] for f in office.inspector.get("/v1/findings", awaited).ok()["items"]]
    upload(office.inspector2, octets).ok(201)
    before = office.inspector.get(path)
    assert before.ok()["evidence_awaited"] is True
    made = upload(office.inspector, octets).ok(201)
    assert made["linked_at"], "the answer says so"
    after = office.inspector.get(path)
    assert after.etag != before.etag
    assert [(e["id"], e["state"], e["resource_id"]) for e in after.ok()["attachments"]] == [(made["id"], "here", act["id"])]
    assert after.data["evidence_awaited"] is False
    assert finding["id"] not in [f["id"] for f in office.inspector.get("/v1/findings", awaited).ok()["items"]]
    last = office.inspector.get(f"{path}/history").ok()["items"][-1]
    assert (last["what"], last["detail"]["sha256"]) == ("evidence_arrived", sha256(octets))
    assert office.institution.get(f"/v1/attachments/{made['id']}").body == octets


# -- who sees it ------------------------------------------------------------------------------------------------------------


def sees(client, attachment):
    answers = [client.get(f"/v1/attachments/{attachment}{part}").status for part in ("", "/meta")]
    assert len(set(answers)) == 1, answers
    return answers[0]


def test_unlinked_is_its_makers_alone(office, new_office):
    one = upload(office.inspector).ok(201)["id"]
    assert sees(office.inspector, one) == 200
    for role in ("inspector2", "section_chief", "leader", "institution", "staff", "street", "auditor", "integration", "handler", "office"):
        assert sees(getattr(office, role), one) == 404, role
    assert sees(office.custodian, one) == sees(office.admin, one) == 403
    assert sees(new_office().inspector, one) == 404


@pytest.mark.parametrize("category, narrower", [("fire", False), ("psychological", True)])
def test_linked_is_seen_with_its_finding(office, new_office, category, narrower):
    """Role by role: the evidence exactly where the finding itself is seen."""
    finding = office.new_finding(category=category, attachments=[evidence(office.inspector, "before")])
    one = office.inspector.get(f"/v1/findings/{finding['id']}").ok()["attachments"][0]["id"]
    seen = {}
    others = {"home of others": office.keeper(office.new_institution()), "another district": new_office().inspector}
    for role in ("inspector", "inspector2", "section_chief", "leader", "institution", "staff", "street", "auditor", "integration", "handler", "office"):
        others[role] = getattr(office, role)
    for name, client in others.items():
        record = client.get(f"/v1/findings/{finding['id']}").status
        seen[name] = sees(client, one)
        assert seen[name] == record, name
    hidden = {"home of others", "another district", "staff"} | ({"street", "integration"} if narrower else set())
    assert {name for name, status in seen.items() if status == 404} == hidden


def test_linked_is_not_seen_by_its_maker_who_lost_sight(office, api, db):
    """A street's own finding of a narrower category stays its own; evidence of others on it is seen with it."""
    finding = office.new_finding("reported", by=office.street, category="political", attachments=[evidence(office.street, "before")])
    one = office.street.get(f"/v1/findings/{finding['id']}").ok()["attachments"][0]["id"]
    assert sees(office.street, one) == 200
    colleague = api("street", office.district, street=office.home["street"], name="another of the street")
    assert sees(colleague, one) == 404 == colleague.get(f"/v1/findings/{finding['id']}").status


def test_evidence_of_a_visit_is_not_for_employees(office):
    checklist, items = office.checklist()
    visit = office.new_inspection("in_progress", checklist_id=checklist)
    mine = evidence(office.inspector, "before")
    office.inspector.put(f"/v1/inspections/{visit['id']}/answers", {"answers": [{"item_id": items[0], "answer": "pass", "attachments": [mine]}]}).ok()
    assert [sees(getattr(office, role), mine["id"]) for role in ("inspector2", "institution", "auditor", "staff")] == [200, 200, 200, 404]


def test_nobody_links_what_they_cannot_see(office, new_office):
    stranger, octets = new_office(), photo()
    one = upload(stranger.inspector, octets).ok(201)["id"]
    problem = office.inspector.post("/v1/findings", office.finding_body(attachments=[{"id": one}])).problem("rule_violated", 422)
    assert problem["errors"][0]["code"] == "unknown_reference"
    finding = office.inspector.post("/v1/findings", office.finding_body(attachments=[{"sha256": sha256(octets)}])).ok(201)
    assert [e["state"] for e in finding["attachments"]] == ["awaited"], "not even that such bytes are kept"


# -- how much, and in whose name --------------------------------------------------------------------------------------------


@provokes("quota_exceeded")
def test_quota(office, db):
    """Distinct bytes of a district; refused before the body when its length is told, with the numbers; room comes back with expiry."""
    first = photo()
    upload(office.inspector, first).ok(201)
    limit = len(first) + 10
    db.execute("INSERT INTO hz.attachment_quota (district, max_bytes) VALUES (%s, %s)", (office.district, limit + 0))
    try:
        used = db.execute("SELECT bytes FROM hz.attachment_usage WHERE district = %s", (office.district,)).fetchone()[0]
        db.execute("UPDATE hz.attachment_quota SET max_bytes = %s WHERE district = %s", (used + 10, office.district))
        problem = upload(office.inspector).problem("quota_exceeded", 422)
        assert (problem["quota_bytes"], problem["used_bytes"], problem["size_bytes"]) == (used + 10, used, len(first))
        assert upload(office.inspector, b"tiny note\n", "a.txt").status == 201
        assert upload(office.inspector, b"tiny not2\n", "a.txt").status == 422
    finally:
        db.execute("DELETE FROM hz.attachment_quota WHERE district = %s", (office.district,))


def test_a_caller_with_several_districts_says_which(api, office, new_office):
    both = api("inspector", [office.district, (other := new_office()).district], name="city office")
    problem = upload(both).problem("invalid_query", 400)
    assert problem["errors"][0]["pointer"] == "?district"
    assert upload(both, district=other.district).ok(201)["district"] == other.district
    upload(office.inspector, district=other.district).problem("out_of_scope", 403)


@provokes("type_not_strippable", "attachment_not_ready")
def test_protected_is_shown_to_nobody_before_it_is_clean(office, db):
    """Neither its bytes nor its hash, and its name is not kept. (That the metadata are gone then is for the tests of hz-media.)"""
    upload(office.inspector, b"who wrote this\n", "memo.txt", protected="true").problem("type_not_strippable", 422)
    one = upload(office.inspector, filename="张三拍摄.png", protected="true").ok(201)
    assert (one["state"], one["sha256"], one["filename"], one["protected"]) == ("cleaning", None, "file.png", True)
    db.execute("UPDATE hz.attachment SET state = 'refused', reason = 'not_cleanable', sha256 = NULL WHERE id = %s", (one["id"],))
    problem = office.inspector.get(f"/v1/attachments/{one['id']}").problem("attachment_not_ready", 409)
    assert (problem["state"], problem["reason"]) == ("refused", "not_cleanable")
    refused = office.inspector.post("/v1/findings", office.finding_body(attachments=[{"id": one["id"]}])).problem("rule_violated", 422)
    assert refused["errors"][0]["code"] == "attachment_refused"


# -- kept, let go, verified -------------------------------------------------------------------------------------------------


class Files:
    """A server of its own, with its folder: what hz-jobs does and says."""

    def __init__(self, server):
        self.server, self.folder = server, server.folder / "files"
        self.env = {**os.environ, "RUN_DIR": str(server.folder), "B": JOBS.parent.name}
        self.db = server.connect()

    def blob(self, octets):
        name = sha256(octets)
        return self.folder / "blobs" / name[:2] / name[2:4] / name

    def clean(self):
        done = subprocess.run([JOBS, "clean"], env={**self.env, "HZ_DATABASE": self.server.settings["HZ_JOBS_DATABASE"], "HZ_FILES": str(self.folder)},
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def verify(self):
        done = subprocess.run(["conf/dev/verify.sh"], cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout.splitlines()[:-1]

    def rule(self, **values):
        for key, value in values.items():
            self.db.execute("UPDATE hz.attachment_rule SET value = %s WHERE key = %s", (value, key))


@pytest.fixture(scope="module")
def place():
    from harness.client import Client
    from harness.server import Server
    server = Server().start()
    one = Files(server)
    one.client = Client(server.base_url, one.db.execute("SELECT key FROM api.issue_key('inspector', '{500103}')").fetchone()[0])
    one.chief = Client(server.base_url, one.db.execute("SELECT key FROM api.issue_key('section_chief', '{500103}')").fetchone()[0])
    home = one.chief.post("/v1/institutions", {"name": "测试养老院", "type": "elderly_care", "district": "500103", "street": "500103001", "address": "测试路1号"}).ok(201)
    one.finding = {"institution_id": home["id"], "category": "fire", "severity": "general", "description": "通道堆物"}
    yield one
    one.db.close()
    server.close()


def test_what_nobody_linked_goes_by_the_job(place):
    """The row and the file of what was not linked in time; what somebody else linked of the same bytes stays; numbers, no names."""
    linked, loose, shared = photo(), photo(), photo()
    place.rule(unlinked_hours=0)
    gone = [upload(place.client, octets, "张三.png").ok(201)["id"] for octets in (loose, shared)]
    place.rule(unlinked_hours=24)
    stays = [upload(place.client, octets).ok(201)["id"] for octets in (linked, shared)]
    place.client.post("/v1/findings", {**place.finding, "attachments": [{"id": one} for one in stays]}).ok(201)
    waiting = upload(place.client).ok(201)["id"]
    said = place.clean()
    assert "2 attachments not linked in time, 1 files without attachments" in said, said
    assert "张三" not in said and sha256(loose) not in said and not any(one in said for one in gone)
    assert [place.client.get(f"/v1/attachments/{one}").status for one in (*gone, *stays, waiting)] == [404, 404, 200, 200, 200]
    assert [place.blob(octets).exists() for octets in (linked, loose, shared)] == [True, False, True]
    assert place.clean() == "", "nothing more to do, nothing to say"
    assert upload(place.client, loose).status == 201 and place.blob(loose).read_bytes() == loose, "the same bytes come back"
    assert place.db.execute("SELECT sum(size) FROM hz.content").fetchone()[0] == place.db.execute("SELECT bytes FROM hz.attachment_usage").fetchone()[0]


def test_leftovers_of_a_killed_worker_go_with_what_they_kept(place):
    """A file in incoming whose content was kept but never recorded; one of a recorded content; a half one; a resumable one that lives."""
    incoming, orphan, known = place.folder / "incoming", photo(), photo()
    upload(place.client, known).ok(201)
    place.blob(orphan).parent.mkdir(parents=True, exist_ok=True)
    place.blob(orphan).write_bytes(orphan)
    actor = place.db.execute("SELECT id FROM hz.actor LIMIT 1").fetchone()[0]
    live, over = [str(place.db.execute(
        "INSERT INTO hz.upload (id, district, actor_id, length, filename, expires_at) VALUES (api.uuid_v7(), '500103', %s, 9, 'x', now() + %s::interval) RETURNING id",
        (actor, until)).fetchone()[0]) for until in ("1 hour", "-1 hour")]
    for path in incoming.iterdir():         # what refused uploads of the tests before have left
        path.unlink()
    names = [f"{sha256(orphan)}.aaaa", f"{sha256(known)}.bbbb", "0123456789abcdef", live, over, f"{over}.check"]
    for name in names:
        (incoming / name).write_bytes(b"part")
    said = place.clean()
    assert "2 leftovers" in said, "what is young stays, but for an upload that has expired: " + said
    place.rule(leftover_hours=0)
    for name in names:
        if (incoming / name).exists():
            os.utime(incoming / name, (1, 1))
    assert "3 leftovers, 1 files never recorded" in place.clean()
    place.rule(leftover_hours=24)
    assert [path.name for path in incoming.iterdir()] == [live]
    assert (place.blob(orphan).exists(), place.blob(known).exists()) == (False, True)
    (incoming / live).unlink()
    place.db.execute("UPDATE hz.upload SET expires_at = now() - interval '1 year'")
    assert "2 uploads" in place.clean()


def test_verify_finds_each_kind_of_damage(place):
    """Missing, changed in one octet, shorter, not of the store, without a row; then mended, all is well again."""
    octets = [photo() for _ in range(4)]
    for one in octets:
        upload(place.client, one).ok(201)
    assert place.verify() == (0, [])
    missing, changed, shorter = [place.blob(one) for one in octets[:3]]
    alone = place.folder / "blobs" / "00" / "00" / ("0" * 64)
    alone.parent.mkdir(parents=True, exist_ok=True)
    alone.write_bytes(b"whose?")
    stray = place.folder / "blobs" / "notes.txt"
    stray.write_text("not ours")
    missing.unlink()
    body = bytearray(octets[1])
    body[-1] ^= 1
    changed.chmod(0o600)
    changed.write_bytes(body)
    shorter.chmod(0o600)
    shorter.write_bytes(octets[2][:-1])
    try:
        code, lines = place.verify()
        name = lambda path: str(path.relative_to(place.folder))
        assert code == 1
        assert sorted(lines) == sorted([f"缺失 missing {name(missing)}", f"改变 changed {name(changed)}", f"改变 changed {name(shorter)}",
                                        f"无主 orphaned {name(alone)}", f"无主 orphaned {name(stray)}"])
    finally:
        alone.unlink()
        stray.unlink()
        for path, one in zip((missing, changed, shorter), octets):
            path.write_bytes(one)
    assert place.verify() == (0, [])
