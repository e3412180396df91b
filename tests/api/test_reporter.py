"""The reporter by receipt: what is read in plain words, dialogue, evidence, withdrawal; and what staff see of what was sent along."""
import hashlib
import uuid

import pytest

from harness import samples
from harness.media import blob, until
from harness.reporter import Reporter
from office import day
from reporting import STATES
from samples import ALL

SUPPLIES = {("supplement", "messages"), ("supplement", "attachments")}
UNKNOWN = "0000-0000-0000-0000-0000"


@pytest.fixture
def filed(server, office):
    """filed(…) -> (Reporter, path of its report for staff)."""
    def file(**fields):
        before = {row[0] for row in office.db.execute("SELECT id FROM hz.report")}
        fields.setdefault("district", office.district)
        reporter = Reporter(server.base_url).file(**fields)
        (one,) = {row[0] for row in office.db.execute("SELECT id FROM hz.report")} - before
        return reporter, f"/v1/whistleblower-reports/{one}"
    return file


def steps(office, path, *commands):
    bodies = {"acceptances": {}, "verifications": {"note": "去现场"}, "conclusions": {"result": "substantiated", "note": "属实"},
              "feedbacks": {"text": "您反映的情况属实，已责令整改。"}}
    for command in commands:
        office.handler.post(f"{path}/{command}", bodies[command]).ok(201)


def settled(reporter, n):
    def look():
        item = reporter.get("/attachments").ok()["items"][n - 1]
        return item["state"] != "cleaning" and item
    return until(look)


# ---- receipts ----

@pytest.mark.provokes("receipt_malformed", "receipt_unknown", "unauthorized")
def test_a_slip_is_told_from_a_receipt_nobody_holds(server, filed):
    reporter, _ = filed()
    receipt = reporter.receipt
    for typed in (receipt.lower(), receipt.replace("-", ""), receipt.replace("-", " "), receipt.replace("0", "o").replace("1", "l")):
        reporter.receipt = typed
        reporter.status()
    wrong = "7" if receipt[0] != "7" else "8"
    for slip in (wrong + receipt[1:], receipt[:-1], receipt + "7", receipt[:3] + "U" + receipt[4:], "say it again"):
        reporter.receipt = slip
        reporter.get("").problem("receipt_malformed", 401)
    Reporter(server.base_url, UNKNOWN).get("").problem("receipt_unknown", 401)
    reporter.request("GET", "", headers={"Authorization": ""}).problem("unauthorized", 401)
    reporter.request("GET", "", headers={"Authorization": f"Bearer {receipt}"}).problem("unauthorized", 401)


def test_answers_are_of_one_size_and_in_no_cache(filed):
    reporter, _ = filed()
    answers = [reporter.get(""), reporter.post("/messages", {"text": "短"}), reporter.post("/messages", {"text": "长" * 500}),
               reporter.get("/messages"), reporter.get("/attachments"), Reporter(reporter.base_url, UNKNOWN).get("/messages"),
               reporter.post("/messages", {"wrong": 1})]
    for answer in answers:
        assert len(answer.body) == 4096 and answer.headers["Cache-Control"] == "no-store", answer
        assert "ETag" not in answer.headers and "Set-Cookie" not in answer.headers and "trace" not in answer.text


def test_no_key_is_a_receipt(office, contract):
    """Every role on every route of the reporter, and the reporter on none of theirs."""
    ops = [op for op in contract.operations if op.security == [{"receipt": []}]]
    assert len(ops) >= 6
    for op in ops:
        for role in contract.roles:
            office.client(role).request(op.method, op.path, check=False).problem("unauthorized", 401)
        if op.method == "GET":
            office.api(None).get(op.path, headers={"Authorization": f"Receipt {UNKNOWN}"}).problem("receipt_unknown", 401)


def test_every_command_from_every_state(office, filed):
    """As the rows of hz.transition have it for nobody, for a report by web and one an institution was told."""
    requests = {"messages": {"body": {"text": "补充"}}, "withdrawals": {"body": {}},
                "attachments": {"data": samples.png(64, 48), "headers": {"Content-Type": "image/png"}}}
    done = 0
    other = filed()[1].rpartition("/")[2]
    for kind in ("web", "institution"):
        reporter, path = filed(institution_id=office.home["id"], audience="institution" if kind == "institution" else "bureau")
        one = path.rpartition("/")[2]
        for state in STATES:
            for command, request in requests.items():
                office.db.execute("UPDATE hz.report SET state = %s, state_before = %s, merged_into = %s, ended_at = NULL WHERE id = %s",
                                  (state, "verifying" if state == "supplement" else None, other if state == "merged" else None, one))
                to = [row[0] for row in office.db.execute(
                    "SELECT to_state FROM hz.transition WHERE resource = 'whistleblower_report' AND command = %s AND from_state = %s "
                    "AND 'nobody' = ANY (roles) AND (kinds IS NULL OR %s = ANY (kinds))", (command, state, kind))]
                answer = reporter.request("POST", f"/{command}", request.get("body"), data=request.get("data"), headers=request.get("headers"))
                now = office.db.execute("SELECT state FROM hz.report WHERE id = %s", (one,)).fetchone()[0]
                if not to:
                    assert answer.problem("invalid_state", 409)["state"] == now == state
                else:
                    assert answer.ok(201) and now == ("verifying" if (state, command) in SUPPLIES else to[0]), (state, command)
                assert reporter.status()["text"]["zh"]
                done += 1
    assert done == 2 * 3 * len(STATES)


# ---- how it stands ----

def test_status_in_plain_words_all_the_way(office, filed):
    reporter, path = filed(institution_id=office.home["id"])
    one = reporter.status()
    assert one["state"] == "received" and one["next"]["by"] == day(15) and one["next"]["by"] in one["next"]["text"]["zh"]
    assert "民政局" in one["readers"]["zh"] and one["allowed"] == ["attachments", "messages", "withdrawals"]
    assert one["result"] is one["summary"] is one["reward"] is one["reason"] is None and one["findings"] == []
    steps(office, path, "acceptances", "verifications")
    assert "核查" in reporter.status()["text"]["zh"]
    findings = [office.handler.post(f"{path}/findings", {"category": "fire", "severity": "general", "description": text}).ok(201)["finding_id"]
                for text in ("疏散通道堆放杂物", "灭火器过期", "应急灯不亮")]
    steps(office, path, "conclusions", "feedbacks")
    for number, finding in enumerate(findings):
        office.inspector.post(f"/v1/findings/{finding}/confirmations", {}) if office.state({"id": finding}) == "reported" else None
        office.inspector.post(f"/v1/findings/{finding}/orders", {"requirement": "清理", "days": 7}).ok(201)
        office.institution.post(f"/v1/findings/{finding}/progress-reports", {"note": "在办"}).ok(201)
        if number < 2:
            office.institution.post(f"/v1/findings/{finding}/reinspection-requests", {"note": "已改"}).ok(201)
            office.inspector.post(f"/v1/findings/{finding}/reinspections", {"result": "passed"}).ok(201)
    one = reporter.status()
    assert one["state"] == "fed_back" and one["result"] == "substantiated"
    assert one["summary"]["zh"] == "属实，2 项问题已整改销号，1 项整改中"
    assert [f["state"] for f in one["findings"]] == ["closed", "closed", "open"]
    assert one["findings"][2]["due_on"] == day(7) and one["findings"][0]["closed_on"] == day()
    assert one["messages"] == {"total": 1, "unread": 1} and "跟踪" in one["next"]["text"]["zh"]
    text = reporter.get("").text
    for hidden in [*findings, path.rpartition("/")[2], office.home["id"], office.handler.actor, office.home["name"]]:
        assert hidden not in text


def test_rejected_says_why(office, filed):
    reporter, path = filed()
    office.handler.post(f"{path}/rejections", {"reason_code": "not_ours", "note": "请向消防救援大队反映"}).ok(201)
    one = reporter.status()
    assert one["state"] == "rejected" and one["reason"]["note"] == "请向消防救援大队反映" and "职责" in one["reason"]["zh"]
    assert one["next"] == {"text": one["next"]["text"], "by": None, "late": False}


def test_what_is_late_is_called_late(office, filed, clock):
    reporter, _ = filed()
    due = reporter.status()["next"]["by"]
    clock.advance(days=16)
    late = reporter.status()["next"]
    assert late["late"] and late["by"] == due and "12350" in late["text"]["zh"]


def test_merged_goes_on_with_the_other(office, filed):
    reporter, path = filed()
    other, into = filed(description="同一件事，另一个人说")
    steps(office, into, "acceptances")
    office.handler.post(f"{path}/merges", {"into": into.rpartition("/")[2], "note": "同一件事"}).ok(201)
    steps(office, into, "verifications", "conclusions", "feedbacks")
    one = reporter.status()
    assert one["state"] == "fed_back" and one["result"] == "substantiated" and "办结" in one["text"]["zh"]
    other.post("/messages", {"text": "这是另一个人写的"}).ok(201)
    assert "另一个人" not in reporter.get("/messages").text


# ---- dialogue ----

def test_dialogue_in_order_by_the_hour(office, filed, server):
    reporter, path = filed()
    reporter.post("/messages", {"text": "门是用铁链锁的"}).ok(201)
    office.handler.post(f"{path}/messages", {"text": "是哪一层？"}).ok(201)
    assert reporter.status()["messages"] == {"total": 2, "unread": 1}
    items = reporter.get("/messages").ok()["items"]
    assert [(m["n"], m["author"], m["text"]) for m in items] == [(1, "reporter", "门是用铁链锁的"), (2, "office", "是哪一层？")]
    assert all(m["sent_at"].endswith(":00:00.000+08:00") for m in items)
    assert reporter.status()["messages"] == {"total": 2, "unread": 0}
    assert [m["text"] for m in office.handler.pages(f"{path}/messages")] == ["门是用铁链锁的", "是哪一层？"]
    assert office.handler.actor not in reporter.get("/messages").text
    reporter.post("/messages", {"text": ""}).problem("validation_failed", 400)


def test_a_message_ends_a_supplement(office, filed):
    reporter, path = filed()
    steps(office, path, "acceptances", "verifications")
    office.handler.post(f"{path}/supplement-requests", {"text": "请说明是哪一层"}).ok(201)
    one = reporter.status()
    assert one["state"] == "supplement" and one["next"]["by"] == day(15) and one["messages"]["unread"] == 1
    reporter.post("/messages", {"text": "三楼东侧"}).ok(201)
    assert reporter.status()["state"] == "verifying"


def test_messages_of_one_report_are_bounded(office, filed):
    reporter, _ = filed()
    office.db.execute("UPDATE hz.report_rule SET value = 1 WHERE key = 'messages_per_report'")
    try:
        reporter.post("/messages", {"text": "一"}).ok(201)
        reporter.post("/messages", {"text": "二"}).problem("rule_violated", 422)
    finally:
        office.db.execute("UPDATE hz.report_rule SET value = 300 WHERE key = 'messages_per_report'")


def test_repeated_requests_are_of_one_receipt(filed):
    """The same Idempotency-Key in two hands is two keys; nobody is given the answer of another."""
    one, other = filed()[0], filed()[0]
    first = one.post("/messages", {"text": "同样的话"}, idempotency_key="k-1")
    again = one.post("/messages", {"text": "同样的话"}, idempotency_key="k-1")
    assert first.ok(201) == again.ok(201) and again.headers["Idempotent-Replayed"] == "true"
    mine = other.post("/messages", {"text": "同样的话"}, idempotency_key="k-1")
    assert mine.ok(201) and "Idempotent-Replayed" not in mine.headers
    one.post("/messages", {"text": "别的话"}, idempotency_key="k-1").problem("idempotency_key_reused", 422)
    assert one.status()["messages"]["total"] == other.status()["messages"]["total"] == 1


# ---- withdrawal ----

def test_withdrawal(office, filed):
    reporter, path = filed()
    assert reporter.post("/withdrawals", {"note": "已经改了"}).ok(201)["state"] == "withdrawn"
    one = reporter.status()
    assert one["state"] == "withdrawn" and one["allowed"] == [] and one["next"]["by"] is None
    reporter.post("/withdrawals", {}).problem("invalid_state", 409)
    reporter.post("/messages", {"text": "再说一句"}).problem("invalid_state", 409)
    reporter.bring(ALL["image/png"][0]()).problem("invalid_state", 409)
    assert office.handler.get(path).ok()["state"] == "withdrawn"
    # one withdrawn without a body
    assert filed()[0].request("POST", "/withdrawals").ok(201)["state"] == "withdrawn"


# ---- evidence ----

@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "pdf", "docx", "mp4", "m4a", "mp3"])
def test_evidence_of_every_kind_comes_without_its_metadata(office, server, filed, tmp_path, kind):
    made = {"pdf": lambda: samples.pdf(), "docx": lambda: samples.docx(), "mp4": lambda: samples.mp4(tmp_path),
            "m4a": lambda: samples.sound(tmp_path, "m4a"), "mp3": lambda: samples.sound(tmp_path, "mp3")}
    octets = made.get(kind, lambda: samples.picture(tmp_path, kind))()
    reporter, path = filed()
    sent = reporter.bring(octets).ok(201)
    assert (sent["n"], sent["state"], sent["size"]) == (1, "cleaning", len(octets)) and sent["sent_at"].endswith(":00:00.000+08:00")
    item = settled(reporter, 1)
    assert item["state"] == "here", item
    listed = office.handler.get(f"{path}/attachments").ok()["items"]
    assert [(f["n"], f["state"], f["type"]) for f in listed] == [(1, "here", item["type"])]
    answer = office.handler.get(f"{path}/attachments/1")
    answer.ok(200)
    assert answer.headers["Content-Type"] == item["type"] and answer.headers["Cache-Control"] == "no-store"
    assert f"evidence-1.{kind}" in answer.headers["Content-Disposition"]
    assert len(answer.body) == item["size"] and samples.MARK.encode() not in answer.body
    assert not blob(server.settings["HZ_FILES"], hashlib.sha256(octets).hexdigest()).exists()
    assert until(lambda: office.db.execute("SELECT count(*) FROM hz.media_task WHERE id < 0").fetchone() == (0,))      # others' files, too


@pytest.mark.parametrize("media", ["image/heic", "audio/amr", "text/plain",
                                   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"])
def test_types_that_cannot_be_cleaned_are_refused_at_the_door(office, server, filed, media):
    reporter, _ = filed()
    incoming = server.folder / "files/incoming"
    before = set(incoming.iterdir())
    problem = reporter.bring(ALL[media][0]()).problem("unsupported_media_type", 415)
    assert problem["actual"] == media and media not in problem["allowed"] and "image/jpeg" in problem["allowed"]
    assert reporter.get("/attachments").ok() == {"items": []}
    assert set(incoming.iterdir()) == before


def test_a_form_brings_no_name(office, filed, tmp_path):
    reporter, path = filed()
    boundary = uuid.uuid4().hex
    octets = samples.picture(tmp_path, "jpg")
    form = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="张三的手机.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
            + octets + f"\r\n--{boundary}--\r\n".encode())
    reporter.bring(form, f"multipart/form-data; boundary={boundary}").ok(201)
    settled(reporter, 1)
    assert office.db.execute("SELECT a.filename, a.source, a.created_by FROM hz.attachment a JOIN hz.report_file f ON f.attachment_id = a.id "
                             "WHERE f.report_id = %s", (path.rpartition("/")[2],)).fetchone() == ("file.jpg", "report", None)


def test_what_cannot_be_cleaned_after_all_is_said_and_gone(office, server, filed):
    reporter, path = filed()
    broken = b"%PDF-1.4\n" + samples.MARK.encode() * 40
    reporter.bring(broken).ok(201)
    item = settled(reporter, 1)
    assert item["state"] == "refused" and "再发一次" in item["text"]["zh"]
    office.handler.get(f"{path}/attachments/1").problem("attachment_not_ready", 409)
    assert not blob(server.settings["HZ_FILES"], hashlib.sha256(broken).hexdigest()).exists()


@pytest.mark.provokes("evidence_limit", "evidence_no_room")
def test_evidence_is_bounded(office, filed, tmp_path):
    reporter, _ = filed()
    keys = {"files_per_report": 1, "file_bytes_per_report": 3000, "file_bytes_per_day": 10}
    kept = dict(office.db.execute("SELECT key, value FROM hz.report_rule WHERE key = ANY (%s)", (list(keys),)).fetchall())

    def rule(key, value):
        office.db.execute("UPDATE hz.report_rule SET value = %s WHERE key = %s", (value, key))
    try:
        rule("file_bytes_per_report", keys["file_bytes_per_report"])
        problem = reporter.bring(samples.png(900, 600) + bytes(4000)).problem("evidence_limit", 422)
        assert problem["max_bytes"] == 3000
        # told without a length, it is cut off where the room ends
        reporter.bring(iter([samples.png(900, 600) + bytes(4000)])).problem("payload_too_large", 413)
        rule("file_bytes_per_report", kept["file_bytes_per_report"])
        rule("file_bytes_per_day", keys["file_bytes_per_day"])
        assert "quota" not in reporter.bring(samples.png(90, 60)).problem("evidence_no_room", 422)
        rule("file_bytes_per_day", kept["file_bytes_per_day"])
        rule("files_per_report", 1)
        reporter.bring(samples.png(90, 60)).ok(201)
        reporter.bring(samples.png(91, 60)).problem("evidence_limit", 422)
    finally:
        for key, value in kept.items():
            rule(key, value)


def test_evidence_is_seen_with_its_report_alone(office, new_office, filed):
    reporter, path = filed()
    reporter.bring(samples.png(320, 200)).ok(201)
    settled(reporter, 1)
    attachment = str(office.db.execute("SELECT attachment_id FROM hz.report_file WHERE report_id = %s", (path.rpartition("/")[2],)).fetchone()[0])
    for client in (office.inspector, office.section_chief, office.admin, office.auditor, office.street, office.custodian):
        client.get(f"{path}/attachments").problem("forbidden", 403)
        client.get(f"{path}/attachments/1").problem("forbidden", 403)
    for client in (office.institution, office.leader, new_office().handler):
        client.get(f"{path}/attachments").problem("not_found", 404)
        client.get(f"{path}/attachments/1").problem("not_found", 404)
    # nor by itself, to anybody, nor can it be hung on a record that others see
    for client in (office.handler, office.inspector, office.leader):
        client.get(f"/v1/attachments/{attachment}").problem("not_found", 404)
        client.get(f"/v1/attachments/{attachment}/meta").problem("not_found", 404)
    office.inspector.post("/v1/findings", office.finding_body(attachments=[{"id": attachment}])).problem("rule_violated", 422)
    office.handler.get(f"{path}/attachments/1").ok(200)
    office.handler.get(f"{path}/attachments/2").problem("not_found", 404)


def test_reading_of_evidence_is_logged(office, filed):
    reporter, path = filed()
    reporter.bring(samples.png(330, 200)).ok(201)
    settled(reporter, 1)

    def log():
        return [(row[0], row[1]) for row in office.db.execute(
            "SELECT a.what, a.detail ->> 'n' FROM hz.audit_log a JOIN hz.report r ON r.pseudonym = a.subject WHERE r.id = %s ORDER BY a.id",
            (path.rpartition("/")[2],))]
    before = log()
    office.handler.get(f"{path}/attachments").ok()
    office.handler.get(f"{path}/attachments/1").ok(200)
    assert office.handler.get(f"{path}/attachments/1", headers={"Range": "bytes=0-9"}).status == 206
    office.inspector.get(f"{path}/attachments/1").problem("forbidden", 403)
    assert log() == before + [("files_read", None), ("file_read", "1"), ("file_read", "1")]


def test_files_of_an_erased_report_go(office, server, filed):
    reporter, path = filed()
    reporter.bring(samples.png(340, 200)).ok(201)
    settled(reporter, 1)
    one = path.rpartition("/")[2]
    sha256 = office.db.execute("SELECT encode(a.sha256, 'hex') FROM hz.report_file f JOIN hz.attachment a ON a.id = f.attachment_id "
                               "WHERE f.report_id = %s", (one,)).fetchone()[0]
    assert blob(server.settings["HZ_FILES"], sha256).exists()
    assert office.db.execute("SELECT api.report_files_erase(%s)", (one,)).fetchone() == (1,)
    assert reporter.get("/attachments").ok()["items"][0]["state"] == "erased"
    office.handler.get(f"{path}/attachments/1").problem("not_found", 404)
    assert office.db.execute("SELECT count(*) FROM hz.content c WHERE c.sha256 = decode(%s, 'hex') AND EXISTS "
                             "(SELECT FROM hz.attachment a WHERE a.sha256 = c.sha256)", (sha256,)).fetchone() == (0,)
