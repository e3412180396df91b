"""Referrals, enforcement measures, penalty cases, spot checks: over HTTP, with what they change elsewhere and who sees them."""
import pytest

from office import EVIDENCE, ago, day, new_id

provokes = pytest.mark.provokes
SUSPEND = {"kind": "order_suspend", "document_number": "渝中民停〔2026〕1号", "matter": "整改期间无法保证安全", "legal_basis": "《安全生产法》第六十五条第一款第三项"}
PARTY = [{"name": "何以宁", "certificate_no": "6"}, {"name": "田牧野", "certificate_no": "8"}]


def referral(office, finding, **fields):
    return office.section_chief.post(f"/v1/findings/{finding['id']}/referrals", {"receiving_body": "housing", "matter": "请鉴定", **fields}).ok(201)


def measure(office, finding, kind, by=None, **fields):
    return (by or office.leader).post(f"/v1/findings/{finding['id']}/enforcement-measures", {"kind": kind, **fields})


@pytest.fixture
def place(office):
    """An institution of its own, so that suspending it is nobody else's business."""
    return office.new_institution()


# -- code tables ------------------------------------------------------------------------------------------------------------------

def test_codes_are_open_to_all(api):
    bodies = api(None).get("/v1/receiving-bodies").ok()["items"]
    assert {"fire_rescue", "market_regulation", "health", "housing", "police", "emergency", "other"} <= {b["code"] for b in bodies}
    kinds = {k["code"]: k["with_amount"] for k in api(None).get("/v1/penalty-kinds").ok()["items"]}
    assert kinds["fine"] and not kinds["warning"]


# -- referrals --------------------------------------------------------------------------------------------------------------------

def test_a_handover_and_its_way_back(office, place):
    finding = office.new_finding("rectifying", place)
    path = f"/v1/findings/{finding['id']}"
    deadline = office.inspector.get(path).ok()["deadline"]
    act = referral(office, finding, handover=True, document_number="渝中民移〔2026〕1号", attachments=[{"sha256": "ab" * 32, "role": "document"}])
    assert (act["state"], act["from_state"], act["result"], act["referral"]["state"]) == ("transferred", "rectifying", "handover", "waiting")
    away = office.inspector.get(path).ok()
    assert (away["open"], away["overdue"], away["days_left"], office.section_chief.get(path).ok()["allowed"]) == (False, False, None, ["referrals", "replies"])
    office.section_chief.post(f"{path}/referrals/{act['id']}/receipts", {"receiver": "陈工"}).ok(201)
    reply = office.section_chief.post(f"{path}/referrals/{act['id']}/replies", {"outcome": "returned", "result": "不属本部门职责"}).ok(201)
    assert (reply["state"], reply["finding_state"], reply["deadline"]) == ("answered", "rectifying", deadline)
    back = office.inspector.get(path).ok()
    assert (back["state"], back["deadline"], back["open"], back["closed_at"]) == ("rectifying", deadline, True, None)
    line = office.section_chief.get("/v1/deadlines", {"institution_id": place["id"]}).ok()["items"][0]
    assert any("退回本局：期限不因移送中止" in step["text"] for step in line["explanation"])
    assert [c["deadline"] for c in line["changes"]] == [deadline, deadline]
    kept = office.section_chief.get(f"{path}/referrals/{act['id']}/replies").ok()["items"]
    assert [r["id"] for r in kept] == [reply["id"]]
    record = office.section_chief.get(f"{path}/referrals").ok()["items"][0]
    assert (record["referral"]["receiver"], record["referral"]["outcome"], record["attachments"][0]["role"]) == ("陈工", "returned", "document")


def test_follow_up_list(office, place, db):
    findings = [office.new_finding("confirmed", place) for _ in range(3)]
    acts = [referral(office, finding, receiving_body=body) for finding, body in zip(findings, ("housing", "fire_rescue", "housing"))]
    ids = [act["id"] for act in acts]
    office.section_chief.post(f"/v1/findings/{findings[2]['id']}/referrals/{ids[2]}/replies", {"result": "已派员查看"}).ok(201)
    db.execute("UPDATE hz.clock SET due_on = api.today() - 1 WHERE resource_id = %s", (ids[0],))

    def listed(who=office.section_chief, **params):
        return [r["id"] for r in who.pages("/v1/referrals", {"institution_id": place["id"], **params}, limit=1)]
    assert listed() == ids[::-1]
    assert listed(sort="sent_at") == ids
    assert listed(state="waiting") == ids[1::-1]
    assert listed(state="answered") == ids[2:]
    assert listed(overdue="true") == ids[:1]
    assert listed(overdue="false") == ids[:0:-1]
    assert listed(receiving_body="fire_rescue") == ids[1:2]
    assert listed(finding_id=findings[0]["id"]) == ids[:1]
    assert listed(handover="true") == []
    assert listed(district=office.district) == ids[::-1] and listed(street=office.streets[1]) == []
    # by district, along the other indexes
    wide = [r["id"] for r in office.section_chief.pages("/v1/referrals", {"state": "waiting"}, limit=2) if r["institution_id"] == place["id"]]
    assert wide == ids[1::-1]
    assert [r["id"] for r in office.leader.get("/v1/referrals", {"overdue": "true"}).ok()["items"]] == ids[:1]
    line = office.section_chief.get("/v1/deadlines", {"kind": "referral_reply", "institution_id": place["id"]}).ok()["items"]
    assert [(t["resource_id"], t["overdue"]) for t in line] == [(ids[0], True), (ids[1], False)]
    assert ids[0] in [t["resource_id"] for t in office.section_chief.pages("/v1/me/tasks", {"task": "to_follow_up"})]
    assert office.keeper(place).get("/v1/deadlines", {"kind": "referral_reply"}).ok()["items"] == []
    one = next(r for r in office.section_chief.get("/v1/referrals", {"overdue": "true"}).ok()["items"])
    assert (one["state"], one["overdue"], one["days_left"], one["receiving_name"]) == ("waiting", True, -1, "住房和城乡建设部门")
    # copies are the office's own; neither the institution nor its history tells of them
    keeper = office.keeper(place)
    assert listed(keeper) == []
    assert keeper.get(f"/v1/findings/{findings[0]['id']}/referrals").ok()["items"] == []
    assert "referrals" not in [e["what"] for e in keeper.get(f"/v1/findings/{findings[0]['id']}/history").ok()["items"]]
    assert "referrals" in [e["what"] for e in office.section_chief.get(f"/v1/findings/{findings[0]['id']}/history").ok()["items"]]
    referral(office, findings[0], handover=True)
    assert len(listed(keeper)) == 1
    sheet = office.section_chief.get("/v1/referrals", {"institution_id": place["id"]}, headers={"Accept": "text/csv"})
    assert sheet.status == 200 and "接收部门" in sheet.text and sheet.text.count("\r\n") == 5


def test_a_repeated_referral_is_one(office):
    finding = office.new_finding("confirmed")
    body = {"receiving_body": "health", "matter": "x", "id": new_id()}
    path = f"/v1/findings/{finding['id']}/referrals"
    key = new_id()
    office.section_chief.post(path, body, idempotency_key=key).ok(201)
    assert office.section_chief.post(path, body, idempotency_key=key).headers["Idempotent-Replayed"] == "true"
    office.section_chief.post(path, body).problem("id_exists", 409)
    assert len(office.section_chief.get(path).ok()["items"]) == 1


# -- suspensions ------------------------------------------------------------------------------------------------------------------

@provokes("suspended_by_measure", "suspension_exists", "no_suspension", "reinspection_needed")
def test_a_suspended_institution_is_shown_as_such_and_resumes_after_a_passed_reinspection(office, place):
    finding = office.new_finding("rectifying", place)
    path = f"/v1/institutions/{place['id']}"
    measure(office, finding, "resume").problem("no_suspension", 409)
    act = measure(office, finding, **SUSPEND, scope="whole").ok(201)
    assert (act["state"], act["measure"]["state"]) == ("rectifying", "standing")
    measure(office, finding, **SUSPEND).problem("suspension_exists", 409)
    # in the file, in lists, on the phone, in the timeline
    shown = office.inspector.get(path).ok()
    assert shown["status"] == "suspended" and shown["suspensions"][0]["measure_id"] == act["id"] and shown["suspensions"][0]["document_number"] == SUSPEND["document_number"]
    assert place["id"] in [i["id"] for i in office.inspector.pages("/v1/institutions", {"status": "suspended"})]
    visit = office.new_inspection("planned", institution=place)
    package = office.inspector.get(f"/v1/inspections/{visit['id']}/package").ok()["institution"]
    assert (package["status"], package["suspensions"]) == ("suspended", shown["suspensions"])
    assert office.keeper(place).get(path).ok()["suspensions"] == shown["suspensions"]
    assert "order_suspend" in [t["what"] for t in office.inspector.get(f"{path}/timeline").ok()["items"]]
    # the file cannot undo it
    problem = office.section_chief.patch(path, {"status": "operating"})
    problem.problem("suspended_by_measure", 409)
    assert (problem.data["measure_id"], problem.data["finding_id"]) == (act["id"], finding["id"])
    office.section_chief.patch(path, {"residents": 3}).ok(200)
    # nor can the leader, before somebody has looked
    problem = measure(office, finding, "resume")
    problem.problem("reinspection_needed", 422)
    office.keeper(place).post(f"/v1/findings/{finding['id']}/reinspection-requests", {}).ok(201)
    office.inspector.post(f"/v1/findings/{finding['id']}/reinspections", {"result": "passed"}).ok(201)
    back = measure(office, finding, "resume", document_number="渝中民复〔2026〕1号").ok(201)
    assert (back["state"], back["measure"]["suspension_id"]) == ("closed", act["id"])
    shown = office.inspector.get(path).ok()
    assert (shown["status"], shown["suspensions"]) == ("operating", [])
    acts = office.keeper(place).get(f"/v1/findings/{finding['id']}/enforcement-measures").ok()["items"]
    assert [(a["result"], a["measure"]["state"]) for a in acts] == [("order_suspend", "lifted"), ("resume", "done")]


def test_a_part_and_two_at_once(office, place):
    first, second = office.new_finding("ordered", place), office.new_finding("ordered", place)
    measure(office, first, **SUSPEND, scope="part").problem("rule_violated", 422)
    measure(office, first, **SUSPEND, scope="part", scope_text="三楼护理区").ok(201)
    shown = office.inspector.get(f"/v1/institutions/{place['id']}").ok()
    assert (shown["status"], shown["suspensions"][0]["scope_text"]) == ("operating", "三楼护理区")
    measure(office, second, **SUSPEND).ok(201)
    assert office.inspector.get(f"/v1/institutions/{place['id']}").ok()["status"] == "suspended"
    listed = [m["finding_id"] for m in office.leader.pages("/v1/enforcement-measures", {"institution_id": place["id"], "open": "true"}, limit=1)]
    assert listed == [second["id"], first["id"]]
    assert office.leader.get("/v1/enforcement-measures", {"institution_id": place["id"], "kind": "resume"}).ok()["items"] == []
    assert [m["finding_id"] for m in office.leader.get("/v1/enforcement-measures", {"state": "standing", "finding_id": first["id"]}).ok()["items"]] == [first["id"]]
    assert {first["id"], second["id"]} <= {m["finding_id"] for m in office.leader.pages("/v1/enforcement-measures", {"open": "true", "sort": "occurred_at"}, limit=2)}


@provokes("suspension_stands")
def test_what_is_suspended_for_is_not_closed_by_others(office, place):
    finding = office.new_finding("ordered", place)
    measure(office, finding, **SUSPEND).ok(201)
    one = referral(office, finding, handover=True)["id"]
    path = f"/v1/findings/{finding['id']}/referrals/{one}/replies"
    office.section_chief.post(path, {"outcome": "closed", "result": "已加固"}).problem("suspension_stands", 422)
    assert office.section_chief.post(path, {"outcome": "returned", "result": "已加固"}).ok(201)["finding_state"] == "ordered"


# -- penalty cases ----------------------------------------------------------------------------------------------------------------

@provokes("hearing_period_running")
def test_a_penalty_case(office, place):
    finding = office.new_finding("ordered", place)
    keeper = office.keeper(place)
    case = measure(office, finding, "penalty_case", matter="擅自封闭疏散楼梯", document_number="渝中民立〔2026〕1号").ok(201)
    path = f"/v1/findings/{finding['id']}/enforcement-measures"
    steps = f"{path}/{case['id']}/steps"
    assert case["measure"]["clocks"][0]["kind"] == "penalty_decision" and case["measure"]["allowed"] == []
    assert keeper.get(path).ok()["items"] == [] and keeper.get(steps).status == 404
    office.inspector.post(steps, {"step": "investigated", "facts": "楼梯间封闭", "investigators": PARTY + [{"actor_id": office.inspector.actor}]}).ok(201)
    told = office.inspector.post(steps, {"step": "notified", "proposal": "罚款一万元", "document_number": "告1"}).ok(201)
    assert told["hearing_right"] is True
    decision = {"step": "decided", "result": "penalty", "legal_basis": "《安全生产法》第一百零五条第二项", "penalties": [{"kind": "fine", "amount": "10000"}, {"kind": "warning"}]}
    problem = office.leader.post(steps, decision)
    problem.problem("hearing_period_running", 422)
    assert problem.data["until"] > day()
    decided = office.leader.post(steps, {**decision, "hearing_waived": True, "document_number": "罚1"}).ok(201)
    assert (decided["state"], decided["penalties"][0]["amount"]) == ("decided", "10000")
    office.leader.post(steps, {**decision, "penalties": [{"kind": "fine", "amount": "1.234"}]}).problem("validation_failed", 400)
    office.section_chief.post(steps, {"step": "served", "receiver": "沈院长", "method": "direct"}).ok(201)
    for who in (keeper, office.section_chief):
        line = who.get("/v1/deadlines", {"kind": "penalty_payment", "institution_id": place["id"]}).ok()["items"]
        assert [(t["resource_id"], t["deadline"], t["finding_id"]) for t in line] == [(case["id"], day(15), finding["id"])]
    office.section_chief.post(steps, {"step": "paid", "document_number": "票据 7"}).ok(201)
    assert office.section_chief.post(steps, {"step": "closed"}).ok(201)["state"] == "closed"
    assert [a["measure"]["state"] for a in keeper.get(path).ok()["items"]] == ["closed"]         # told of it, it sees all of it
    mine = keeper.get("/v1/enforcement-measures", {"finding_id": finding["id"]}).ok()["items"]
    assert (mine[0]["state"], mine[0]["to_pay"], mine[0]["result"]) == ("closed", "10000.00", "penalty")
    assert [s["step"] for s in keeper.pages(steps, limit=3)] == ["filed", "investigated", "notified", "decided", "served", "paid", "closed"]
    line = [t for t in office.inspector.pages(f"/v1/institutions/{place['id']}/timeline", limit=3) if t["kind"] == "penalty_step"]
    assert [t["what"] for t in line] == ["closed", "paid", "served", "decided", "notified", "investigated"]
    assert all(t["finding_id"] == finding["id"] for t in line)


# -- segregation of duties --------------------------------------------------------------------------------------------------------

@provokes("segregation_of_duties")
def test_two_keys_of_one_person_do_not_help(office, api, place):
    case_of = office.new_finding("ordered", place)
    case = measure(office, case_of, "penalty_case", matter="x").ok(201)["id"]
    steps = f"/v1/findings/{case_of['id']}/enforcement-measures/{case}/steps"
    office.inspector.post(steps, {"step": "investigated", "facts": "x", "investigators": PARTY}).ok(201)
    problem = api("leader", office.district, actor=office.inspector.actor).post(steps, {"step": "decided", "result": "no_penalty"})
    problem.problem("segregation_of_duties", 422)
    assert problem.data["conflict"] == "investigated"
    office.leader.post(steps, {"step": "decided", "result": "no_penalty"}).ok(201)

    finding = office.new_finding("reinspection_requested", place)
    keeper = office.keeper(place)
    problem = api("inspector", office.district, actor=keeper.actor).post(f"/v1/findings/{finding['id']}/reinspections", {"result": "passed"})
    problem.problem("segregation_of_duties", 422)
    assert problem.data["conflict"] in ("progress-reports", "reinspection-requests")


# -- spot checks ------------------------------------------------------------------------------------------------------------------

@provokes("not_self_corrected")
def test_spot_checks(office, place):
    keeper = office.keeper(place)
    ones = [keeper.post("/v1/findings", office.finding_body(place)).ok(201)["id"] for _ in range(3)]
    for one in ones:
        keeper.post(f"/v1/findings/{one}/self-acceptances", {"note": "已清理", "attachments": EVIDENCE}).ok(201)

    def listed(which):
        return {f["id"] for f in office.section_chief.pages("/v1/findings", {"institution_id": place["id"], "spot_check": which}, limit=1)}
    assert listed("none") == set(ones) and listed("confirmed") == set()
    assert set(ones) <= {f["id"] for f in office.section_chief.pages("/v1/findings", {"spot_check": "none"}, limit=2)}
    office.section_chief.post(f"/v1/findings/{ones[0]}/spot-checks", {"result": "confirmed", "checked_at": ago(seconds=0)}).ok(201)
    act = office.section_chief.post(f"/v1/findings/{ones[1]}/spot-checks", {
        "result": "rejected", "note": "又堆上了", "finding": {"description": "安全出口仍堆放杂物"}, "attachments": [{"sha256": "cd" * 32, "role": "before"}]}).ok(201)
    new = office.inspector.get(f"/v1/findings/{act['new_finding_id']}").ok()
    assert (new["state"], new["recurs_of"], new["source_kind"], new["self_found"], new["severity"]) == ("confirmed", ones[1], "inspection", False, "general")
    assert (listed("none"), listed("confirmed"), listed("rejected")) == ({ones[2]}, {ones[0]}, {ones[1]})
    assert office.inspector.get(f"/v1/findings/{ones[1]}").ok()["spot_check"] == "rejected"
    assert office.keeper(place).get(f"/v1/findings/{ones[1]}/spot-checks").ok()["items"][0]["note"] == "又堆上了"
    corrected = keeper.post("/v1/findings", office.finding_body(place)).ok(201)["id"]
    office.inspector.post(f"/v1/findings/{corrected}/corrections", {"note": "当场改正", "attachments": EVIDENCE}).ok(201)
    office.section_chief.post(f"/v1/findings/{corrected}/spot-checks", {"result": "confirmed"}).problem("not_self_corrected", 422)


# -- permits ----------------------------------------------------------------------------------------------------------------------

def test_permits_have_their_clocks(office, db):
    one = office.new_institution(permits=[{"kind": "食品经营许可证", "number": "SP1", "expires_on": day(10)}, {"kind": "消防验收", "number": "XF1"}])
    running = lambda: db.execute("SELECT title, due_on::text, shown_from <= api.today(), ended_by FROM hz.clock WHERE institution_id = %s ORDER BY created_at, due_on", (one["id"],)).fetchall()
    assert running() == [("食品经营许可证（SP1）到期", day(10), True, None)]
    keeper = office.keeper(one)
    for who in (keeper, office.section_chief, office.inspector):
        line = who.get("/v1/deadlines", {"institution_id": one["id"]}).ok()["items"]
        assert [(t["kind"], t["deadline"], t["finding_id"], t["days_left"]) for t in line] == [("permit_notice", day(10), None, 10)]
    assert [t["title"] for t in keeper.get("/v1/me/tasks", {"task": "to_follow_up"}).ok()["items"]] == ["食品经营许可证（SP1）到期"]
    office.section_chief.patch(f"/v1/institutions/{one['id']}", {"permits": [{"kind": "食品经营许可证", "number": "SP1", "expires_on": day(1000)}]}).ok()
    assert running() == [("食品经营许可证（SP1）到期", day(10), True, "changed"), ("食品经营许可证（SP1）到期", day(1000), False, None)]
    assert keeper.get("/v1/deadlines").ok()["items"] == []           # far off: not shown before its time
