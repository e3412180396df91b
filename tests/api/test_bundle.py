"""A visit brought back in one call: recorded whole, again without effect, refused whole with every fault at its place."""
import concurrent.futures
import copy
import uuid

import pytest

from office import ago, day
from visit import Visit


def places(answer):
    return {fault["pointer"]: (fault["code"], fault.get("state")) for fault in answer.data["errors"]}


def test_a_visit_is_recorded_by_one_call(office):
    visit = Visit(office, findings=5, corrected=2, photos=6)
    answer = visit.send()
    one = answer.ok(201)
    assert answer.headers["Location"] == f"/v1/inspections/{visit.id}" and not one["replayed"]
    assert one["state"] == "recorded" and office.inspector.get(answer.headers["Location"]).ok()["state"] == "recorded"
    assert [finding["state"] for finding in one["findings"]] == ["closed"] * 2 + ["ordered"] * 3
    assert [finding["deadline"] for finding in one["findings"][2:]] == [day(7), day(8), day(9)]
    order = office.inspector.get(f"/v1/rectification-orders/{one['order']['id']}").ok()
    assert order["served"] and len(order["items"]) == 3 and order["number"] == one["order"]["number"]
    assert {file["sha256"] for file in one["awaiting"]} == set(visit.files)
    acts = [office.inspector.get(f"/v1/inspections/{visit.id}/{act}").ok()["items"] for act in ("starts", "submissions", "signatures")]
    assert [len(items) for items in acts] == [1, 1, 2] and acts[0][0]["id"] == visit.bundle["start"]["id"]
    assert office.inspector.get(f"/v1/inspections/{visit.id}/answers").ok()["counts"]["fail"] == 3


def test_the_same_again_has_no_effect(office):
    visit = Visit(office, findings=3, corrected=1, photos=3)
    first = visit.send(idempotency_key="k1" + visit.id)
    before = office.rows()
    again = visit.send(idempotency_key="k1" + visit.id)
    assert (again.status, again.data, again.headers["Idempotent-Replayed"]) == (201, first.data, "true")
    other = visit.send(idempotency_key="k2" + visit.id)
    assert other.status == 200 and other.data == {**first.data, "replayed": True}
    assert visit.send().status == 200 and visit.send(office.inspector2).status == 200
    after = office.rows()
    assert {**after, "idempotency": 0} == {**before, "idempotency": 0}


def test_the_same_at_once_from_two_sides(office):
    visit = Visit(office, findings=4, corrected=1, photos=4)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: visit.send(), range(4)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 201], answers


def test_what_is_added_later_is_all_that_is_new(office):
    visit = Visit(office, findings=3, corrected=1, photos=3)
    signatures = visit.bundle.pop("signatures")
    assert visit.send().ok(201)["state"] == "awaiting_signature"
    visit.bundle["signatures"] = signatures
    one = visit.send().ok(201)
    assert one["state"] == "recorded" and not one["replayed"] and len(one["findings"]) == 3
    assert len(office.inspector.get("/v1/findings", {"inspection_id": visit.id}).ok()["items"]) == 3


@pytest.mark.provokes("bundle_conflict")
def test_the_same_ids_with_other_content_are_a_conflict(office):
    visit = Visit(office, findings=3, corrected=1, photos=3)
    visit.send().ok(201)
    visit.bundle = copy.deepcopy(visit.bundle)
    visit.bundle["findings"][2]["severity"] = "major"
    visit.bundle["submission"]["conclusion"] = "另一个结论"
    visit.bundle["answers"][0]["note"] = "改了"
    before = office.rows()
    answer = visit.send()
    answer.problem("bundle_conflict", 409)
    assert set(places(answer)) == {"/findings/2", "/submission", "/answers/0"}
    assert {code for code, _ in places(answer).values()} == {"different_content"}
    assert office.rows() == before


def test_all_faults_at_once_and_nothing_stored(office):
    visit = Visit(office, findings=4, corrected=1, photos=4)
    bundle = visit.bundle
    bundle["findings"][1]["found_at"] = ago(hours=-1)
    bundle["findings"][2]["attachments"] = [{"sha256": "ab" * 32, "role": "voice"}]
    bundle["corrections"][0]["attachments"] = []
    bundle["answers"][0]["item_id"] = str(uuid.uuid4())
    bundle["order"]["items"][1]["deadline"] = day(-3)
    del bundle["order"]["items"][1]["days"]
    bundle["signatures"][1]["occurred_at"] = ago(days=3)
    before = office.rows()
    answer = visit.send()
    answer.problem("rule_violated", 422)
    assert answer.faults() == {
        "/findings/1/found_at": "occurred_at_in_future", "/findings/2/attachments/0/note": "voice_without_note",
        "/corrections/0/attachments": "evidence_required", "/answers/0/item_id": "unknown_reference",
        "/order/items/1/deadline": "rule_violated", "/signatures/1/occurred_at": "occurred_at_out_of_order"}
    assert office.rows() == before


def test_the_form_is_checked_first(office):
    visit = Visit(office, findings=2, corrected=1, photos=2)
    visit.bundle["findings"][1]["category"] = "nothing"
    visit.bundle["findings"][0]["inspection_id"] = visit.id
    del visit.bundle["start"]["id"]
    answer = visit.send()
    answer.problem("validation_failed", 400)
    assert set(answer.faults()) == {"/findings/1/category", "/findings/0/inspection_id", "/start/id"}
    visit = Visit(office, findings=2, corrected=1, photos=2)
    visit.bundle["findings"] *= 101
    assert set(visit.send().faults()) == {"/findings"}


def test_what_others_did_meanwhile_is_told_item_by_item(office):
    home = office.new_institution()
    checklist, items = office.checklist()
    planned = office.new_inspection(institution=home, checklist_id=checklist)
    older, ordered = office.new_finding(institution=home, found_at=ago(days=2)), office.new_finding(institution=home, found_at=ago(days=2))
    visit = Visit(office, home, findings=2, corrected=1, photos=2, inspection=planned)
    visit.bundle["corrections"].append({"id": str(uuid.uuid4()), "finding_id": older["id"], "note": "也清理了", "occurred_at": ago(minutes=59),
                                        "attachments": visit.bundle["corrections"][0]["attachments"]})
    visit.bundle["order"]["items"].append({"finding_id": ordered["id"], "days": 3})
    # the colleague, with a signal
    office.inspector2.post(f"/v1/inspections/{planned['id']}/starts", {"occurred_at": ago(minutes=87)}).ok(201)
    office.inspector2.put(f"/v1/inspections/{planned['id']}/answers", {"answers": [{"item_id": items[-1], "answer": "not_applicable"}]}).ok(200)
    office.section_chief.post(f"/v1/findings/{older['id']}/voidings", {"note": "误", "occurred_at": ago(minutes=70)}).ok(201)
    office.inspector2.post(f"/v1/findings/{ordered['id']}/orders", {"days": 5, "occurred_at": ago(minutes=70)}).ok(201)
    before = office.rows()
    answer = visit.send()
    answer.problem("bundle_conflict", 409)
    assert places(answer) == {
        "/start": ("invalid_state", "in_progress"), "/corrections/1": ("invalid_state", "voided"),
        f"/answers/{len(visit.bundle['answers']) - 1}/answer": ("already_answered", "not_applicable"),
        "/order/items/1/finding_id": ("invalid_state", "ordered")}
    assert office.rows() == before
    # what others did is left out, the rest goes as it is
    del visit.bundle["start"], visit.bundle["corrections"][1], visit.bundle["answers"][-1], visit.bundle["order"]["items"][1]
    assert visit.send().ok(201)["state"] == "recorded"


def test_a_visit_recorded_or_a_checklist_replaced_meanwhile(office, db):
    checklist, _ = office.checklist()
    recorded = office.new_inspection("recorded", checklist_id=checklist)
    visit = Visit(office, office.home, findings=0, corrected=0, photos=0, inspection=recorded)
    answer = visit.send()
    answer.problem("bundle_conflict", 409)
    assert places(answer) == {place: ("invalid_state", "recorded") for place in ("/start", "/answers", "/submission", "/signatures/0", "/signatures/1")}
    newer = db.execute("INSERT INTO hz.checklist SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'version', 77, "
                       "'effective_from', '2001-01-01', 'effective_to', '2001-12-31'))).* "
                       "FROM hz.checklist c WHERE id = %s RETURNING id", (checklist,)).fetchone()[0]
    planned = office.new_inspection(checklist_id=checklist)
    visit = Visit(office, office.home, findings=0, corrected=0, photos=0, inspection=planned)
    office.section_chief.patch(f"/v1/inspections/{planned['id']}", {"checklist_id": str(newer)}).ok(200)
    answer = visit.send()
    answer.problem("bundle_conflict", 409)
    assert places(answer) == {"/checklist_id": ("checklist_replaced", None)}


def test_only_those_who_may(office, new_office, api):
    visit = Visit(office, findings=1, corrected=0, photos=1)
    for who in (office.institution, office.street, office.auditor, office.leader):
        visit.send(who).problem("forbidden", 403)
    assert new_office().inspector.post("/v1/inspection-bundles", visit.bundle).faults().get("/inspection/institution_id") == "unknown_reference"
    visit.send().ok(201)
    visit.send(api("inspector", office.district, name=f"inspector4 {office.district}")).problem("forbidden", 403)
    visit.bundle.pop("inspection")
    visit.bundle["inspection_id"] = str(uuid.uuid4())
    assert set(visit.send().faults()) == {"/inspection_id"}


def test_a_street_patrols_and_an_institution_inspects_itself(office):
    patrol = {"inspection": {"id": str(uuid.uuid4()), "institution_id": office.home["id"], "kind": "patrol", "occurred_at": ago(hours=2)},
              "start": {"id": str(uuid.uuid4()), "occurred_at": ago(hours=2)},
              "findings": [{"id": str(uuid.uuid4()), "category": "fire", "severity": "general", "description": "堵", "found_at": ago(minutes=100)}],
              "submission": {"id": str(uuid.uuid4()), "conclusion": "一处", "occurred_at": ago(minutes=90)},
              "signatures": [{"id": str(uuid.uuid4()), "party": "inspector", "name": "某", "occurred_at": ago(minutes=89)}]}
    one = office.street.post("/v1/inspection-bundles", patrol).ok(201)
    assert (one["state"], one["findings"][0]["state"]) == ("recorded", "reported")
    patrol["order"] = {"id": str(uuid.uuid4()), "items": [{"finding_id": patrol["findings"][0]["id"], "days": 3}], "occurred_at": ago(minutes=80)}
    answer = office.street.post("/v1/inspection-bundles", patrol)
    answer.problem("forbidden", 403)
    assert answer.faults() == {"/order": "forbidden"}
    own = {**patrol, "inspection": {**patrol["inspection"], "id": str(uuid.uuid4()), "kind": "self"}}
    del own["order"]
    for part in ("start", "submission"):
        own[part] = {**own[part], "id": str(uuid.uuid4())}
    own["findings"] = [{**own["findings"][0], "id": str(uuid.uuid4())}]
    own["signatures"] = [{**own["signatures"][0], "id": str(uuid.uuid4()), "party": "institution"}]
    assert office.institution.post("/v1/inspection-bundles", own).ok(201)["state"] == "recorded"


@pytest.mark.parametrize("by", ["id", "sha256"])
def test_evidence_before_and_after(office, by):
    visit = Visit(office, findings=2, corrected=1, photos=2)
    uploaded = {name: visit.upload(name).ok(201)["id"] for name in visit.files}
    if by == "id":
        for part in [*visit.bundle["findings"], *visit.bundle["corrections"], *visit.bundle["signatures"]]:
            part["attachments"] = [{"id": uploaded[file["sha256"]], "role": file["role"]} for file in part["attachments"]]
    assert visit.send().ok(201)["awaiting"] == []
    finding = office.inspector.get(f"/v1/findings/{visit.findings[0]['id']}").ok()
    assert {file["id"] for file in finding["attachments"]} <= set(uploaded.values()) and finding["attachments"]


def test_the_largest_bundle_is_taken_in_time(office):
    visit = Visit(office, findings=200, corrected=0, photos=30)
    for finding in visit.findings:
        finding["attachments"] = (finding["attachments"] + [{"sha256": uuid.uuid4().hex * 2, "role": "before"}])[:1]
    answer = visit.send()
    assert len(answer.ok(201)["findings"]) == 200 and answer.response.elapsed.total_seconds() < 10
    for finding in visit.findings:
        finding["attachments"] = [{"sha256": uuid.uuid4().hex * 2, "role": "before"} for _ in range(3)]
    visit.bundle["inspection"]["id"] = str(uuid.uuid4())
    assert visit.send().faults() == {"": "rule_violated"}
