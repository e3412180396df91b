"""Requests that are well formed and still make no sense: each is refused with a fault that points at what is wrong, and writes nothing."""
import pytest

from office import ago, day, new_id, row_counts


@pytest.fixture(scope="module")
def scene(office, new_office):
    """Things the requests below are about."""
    class Scene:
        o, other_office = office, new_office()
        other, foreign = office.new_institution(), None
        planned, running, cancelled = office.new_inspection("planned"), office.new_inspection("in_progress"), office.new_inspection("cancelled")
        waiting = office.new_inspection("awaiting_signature")
        checklist, items = office.checklist()
        with_list = office.new_inspection("in_progress", checklist_id=checklist)
        finding, ordered, waiting_finding = office.new_finding(), office.new_finding("ordered"), office.new_finding("reinspection_requested")
        of_list = office.new_finding(inspection_id=with_list["id"])
        issued = office.inspector.post("/v1/rectification-orders", {"institution_id": office.home["id"], "items": [
            {"finding_id": office.new_finding()["id"], "requirement": "清理", "deadline": day(2)}]}).ok(201)
        unit = office.admin.post("/v1/org-units", {"district": office.district, "kind": "section", "name": "甲科"}).ok(201)
    Scene.foreign = Scene.other_office.new_finding()
    return Scene


def finding(s, who="inspector", **fields):
    return who, "POST", "/v1/findings", s.o.finding_body(**fields)


def visit(s, kind="routine", who="inspector", **fields):
    return who, "POST", "/v1/inspections", s.o.inspection_body(kind, **fields)


def step(s, thing, command, who="inspector", **body):
    return who, "POST", f"/v1/inspections/{thing['id']}/{command}", body


def answers(s, thing, *given):
    return "inspector", "PUT", f"/v1/inspections/{thing['id']}/answers", {"answers": list(given)}


def order(s, institution=None, finding=None, more=None, **item):
    return "inspector", "POST", "/v1/rectification-orders", {
        "institution_id": (institution or s.o.home)["id"], **(more or {}),
        "items": [{"finding_id": (finding or s.finding)["id"], "requirement": "清理", **item}]}


def service(s, **body):
    return "inspector", "POST", f"/v1/rectification-orders/{s.issued['id']}/services", body


def act(s, thing, command, who="inspector", **body):
    return who, "POST", f"/v1/findings/{thing['id']}/{command}", body


def place(s, **fields):
    return "section_chief", "POST", "/v1/institutions", s.o.institution_body(**fields)


def key(s, **fields):
    return "admin", "POST", "/v1/api-keys", {"name": "某", "role": "inspector", "districts": [s.o.district], "actor": {"name": "某", "kind": "person"}, **fields}


def limit(s, **fields):
    return "admin", "POST", "/v1/time-limits", {"code": "reinspection", "region": s.o.district, "amount": 7, "day_kind": "working", "effective_from": day(), **fields}


RULES = {
    # findings
    "visit called off": (lambda s: finding(s, inspection_id=s.cancelled["id"]), 422, {"/inspection_id"}),
    "visit not begun": (lambda s: finding(s, inspection_id=s.planned["id"]), 422, {"/inspection_id"}),
    "visit of another institution": (lambda s: finding(s, institution=s.other, inspection_id=s.running["id"]), 422, {"/inspection_id"}),
    "own finding on the office's visit": (lambda s: finding(s, "institution", inspection_id=s.running["id"]), 422, {"/inspection_id"}),
    "recurs of another's": (lambda s: finding(s, institution=s.other, recurs_of=s.finding["id"]), 422, {"/recurs_of"}),
    "found in ten minutes": (lambda s: finding(s, found_at=ago(minutes=-10)), 422, {"/found_at"}),
    "nothing but blanks": (lambda s: finding(s, description=" 　\t"), 400, {"/description"}),
    "unknown category": (lambda s: finding(s, category="water"), 400, {"/category"}),
    # visits
    "one inspector twice": (lambda s: visit(s, inspectors=[{"actor_id": s.o.inspector.actor}] * 2), 422, {"/inspectors/1/actor_id"}),
    "inspector unknown": (lambda s: visit(s, inspectors=[{"actor_id": new_id()}]), 422, {"/inspectors/0/actor_id"}),
    "inspector without certificate": (lambda s: visit(s, inspectors=[{"name": "某人"}]), 422, {"/inspectors/0"}),
    "inspector without a name": (lambda s: visit(s, inspectors=[{"certificate_no": "1"}]), 422, {"/inspectors/0"}),
    "list that is none": (lambda s: visit(s, checklist_id=new_id()), 422, {"/checklist_id"}),
    "ended before it began": (lambda s: step(s, s.running, "submissions", conclusion="完毕", ended_at=ago(days=2)), 422, {"/ended_at"}),
    "ends tomorrow": (lambda s: step(s, s.running, "submissions", conclusion="完毕", ended_at=ago(days=-1)), 422, {"/ended_at"}),
    "blank conclusion": (lambda s: step(s, s.running, "submissions", conclusion="  "), 400, {"/conclusion"}),
    "inspector refuses": (lambda s: step(s, s.waiting, "signatures", party="inspector", name="某", refused=True, reason="无"), 422, {"/refused"}),
    "refused without reason": (lambda s: step(s, s.waiting, "signatures", party="institution", name="某", refused=True), 422, {"/reason"}),
    "started in the future": (lambda s: step(s, s.planned, "starts", occurred_at=ago(hours=-1)), 422, {"/occurred_at"}),
    # answers
    "no list to answer": (lambda s: answers(s, s.running, {"item_id": new_id(), "answer": "pass"}), 422, {"/answers"}),
    "item of no list": (lambda s: answers(s, s.with_list, {"item_id": new_id(), "answer": "pass"}), 422, {"/answers/0/item_id"}),
    "item twice": (lambda s: answers(s, s.with_list, *[{"item_id": s.items[0], "answer": "pass"}] * 2), 422, {"/answers/1/item_id"}),
    "finding of another visit": (lambda s: answers(s, s.with_list, {"item_id": s.items[0], "answer": "fail", "finding_id": s.finding["id"]}), 422, {"/answers/0/finding_id"}),
    "good, and a finding": (lambda s: answers(s, s.with_list, {"item_id": s.items[0], "answer": "pass", "finding_id": s.of_list["id"]}), 422, {"/answers/0/finding_id"}),
    # orders
    "no items": (lambda s: ("inspector", "POST", "/v1/rectification-orders", {"institution_id": s.o.home["id"], "items": []}), 400, {"/items"}),
    "due yesterday": (lambda s: order(s, deadline=day(-1)), 422, {"/items/0/deadline"}),
    "days gone by": (lambda s: order(s, days=-1), 400, {"/items/0/days"}),
    "a kind of days, but none": (lambda s: order(s, day_kind="working"), 422, {"/items/0/day_kind"}),
    "working days of a day": (lambda s: order(s, deadline=day(1), day_kind="working"), 422, {"/items/0/day_kind"}),
    "day and days": (lambda s: order(s, days=1, deadline=day(1)), 422, {"/items/0/days"}),
    "finding of another institution": (lambda s: order(s, institution=s.other, days=1), 422, {"/items/0/finding_id"}),
    "finding of another district": (lambda s: order(s, finding=s.foreign, days=1), 422, {"/items/0/finding_id"}),
    "finding ordered before": (lambda s: order(s, finding=s.ordered, days=1), 422, {"/items/0/finding_id"}),
    "visit that was none": (lambda s: order(s, days=1, more={"inspection_id": s.planned["id"]}), 422, {"/inspection_id"}),
    "ordered before it was found": (lambda s: order(s, days=1, more={"occurred_at": ago(days=1)}), 422, {"/items/0/finding_id"}),
    "served before it was issued": (lambda s: service(s, served_at=ago(days=1)), 422, {"/served_at"}),
    "served tomorrow": (lambda s: service(s, served_at=ago(days=-1)), 422, {"/served_at"}),
    "served by pigeon": (lambda s: service(s, method="pigeon"), 400, {"/method"}),
    # acts
    "dismissed for blanks": (lambda s: act(s, s.finding, "dismissals", "section_chief", note="  "), 400, {"/note"}),
    "dismissed for nothing": (lambda s: act(s, s.finding, "dismissals", "section_chief"), 400, {"/note"}),
    "corrected, nobody knows how": (lambda s: act(s, s.finding, "corrections"), 400, {"/note"}),
    "merged into itself": (lambda s: act(s, s.finding, "merges", "section_chief", into=s.finding["id"]), 422, {"/into"}),
    "merged into nothing": (lambda s: act(s, s.finding, "merges", "section_chief", into=new_id()), 422, {"/into"}),
    "failed and no next order": (lambda s: act(s, s.waiting_finding, "reinspections", result="failed"), 422, {"/order"}),
    "passed and a next order": (lambda s: act(s, s.waiting_finding, "reinspections", result="passed", order={"requirement": "清理", "days": 1}), 422, {"/order"}),
    "failed, due yesterday": (lambda s: act(s, s.waiting_finding, "reinspections", result="failed", order={"requirement": "清理", "deadline": day(-1)}), 422, {"/order/deadline"}),
    "failed, a kind of days alone": (lambda s: act(s, s.waiting_finding, "reinspections", result="failed", order={"day_kind": "calendar"}), 422, {"/order/day_kind"}),
    # time limits
    "a limit nobody knows": (lambda s: limit(s, code="of_nothing"), 422, {"/code"}),
    "a limit of yesterday": (lambda s: limit(s, effective_from=day(-1)), 422, {"/effective_from"}),
    "a limit of a province": (lambda s: limit(s, region="50"), 400, {"/region"}),
    "less than no days": (lambda s: limit(s, amount=-1), 400, {"/amount"}),
    "nothing, and it was read": (lambda s: limit(s, legal_basis_read=True), 422, {"/legal_basis_read"}),
    # institutions
    "more disabled than residents": (lambda s: place(s, residents=3, disabled_residents=5), 422, {"/disabled_residents"}),
    "wrong check character": (lambda s: place(s, uscc="91350100M000100Y44"), 400, {"/uscc"}),
    "street of another district": (lambda s: place(s, street="500103001" if s.o.district != "500103" else "500101001"), 422, {"/street"}),
    "a position without its system": (lambda s: place(s, longitude=106.5, latitude=29.5), 422, {"/coordinate_system"}),
    "half a position": (lambda s: place(s, longitude=106.5, coordinate_system="wgs84"), 422, {"/latitude"}),
    "a bed and a half": (lambda s: place(s, beds=1.5), 400, {"/beds"}),
    "no telephone": (lambda s: place(s, principal_phone="12"), 400, {"/principal_phone"}),
    "unknown section": (lambda s: place(s, org_unit_id=new_id()), 422, {"/org_unit_id"}),
    "unknown subtype": (lambda s: place(s, subtype="castle"), 422, {"/subtype"}),
    # units and keys
    "its own superior": (lambda s: ("admin", "PATCH", f"/v1/org-units/{s.unit['id']}", {"parent_id": s.unit["id"]}), 422, {"/parent_id"}),
    "institution's key for none": (lambda s: key(s, role="institution"), 422, {"/institutions"}),
    "street's key for none": (lambda s: key(s, role="street"), 422, {"/streets"}),
    "key for nobody": (lambda s: ("admin", "POST", "/v1/api-keys", {"name": "某", "role": "inspector", "districts": [s.o.district]}), 422, {"/actor"}),
    "key of a stranger": (lambda s: ("admin", "POST", "/v1/api-keys", {"name": "某", "role": "inspector", "districts": [s.o.district],
                                                                        "actor_id": s.other_office.inspector.actor}), 422, {"/actor_id"}),
    "key that has ended": (lambda s: key(s, expires_at=ago(days=1)), 422, {"/expires_at"}),
    "key for another district's institution": (lambda s: key(s, role="institution", institutions=[s.other_office.home["id"]]), 422, {"/institutions"}),
}


@pytest.mark.parametrize("rule", RULES)
def test_refused(office, scene, rule):
    make, status, pointers = RULES[rule]
    who, method, path, body = make(scene)
    before = row_counts(office.db)
    client = office.client(who)
    answer = client.patch(path, body) if method == "PATCH" else client.request(method, path, body)
    assert answer.status == status, answer
    assert set(answer.faults()) == pointers, answer
    for fault in answer.data["errors"]:
        assert any("一" <= c <= "鿿" for c in fault["detail"]), f"says nothing in Chinese: {fault}"
    assert row_counts(office.db) == before


def test_nothing_of_the_scene_has_moved(office, scene):
    """Runs last: after all these refusals each thing stands where it stood."""
    for thing, state in ((scene.finding, "confirmed"), (scene.ordered, "ordered"), (scene.waiting_finding, "reinspection_requested")):
        assert office.state(thing) == state
    for thing, state in ((scene.planned, "planned"), (scene.running, "in_progress"), (scene.waiting, "awaiting_signature")):
        assert office.inspector.get(f"/v1/inspections/{thing['id']}").ok()["state"] == state
    assert office.inspector.get(f"/v1/rectification-orders/{scene.issued['id']}").ok()["state"] == "issued"
