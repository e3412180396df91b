"""The office's work from end to end, each person with the own key: from an institution on file to a hazard closed."""
import concurrent.futures
import datetime
import time

import pytest

from harness.client import Client
from office import CHINA, EVIDENCE, ago, day, new_id


def at(text):
    return datetime.datetime.fromisoformat(text)


def acts(client, finding, command):
    return client.get(f"/v1/findings/{finding['id']}/{command}").ok()["items"]


def history(client, finding):
    return list(client.pages(f"/v1/findings/{finding['id']}/history"))


def tasks(client, **query):
    return {(t["task"], t["resource_id"]): t for t in client.pages("/v1/me/tasks", query)}


# -- the whole way, a failed round included ------------------------------------------------------------------------------------

def test_from_visit_to_closed_with_a_failed_round(office):
    home, inspector, institution = office.home, office.inspector, office.institution
    checklist, items = office.checklist()

    # planned, announced, begun
    visit = inspector.post("/v1/inspections", office.inspection_body(checklist_id=checklist, task_source="安全生产月", method="double_random",
                                                                     planned_on=day(), accompanying=[{"name": "李院长", "post": "院长"}])).ok(201)
    path = f"/v1/inspections/{visit['id']}"
    assert visit["state"] == "planned" and visit["institution_name"] == home["name"] and not visit["missed"]
    assert [i["actor_id"] for i in visit["inspectors"]] == [inspector.actor, office.inspector2.actor]
    assert ("to_inspect", visit["id"]) in tasks(inspector)
    inspector.post(f"{path}/notices", {"receiver": "李院长", "method": "电话", "occurred_at": ago(hours=5)}).ok(201)
    start = inspector.post(f"{path}/starts", {"credentials_shown": True, "occurred_at": ago(hours=4)}).ok(201)
    assert start["state"] == "in_progress" and start["credentials_shown"] is True
    assert start["place"] == home["address"]

    # two problems found; every `fail` must be tied to one of them
    found = [inspector.post("/v1/findings", office.finding_body(inspection_id=visit["id"], category=category, description=text,
                                                                 key_place="疏散通道", suggestion="立即清理", found_at=ago(hours=3))).ok(201)
             for category, text in (("fire", "二楼安全出口被轮椅堵塞"), ("food_drug", "冰箱内有过期牛奶"))]
    for one in found:
        assert one["state"] == "confirmed" and one["round"] == 1 and one["deadline"] is None and one["overdue"] is False
        assert one["source_kind"] == "inspection" and one["district"] == office.district
    inspector.put(f"{path}/answers", {"answers": [{"item_id": items[0], "answer": "fail", "finding_id": found[0]["id"]},
                                                   {"item_id": items[1], "answer": "fail"}, {"item_id": items[2], "answer": "pass"}]}).ok(200)
    refused = inspector.post(f"{path}/submissions", {"conclusion": "发现两处问题"})
    refused.problem("rule_violated", 422)
    assert items[1] in refused.text and items[0] not in refused.text
    answers = office.inspector2.put(f"{path}/answers", {"answers": [{"item_id": items[1], "answer": "fail", "finding_id": found[1]["id"]}]}).ok(200)
    assert answers["counts"]["fail"] == 2 and answers["counts"]["pass"] == 1 and sum(answers["counts"].values()) == len(items)

    # concluded and signed by both sides
    inspector.post(f"{path}/submissions", {"conclusion": "发现两处问题", "occurred_at": ago(hours=2)}).ok(201)
    assert ("to_sign", visit["id"]) in tasks(inspector)
    first = inspector.post(f"{path}/signatures", {"party": "inspector", "name": "周检查员"}).ok(201)
    assert first["state"] == "awaiting_signature"
    second = inspector.post(f"{path}/signatures", {"party": "institution", "name": "李院长", "post": "院长"}).ok(201)
    assert second["state"] == "recorded"
    record = inspector.get(path).ok()
    assert record["state"] == "recorded" and record["finding_count"] == 2 and record["conclusion"] == "发现两处问题"
    assert at(record["noticed_at"]) < at(record["started_at"]) < at(record["ended_at"]) <= at(record["recorded_at"])

    # one order over both, each with a deadline of its own that runs from service
    order = inspector.post("/v1/rectification-orders", {"institution_id": home["id"], "inspection_id": visit["id"], "items": [
        {"finding_id": found[0]["id"], "requirement": "清理通道", "responsible_name": "王某", "days": 3},
        {"finding_id": found[1]["id"], "requirement": "处理过期食品", "deadline": day(1)}]}).ok(201)
    assert order["state"] == "issued" and [i["deadline"] for i in order["items"]] == [None, None]
    assert ("to_serve", order["id"]) in tasks(inspector)
    assert office.state(found[0]) == "ordered"
    served = inspector.post(f"/v1/rectification-orders/{order['id']}/services", {"method": "direct", "receiver": "李院长"}).ok(201)
    assert {d["finding_id"]: d["deadline"] for d in served["deadlines"]} == {found[0]["id"]: day(3), found[1]["id"]: day(1)}
    inspector.post(f"/v1/rectification-orders/{order['id']}/services", {}).problem("invalid_state", 409)
    one = inspector.get(f"/v1/findings/{found[0]['id']}").ok()
    assert one["deadline"] == day(3) and one["days_left"] == 3 and one["overdue"] is False

    # the institution puts it right and asks
    assert tasks(institution)[("to_rectify", found[0]["id"])]["due_on"] == day(3)
    progress = institution.post(f"/v1/findings/{found[0]['id']}/progress-reports", {"note": "已安排人员清理"}).ok(201)
    assert progress["state"] == "rectifying"
    assert institution.post(f"/v1/findings/{found[0]['id']}/reinspection-requests", {"note": "清理完毕"}).ok(201)["state"] == "reinspection_requested"
    assert ("to_reinspect", found[0]["id"]) in tasks(inspector)

    # failed: round two, with the next order in the same call
    failed = inspector.post(f"/v1/findings/{found[0]['id']}/reinspections", {
        "result": "failed", "note": "仍有杂物", "order": {"requirement": "全部清空并贴禁放标识", "responsible_name": "王某", "days": 2}}).ok(201)
    assert failed["state"] == "ordered" and failed["result"] == "failed" and failed["round"] == 1
    again = inspector.get(f"/v1/findings/{found[0]['id']}").ok()
    assert again["round"] == 2 and again["deadline"] == day(2) and again["state"] == "ordered"
    institution.post(f"/v1/findings/{found[0]['id']}/progress-reports", {"note": "已清空"}).ok(201)
    institution.post(f"/v1/findings/{found[0]['id']}/reinspection-requests", {"note": "请复查"}).ok(201)
    passed = office.inspector2.post(f"/v1/findings/{found[0]['id']}/reinspections", {"result": "passed", "note": "已整改到位"}).ok(201)
    assert passed["state"] == "closed" and passed["round"] == 2
    closed = inspector.get(f"/v1/findings/{found[0]['id']}").ok()
    assert closed["state"] == "closed" and closed["overdue"] is False

    # what was done stands there, in order and by round
    assert [(a["result"], a["round"]) for a in acts(inspector, closed, "reinspections")] == [("failed", 1), ("passed", 2)]
    assert [o["round"] for o in acts(inspector, closed, "orders")] == [1, 2]
    assert [a["round"] for a in acts(inspector, closed, "progress-reports")] == [1, 2]
    told = [(e["what"], e["from_state"], e["to_state"]) for e in history(inspector, closed) if e["from_state"] != e["to_state"]]
    assert [t[2] for t in told] == ["confirmed", "ordered", "rectifying", "reinspection_requested", "ordered", "rectifying",
                                    "reinspection_requested", "closed"]
    inspector.post(f"/v1/findings/{closed['id']}/orders", {"requirement": "再来", "days": 1}).problem("invalid_state", 409)
    timeline = list(inspector.pages(f"/v1/institutions/{home['id']}/timeline"))
    assert len(timeline) > 5 and all(t["institution_id"] == home["id"] for t in timeline if "institution_id" in t)


def test_deadline_says_why(office):
    one = office.new_finding("ordered", days=10)
    row = next(d for d in office.inspector.pages("/v1/deadlines") if d["finding_id"] == one["id"])
    assert row["deadline"] == day(10) and row["state"] == "open" and row["days_left"] == 10
    steps = [s["step"] for s in row["explanation"]]
    assert steps[0] == "event" and steps[-1] == "result" and "counting" in steps
    assert row["explanation"][-1]["date"] == day(10)
    assert next(s for s in row["explanation"] if s["step"] == "counting")["date"] == day(1)
    assert row["changes"] == [] or [c["deadline"] for c in row["changes"]] == [day(10)]


# -- 自查自纠 ------------------------------------------------------------------------------------------------------------------

def test_self_inspection_loop_with_the_institutions_own_key(office):
    home = office.new_institution()
    keeper = office.keeper(home)
    visit = keeper.post("/v1/inspections", {"institution_id": home["id"], "kind": "self"}).ok(201)
    path = f"/v1/inspections/{visit['id']}"
    keeper.post(f"{path}/starts").ok(201)
    one = keeper.post("/v1/findings", office.finding_body(home, inspection_id=visit["id"])).ok(201)
    assert one["state"] == "reported" and one["source_kind"] == "self"
    keeper.post(f"{path}/submissions", {"conclusion": "自查发现一处"}).ok(201)
    assert keeper.post(f"{path}/signatures", {"party": "institution", "name": "李院长"}).ok(201)["state"] == "recorded"
    assert ("to_rectify", one["id"]) in tasks(keeper)
    assert keeper.post(f"/v1/findings/{one['id']}/progress-reports", {"note": "正在清理"}).ok(201)["state"] == "rectifying"
    done = keeper.post(f"/v1/findings/{one['id']}/self-acceptances", {"note": "已清理，复核无误", "attachments": EVIDENCE}).ok(201)
    assert done["state"] == "closed"
    assert [e["to_state"] for e in history(keeper, one) if e["from_state"] != e["to_state"]] == ["reported", "rectifying", "closed"]
    assert office.section_chief.get(f"/v1/findings/{one['id']}").ok()["state"] == "closed"      # the section may look
    assert ("to_rectify", one["id"]) not in tasks(keeper)


def test_self_found_but_taken_up_by_the_office(office):
    """Once the office has confirmed and ordered it, the institution no longer accepts its own work."""
    one = office.new_finding("rectifying", self_found=True)
    assert office.section_chief.post(f"/v1/findings/{one['id']}/confirmations", {"note": "列入清单"}).ok(201)["state"] == "confirmed"
    office.inspector.post(f"/v1/findings/{one['id']}/orders", {"requirement": "清理", "days": 5}).ok(201)
    office.institution.post(f"/v1/findings/{one['id']}/progress-reports", {"note": "清理中"}).ok(201)
    problem = office.institution.post(f"/v1/findings/{one['id']}/self-acceptances", {"note": "好了", "attachments": EVIDENCE}).problem("invalid_state", 409)
    assert problem["state"] == "rectifying" and problem["allowed"] == ["extensions", "progress-reports", "reinspection-requests"]


def test_self_found_major_one_is_not_closed_by_its_finder(office):
    one = office.new_finding("reported", self_found=True, severity="major")
    for command, body in (("progress-reports", {"note": "清理中"}), ("self-acceptances", {"note": "好了", "attachments": EVIDENCE})):
        office.institution.post(f"/v1/findings/{one['id']}/{command}", body).problem("invalid_state", 409)
    assert ("to_confirm", one["id"]) in tasks(office.inspector) or ("to_confirm", one["id"]) in tasks(office.section_chief)


def test_employee_reports_and_the_office_confirms(office):
    one = office.staff.post("/v1/findings", office.finding_body(description="三楼扶手松动", category="personal")).ok(201)
    assert one["state"] == "reported" and one["source_kind"] == "staff"
    office.staff.post(f"/v1/findings/{one['id']}/progress-reports", {"note": "我来"}).problem("forbidden", 403)
    office.institution.post(f"/v1/findings/{one['id']}/self-acceptances", {"note": "好了", "attachments": EVIDENCE}).problem("invalid_state", 409)
    assert office.inspector.post(f"/v1/findings/{one['id']}/confirmations", {}).ok(201)["state"] == "confirmed"


def test_street_patrols_reports_and_orders_nothing(office):
    visit = office.new_inspection("recorded", "patrol")
    one = office.street.post("/v1/findings", office.finding_body(inspection_id=visit["id"])).ok(201)
    assert one["state"] == "reported" and one["source_kind"] == "street"
    office.street.post(f"/v1/findings/{one['id']}/orders", {"requirement": "清理", "days": 1}).problem("forbidden", 403)
    office.street.post("/v1/inspections", office.inspection_body("routine")).problem("forbidden", 403)
    assert office.section_chief.post(f"/v1/findings/{one['id']}/dismissals", {"note": "已核实，不构成隐患"}).ok(201)["state"] == "dismissed"


def test_corrected_on_the_spot(office):
    one = office.new_finding("confirmed")
    office.inspector.post(f"/v1/findings/{one['id']}/corrections", {}).problem("validation_failed", 400)
    done = office.inspector.post(f"/v1/findings/{one['id']}/corrections", {"note": "当场清理完毕，已拍照", "attachments": EVIDENCE}).ok(201)
    assert done["state"] == "closed"
    major = office.new_finding("confirmed", severity="major")
    office.inspector.post(f"/v1/findings/{major['id']}/corrections", {"note": "当场改正", "attachments": EVIDENCE}).problem("invalid_state", 409)


def test_merge_void_terminate(office):
    into, twin = office.new_finding(), office.new_finding("ordered")
    merged = office.section_chief.post(f"/v1/findings/{twin['id']}/merges", {"into": into["id"], "note": "同一问题"}).ok(201)
    assert merged["state"] == "merged"
    assert office.inspector.get(f"/v1/findings/{twin['id']}").ok()["merged_into"] == into["id"]
    assert office.state(into) == "confirmed"
    assert twin["id"] not in {d["finding_id"] for d in office.inspector.pages("/v1/deadlines")}
    # not into itself, not into what is gone, not into another institution's
    other = office.new_finding(institution=office.new_institution())
    for target in (into["id"], twin["id"], other["id"], new_id()):
        answer = office.section_chief.post(f"/v1/findings/{into['id']}/merges", {"into": target, "note": "同一问题"})
        assert answer.status == 422, answer
        assert list(answer.faults()) == ["/into"], answer
    assert office.state(into) == "confirmed"
    for command, state in (("voidings", "voided"), ("terminations", "terminated")):
        one = office.new_finding("rectifying")
        assert office.section_chief.post(f"/v1/findings/{one['id']}/{command}", {"note": "机构已关停"}).ok(201)["state"] == state
        major = office.new_finding("ordered", severity="major")
        office.section_chief.post(f"/v1/findings/{major['id']}/{command}", {"note": "机构已关停"}).problem("forbidden", 403)
        assert office.leader.post(f"/v1/findings/{major['id']}/{command}", {"note": "机构已关停"}).ok(201)["state"] == state


@pytest.mark.provokes("segregation_of_duties")
def test_whoever_rectified_may_not_reinspect(office, issue_key, base_url):
    """Two keys of one person do not defeat it."""
    one = office.new_finding("ordered")
    key, _ = issue_key("institution", office.district, institution=office.home["id"], actor=office.inspector.actor)
    Client(base_url, key).post(f"/v1/findings/{one['id']}/progress-reports", {"note": "我也在那里任职"}).ok(201)
    office.institution.post(f"/v1/findings/{one['id']}/reinspection-requests", {}).ok(201)
    office.inspector.post(f"/v1/findings/{one['id']}/reinspections", {"result": "passed"}).problem("segregation_of_duties", 422)
    assert office.state(one) == "reinspection_requested"
    assert office.inspector2.post(f"/v1/findings/{one['id']}/reinspections", {"result": "passed"}).ok(201)["state"] == "closed"


def test_failed_reinspection_needs_its_next_order(office):
    one = office.new_finding("reinspection_requested")
    path = f"/v1/findings/{one['id']}/reinspections"
    office.inspector.post(path, {"result": "failed", "note": "仍未整改"}).problem("rule_violated", 422)
    office.inspector.post(path, {"result": "passed", "order": {"requirement": "清理", "days": 1}}).problem("rule_violated", 422)
    answer = office.inspector.post(path, {"result": "failed", "order": {"requirement": "清理", "days": 1, "deadline": day(1)}})
    answer.problem("rule_violated", 422)
    assert all(pointer.startswith("/order") for pointer in answer.faults())
    assert office.state(one) == "reinspection_requested"


# -- visits --------------------------------------------------------------------------------------------------------------------

def test_visit_needs_two_inspectors_when_it_starts(office):
    alone = office.inspector.post("/v1/inspections", {"institution_id": office.home["id"], "kind": "special"}).ok(201)
    assert [i["actor_id"] for i in alone["inspectors"]] == [office.inspector.actor]
    path = f"/v1/inspections/{alone['id']}"
    office.inspector.post(f"{path}/starts", {"credentials_shown": True}).problem("rule_violated", 422)
    two = office.inspector.patch(path, {"inspectors": [{"actor_id": office.inspector.actor}, {"name": "外聘专家", "certificate_no": "渝-001"}]}).ok(200)
    assert len(two["inspectors"]) == 2
    office.inspector.post(f"{path}/starts", {"credentials_shown": True}).ok(201)
    office.inspector.patch(path, {"task_source": "补充"}).problem("invalid_state", 409)


def test_visit_of_others_is_theirs(office, api):
    stranger = api("inspector", office.district, name="另一位检查员")
    visit = office.new_inspection()
    stranger.post(f"/v1/inspections/{visit['id']}/starts", {"credentials_shown": True}).problem("forbidden", 403)
    office.section_chief.post(f"/v1/inspections/{visit['id']}/starts", {"credentials_shown": True}).ok(201)


def test_refusal_to_sign_needs_reason_and_witness(office):
    visit = office.new_inspection("awaiting_signature")
    path = f"/v1/inspections/{visit['id']}/signatures"
    office.inspector.post(path, {"party": "inspector", "name": "周某"}).ok(201)
    office.inspector.post(path, {"party": "institution", "name": "李院长", "refused": True}).problem("rule_violated", 422)
    refused = office.inspector.post(path, {"party": "institution", "name": "李院长", "refused": True, "reason": "对结论有异议"}).ok(201)
    assert refused["state"] == "awaiting_signature"
    stands = office.inspector.post(path, {"party": "witness", "name": "社区民警张某"}).ok(201)
    assert stands["state"] == "recorded"
    assert [(s["party"], s["refused"]) for s in office.inspector.get(path).ok()["items"]] == [
        ("inspector", False), ("institution", True), ("witness", False)]


@pytest.mark.parametrize("kind", ["patrol", "supervision", "self", "sweep", "red_armband", "case", "special"])
def test_each_kind_of_visit_to_its_record(office, kind):
    visit = office.new_inspection("recorded", kind)
    assert office.section_chief.get(f"/v1/inspections/{visit['id']}").ok()["state"] == "recorded"


def test_unannounced_visit(office):
    visit = office.new_inspection(method="unannounced")
    path = f"/v1/inspections/{visit['id']}"
    office.inspector.post(f"{path}/notices", {"receiver": "李院长"}).problem("rule_violated", 422)
    office.institution.get(path).problem("not_found", 404)
    assert visit["id"] not in {i["id"] for i in office.institution.pages("/v1/inspections")}
    office.inspector.post(f"{path}/starts", {"credentials_shown": True}).ok(201)
    assert office.institution.get(path).ok()["state"] == "in_progress"


def test_visit_missed(office, clock):
    visit = office.new_inspection(planned_on=day())
    assert visit["id"] not in {i["id"] for i in office.inspector.pages("/v1/inspections", {"missed": "true"})}
    clock.advance(days=1)
    assert office.inspector.get(f"/v1/inspections/{visit['id']}").ok()["missed"] is True
    assert visit["id"] in {i["id"] for i in office.inspector.pages("/v1/inspections", {"missed": "true"})}
    office.inspector.post(f"/v1/inspections/{visit['id']}/cancellations", {"reason": "改期"}).ok(201)
    assert office.inspector.get(f"/v1/inspections/{visit['id']}").ok()["missed"] is False


# -- deadlines at the day's edge in Asia/Shanghai -------------------------------------------------------------------------------

def test_overdue_begins_after_the_end_of_the_due_day(office, clock):
    start = clock.set(datetime.datetime.now(CHINA).replace(hour=9, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1))
    one = office.new_finding("ordered", days=2)
    path = f"/v1/findings/{one['id']}"
    due = (start.date() + datetime.timedelta(days=2))

    def look(moment):
        clock.set(moment)
        found = office.inspector.get(path).ok()
        lists = {state: one["id"] in {d["finding_id"] for d in office.inspector.pages("/v1/deadlines", {"state": state})}
                 for state in ("overdue", "due_today", "due_soon", "open")}
        filtered = one["id"] in {f["id"] for f in office.inspector.pages("/v1/findings", {"overdue": "true"})}
        return found, lists, filtered

    found, lists, filtered = look(start)
    assert found["deadline"] == due.isoformat() and found["days_left"] == 2
    assert lists == {"overdue": False, "due_today": False, "due_soon": True, "open": True} and not filtered
    found, lists, filtered = look(datetime.datetime.combine(due, datetime.time(23, 59, 59), CHINA))
    assert (found["overdue"], found["days_left"]) == (False, 0)
    assert lists == {"overdue": False, "due_today": True, "due_soon": True, "open": True} and not filtered
    found, lists, filtered = look(datetime.datetime.combine(due, datetime.time(23, 59, 59), CHINA) + datetime.timedelta(seconds=1))
    assert (found["overdue"], found["days_left"]) == (True, -1)
    assert lists == {"overdue": True, "due_today": False, "due_soon": False, "open": True} and filtered
    task = tasks(office.institution)[("to_rectify", one["id"])]
    assert task["overdue"] is True and task["due_on"] == due.isoformat()


def test_reinspection_without_request_once_due(office, clock):
    clock.set(datetime.datetime.now(CHINA).replace(hour=9, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1))
    ordered, rectifying = office.new_finding("ordered", days=2), office.new_finding("rectifying", days=2)
    for one in (ordered, rectifying):
        office.inspector.post(f"/v1/findings/{one['id']}/reinspections", {"result": "passed"}).problem("invalid_state", 409)
    assert ("to_reinspect", ordered["id"]) not in tasks(office.inspector)
    clock.advance(days=2)
    assert ("to_reinspect", ordered["id"]) in tasks(office.inspector)
    # due is judged by when it happened: a visit two days ago was too early
    early = (clock.now() - datetime.timedelta(days=1)).isoformat()
    office.inspector.post(f"/v1/findings/{ordered['id']}/reinspections", {"result": "passed", "occurred_at": early}).problem("invalid_state", 409)
    assert office.inspector.post(f"/v1/findings/{ordered['id']}/reinspections", {"result": "passed"}).ok(201)["state"] == "closed"
    again = office.inspector.post(f"/v1/findings/{rectifying['id']}/reinspections",
                                  {"result": "failed", "order": {"requirement": "抓紧整改", "days": 1}}).ok(201)
    assert again["state"] == "ordered"


def test_period_runs_from_service(office, clock):
    start = clock.set(datetime.datetime.now(CHINA).replace(hour=9, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1))
    one = office.new_finding()
    order = office.inspector.post("/v1/rectification-orders", {"institution_id": office.home["id"], "items": [
        {"finding_id": one["id"], "requirement": "清理", "days": 5}]}).ok(201)
    clock.advance(days=3, hours=14, minutes=59)     # 23:59 in Shanghai, 15:59 in UTC: still the third day
    office.inspector.post(f"/v1/rectification-orders/{order['id']}/services", {"method": "leave"}).ok(201)
    assert office.inspector.get(f"/v1/findings/{one['id']}").ok()["deadline"] == (start.date() + datetime.timedelta(days=8)).isoformat()


def test_late_is_late_even_if_told_later(office, clock):
    """Work done in time but entered after the deadline keeps its own time."""
    clock.set(datetime.datetime.now(CHINA).replace(hour=9, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1))
    one = office.new_finding("ordered", days=1)
    done_at = clock.advance(hours=5)
    clock.advance(days=3)
    report = office.institution.post(f"/v1/findings/{one['id']}/progress-reports", {"note": "当天已改", "occurred_at": done_at.isoformat()}).ok(201)
    assert at(report["occurred_at"]) == done_at and at(report["recorded_at"]) == clock.now()


# -- feed ---------------------------------------------------------------------------------------------------------------------

def test_feed_tells_every_change_once_in_order(office):
    start = office.auditor.get("/v1/events", {"limit": 1}).ok()
    one = office.new_finding("closed")
    wanted = ["confirmed", "ordered", "rectifying", "reinspection_requested", "closed"]
    for _ in range(100):
        mine = [e for e in office.auditor.pages("/v1/events") if e["resource_id"] == one["id"]]
        if mine and mine[-1]["to_state"] == "closed":
            break
        time.sleep(0.1)
    assert [e["to_state"] for e in mine if e["from_state"] != e["to_state"]] == wanted
    every = list(office.auditor.pages("/v1/events", limit=7))
    positions = [e["position"] for e in every]
    assert positions == sorted(set(positions)), "each event once, in the order of positions"
    half = every[len(every) // 2]
    rest = list(office.auditor.pages("/v1/events", {"after": half["position"]}))
    assert [e["position"] for e in rest][:len(every) - len(every) // 2 - 1] == positions[len(every) // 2 + 1:]
    assert start["items"] == [] or start["items"][0]["position"] == positions[0]


def until_told(client, wanted, after):
    """Follow the feed from `after` until all wanted ids were told -> (their ids in the order told, last position)."""
    told, ends = [], time.monotonic() + 20
    while set(wanted) - set(told):
        assert time.monotonic() < ends, f"never told: {set(wanted) - set(told)}"
        items = client.get("/v1/events", {"after": after, "limit": 50}).ok()["items"]
        told += [e["resource_id"] for e in items if e["what"] == "created"]
        after = items[-1]["position"] if items else after
        time.sleep(0 if items else 0.02)
    return told, after


def last_position(client):
    return max((e["position"] for e in client.pages("/v1/events")), default=0)


def test_feed_waits_for_a_transaction_that_is_late(office, server):
    """A change that began first and commits last is told, and told first: who follows positions misses nothing."""
    start = last_position(office.auditor)
    slow = office.new_finding()
    start = until_told(office.auditor, [slow["id"]], start)[1]
    with server.connect() as late:
        late.autocommit = False
        late.execute("UPDATE hz.finding SET location = '二楼', version = version + 1 WHERE id = %s", (slow["id"],))
        quick = office.new_finding()
        time.sleep(1)
        assert office.auditor.get("/v1/events", {"after": start}).ok()["items"] == []
        late.commit()
    until_told(office.auditor, [quick["id"]], start)
    items = office.auditor.get("/v1/events", {"after": start}).ok()["items"]
    assert [(e["resource_id"], e["what"]) for e in items] == [(slow["id"], "changed"), (quick["id"], "created")]


def test_feed_misses_nothing_while_many_write(office, base_url):
    start = last_position(office.auditor)

    def write(_):
        client = Client(base_url, office.inspector.key)
        return [client.post("/v1/findings", office.finding_body()).ok(201)["id"] for _ in range(15)]
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        jobs = [pool.submit(write, n) for n in range(4)]
        made = set()
        told, after = [], start
        while not all(job.done() for job in jobs):
            items = office.auditor.get("/v1/events", {"after": after}).ok()["items"]
            told += [e["resource_id"] for e in items if e["what"] == "created"]
            after = items[-1]["position"] if items else after
        for job in jobs:
            made |= set(job.result())
    told += until_told(office.auditor, made - set(told), after)[0]
    assert len(told) == len(set(told)) == len(made) and set(told) == made


def test_every_act_changes_the_tag(office):
    one = office.new_finding()
    path, tags = f"/v1/findings/{one['id']}", []
    for who, command, body in ((None, None, None), (office.inspector, "orders", {"requirement": "清理", "days": 3}), (office.institution, "progress-reports", {}),
                               (office.institution, "progress-reports", {}), (office.institution, "reinspection-requests", {}),
                               (office.inspector, "reinspections", {"result": "passed"})):
        if who:
            who.post(f"{path}/{command}", body).ok(201)
        tags.append(office.inspector.get(path).etag)
        assert office.inspector.get(path, headers={"If-None-Match": tags[-1]}).status == 304
    assert len(set(tags)) == len(tags)


def test_positions_have_no_holes(db):
    for _ in range(100):
        waiting, = db.execute("SELECT count(*) FROM hz.event WHERE position IS NULL").fetchone()
        if not waiting:
            break
        time.sleep(0.1)
    assert waiting == 0
    count, lowest, highest = db.execute("SELECT count(*), min(position), max(position) FROM hz.event").fetchone()
    assert (lowest, highest) == (1, count)


def test_each_change_writes_one_event(office, db):
    before, = db.execute("SELECT count(*) FROM hz.event").fetchone()
    one = office.new_finding("confirmed")
    after, = db.execute("SELECT count(*) FROM hz.event").fetchone()
    assert after == before + 1
    office.inspector.post(f"/v1/findings/{one['id']}/corrections", {"note": "当场改正", "attachments": EVIDENCE}).ok(201)
    assert db.execute("SELECT count(*) FROM hz.event").fetchone()[0] == before + 2
    assert db.execute("SELECT count(*) FROM hz.event WHERE resource_id = %s AND actor_id <> %s", (one["id"], office.inspector.actor)).fetchone()[0] == 0
