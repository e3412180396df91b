"""Campaigns: the registry, and the visits, findings and deadlines that belong to one."""
import pytest

from office import ago, day, new_id


def body(office, **fields):
    return {"district": office.district, "name": "安全生产月", "starts_on": day(-5), "ends_on": day(20), **fields}


@pytest.fixture(scope="module")
def tree(office):
    """三年行动 ⊃ 百日行动 ⊃ 安全生产月, by the office and a section chief."""
    years = office.office.post("/v1/campaigns", body(office, name="三年行动", theme="治本攻坚", document_number="渝中民〔2021〕63号", starts_on=day(-300), ends_on=day(700),
                                                     categories=["personal", "fire", "fire"])).ok(201)
    days = office.section_chief.post("/v1/campaigns", body(office, name="百日行动", parent_id=years["id"], starts_on=day(-40), ends_on=day(60))).ok(201)
    month = office.office.post("/v1/campaigns", body(office, parent_id=days["id"])).ok(201)
    return {"years": years, "days": days, "month": month}


def test_registry(office, tree):
    assert tree["years"]["categories"] == ["fire", "personal"], "once each, in their order"
    assert tree["days"]["categories"] == [] and tree["days"]["note"] is None
    def seen(**query):
        return [c["name"] for c in office.inspector.pages("/v1/campaigns", query, limit=1)]
    assert seen() == ["安全生产月", "百日行动", "三年行动"] == seen(district=office.district)
    assert seen(parent_id=tree["years"]["id"]) == ["百日行动"]
    assert seen(on=day(21)) == ["百日行动", "三年行动"] and seen(on=day(20))[0] == "安全生产月" == seen(on=day(-5))[0]
    assert seen(on=day(-6)) == ["百日行动", "三年行动"]
    assert office.street.get(f"/v1/campaigns/{tree['month']['id']}").ok() == tree["month"]


def test_changed(office, tree):
    path = f"/v1/campaigns/{tree['month']['id']}"
    tag = office.office.get(path).etag
    new = office.section_chief.patch(path, {"theme": "落实安全责任", "categories": ["service"], "note": None}).ok(200)
    assert (new["theme"], new["categories"], new["version"]) == ("落实安全责任", ["service"], tree["month"]["version"] + 1)
    office.office.patch(path, {"theme": "x"}, if_match=tag).problem("precondition_failed", 412)
    office.office.patch(path, {"theme": "x"}, if_match=False).problem("precondition_required", 428)
    office.office.patch(path, {"district": "500103"}).problem("validation_failed", 400)
    office.inspector.patch(path, {"theme": "x"}, if_match="*").problem("forbidden", 403)
    assert office.office.patch(path, {"categories": []}).ok(200)["categories"] == []


@pytest.mark.parametrize("fields, faults", [
    ({"ends_on": day(-6)}, {"/ends_on": "before_start"}),
    ({"parent_id": new_id()}, {"/parent_id": "unknown_reference"}),
    ({"parent_id": "month", "ends_on": day(21)}, {"/parent_id": "outside_parent"}),
    ({"parent_id": "month", "starts_on": day(-6)}, {"/parent_id": "outside_parent"}),
    ({"parent_id": "elsewhere"}, {"/parent_id": "unknown_reference"}),
])
def test_faults(office, new_office, tree, fields, faults):
    if fields.get("parent_id") == "elsewhere":
        other = new_office()
        fields = {"parent_id": other.office.post("/v1/campaigns", body(other)).ok(201)["id"]}
    elif fields.get("parent_id") in tree:
        fields = {**fields, "parent_id": tree[fields["parent_id"]]["id"]}
    before = office.rows()
    answer = office.office.post("/v1/campaigns", body(office, **fields))
    answer.problem("rule_violated", 422)
    assert answer.faults() == faults and office.rows() == before


def test_no_circle_and_no_other_district(office, tree):
    answer = office.office.patch(f"/v1/campaigns/{tree['years']['id']}", {"parent_id": tree["month"]["id"]})
    answer.problem("rule_violated", 422)
    assert answer.faults() == {"/parent_id": "circle"}
    office.office.post("/v1/campaigns", body(office, district="500103")).problem("out_of_scope", 403)
    one = new_id()
    office.office.post("/v1/campaigns", body(office, id=one)).ok(201)
    office.office.post("/v1/campaigns", body(office, id=one)).problem("id_exists", 409)


def test_visit_belongs_to_a_campaign_of_its_day_and_district(office, new_office, tree):
    month = tree["month"]["id"]
    def plan(**fields):
        return office.inspector.post("/v1/inspections", office.inspection_body(**fields))
    one = plan(campaign_id=month).ok(201)
    assert one["campaign_id"] == month
    for fields in ({"planned_on": day(21)}, {"planned_on": day(-6)}):
        answer = plan(campaign_id=month, **fields)
        answer.problem("rule_violated", 422)
        assert answer.faults() == {"/campaign_id": "not_running"}
    other = new_office()
    foreign = other.office.post("/v1/campaigns", body(other)).ok(201)["id"]
    for unknown in (foreign, new_id()):
        answer = plan(campaign_id=unknown)
        answer.problem("rule_violated", 422)
        assert answer.faults() == {"/campaign_id": "unknown_reference"}

    path = f"/v1/inspections/{one['id']}"
    answer = office.inspector.patch(path, {"planned_on": day(30)})
    answer.problem("rule_violated", 422)
    assert answer.faults() == {"/campaign_id": "not_running"}, "neither is it moved out of its campaign"
    moved = office.inspector.patch(path, {"planned_on": day(30), "campaign_id": tree["days"]["id"]}).ok()
    assert (moved["planned_on"], moved["campaign_id"]) == (day(30), tree["days"]["id"])
    assert office.inspector.patch(path, {"campaign_id": None, "planned_on": day(300)}).ok()["campaign_id"] is None
    free = plan(planned_on=day(25)).ok(201)
    office.inspector.patch(f"/v1/inspections/{free['id']}", {"note": "改期"}).ok()


def test_lists_by_campaign(office, tree):
    days = tree["days"]["id"]
    visit = office.new_inspection("in_progress", campaign_id=days)
    inside, outside = office.new_finding(inspection_id=visit["id"]), office.new_finding()
    assert (inside["campaign_id"], outside["campaign_id"]) == (days, None)
    for one in (inside, outside):
        office.inspector.post(f"/v1/findings/{one['id']}/orders", {"days": 5}).ok(201)
    assert [i["id"] for i in office.section_chief.pages("/v1/inspections", {"campaign_id": days}, limit=1)] == [visit["id"]]
    for query in ({}, {"sort": "deadline"}, {"overdue": "false"}, {"institution_id": office.home["id"]}):
        assert [f["id"] for f in office.section_chief.pages("/v1/findings", {"campaign_id": days, **query}, limit=1)] == [inside["id"]]
    assert [(d["finding_id"], d["campaign_id"]) for d in office.section_chief.pages("/v1/deadlines", {"campaign_id": days})] == [(inside["id"], days)]
    assert list(office.section_chief.pages("/v1/deadlines", {"campaign_id": tree["month"]["id"]})) == []


def test_visit_that_moves_keeps_its_campaign(office, db, tree):
    """An institution that goes to another district takes its visits and findings along; the campaign stays where it is."""
    home = office.new_institution()
    visit = office.new_inspection("in_progress", institution=home, campaign_id=tree["days"]["id"])
    finding = office.new_finding(institution=home, inspection_id=visit["id"])
    db.execute("UPDATE hz.institution SET district = '500103', street = '500103001' WHERE id = %s", (home["id"],))
    row = db.execute("SELECT district, campaign_id::text FROM hz.finding WHERE id = %s", (finding["id"],)).fetchone()
    assert row == ("500103", tree["days"]["id"])


def test_visit_off_line(office, tree):
    one, finding = new_id(), new_id()
    at = ago(minutes=5)
    office.inspector.post("/v1/inspection-bundles", {
        "inspection": {"id": one, "institution_id": office.home["id"], "kind": "routine", "campaign_id": tree["month"]["id"], "occurred_at": at,
                       "inspectors": [{"actor_id": office.inspector.actor}, {"actor_id": office.inspector2.actor}]},
        "start": {"id": new_id(), "credentials_shown": True, "occurred_at": at},
        "findings": [{"id": finding, "category": "fire", "severity": "general", "description": "安全出口上锁", "found_at": at}]}).ok(201)
    assert office.inspector.get(f"/v1/findings/{finding}").ok()["campaign_id"] == tree["month"]["id"]


def test_changes_are_events(office, tree):
    rows = office.db.execute("SELECT what, payload -> 'changed' ->> 'name' FROM hz.event WHERE resource = 'campaign' AND resource_id = %s ORDER BY id",
                             (tree["years"]["id"],)).fetchall()
    assert rows[0] == ("created", "三年行动")
