"""Reports through the API: taken in, worked on, seen by whom it concerns, and by nobody else."""
import datetime
import re

import psycopg
import pytest

from harness.client import Client
from harness.reporter import Reporter
from office import CHINA, day, new_id
from reporting import REPORTS, Custodian, new_report, report_body, work

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
IDENTITY = {"name": "王小明", "phone": "13812345678", "note": "夜班护理员"}


@pytest.fixture
def nobody(api):
    return api(None)


def row(db, report):
    return db.execute("SELECT * FROM hz.report WHERE id = %s", (report,)).fetchone()


# -- intake -------------------------------------------------------------------------------------------------------------------------

def test_what_nobody_is_told(office, nobody):
    answer = nobody.post(REPORTS, report_body(office))
    one = answer.ok(201)
    assert set(one) == {"receipt", "state", "readers", "next_steps"} and one["state"] == "received"
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}", one["receipt"])
    assert "Location" not in answer.headers and "ETag" not in answer.headers and not UUID.search(answer.text)
    assert len(answer.body) % 4096 == 0


def test_the_answer_is_the_same_whether_the_institution_exists(another_server):
    """Status, headers, body. That the work is the same, too, test_report_work counts."""
    server = another_server(HZ_REPORTS_PER_MINUTE="60000")
    with server.connect() as db:
        key, _ = db.execute("SELECT key, actor_id FROM api.issue_key('section_chief', '{500103}')").fetchone()
        home = Client(server.base_url, key).post("/v1/institutions", {"name": "甲养老院", "type": "elderly_care", "district": "500103",
                                                                     "street": "500103001"}).ok(201)["id"]
        nobody, seen = Client(server.base_url), set()
        for _ in range(20):
            for known in (True, False):
                body = {"mode": "anonymous", "subject_kind": "other", "description": "x", "institution_id": home if known else new_id()}
                answer = nobody.post(REPORTS, body)
                said = answer.ok(201)
                said.pop("receipt")
                seen.add((str(said), len(answer.body), str(sorted(answer.headers))))
        assert len(seen) == 1
        assert db.execute("SELECT count(*) FILTER (WHERE institution_id IS NULL), count(*), count(DISTINCT district) FROM hz.report").fetchone() == (20, 40, 1)


def test_repeats_of_nobody(office, nobody):
    body = report_body(office)
    first = nobody.post(REPORTS, body, idempotency_key="k-of-nobody")
    again = nobody.post(REPORTS, body, idempotency_key="k-of-nobody")
    assert again.ok(201) == first.ok(201) and again.headers["Idempotent-Replayed"] == "true"
    nobody.post(REPORTS, {**body, "description": "别的"}, idempotency_key="k-of-nobody").problem("idempotency_key_reused", 422)
    assert office.db.execute("SELECT count(*) FROM hz.report WHERE description = %s", (body["description"],)).fetchone() == (1,)
    kept = office.db.execute("SELECT body, body_box, location, created_at = date_trunc('hour', created_at) FROM hz.idempotency "
                             "WHERE actor_id = '00000000-0000-0000-0000-000000000000' ORDER BY key_hash").fetchall()
    assert kept
    for body, box, location, hourly in kept:
        assert body is None and box and not UUID.search(location or "") and hourly, (body, location)



def test_stored_answers_are_sealed(office, server):
    """What is kept for a repeated request says nothing by itself, and is word by word what was answered."""
    one, word = new_report(office), f"只此一句{new_id()}"
    path = f"{REPORTS}/{one['id']}"
    reporter = Reporter(server.base_url).file("另一件", institution_id=office.home["id"])
    for client, where, body in ((office.handler, f"{path}/messages", {"text": word}), (office.handler, f"{path}/acceptances", {"text": word, "note": word}),
                                (office.handler, REPORTS, report_body(office, channel="visit", description=word)), (reporter, "/messages", {"text": word})):
        key = new_id()
        first, again = (client.request("POST", where, body, idempotency_key=key) for _ in range(2))
        assert first.ok(201) == again.ok(201) and first.body == again.body and again.headers["Idempotent-Replayed"] == "true"
        client.request("POST", where, {**body, "x": 1} if "text" not in body else {**body, "text": "别的"}, idempotency_key=key).problem(
            "idempotency_key_reused" if "text" in body else "validation_failed")
        body, box, place, hourly = office.db.execute("SELECT body, body_box, location, created_at = date_trunc('hour', created_at) FROM hz.idempotency "
                                                     "ORDER BY xmin::text::bigint DESC LIMIT 1").fetchone()
        assert body is None and len(box) > 50 and place is None and hourly and first.headers["Location"] == again.headers["Location"]
    for text, box in office.db.execute("SELECT to_jsonb(i)::text, body_box FROM hz.idempotency i"):
        assert word not in text and word.encode() not in (box or b"")
    # others are as they were
    office.inspector.post("/v1/findings", office.finding_body(), idempotency_key=new_id()).ok(201)
    assert office.db.execute("SELECT body IS NOT NULL, body_box FROM hz.idempotency ORDER BY xmin::text::bigint DESC LIMIT 1").fetchone() == (True, None)


def test_faults_come_all_at_once(office, nobody):
    answer = nobody.post(REPORTS, {"mode": "anonymous", "subject_kind": "other", "description": "x", "identity": IDENTITY, "channel": "12345"})
    answer.problem("rule_violated", 422)
    assert answer.faults() == {"/identity": "not_expected", "/district": "required", "/channel": "not_expected"}
    assert nobody.post(REPORTS, report_body(office, mode="named")).faults() == {"/identity": "required"}
    assert nobody.post(REPORTS, report_body(office, institution_id=None, audience="institution")).faults() == {"/institution_id": "required", "/district": "required"}
    assert nobody.post(REPORTS, report_body(office, subject_kind="gossip", description="")).status == 400
    nobody.post(REPORTS, report_body(office), headers={"Authorization": "Bearer hzk_00000000000000000000000000000000"}).problem("unauthorized", 401)
    for role in ("inspector", "staff", "institution", "auditor"):       # who has a key and wants to report leaves it away
        office.client(role).post(REPORTS, report_body(office)).problem("forbidden", 403)


@pytest.mark.provokes("no_custodian_key")
def test_no_key_no_identity(new_office, nobody):
    office = new_office()
    office.db.execute("INSERT INTO hz.report_rule (key, edition, value, title, effective_from) VALUES ('default_district', 'test', %s, 'x', '2020-01-01')", (int(office.district),))
    try:
        for institution in (office.home["id"], new_id()):
            nobody.post(REPORTS, report_body(office, mode="named", identity=IDENTITY, institution_id=institution)).problem("no_custodian_key", 422)
        custodian = Custodian(office)
        nobody.post(REPORTS, report_body(office, mode="named", identity=IDENTITY)).ok(201)
        box, = office.db.execute("SELECT identity_box FROM hz.report WHERE district = %s AND mode = 'named'", (office.district,)).fetchone()
        assert custodian.open(box) == IDENTITY
    finally:
        office.db.execute("DELETE FROM hz.report_rule WHERE key = 'default_district'")


@pytest.mark.provokes("external_number_taken")
def test_staff_take_in(office, nobody):
    number = f"GD{new_id()[:8]}"
    body = report_body(office, channel="12345", external_number=number, received_on=day(-1), external_deadline=day(20))
    answer = office.handler.post(REPORTS, body)
    one = answer.ok(201)
    assert answer.headers["Location"] == f"{REPORTS}/{one['id']}" and one["district"] == office.district and one["receipt"]
    full = office.handler.get(f"{REPORTS}/{one['id']}").ok()
    assert full["external_number"] == number and full["taken_by"] == office.handler.actor and full["received_at"][:10] == day(-1)
    assert {c["kind"]: c["deadline"] for c in full["clocks"]}["report_ticket"] == day(20)
    for client in (office.handler, office.integration):
        twice = client.post(REPORTS, {**body, "description": "又一次"})
        twice.problem("external_number_taken", 409)
        assert twice.faults() == {"/external_number": "external_number_taken"}
    office.integration.post(REPORTS, {**body, "channel": "12350"}).ok(201)       # another channel's number
    path = f"{REPORTS}/{one['id']}"
    assert office.handler.post(f"{path}/sign-offs").ok(201)["state"] == "received"
    office.handler.post(f"{path}/sign-offs").problem("invalid_state", 409)
    assert office.handler.post(f"{path}/returns", {"reason_code": "not_ours", "note": "属住建"}).ok(201)["reason"] == "不属于本单位职责"
    office.integration.post(REPORTS, body).ok(201)       # sent back, it may come again
    office.handler.post(REPORTS, report_body(office, channel="visit", institution_id=None, district="500103")).problem("out_of_scope", 403)
    assert office.handler.post(REPORTS, report_body(office, channel="visit", institution_id=new_id())).faults() == {"/institution_id": "unknown_reference"}


# -- handling -----------------------------------------------------------------------------------------------------------------------

def test_the_cycle_of_a_hotline_ticket(office, api):
    """签收、受理、交办、街道回复、补正、核查、办结、反馈、回访不满意、重办、办结、反馈、回访满意."""
    h = office.handler
    one = h.post(REPORTS, report_body(office, channel="12345", external_number=new_id()[:12])).ok(201)
    path = f"{REPORTS}/{one['id']}"
    h.post(f"{path}/sign-offs").ok(201)
    h.post(f"{path}/acceptances", {"category": "fire", "text": "已受理，由王科长办理"}).ok(201)
    colleague = api("handler", office.district, name="另一位办理人")
    given = h.post(f"{path}/assignments", {"handler_id": colleague.actor, "task": "请你办"}).ok(201)
    assert given["handler_id"] == colleague.actor and given["due_on"] is None
    assert [r["id"] for r in colleague.pages(REPORTS, {"assigned": "me"})] == [one["id"]]
    task = h.post(f"{path}/assignments", {"street": office.home["street"], "task": "夜间到三楼看门锁", "due_on": day(3)}).ok(201)
    seen = office.street.get("/v1/whistleblower-report-assignments", {"open": "true"}).ok()["items"]
    assert [t["id"] for t in seen] == [task["id"]] and "安全出口" not in str(seen)
    reply = office.street.post(f"{path}/assignments/{task['id']}/replies", {"reply": "锁已打开"}).ok(201)
    assert reply["state"] == "replied"
    office.street.post(f"{path}/assignments/{task['id']}/replies", {"reply": "再来"}).problem("invalid_state", 409)
    assert h.get(f"{path}/assignments").ok()["items"][1]["reply"] == "锁已打开"
    assert h.post(f"{path}/supplement-requests", {"text": "是哪一晚？"}).ok(201)["state"] == "supplement"
    assert h.get(path).ok()["paused"] is True
    assert h.post(f"{path}/resumptions", {"note": "电话里说了"}).ok(201)["state"] == "accepted"
    h.post(f"{path}/verifications", {"method": "site_visit", "note": "21 时到场"}).ok(201)
    due = next(c["deadline"] for c in h.get(path).ok()["clocks"] if c["kind"] == "report_conclusion")
    longer = (datetime.date.fromisoformat(due) + datetime.timedelta(days=30)).isoformat()
    h.post(f"{path}/extensions", {"new_deadline": longer, "reason": "要等检测"}).ok(201)
    assert h.post(f"{path}/conclusions", {"result": "substantiated", "note": "属实"}).ok(201)["state"] == "concluded"
    h.post(f"{path}/feedbacks", {"text": "门锁已拆"}).ok(201)
    assert h.post(f"{path}/callbacks", {"satisfied": False, "note": "仍不放心"}).ok(201)["result"] == "dissatisfied"
    assert h.post(f"{path}/reopenings", {"reason_code": "dissatisfied"}).ok(201)["state"] == "verifying"
    h.post(f"{path}/conclusions", {"result": "partly_substantiated", "note": "另一处也有"}).ok(201)
    h.post(f"{path}/feedbacks", {"text": "两处都拆了"}).ok(201)
    assert h.post(f"{path}/callbacks", {"satisfied": True}).ok(201)["result"] == "satisfied"
    full = h.get(path).ok()
    assert (full["state"], full["result"], full["category"]) == ("fed_back", "partly_substantiated", "fire")
    assert not [c for c in full["clocks"] if c["running"]] and full["deadline"] is None
    words = [m["text"] for m in h.get(f"{path}/messages").ok()["items"]]
    assert words == ["已受理，由王科长办理", "是哪一晚？", "门锁已拆", "两处都拆了"]
    assert [c["result"] for c in h.pages(f"{path}/callbacks", limit=1)] == ["dissatisfied", "satisfied"]
    assert all(a["occurred_at"].endswith(":00:00.000+08:00") for a in h.get(f"{path}/callbacks").ok()["items"])


def test_conflicts_of_interest(office, api, nobody):
    named, other = api("handler", office.district, name="钱多多"), api("handler", office.district, name="李小可")
    one = new_report(office, named_persons=[{"name": "钱 多多", "post": "办理人"}])
    told = new_report(office, description="找过李小可，他不管，锅炉还在漏")
    for client, report, status in ((named, one, 404), (named, told, 200), (other, one, 200), (other, told, 404)):
        assert client.get(f"{REPORTS}/{report['id']}").status == status
        assert (report["id"] in {r["id"] for r in client.pages(REPORTS)}) == (status == 200)
        assert client.get(f"{REPORTS}/{report['id']}/messages").status == status
    named.post(f"{REPORTS}/{one['id']}/acceptances").problem("not_found", 404)
    office.handler.post(f"{REPORTS}/{one['id']}/acceptances").ok(201)
    assert office.handler.post(f"{REPORTS}/{one['id']}/assignments", {"handler_id": named.actor, "task": "x"}).faults() == {"/handler_id": "unknown_reference"}
    for role in ("institution", "staff", "inspector", "section_chief", "office", "auditor", "admin", "street", "integration", "custodian"):
        assert office.client(role).get(f"{REPORTS}/{one['id']}").status in (403, 404), role


def test_told_to_the_own_institution_first(server, office, api, nobody, clock):
    keeper = api("institution", office.district, institution=office.home["id"], name="冯守信")
    answer = nobody.post(REPORTS, report_body(office, audience="institution", description="夜班只有一个人，应当两个")).ok(201)
    assert "本机构" in answer["readers"]["zh"] and "institution" in answer["readers"]["en"]
    about = nobody.post(REPORTS, report_body(office, audience="institution", description="冯守信自己不值夜班")).ok(201)
    assert about
    seen = office.institution.get(REPORTS, {"audience": "institution", "state": "received"}).ok()["items"]
    assert {r["description"] for r in seen} == {"夜班只有一个人，应当两个", "冯守信自己不值夜班"}
    assert [r["description"] for r in keeper.get(REPORTS).ok()["items"]] == ["夜班只有一个人，应当两个"]
    one = next(r for r in seen if r["description"].startswith("夜班"))
    path = f"{REPORTS}/{one['id']}"
    assert office.handler.get(path).ok()["allowed"] == ["escalations", "holds", "merges", "messages"]       # the bureau looks on
    assert office.institution.get(path).ok()["allowed"] == ["feedbacks", "messages"]
    assert keeper.post(f"{path}/messages", {"text": "从哪一天起？"}).ok(201)["author"] == "institution"
    assert keeper.post(f"{path}/feedbacks", {"text": "今晚起两人"}).ok(201)["state"] == "fed_back"
    assert office.handler.post(f"{path}/reopenings", {"reason_code": "dissatisfied"}).ok(201)["state"] == "verifying"
    keeper.get(path).problem("not_found", 404)                  # the bureau has it now
    # unanswered: by itself, the day after its day
    late = next(r for r in seen if r["description"].startswith("冯守信"))
    due = office.handler.get(f"{REPORTS}/{late['id']}").ok()["deadline"]
    clock.set(datetime.datetime.fromisoformat(due + "T10:00:00+08:00") + datetime.timedelta(days=1))
    assert office.handler.get(f"{REPORTS}/{late['id']}").ok()["overdue"] is True
    for overdue in ("true", "false"):
        assert (late["id"] in {r["id"] for r in office.handler.pages(REPORTS, {"overdue": overdue})}) == (overdue == "true")
    with psycopg.connect(server.settings["HZ_JOBS_DATABASE"], autocommit=True) as job:      # once a minute: test_jobs
        assert job.execute("SELECT api.job_escalate_reports()").fetchone()[0] >= 1         # of every district
    acts = office.handler.get(f"{REPORTS}/{late['id']}/escalations").ok()["items"]
    assert [(a["role"], a["actor_id"]) for a in acts] == [("job", None)]
    office.institution.get(f"{REPORTS}/{late['id']}").problem("not_found", 404)
    office.handler.post(f"{REPORTS}/{late['id']}/acceptances").ok(201)


def test_tasks_of_reports(new_office):
    """What waits for whom: a handler, unless another has it; an institution that was told; a street; the custodian. Reading it is logged."""
    office = new_office()
    Custodian(office)
    h, other = office.handler, office.api("handler", office.district, name="another handler")
    one, two = new_report(office, mode="named", identity={"name": "某某"}), new_report(office, description="另有一处")
    told = h.post(REPORTS, report_body(office, channel="visit", audience="institution", description="夜班缺人")).ok(201)

    def tasks(client, **query):
        return [(t["task"], t["resource"], t["resource_id"], t["due_on"]) for t in client.pages("/v1/me/tasks", query)]

    def clocks(*reports):
        return [("to_follow_up", "whistleblower_report", r["id"], c["deadline"]) for r in reports for c in h.get(f"{REPORTS}/{r['id']}").ok()["clocks"] if c["running"]]
    assert sorted(tasks(h)) == sorted(tasks(other)) == sorted(clocks(one, two, told)) and len(tasks(h)) == 3
    assert tasks(office.institution) == clocks(told) and tasks(office.staff) == []
    work(office, one, "acceptances", "verifications")
    h.post(f"{REPORTS}/{one['id']}/assignments", {"handler_id": other.actor, "task": "请办"}).ok(201)
    assert sorted(tasks(h)) == sorted(clocks(two, told)) and set(clocks(one)) <= set(tasks(other))
    task = h.post(f"{REPORTS}/{one['id']}/assignments", {"street": office.home["street"], "task": "看一眼锅炉房", "due_on": day(3)}).ok(201)
    assert tasks(office.street) == [("to_reply", "report_assignment", task["id"], day(3))] == tasks(office.street, task="to_reply")
    asked = h.post(f"{REPORTS}/{one['id']}/identity-requests", {"reason": "取证"}).ok(201)
    assert tasks(office.custodian) == [("to_decide", "identity_request", asked["id"], None)]
    for client in (office.street, office.custodian):
        for task_of in client.pages("/v1/me/tasks"):
            assert client.get(task_of["href"]).ok()["items"][0]["id"] == task_of["resource_id"]
    assert list(other.pages("/v1/me/tasks", limit=1)) == list(other.pages("/v1/me/tasks"))
    h.post(f"{REPORTS}/{two['id']}/acceptances").ok(201)
    h.post(f"{REPORTS}/{two['id']}/pauses", {"reason_code": "expertise"}).ok(201)
    assert tasks(h) == clocks(told)       # what stands still waits for nobody
    lines = {(line["actor_id"], line["what"]) for line in office.auditor.pages("/v1/audit-log") if line["what"].startswith("tasks_of")}
    assert {actor for actor, _ in lines} == {c.actor for c in (h, other, office.institution, office.street, office.custodian)}
    office.street.post(f"{REPORTS}/{one['id']}/assignments/{task['id']}/replies", {"reply": "看过"}).ok(201)
    office.custodian.post(f"/v1/identity-requests/{asked['id']}/decisions", {"decision": "refused", "reason": "不必"}).ok(201)
    assert tasks(office.street) == tasks(office.custodian) == []
    for role in ("leader", "section_chief", "inspector", "office", "auditor", "integration"):
        assert not [t for t in tasks(office.client(role)) if "report" in t[1] or "identity" in t[1]], role


def test_reading_the_worklist_is_written_down(new_office):
    """How many clocks of reports a handler was shown, page by page, in a file too; nothing of it where nobody could see any."""
    office = new_office()
    work(office, new_report(office), "acceptances")

    def written():
        return [(line["what"], line["count"]) for line in office.auditor.pages("/v1/audit-log", {"actor_id": office.handler.actor}) if "deadlines" in line["what"]][::-1]
    for role in ("leader", "section_chief", "office", "auditor"):
        office.client(role).get("/v1/deadlines").ok()
    assert written() == []
    office.handler.get("/v1/deadlines").ok()
    assert list(office.handler.pages("/v1/deadlines", limit=1)) and office.handler.get("/v1/deadlines", {"state": "overdue"}).ok()["items"] == []
    assert office.handler.get("/v1/deadlines", headers={"Accept": "text/csv"}).status == 200
    assert written() == [("report_deadlines_listed", n) for n in (2, 1, 1)] + [("report_deadlines_exported", 2)]


def test_clocks_on_the_worklist(new_office, clock):
    """Of the handlers alone, and not a word of what was reported; what stands still is not overdue meanwhile."""
    office = new_office()
    one = new_report(office, category="fire")
    path, h = f"{REPORTS}/{one['id']}", office.handler

    def lines(client=h, **query):
        return [line for line in client.pages("/v1/deadlines", query) if line["resource"] == "whistleblower_report"]

    def running():
        return {(c["kind"], c["deadline"], c["overdue"], c["days_left"]) for c in h.get(path).ok()["clocks"] if c["running"]}

    def listed(**query):
        return {(line["kind"], line["deadline"], line["overdue"], line["days_left"]) for line in lines(**query)}
    assert listed() == running() and len(running()) == 1
    work(office, one, "acceptances")
    assert listed() == running() and len(running()) == 2
    line = lines()[0]
    assert (line["resource_id"], line["href"], line["institution_id"], line["institution_name"], line["category"], line["responsible_roles"]) == (
        one["id"], path, office.home["id"], office.home["name"], "fire", ["handler"])
    assert line["description"] is None and line["explanation"][-1]["step"] == "result" and line["working_days_left"] <= line["days_left"]
    assert one["description"] not in h.get("/v1/deadlines").text
    for query, found in (({"category": "fire"}, 2), ({"category": "service"}, 0), ({"kind": line["kind"]}, 1), ({"institution_id": office.home["id"]}, 2),
                         ({"institution_id": new_id()}, 0), ({"street": office.home["street"]}, 2), ({"type": "funeral"}, 0), ({"state": "overdue"}, 0),
                         ({"campaign_id": new_id()}, 0), ({"supervised": "true"}, 0), ({"state": "due_soon", "within_days": 400}, 2), ({"limit": 1}, 2)):
        assert len(lines(**query)) == found, query
    for role in ("leader", "section_chief", "inspector", "street", "institution", "office", "auditor", "integration"):
        assert not lines(office.client(role)), role
    unknown = new_report(office, institution_id=None, institution_name="某小院", district=office.district)
    assert [(x["institution_id"], x["institution_name"], x["street"]) for x in lines() if x["resource_id"] == unknown["id"]] == [(None, "某小院", None)]
    work(office, unknown, "acceptances", "verifications", "conclusions", "feedbacks")
    office.db.execute("DELETE FROM hz.report_clock WHERE report_id = %s", (unknown["id"],))
    h.post(f"{path}/pauses", {"reason_code": "expertise"}).ok(201)
    clock.set(datetime.datetime.now(CHINA) + datetime.timedelta(days=400))
    assert listed() == running() == listed(state="open") and not listed(state="overdue") and not listed(state="due_soon")
    assert all("中止" in x["reason"] for x in lines())
    h.post(f"{path}/resumptions", {}).ok(201)
    assert listed() == running() and not listed(state="overdue")
    clock.advance(days=200)
    assert listed() == running() == listed(state="overdue") and all(x["overdue"] for x in lines())


def test_filters(office):
    h = office.handler
    a, b = new_report(office, category="fire", occurred_at="2026-11-01T20:00:00+08:00"), new_report(office, subject_kind="retaliation", institution_id=None, institution_name="某小院", district=office.district)
    work(office, b, "acceptances", "verifications", "conclusions")
    for query, wanted in (({"state": "concluded"}, b), ({"result": "substantiated"}, b), ({"subject_kind": "retaliation"}, b), ({"category": "fire"}, a), ({"institution_id": office.home["id"]}, a)):
        found = {r["id"] for r in h.pages(REPORTS, {**query, "from": day(), "to": day(), "assigned": "none", "overdue": "false", "channel": "web", "district": office.district})}
        assert wanted["id"] in found and (b if wanted is a else a)["id"] not in found, query
    assert not list(h.pages(REPORTS, {"to": day(-400)})) and not list(h.pages(REPORTS, {"overdue": "true", "state": "concluded"}))
    assert len(list(h.pages(REPORTS, limit=1))) == len(list(h.pages(REPORTS)))
    assert b["institution_name"] == "某小院" and b["institution_id"] is None
    text = h.get(REPORTS, headers={"Accept": "text/csv"}).text
    assert text.startswith("\ufeff编号,区县") and a["id"] in text


def test_merging(office):
    first, second = new_report(office), new_report(office)
    path = f"{REPORTS}/{second['id']}"
    assert office.handler.post(f"{path}/merges", {"into": second["id"]}).faults() == {"/into": "same_report"}
    assert office.handler.post(f"{path}/merges", {"into": new_id()}).faults() == {"/into": "unknown_reference"}
    assert office.handler.post(f"{path}/merges", {"into": first["id"], "note": "同一件事"}).ok(201)["state"] == "merged"
    work(office, first, "acceptances", "verifications", "conclusions", "feedbacks")
    assert [m["text"] for m in office.handler.get(f"{path}/messages").ok()["items"]] == ["已经责令整改"]
    assert office.handler.get(path).ok()["merged_into"] == first["id"]
    assert office.handler.post(f"{path}/merges", {"into": first["id"]}).problem("invalid_state", 409)["state"] == "merged"


# -- identities ---------------------------------------------------------------------------------------------------------------------

@pytest.mark.provokes("no_identity", "identity_request_pending")
def test_an_identity_is_asked_for_and_opened_off_line(office, nobody):
    custodian = Custodian(office)
    one = new_report(office, mode="confidential", identity=IDENTITY)
    path, h = f"{REPORTS}/{one['id']}", office.handler
    h.post(f"{path}/identity-requests", {"reason": "x"}).problem("invalid_state", 409)
    work(office, one, "acceptances")
    assert "王小明" not in h.get(path).text
    asked = h.post(f"{path}/identity-requests", {"reason": "须当面取证"}).ok(201)
    h.post(f"{path}/identity-requests", {"reason": "再问"}).problem("identity_request_pending", 409)
    assert [q["id"] for q in office.custodian.get("/v1/identity-requests", {"state": "pending"}).ok()["items"]] == [asked["id"]]
    office.custodian.get(path).problem("forbidden", 403)
    decide = f"/v1/identity-requests/{asked['id']}/decisions"
    same = office.api("custodian", office.district, actor=h.actor)
    same.post(decide, {"decision": "granted", "reason": "x"}).problem("segregation_of_duties", 422)
    granted = office.custodian.post(decide, {"decision": "granted", "reason": "取证需要"}, idempotency_key="once").ok(201)
    assert custodian.open(granted["identity_box"]) == IDENTITY and granted["public_key"] == custodian.public.raw.hex()
    again = office.custodian.post(decide, {"decision": "granted", "reason": "取证需要"}, idempotency_key="once").problem("invalid_state", 409)
    assert again["allowed"] == []
    for client in (h, office.custodian):
        listed = client.get("/v1/identity-requests").ok()["items"]
        assert listed[0]["state"] == "granted" and "identity_box" not in listed[0] and granted["identity_box"] not in str(listed)
    assert not office.db.execute("SELECT count(*) FROM hz.idempotency WHERE body::text LIKE %s", (f"%{granted['identity_box'][:40]}%",)).fetchone()[0]
    # refused: no box; and another may ask again
    asked = h.post(f"{path}/identity-requests", {"reason": "再须取证"}).ok(201)
    refused = office.custodian.post(f"/v1/identity-requests/{asked['id']}/decisions", {"decision": "refused", "reason": "已有"}).ok(201)
    assert "identity_box" not in refused
    anonymous = work(office, new_report(office), "acceptances")
    h.post(f"{REPORTS}/{anonymous['id']}/identity-requests", {"reason": "x"}).problem("no_identity", 422)
    others = office.api("custodian", "500103", name="外区保密员")
    others.post(f"/v1/identity-requests/{asked['id']}/decisions", {"decision": "granted", "reason": "x"}).problem("not_found", 404)
    # a new key: what is sealed to the old one still says so
    Custodian(office)
    asked = h.post(f"{path}/identity-requests", {"reason": "换了钥匙"}).ok(201)
    late = office.custodian.post(f"/v1/identity-requests/{asked['id']}/decisions", {"decision": "granted", "reason": "x"}).ok(201)
    assert late["public_key"] == custodian.public.raw.hex() and custodian.open(late["identity_box"]) == IDENTITY


# -- the audit log ------------------------------------------------------------------------------------------------------------------

def test_who_reads_is_written_down(office):
    one = new_report(office)
    path, h = f"{REPORTS}/{one['id']}", office.handler
    pseudonym = str(office.db.execute("SELECT pseudonym FROM hz.report WHERE id = %s", (one["id"],)).fetchone()[0])

    def last():
        return office.auditor.get("/v1/audit-log", {"limit": 1}).ok()["items"][0]
    for read, what in ((path, "report_read"), (f"{path}/messages", "messages_read"), (f"{path}/acceptances", "acts_read")):
        h.get(read).ok()
        assert (last()["what"], last()["subject"], last()["actor_id"], last()["role"]) == (what, pseudonym, h.actor, "handler")
    h.post(f"{path}/acceptances").ok(201)
    assert (last()["what"], last()["subject"]) == ("report_step", pseudonym)
    h.get(REPORTS).ok()
    assert last()["what"] == "reports_listed" and last()["count"] >= 1 and last()["subject"] is None
    h.get(REPORTS, {"state": "erased"}).ok()
    assert last()["count"] == 0
    h.get(REPORTS, headers={"Accept": "text/csv"})
    assert last()["what"] == "reports_exported" and last()["count"] >= 1
    before = last()["id"]
    office.leader.get(path).problem("not_found", 404)
    assert last()["id"] == before                               # what was not shown was not read
    mine = list(office.auditor.pages("/v1/audit-log", {"subject": pseudonym, "actor_id": h.actor, "from": day(), "to": day(), "district": office.district}, limit=2))
    assert {e["what"] for e in mine} == {"report_read", "messages_read", "acts_read", "report_step"}
    assert [e["id"] for e in mine] == sorted((e["id"] for e in mine), reverse=True)
    assert {e["what"] for e in office.auditor.pages("/v1/audit-log", {"what": "report_read"})} == {"report_read"}
    assert one["id"] not in office.auditor.get("/v1/audit-log", {"limit": 200}).text
    assert not list(office.auditor.pages("/v1/audit-log", {"to": day(-1)}))
    assert datetime.datetime.fromisoformat(last()["at"]).astimezone(CHINA).strftime("%M%S") == "0000"
    for role in ("handler", "admin", "leader", "section_chief", "custodian"):
        office.client(role).get("/v1/audit-log").problem("forbidden", 403)
    assert not office.api("auditor", "500103").get("/v1/audit-log", {"subject": pseudonym}).ok()["items"]
