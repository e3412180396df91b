"""What a phone takes along: whole, only for those who go, and with a tag that changes exactly when it does."""
import datetime
import json

import pytest

from office import ago, day


def package(who, inspection, **options):
    return who.get(f"/v1/inspections/{inspection['id']}/package", **options)


@pytest.fixture(scope="module")
def visit(office):
    """A planned visit to `home` with the checklist in force, after a recorded one with answers."""
    checklist, items = office.checklist()
    before = office.new_inspection(checklist_id=checklist)
    path = f"/v1/inspections/{before['id']}"
    office.inspector.post(f"{path}/starts", {}).ok(201)
    office.inspector.put(f"{path}/answers", {"answers": [{"item_id": items[0], "answer": "pass", "note": "完好"},
                                                          {"item_id": items[1], "answer": "not_checked"}]}).ok(200)
    office.inspector.post(f"{path}/submissions", {"conclusion": "未发现问题"}).ok(201)
    for party in ("inspector", "institution"):
        office.inspector.post(f"{path}/signatures", {"party": party, "name": "某"}).ok(201)
    one = office.new_inspection(checklist_id=checklist)
    return {**one, "before": before["id"], "items": items}


def test_all_a_phone_needs(office, visit):
    office.section_chief.patch(f"/v1/institutions/{office.home['id']}", {
        "risk_grade": "orange", "permits": [{"kind": "食品经营许可", "number": "JY1", "expires_on": day(30)}]}).ok(200)
    late, soon = office.new_finding("ordered", days=9), office.new_finding("ordered", days=2)
    closed = office.new_finding("voided")
    one = package(office.inspector, visit).ok(200)
    assert one["today"] == day() and one["inspection"] == office.inspector.get(f"/v1/inspections/{visit['id']}").ok()
    assert "starts" in one["allowed"]
    assert one["institution"]["risk_grade"] == "orange" and one["institution"]["permits"][0]["kind"] == "食品经营许可"
    assert one["checklist"] == office.inspector.get(f"/v1/checklists/{visit['checklist_id']}").ok()
    found = [finding["id"] for finding in one["findings"]]
    assert found.index(soon["id"]) < found.index(late["id"]) and closed["id"] not in found
    assert one["findings"][found.index(soon["id"])] == office.inspector.get(f"/v1/findings/{soon['id']}").ok()
    assert one["findings_total"] == len(found)
    assert one["previous"]["inspection_id"] == visit["before"] and one["previous"]["conclusion"] == "未发现问题"
    assert [(a["item_id"], a["answer"], a["note"]) for a in one["previous"]["answers"]] == [(visit["items"][0], "pass", "完好")]
    assert [c["code"] for c in one["categories"]] == [c["code"] for c in office.inspector.get("/v1/categories").ok()["items"]]
    assert {rule["applies_to"] for rule in one["deadline_rules"]} == {"days", "date"}


def test_answers_given_already_come_along(office, visit):
    one = office.new_inspection("in_progress", checklist_id=visit["checklist_id"])
    assert package(office.inspector, one).ok()["answers"] == []
    office.inspector.put(f"/v1/inspections/{one['id']}/answers", {"answers": [{"item_id": visit["items"][2], "answer": "pass"}]}).ok(200)
    assert package(office.inspector2, one).ok()["answers"] == [
        {"item_id": visit["items"][2], "answer": "pass", "note": None, "finding_id": None}]


def test_the_tag_changes_exactly_when_the_package_does(office, visit):
    first, second = package(office.inspector, visit), package(office.inspector, visit)
    assert first.etag == second.etag and not first.etag.startswith("W/")
    assert {**first.data, "generated_at": 0} == {**second.data, "generated_at": 0}
    assert package(office.inspector, visit, headers={"If-None-Match": first.etag}).status == 304
    seen = {first.etag}
    finding = office.new_finding()
    for change in (
            lambda: None,       # the new finding
            lambda: office.inspector.patch(f"/v1/findings/{finding['id']}", {"location": "二楼"}).ok(200),
            lambda: office.section_chief.patch(f"/v1/institutions/{office.home['id']}", {"beds": 77}).ok(200),
            lambda: office.inspector.patch(f"/v1/inspections/{visit['id']}", {"note": "带梯子"}).ok(200),
            lambda: office.section_chief.post(f"/v1/findings/{finding['id']}/voidings", {"note": "误"}).ok(201)):
        change()
        answer = package(office.inspector, visit, headers={"If-None-Match": first.etag})
        assert answer.status == 200 and answer.etag not in seen
        seen.add(answer.etag)


def test_the_tag_changes_with_the_day(office, visit, clock):
    first = package(office.inspector, visit)
    clock.advance(days=1)
    answer = package(office.inspector, visit, headers={"If-None-Match": first.etag})
    assert answer.status == 200 and answer.data["today"] == day(1)


def test_generated_at_is_now(office, visit):
    made = datetime.datetime.fromisoformat(package(office.inspector, visit).data["generated_at"])
    assert datetime.datetime.fromisoformat(ago(minutes=1)) < made < datetime.datetime.fromisoformat(ago(minutes=-1))


def test_only_for_those_who_go(office, new_office, api, visit):
    assert package(office.section_chief, visit).status == 200
    other = api("inspector", office.district, name=f"inspector3 {office.district}")
    package(other, visit).problem("forbidden", 403)
    package(office.street, visit).problem("forbidden", 403)
    package(office.institution, visit).problem("not_found", 404)    # not announced, not begun
    package(office.auditor, visit).problem("forbidden", 403)
    package(new_office().inspector, visit).problem("not_found", 404)
    own = office.new_inspection(kind="self")
    assert package(office.institution, own).ok()["previous"]["inspection_id"] == visit["before"]


def test_without_a_checklist_and_the_first_time(office):
    home = office.new_institution()
    one = package(office.inspector, office.new_inspection(institution=home)).ok()
    assert one["checklist"] is None and one["previous"] is None and one["findings"] == [] and one["findings_total"] == 0


def test_it_is_bounded(office, db):
    """Of very many findings the two hundred soonest due come along, and the number of all is told."""
    home = office.new_institution()
    for _ in range(3):
        office.new_finding(institution=home)
    one = db.execute("SELECT id FROM hz.finding WHERE institution_id = %s LIMIT 1", (home["id"],)).fetchone()[0]
    columns = [row[0] for row in db.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'hz.finding'::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = '' AND attname <> 'id'")]
    db.execute(f"INSERT INTO hz.finding (id, {', '.join(columns)}) SELECT gen_random_uuid(), {', '.join(columns)} "
               "FROM hz.finding, generate_series(1, 300) WHERE id = %s", (one,))
    answer = package(office.inspector, office.new_inspection(institution=home))
    assert answer.data["findings_total"] == 303 and len(answer.data["findings"]) == 200
    assert len(json.dumps(answer.data)) < 1 << 20
