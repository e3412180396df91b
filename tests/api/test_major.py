"""Major hazards: the clause that makes one, its five settled things, the report to the next level, supervision, the leader's approval."""
import pytest

from office import EVIDENCE, ago, day, new_id
from visit import Visit

LISTING = {"action": "list", "reason": "群众反映强烈，涉及人员多", "level": "district", "supervising_body": "区安委会办公室"}
BEFORE = "2023-11-26T10:00:00+08:00"        # the last day before there was a standard for homes of the old


def standards(office, **query):
    return office.inspector.get("/v1/hazard-standards", query).ok()["items"]


def clause_of(office, kind):
    one = standards(office, institution_type=kind, current="true")[0]
    return office.inspector.get(f"/v1/hazard-standards/{one['id']}").ok()["clauses"][0]["id"]


def post(who, one, what, body):
    return who.post(f"/v1/findings/{one['id']}/{what}", body)


def get(office, one):
    return office.inspector.get(f"/v1/findings/{one['id']}").ok()


def clocks(office, one, running=True):
    rows = office.db.execute("SELECT kind, due_on::text, ended_by, responsible FROM hz.clock WHERE finding_id = %s ORDER BY created_at, id", (one["id"],))
    return [row for row in rows.fetchall() if (row[2] is None) == running and row[0] == "major_escalation"]


# -- standards --------------------------------------------------------------------------------------------------------------

def test_standards_by_type_day_and_edition(office, db):
    now = standards(office, current="true")
    assert [s["code"] for s in now] == ["child_welfare", "elderly_care", "mental_health"]
    one, = standards(office, institution_type="elderly_care")
    assert (one["document_number"], one["effective_from"], one["current"]) == ("民办发〔2023〕13号", "2023-11-27", True)
    assert standards(office, institution_type="funeral") == []
    assert [s["code"] for s in standards(office, on="2023-11-27")] == ["elderly_care"]
    assert standards(office, on="2023-11-26") == []
    whole = office.staff.get(f"/v1/hazard-standards/{one['id']}").ok()
    assert len(whole["clauses"]) == whole["clause_count"] >= 10
    assert [c["position"] for c in whole["clauses"]] == list(range(1, len(whole["clauses"]) + 1))
    assert "第四条第一项" in {c["citation"] for c in whole["clauses"]}
    assert [e["id"] for e in whole["editions"]] == [one["id"]]
    categories = {row[0] for row in db.execute("SELECT code FROM hz.category")}
    assert {c["category"] for c in whole["clauses"]} <= categories
    assert list(office.inspector.pages("/v1/hazard-standards", {"limit": 1})) == now
    office.inspector.get(f"/v1/hazard-standards/{new_id()}").problem("not_found", 404)
    office.inspector.get("/v1/hazard-standards", {"on": "yesterday"}).problem("invalid_query", 400)


def test_a_new_edition_leaves_old_findings_with_theirs(office, db):
    """The old one ends, a new one begins; each finding is judged by that of its day."""
    home = office.new_institution(type="funeral")
    made = []
    for edition, first, last in (("1", "2024-01-01", "2025-12-31"), ("2", "2026-01-01", None)):
        made.append((new_id(), new_id()))
        db.execute("INSERT INTO hz.hazard_standard (id, code, edition, title, title_en, issued_by, institution_type, effective_from, effective_to, source) "
                   "VALUES (%s, 'test', %s, '测试标准', 'test', '测试', 'funeral', %s, %s, '测试')", (made[-1][0], edition, first, last))
        db.execute("INSERT INTO hz.hazard_clause (id, standard_id, position, category, citation, content) VALUES (%s, %s, 1, 'fire', '第一条', '测试')",
                   (made[-1][1], made[-1][0]))
    (old_standard, old), (new_standard, new) = made
    try:
        def tried(found_at, clause):
            return office.inspector.post("/v1/findings", {**office.finding_body(home), "severity": "major", "found_at": found_at, "clause_id": clause})
        for found_at, clause, other in (("2025-12-31T23:59:59+08:00", old, new), ("2026-01-01T00:00:00+08:00", new, old)):
            assert tried(found_at, other).faults() == {"/clause_id": "clause_not_in_force"}
            one = tried(found_at, clause).ok(201)
            assert one["clause"]["edition"] == ("1" if clause == old else "2")
        assert [s["edition"] for s in standards(office, institution_type="funeral", on="2025-12-31")] == ["1"]
        assert [s["edition"] for s in standards(office, institution_type="funeral")] == ["2", "1"]
        assert [e["edition"] for e in office.inspector.get(f"/v1/hazard-standards/{old_standard}").ok()["editions"]] == ["2", "1"]
    finally:
        db.execute("DELETE FROM hz.finding_act WHERE institution_id = %s", (home["id"],))
        db.execute("DELETE FROM hz.finding WHERE institution_id = %s", (home["id"],))
        db.execute("DELETE FROM hz.hazard_clause WHERE standard_id IN (%s, %s)", (old_standard, new_standard))
        db.execute("DELETE FROM hz.hazard_standard WHERE code = 'test'")


# -- the clause of a finding --------------------------------------------------------------------------------------------------

def test_a_confirmed_major_one_names_its_clause(office):
    body = office.finding_body(severity="major")
    one = office.inspector.post("/v1/findings", body).ok(201)
    assert one["clause_id"] == body["clause_id"] == one["clause"]["id"]
    assert one["clause"]["citation"] == "第四条第一项" and one["clause"]["standard"] == "养老机构重大事故隐患判定标准" and one["clause"]["edition"] == "2023"
    assert get(office, one) == one
    listed, = [f for f in office.inspector.pages("/v1/findings", {"severity": "major"}) if f["id"] == one["id"]]
    assert listed["clause_id"] == one["clause_id"] and listed["supervised"] is False and "clause" not in listed
    assert office.new_finding()["clause"] is None


@pytest.mark.parametrize("fields,fault", [
    ({}, {"/clause_id": "clause_required"}),
    ({"violated_clause": "《消防法》第二十八条"}, {"/clause_id": "clause_required"}),
    ({"clause_id": "of children"}, {"/clause_id": "clause_not_in_force"}),
    ({"clause_id": "nowhere"}, {"/clause_id": "unknown_reference"}),
    ({"clause_id": "right", "found_at": BEFORE}, {"/clause_id": "clause_not_in_force"}),
    ({"found_at": BEFORE}, {"/violated_clause": "violated_clause_required"}),
    ({"clause_id": "right", "severity": "general"}, {"/clause_id": "clause_of_major_only"})])
def test_a_clause_that_is_none(office, fields, fault):
    known = {"of children": clause_of(office, "child_welfare"), "nowhere": new_id(), "right": office.clause()["clause_id"]}
    body = {**office.finding_body(), "severity": "major", **fields}
    if "clause_id" in body:
        body["clause_id"] = known[body["clause_id"]]
    before = office.rows()
    for who in (office.inspector, office.section_chief):
        answer = who.post("/v1/findings", body)
        answer.problem("rule_violated", 422)
        assert answer.faults() == fault
    assert {**office.rows(), "idempotency": 0} == {**before, "idempotency": 0}


def test_where_there_is_no_standard_words_will_do(office):
    home = office.new_institution(type="funeral")
    body = {**office.finding_body(home), "severity": "major"}
    assert office.inspector.post("/v1/findings", body).faults() == {"/violated_clause": "violated_clause_required"}
    assert office.inspector.post("/v1/findings", {**body, "clause_id": office.clause()["clause_id"]}).faults() == {"/clause_id": "clause_not_in_force"}
    one = office.inspector.post("/v1/findings", {**body, "violated_clause": "《安全生产法》第三十六条"}).ok(201)
    assert one["violated_clause"] == "《安全生产法》第三十六条" and one["clause"] is None
    old = office.inspector.post("/v1/findings", {**office.finding_body(), "severity": "major", "found_at": BEFORE, "violated_clause": "《消防法》第二十八条"})
    assert old.ok(201)["state"] == "confirmed"


def test_what_is_reported_may_come_without(office):
    body = {**office.finding_body(), "severity": "major"}
    for who in (office.institution, office.street, office.staff, office.integration):
        one = who.post("/v1/findings", body).ok(201)
        assert one["state"] == "reported" and one["clause"] is None
        assert who.post("/v1/findings", {**body, "clause_id": new_id()}).faults() == {"/clause_id": "unknown_reference"}
    assert post(office.inspector, one, "confirmations", {}).faults() == {"/clause_id": "clause_required"}
    assert post(office.inspector, one, "confirmations", {"severity": "general", "note": "不属于重大"}).ok(201)["state"] == "confirmed"
    assert get(office, one)["severity"] == "general"


def test_confirming_says_how_severe_and_by_which_clause(office):
    one = office.new_finding("reported", by=office.street)
    clause = office.clause()["clause_id"]
    answer = post(office.section_chief, one, "confirmations", {"severity": "major", "clause_id": new_id(), "attachments": [{"role": "before"}]})
    assert answer.faults() == {"/clause_id": "unknown_reference", "/attachments/0": "id_or_sha256"}
    assert get(office, one) == {**one, "allowed": get(office, one)["allowed"]}
    act = post(office.section_chief, one, "confirmations", {"severity": "major", "clause_id": clause, "violated_clause": "《消防法》第二十八条"}).ok(201)
    assert act["state"] == "confirmed"
    now = get(office, one)
    assert (now["severity"], now["clause_id"], now["violated_clause"]) == ("major", clause, "《消防法》第二十八条")
    changes = [e["detail"]["changed"] for e in office.auditor.pages(f"/v1/findings/{one['id']}/history")]
    assert {"severity": ["general", "major"], "clause_id": [None, clause], "violated_clause": [None, "《消防法》第二十八条"]} in changes
    other = office.new_finding("reported", by=office.street, severity="major")      # which has its clause already
    assert post(office.inspector, other, "confirmations", {}).ok(201)["state"] == "confirmed"
    assert get(office, other)["clause_id"] == clause


def test_changing_the_severity_of_a_confirmed_one(office):
    one, clause = office.new_finding(), office.clause()["clause_id"]
    path = f"/v1/findings/{one['id']}"
    assert office.inspector.patch(path, {"severity": "major"}).faults() == {"/clause_id": "clause_required"}
    assert office.inspector.patch(path, {"severity": "major", "clause_id": clause}).ok(200)["clause"]["id"] == clause
    assert office.inspector.patch(path, {"clause_id": None}).faults() == {"/clause_id": "clause_required"}
    assert office.inspector.patch(path, {"location": "二楼"}).ok(200)["clause_id"] == clause
    assert office.inspector.patch(path, {"severity": "general"}).ok(200)["clause_id"] is None
    assert office.inspector.patch(path, {"clause_id": clause}).faults() == {"/clause_id": "clause_of_major_only"}


def test_a_bundle_brings_major_ones_by_the_clauses_of_its_package(office):
    home = office.new_institution()
    planned = office.new_inspection(institution=home, checklist_id=office.checklist()[0])
    package = office.inspector.get(f"/v1/inspections/{planned['id']}/package").ok()
    standard, = package["hazard_standards"]
    assert standard["clauses"] == office.inspector.get(f"/v1/hazard-standards/{standard['id']}").ok()["clauses"]
    visit = Visit(office, institution=home, findings=3, corrected=1, photos=3, inspection=planned)
    visit.bundle["findings"][1]["severity"] = "major"
    answer = visit.send()
    answer.problem("rule_violated", 422)
    assert answer.faults() == {"/findings/1/clause_id": "clause_required"}
    visit.bundle["findings"][1]["clause_id"] = standard["clauses"][2]["id"]
    assert visit.send().ok(201)["state"] == "recorded"
    assert get(office, visit.findings[1])["clause"]["citation"] == standard["clauses"][2]["citation"]
    funeral = office.new_inspection(institution=office.new_institution(type="funeral"))
    assert office.inspector.get(f"/v1/inspections/{funeral['id']}/package").ok()["hazard_standards"] == []


# -- from order to closing ----------------------------------------------------------------------------------------------------

def test_a_major_hazard_from_order_to_closing(office):
    one = office.new_finding("ordered", severity="major", days=30)
    post(office.institution, one, "progress-reports", {"note": "已开工"}).problem("plan_required", 422)
    plan = office.plan(funds_source="福彩公益金", time_limit=day(20))
    act = post(office.institution, one, "plans", plan).ok(201)
    assert {name: act[name] for name in plan} == plan and act["state"] == "ordered" and act["round"] == 1
    assert post(office.institution, one, "progress-reports", {"note": "已开工"}).ok(201)["state"] == "rectifying"
    post(office.institution, one, "plans", plan).problem("invalid_state", 409)
    post(office.institution, one, "reinspection-requests", {}).ok(201)
    assert post(office.inspector2, one, "reinspections", {"result": "passed", "note": "已加固"}).ok(201)["state"] == "awaiting_closure"
    assert get(office, one)["open"] is True
    post(office.section_chief, one, "closure-approvals", {"result": "granted"}).problem("forbidden", 403)
    post(office.leader, one, "supervisions", LISTING).ok(201)

    # the leader is not satisfied: another round, its own order, a plan of its own
    answer = post(office.leader, one, "closure-approvals", {"result": "refused"})
    assert answer.faults() == {"/order": "required", "/note": "required"}
    order = {"requirement": "补做监测", "responsible_name": "某院长", "days": 10}
    act = post(office.leader, one, "closure-approvals", {"result": "refused", "note": "缺少监测报告", "order": order}).ok(201)
    assert (act["state"], act["round"], act["result"], act["deadline"]) == ("ordered", 1, "refused", day(10))
    now = get(office, one)
    assert (now["state"], now["round"], now["deadline"], now["supervised"]) == ("ordered", 2, day(10), True)
    orders = office.inspector.get(f"/v1/findings/{one['id']}/orders").ok()["items"]
    assert orders[-1]["order_id"] == act["order_id"] and orders[-1]["round"] == 2
    post(office.institution, one, "progress-reports", {}).problem("plan_required", 422)
    assert post(office.section_chief, one, "plans", office.plan(funds="0", time_limit=day(10))).ok(201)["round"] == 2
    post(office.institution, one, "progress-reports", {}).ok(201)
    post(office.institution, one, "reinspection-requests", {}).ok(201)
    post(office.inspector, one, "reinspections", {"result": "passed"}).ok(201)
    assert post(office.leader, one, "closure-approvals", {"result": "granted", "order": order}).faults() == {"/order": "not_expected"}
    act = post(office.leader, one, "closure-approvals", {"result": "granted", "note": "同意销号"}).ok(201)
    assert act["state"] == "closed" and act["order_id"] is None
    now = get(office, one)
    assert now["state"] == "closed" and now["supervised"] is False and now["closed_at"] is not None
    listed, lifted = office.leader.get(f"/v1/findings/{one['id']}/supervisions").ok()["items"]
    assert (listed["result"], listed["because"]) == ("list", None)
    assert (lifted["result"], lifted["because"], lifted["state"]) == ("lift", act["id"], "closed")
    assert [a["result"] for a in office.auditor.pages(f"/v1/findings/{one['id']}/closure-approvals")] == ["refused", "granted"]
    assert len(list(office.institution.pages(f"/v1/findings/{one['id']}/plans"))) == 2
    what = [e["what"] for e in office.auditor.pages(f"/v1/findings/{one['id']}/history")]
    assert what.count("plans") == 2 and what.count("closure-approvals") == 2 and what.count("supervisions") == 1


def test_the_five_things_are_five(office):
    one = office.new_finding("ordered", severity="major", days=30)
    answer = post(office.institution, one, "plans", {"note": "会落实的"})
    answer.problem("validation_failed", 400)
    assert answer.faults() == {f"/{name}": "required" for name in
                               ("responsible_unit", "responsible_person", "measures", "funds", "time_limit", "emergency_plan")}
    for fields, pointer in (({"time_limit": day(31)}, "/time_limit"), ({"time_limit": day(-1)}, "/time_limit")):
        answer = post(office.institution, one, "plans", office.plan(**fields))
        answer.problem("rule_violated", 422)
        assert list(answer.faults()) == [pointer]
    for funds in ("12.345", "-1", "二十万", "1,000"):
        assert post(office.institution, one, "plans", office.plan(funds=funds)).faults() == {"/funds": "pattern_mismatch"}
    assert post(office.section_chief, one, "plans", office.plan(time_limit=day(30))).ok(201)["funds_source"] is None
    post(office.institution, office.new_finding("ordered"), "plans", office.plan()).problem("invalid_state", 409)


def test_a_reinspection_of_the_due_day_needs_the_plan_to_pass_and_not_to_fail(office, clock):
    one, other = (office.new_finding("ordered", severity="major", days=3) for _ in range(2))
    clock.advance(days=3)
    post(office.inspector, one, "reinspections", {"result": "passed"}).problem("plan_required", 422)
    failed = post(office.inspector, one, "reinspections", {"result": "failed", "order": {"requirement": "清理", "days": 5}}).ok(201)
    assert (failed["state"], failed["deadline"]) == ("ordered", day(8))
    post(office.section_chief, other, "plans", office.plan(time_limit=day(3))).ok(201)
    assert post(office.inspector, other, "reinspections", {"result": "passed"}).ok(201)["state"] == "awaiting_closure"


def test_whoever_had_a_hand_in_it_does_not_approve(office):
    """One person may hold two keys: by actor, whatever the role."""
    one = office.new_finding("awaiting_closure", severity="major")
    for actor in (office.inspector.actor, office.institution.actor):     # re-inspected it; reported its progress
        both = office.api("leader", office.district, actor=actor)
        post(both, one, "closure-approvals", {"result": "granted"}).problem("segregation_of_duties", 422)
    assert get(office, one)["state"] == "awaiting_closure"
    assert post(office.leader, one, "closure-approvals", {"result": "granted"}).ok(201)["state"] == "closed"


# -- supervision --------------------------------------------------------------------------------------------------------------

def test_listed_and_lifted(office):
    one = office.new_finding("ordered", severity="major")
    answer = post(office.leader, one, "supervisions", {"action": "list", "reason": "重大"})
    assert answer.faults() == {"/level": "required", "/supervising_body": "required"}
    act = post(office.leader, one, "supervisions", LISTING).ok(201)
    assert {name: act[name] for name in ("reason", "level", "supervising_body")} == {k: LISTING[k] for k in ("reason", "level", "supervising_body")}
    assert (act["result"], act["state"]) == ("list", "ordered")
    problem = post(office.leader, one, "supervisions", LISTING).problem("supervision_conflict", 409)
    assert problem["supervised"] is True
    assert [f["id"] for f in office.inspector.pages("/v1/findings", {"supervised": "true"})] == [one["id"]]
    assert [f["id"] for f in office.institution.pages("/v1/findings", {"supervised": "true", "institution_id": office.home["id"]})] == [one["id"]]
    assert {d["finding_id"]: d["supervised"] for d in office.inspector.pages("/v1/deadlines")}[one["id"]] is True
    assert post(office.leader, one, "supervisions", {**LISTING, "action": "lift"}).faults() == {
        "/level": "not_expected", "/supervising_body": "not_expected"}
    assert post(office.leader, one, "supervisions", {"action": "lift", "reason": "险情已排除"}).ok(201)["result"] == "lift"
    assert get(office, one)["supervised"] is False
    assert list(office.inspector.pages("/v1/findings", {"supervised": "true"})) == []
    post(office.leader, office.new_finding("ordered"), "supervisions", LISTING).problem("invalid_state", 409)
    reasons = [e["reason"] for e in office.auditor.pages(f"/v1/findings/{one['id']}/history") if e["what"] == "supervisions"]
    assert reasons == [LISTING["reason"], "险情已排除"]


def test_a_listed_one_is_not_made_general(office):
    one = office.new_finding("reported", severity="major", by=office.street)
    post(office.leader, one, "supervisions", LISTING).ok(201)
    office.inspector.patch(f"/v1/findings/{one['id']}", {"severity": "general"}).problem("supervision_conflict", 409)
    office.street.patch(f"/v1/findings/{one['id']}", {"severity": "general"}).problem("supervision_conflict", 409)
    post(office.inspector, one, "confirmations", {"severity": "general"}).problem("supervision_conflict", 409)
    assert get(office, one)["severity"] == "major"


def test_however_it_ends_the_listing_ends_with_it(office):
    into = office.new_finding("confirmed", severity="major")
    for command, body, who in (("merges", {"into": into["id"]}, office.leader), ("voidings", {"note": "有误"}, office.leader),
                               ("terminations", {"note": "已关停"}, office.leader), ("dismissals", {"note": "不构成"}, office.section_chief)):
        one = office.new_finding("confirmed", severity="major")
        post(office.leader, one, "supervisions", LISTING).ok(201)
        ended = post(who, one, command, body).ok(201)
        assert get(office, one)["supervised"] is False
        assert {a["because"] for a in office.leader.pages(f"/v1/findings/{one['id']}/supervisions")} == {None, ended["id"]}


# -- the report to the next level, and interim measures -----------------------------------------------------------------------

def test_a_home_reports_its_own_major_hazard_the_same_day(office):
    body = office.finding_body(severity="major")
    one = office.institution.post("/v1/findings", body).ok(201)
    assert clocks(office, one) == [("major_escalation", day(), None, ["institution"])]
    act = post(office.institution, one, "escalations", {"to_body": "渝中区民政局", "method": "phone", "document_number": None, "note": "已电话报告"}).ok(201)
    assert (act["to_body"], act["method"], act["document_number"], act["state"]) == ("渝中区民政局", "phone", None, "reported")
    assert clocks(office, one) == [] and [row[2] for row in clocks(office, one, False)] == ["escalations"]
    other = office.institution.post("/v1/findings", body).ok(201)
    post(office.inspector, other, "confirmations", {}).ok(201)
    assert clocks(office, other) == [] and [row[2] for row in clocks(office, other, False)] == ["confirmations"]
    again = post(office.section_chief, other, "escalations", {"to_body": "市民政局", "document_number": "渝中民报〔2026〕7号", "method": "document"}).ok(201)
    assert again["state"] == "confirmed" and again["document_number"] == "渝中民报〔2026〕7号"
    assert clocks(office, office.new_finding("confirmed", severity="major")) == []
    assert clocks(office, office.institution.post("/v1/findings", office.finding_body()).ok(201)) == []


def test_the_clock_follows_the_severity(office):
    one = office.institution.post("/v1/findings", office.finding_body()).ok(201)
    path = f"/v1/findings/{one['id']}"
    office.institution.patch(path, {"severity": "major"}).ok(200)
    assert [row[1] for row in clocks(office, one)] == [day()]
    office.institution.patch(path, {"severity": "general"}).ok(200)
    assert clocks(office, one) == [] and [row[2] for row in clocks(office, one, False)] == ["severity"]
    found = office.institution.post("/v1/findings", office.finding_body(severity="major", found_at=ago(days=2))).ok(201)
    assert [row[1] for row in clocks(office, found)] == [day(-2)], "from the day it was found: late already"


def test_an_institution_escalates_only_what_it_found_itself(office):
    post(office.institution, office.new_finding("confirmed", severity="major"), "escalations", {"to_body": "区民政局"}).problem("forbidden", 403)
    post(office.institution, office.new_finding("reported", self_found=True), "escalations", {"to_body": "区民政局"}).problem("invalid_state", 409)
    assert post(office.leader, office.new_finding("confirmed", severity="major"), "escalations", {"to_body": "区政府"}).ok(201)["method"] is None


def test_interim_measures_stand_beside_the_state(office):
    for severity in ("general", "major"):
        one = office.new_finding("ordered", severity=severity)
        body = {"measures": "封闭平台，专人看守", "from": day(), "until": day(30), "responsible_name": "某院长", "attachments": EVIDENCE}
        act = post(office.section_chief, one, "interim-measures", body).ok(201)
        assert {name: act[name] for name in ("measures", "from", "until", "responsible_name")} == {k: body[k] for k in ("measures", "from", "until", "responsible_name")}
        assert act["state"] == "ordered" and len(act["attachments"]) == 1
        assert post(office.section_chief, one, "interim-measures", {**body, "until": day(-1)}).faults() == {"/until": "rule_violated"}
        assert post(office.section_chief, one, "interim-measures", {"measures": "停用", "from": day()}).ok(201)["until"] is None
        assert len(list(office.street.pages(f"/v1/findings/{one['id']}/interim-measures"))) == 2
