"""Retention: what is due and what keeps it; erased is erased, in the database, in its data files, in the store; what stays leads back to nobody."""
import datetime
import os
import re
import subprocess

import psycopg
import pytest

from harness import samples, traces
from harness.client import Client
from harness.contract import ROOT
from harness.media import until
from harness.reporter import Reporter
from harness.server import Server
from office import Office
from reporting import REPORTS, put_reports, work

SAID, ASKED, NOTED, HELD, TASK = (traces.word() for _ in range(5))      # of the reporter, of the handler …
NUMBER, PERSON = "T" + traces.word(), "赵" + traces.word()


def back(db, report, months, days=1):
    """The report has ended so many months and days ago, and nothing was done since."""
    db.execute("UPDATE hz.report SET received_at = received_at - make_interval(months => %s, days => %s), ended_at = date_trunc('hour', now()) - make_interval(months => %s, days => %s) "
               "WHERE id = %s", (months, days + 3, months, days, report))
    db.execute("UPDATE hz.report_act SET recorded_at = recorded_at - make_interval(months => %s, days => %s), occurred_at = occurred_at - make_interval(months => %s, days => %s) "
               "WHERE report_id = %s", (months, days, months, days, report))


def due(db, district):
    """{id: kept_by}"""
    return {str(row[0]): row[1] for row in db.execute("SELECT id, kept_by FROM api.reports_due(%s)", (district,))}


# -- what is due -------------------------------------------------------------------------------------------------------------------------

def test_each_state_has_its_period(office):
    """A day before its months are over a report is not due; on the day it is; what has not ended never is."""
    db = office.db
    rows = db.execute("SELECT state, result, months FROM hz.report_retention").fetchall()
    assert {row[0] for row in rows} == {row[0] for row in db.execute(
        "SELECT from_state FROM hz.transition WHERE resource = 'whistleblower_report' AND command = 'erasures'")}
    cases = [(state, result, months) for state, result, months in rows if state != "merged"]
    for state, result, months in cases:
        for days, wanted in ((-1, False), (0, True)):
            (report, _), = put_reports(office, [(state, "web")])
            db.execute("UPDATE hz.report SET result = %s, ended_at = ((now() AT TIME ZONE 'Asia/Shanghai')::date - make_interval(months => %s) - make_interval(days => %s)) "
                       "AT TIME ZONE 'Asia/Shanghai' WHERE id = %s", (result or None, months, days, report))
            on, = db.execute("SELECT api.report_erase_on(r) <= api.today() FROM hz.report r WHERE id = %s", (report,)).fetchone()
            assert on is wanted or days == 0 and not on and day_is_clipped(months), (state, result, months, days)
    for state in ("received", "accepted", "verifying", "supplement", "concluded"):
        (report, _), = put_reports(office, [(state, "web")])
        db.execute("UPDATE hz.report SET received_at = '2000-01-01' WHERE id = %s", (report,))
        assert report not in due(db, office.district)


def day_is_clipped(months):
    """The 31st less some months is a day that plus those months comes earlier or later."""
    return datetime.date.today().day > 28


def test_what_keeps_a_report(new_office, base_url):
    office = new_office()
    db = office.db
    ids = [report for report, _ in put_reports(office, [("fed_back", "web")] * 6)]
    for report in ids:
        back(db, report, 61)
    free, held, followed, rewarded, asked, talked = ids
    office.handler.post(f"{REPORTS}/{held}/holds", {"reason": "行政诉讼"}).ok(201)
    back(db, held, 61)
    finding = office.new_finding()
    db.execute("INSERT INTO hz.report_finding (report_id, district, finding_id) VALUES (%s, %s, %s)", (followed, office.district, finding["id"]))
    office.leader.post(f"{REPORTS}/{rewarded}/rewards", {"employee": False}).ok(201)
    office.handler.post(f"{REPORTS}/{asked}/identity-requests", {"reason": "取证"}).ok(201)
    for report in (rewarded, asked):
        back(db, report, 61)
    office.handler.post(f"{REPORTS}/{talked}/messages", {"text": "还有一事"}).ok(201)       # today: not quiet long enough
    assert due(db, office.district) == {free: None, held: "held", followed: "findings_open", rewarded: "reward_not_collected", asked: "identity_asked_for"}
    assert db.execute("SELECT api.reports_erase(100, %s)", (office.district,)).fetchone() == (1,)
    assert db.execute("SELECT api.reports_erase(100, %s)", (office.district,)).fetchone() == (0,)
    assert [row[0] for row in db.execute("SELECT state FROM hz.report WHERE id = ANY (%s::uuid[]) ORDER BY id = %s DESC LIMIT 2", (ids, free))] == ["erased", "fed_back"]
    # once what kept it has gone, it goes
    office.leader.post(f"{REPORTS}/{held}/releases", {"reason": "已判决"}).ok(201)
    back(db, held, 61)
    assert due(db, office.district)[held] is None


def test_a_merged_report_goes_with_the_one_it_went_into(new_office):
    office = new_office()
    db = office.db
    (target, _), (merged, _), (held, _) = put_reports(office, [("fed_back", "web"), ("merged", "web"), ("merged", "web")])
    db.execute("UPDATE hz.report SET merged_into = %s WHERE id IN (%s, %s)", (target, merged, held))
    for report in (merged, held):
        back(db, report, 13)
    back(db, target, 59)
    assert due(db, office.district) == {}       # a year would be enough for it, but not for what it went into
    back(db, target, 61)
    office.handler.post(f"{REPORTS}/{held}/holds", {"reason": "诉讼"}).ok(201)
    back(db, held, 13)
    assert due(db, office.district) == {target: "held", merged: "held", held: "held"}       # what keeps one of them keeps them all
    office.handler.post(f"{REPORTS}/{held}/releases", {"reason": "已结"}).ok(201)
    back(db, held, 13)
    finding = office.new_finding()
    db.execute("INSERT INTO hz.report_finding (report_id, district, finding_id) VALUES (%s, %s, %s)", (target, office.district, finding["id"]))
    assert due(db, office.district) == dict.fromkeys((target, merged, held), "findings_open")
    db.execute("DELETE FROM hz.report_finding WHERE report_id = %s", (target,))
    assert db.execute("SELECT api.reports_erase(100, %s)", (office.district,)).fetchone() == (3,)


# -- erased -------------------------------------------------------------------------------------------------------------------------------

class Scene:
    pass


@pytest.fixture(scope="module")
def scene():
    """A report with all that can hang on one, at the end of its retention, erased by the command; a second one beside it that stays."""
    one = Scene()
    one.server = Server().start()
    try:
        yield from erase_one(one)
    finally:
        one.server.close()


def erase_one(one):
    with one.server.connect() as db:
        one.db = db

        def api(role, district, name=None, street=None, institution=None, **_):
            key, actor = db.execute("SELECT key, actor_id FROM api.issue_key(%s, %s, %s::uuid[], '{}', %s, %s, NULL)", (
                role, [district], [institution] if institution else [], [street] if street else [], name or role)).fetchone()
            return Client(one.server.base_url, key, str(actor))
        one.office = office = Office(api, db, db.execute("SELECT min(code) FROM hz.region WHERE level = 'county'").fetchone()[0])
        public, one.private = traces.key_pair()
        db.execute("SELECT api.custodian_key_set(%s, %s)", (office.district, public.hex()))
        one.reporter = Reporter(one.server.base_url).file(f"通道上锁 {SAID}", institution_id=office.home["id"], mode="named", identity={"name": "王小明"},
                                                         named_persons=[{"name": PERSON}], occurred_at="2026-01-02T03:04:05+08:00")
        one.report, = [r["id"] for r in office.handler.get(REPORTS).ok()["items"]]
        one.path = f"{REPORTS}/{one.report}"
        live(one)
        one.box, = db.execute("SELECT identity_box FROM hz.report WHERE id = %s", (one.report,)).fetchone()
        one.pseudonym, = db.execute("SELECT pseudonym::text FROM hz.report WHERE id = %s", (one.report,)).fetchone()
        one.other = Reporter(one.server.base_url).file("另一件，还在办", institution_id=office.home["id"])
        back(db, one.report, 61)
        db.execute("UPDATE hz.report SET external_number = %s WHERE id = %s", (NUMBER, one.report))
        db.execute("UPDATE hz.idempotency SET created_at = created_at - interval '3 days'")
        one.listed = command(one.server)
        one.before = traces.dump(one.server)
        one.erased = command(one.server, APPLY="1")
        with psycopg.connect(one.server.settings["HZ_JOBS_DATABASE"], autocommit=True) as job:
            job.execute("SELECT api.job_expire_answers()")
        db.execute("VACUUM FULL hz.idempotency")
        done = subprocess.run([ROOT / "build/hz-jobs", "clean"], capture_output=True, text=True, timeout=60, env={
            **os.environ, "HZ_DATABASE": one.server.settings["HZ_JOBS_DATABASE"], "HZ_FILES": str(one.server.folder / "files")})
        assert done.returncode == 0 and not list((one.server.folder / "files/blobs").rglob("*" + one.sha256 + "*")), done.stderr
        one.after = traces.dump(one.server)
        with one.server.connect("postgres") as superuser:
            superuser.execute("CHECKPOINT")
        yield one


def live(one):
    """The life of the report, with words of their own in all that is written."""
    office, path, reporter = one.office, one.path, one.reporter
    reporter.bring(samples.png(300, 200)).ok(201)
    assert until(lambda: reporter.get("/attachments").ok()["items"][0]["state"] != "cleaning", 60)
    one.sha256, = one.db.execute("SELECT encode(sha256, 'hex') FROM hz.attachment WHERE source = 'report'").fetchone()
    office.handler.post(f"{path}/acceptances", {"text": f"已受理 {ASKED}"}, idempotency_key="accept").ok(201)
    reporter.post("/messages", {"text": f"补充 {SAID}"}, idempotency_key="said").ok(201)
    office.handler.post(f"{path}/assignments", {"street": office.home["street"], "task": TASK}).ok(201)
    office.handler.post(f"{path}/extensions", {"new_deadline": str(datetime.date.today() + datetime.timedelta(days=70)), "reason": NOTED}).ok(201)
    office.handler.post(f"{path}/verifications", {"note": NOTED}).ok(201)
    finding = office.handler.post(f"{path}/findings", {"category": "fire", "severity": "general", "description": "疏散门锁闭"}).ok(201)["finding_id"]
    asked = office.handler.post(f"{path}/identity-requests", {"reason": NOTED}).ok(201)
    office.custodian.post(f"/v1/identity-requests/{asked['id']}/decisions", {"decision": "granted", "reason": NOTED}).ok(201)
    work(office, {"id": one.report}, "conclusions")
    office.handler.post(f"{path}/feedbacks", {"text": f"已整改 {ASKED}"}).ok(201)
    office.handler.post(f"{path}/holds", {"reason": HELD}).ok(201)
    office.handler.post(f"{path}/releases", {"reason": HELD}).ok(201)
    office.leader.post(f"{path}/rewards", {"employee": True, "fine": "54321", "amount": "9000", "reason": NOTED}).ok(201)
    office.office.post("/v1/reward-payments", {"code": reporter.request("POST", "/reward-collections").ok(201)["code"]}).ok(201)
    one.finding = finding
    one.db.execute("UPDATE hz.finding SET state = 'closed', closed_at = now() WHERE id = %s", (finding,))


def command(server, **more):
    done = subprocess.run(["conf/dev/erase_reports.sh"], cwd=ROOT, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "RUN_DIR": str(server.folder), "B": "build", **more})
    assert done.returncode == 0, done.stderr
    return done


def test_the_command_lists_and_changes_nothing(scene):
    line, = scene.listed.stdout.splitlines()
    day, rest = line.split(" ", 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", day) and rest == f"{scene.pseudonym} {scene.office.district} fed_back/substantiated 3 messages 1 files due"
    assert "APPLY=1" in scene.listed.stderr and scene.report not in scene.listed.stdout + scene.listed.stderr
    assert (SAID, "raw") in traces.look(scene.before, [SAID])


def test_nothing_of_it_is_in_the_database(scene):
    words = [SAID, ASKED, NOTED, HELD, TASK, NUMBER, PERSON, scene.box[:40], scene.sha256]
    missing = [word for word in words if not traces.look(scene.before, [word])]
    assert missing == []            # all of it was there
    assert traces.look(scene.after, words) == []
    assert "1 件" in scene.erased.stderr


def test_nothing_of_it_is_in_the_data_files(scene):
    """Rows that were there before go with the file of their table. The write-ahead log and backups are another matter (docs/guides/reports.md)."""
    found = {path: traces.look(octets, [SAID, ASKED, NOTED, HELD, TASK, NUMBER]) for path, octets in traces.files(scene.server.folder)
             if "/pg_wal/" not in path}
    assert {path: what for path, what in found.items() if what} == {}


def test_the_file_is_gone(scene):
    assert scene.db.execute("SELECT count(*) FROM hz.attachment WHERE source = 'report'").fetchone() == (0,)
    assert scene.db.execute("SELECT count(*) FROM hz.content WHERE encode(sha256, 'hex') = %s", (scene.sha256,)).fetchone() == (0,)


def test_what_stays_leads_back_to_nobody(scene):
    cursor = scene.db.execute("SELECT * FROM hz.report WHERE id = %s", (scene.report,))
    row = dict(zip([column.name for column in cursor.description], cursor.fetchone()))
    kept = {name: value for name, value in row.items() if value not in (None, [], False, 0)}
    assert set(kept) == {"id", "pseudonym", "district", "mode", "audience", "subject_kind", "channel", "state", "state_before", "result", "received_at", "ended_at", "version",
                         "updated_at"}
    assert (row["state"], row["state_before"], row["result"]) == ("erased", "fed_back", "substantiated")
    local = datetime.timezone(datetime.timedelta(hours=8))
    assert all(row[name].astimezone(local).strftime("%d %H:%M") == "01 00:00" for name in ("received_at", "ended_at"))
    for table in ("report_finding", "report_assignment", "report_clock", "identity_request"):
        assert scene.db.execute(f"SELECT count(*) FROM hz.{table} WHERE report_id = %s", (scene.report,)).fetchone() == (0,), table
    assert scene.db.execute("SELECT amount, state, fine, reason, explanation, code_hash FROM hz.report_reward WHERE report_id = %s", (scene.report,)).fetchone() == (9000, "paid", None, None, [], None)
    assert scene.db.execute("SELECT count(*) FROM hz.finding WHERE id = %s", (scene.finding,)).fetchone() == (1,)      # the finding is the bureau's own record
    # that it was handled, by whom, can still be accounted for
    lines = scene.office.auditor.get("/v1/audit-log", {"subject": scene.pseudonym}).ok()["items"]
    assert {"identity_requested", "identity_granted", "reward_paid", "report_step"} <= {line["what"] for line in lines}


def test_nobody_comes_back_to_it(scene):
    scene.reporter.get("").problem("receipt_unknown", 401)
    scene.other.status()
    one = scene.office.handler.get(scene.path).ok()
    assert (one["state"], one["description"], one["allowed"], one["institution_id"], one["findings"]) == ("erased", None, [], None, [])
    assert [m["text"] for m in scene.office.handler.get(f"{scene.path}/messages").ok()["items"]] == [None] * 3
    scene.office.handler.post(f"{scene.path}/messages", {"text": "x"}).problem("invalid_state", 409)
    assert {f["state"] for f in scene.office.handler.get(f"{scene.path}/attachments").ok()["items"]} == {"erased"}


# -- by itself ------------------------------------------------------------------------------------------------------------------------------

def test_the_job_erases_only_where_the_office_has_said_so(new_office, server):
    office = new_office()
    (report, _), = put_reports(office, [("withdrawn", "web")])
    back(office.db, report, 4)
    with psycopg.connect(server.settings["HZ_JOBS_DATABASE"], autocommit=True) as job:
        assert job.execute("SELECT api.job_erase_reports()").fetchone() == (0,)
        assert due(office.db, office.district) == {report: None}
        office.db.execute("INSERT INTO hz.report_rule (key, edition, value, title, effective_from) VALUES ('erase_by_itself', 'test', 1, 'x', '2022-01-01')")
        try:
            assert job.execute("SELECT api.job_erase_reports()").fetchone()[0] >= 1
        finally:
            office.db.execute("DELETE FROM hz.report_rule WHERE key = 'erase_by_itself' AND edition = 'test'")
    assert office.db.execute("SELECT state FROM hz.report WHERE id = %s", (report,)).fetchone() == ("erased",)
    acts = office.db.execute("SELECT role, actor_id FROM hz.report_act WHERE report_id = %s AND command = 'erasures'", (report,)).fetchall()
    assert acts == [("job", None)]
