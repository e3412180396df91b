"""Checklists as they are found and chosen: whose they are, and which visits take which."""
import pytest

TYPES = ("elderly_care", "funeral", "marriage_registration", "child_welfare", "relief", "mental_health", "other")


@pytest.fixture(scope="module")
def lists(office):
    """{(type, audience): the list in force} of every type."""
    answer = office.institution.get("/v1/checklists", {"current": "true", "limit": 100}).ok()
    return {(one["institution_type"], one["audience"]): one for one in answer["items"]}


def test_every_type_has_both(lists):
    assert {key for key in lists} == {(kind, audience) for kind in TYPES for audience in ("office", "institution")}
    for (kind, audience), one in lists.items():
        assert one["code"] == (kind if audience == "office" else f"{kind}_self")


@pytest.mark.parametrize("kind", TYPES)
def test_one_is_found_by_type_and_audience(office, lists, kind):
    for audience in ("office", "institution"):
        answer = office.inspector.get("/v1/checklists", {"institution_type": kind, "audience": audience, "current": "true"}).ok()
        assert answer["items"] == [lists[kind, audience]] and answer["next"] is None
        full = office.inspector.get(f"/v1/checklists/{answer['items'][0]['id']}").ok()
        assert full["audience"] == audience and len(full["categories"]) == 10
        assert full["item_count"] == sum(len(category["items"]) for category in full["categories"])


def test_the_filter_alone_and_with_pages(office, lists):
    own = office.inspector.get("/v1/checklists", {"audience": "institution"}).ok()["items"]
    assert {one["audience"] for one in own} == {"institution"} and len(own) == len(TYPES)
    codes = [one["code"] for one in office.inspector.pages("/v1/checklists", {"audience": "office", "current": "true"}, limit=3)]
    assert codes == sorted(codes) == sorted(one["code"] for (_, audience), one in lists.items() if audience == "office")
    office.inspector.get("/v1/checklists", {"audience": "public"}).problem("invalid_query", 400)


def test_an_own_visit_from_plan_to_record(office, lists):
    """The institution goes round by its own list, answers, finds something, signs."""
    home, one = office.institution, lists["elderly_care", "institution"]
    visit = home.post("/v1/inspections", office.inspection_body("self", checklist_id=one["id"])).ok(201)
    assert visit["checklist_id"] == one["id"]
    path = f"/v1/inspections/{visit['id']}"
    home.post(f"{path}/starts", {}).ok(201)
    items = [item["id"] for category in home.get(f"/v1/checklists/{one['id']}").ok()["categories"] for item in category["items"]]
    finding = home.post("/v1/findings", office.finding_body(inspection_id=visit["id"])).ok(201)
    answers = [{"item_id": items[0], "answer": "fail", "finding_id": finding["id"]}] + [{"item_id": item, "answer": "pass"} for item in items[1:]]
    counts = home.put(f"{path}/answers", {"answers": answers}).ok(200)["counts"]
    assert counts["fail"] == 1 and counts["pass"] == one["item_count"] - 1
    home.post(f"{path}/submissions", {"conclusion": "自查一处，当天整改"}).ok(201)
    home.post(f"{path}/signatures", {"party": "institution", "name": "某安全员"}).ok(201)
    assert home.get(path).ok()["state"] == "recorded"


@pytest.mark.parametrize("kind", ("routine", "special", "case", "patrol", "supervision", "self", "sweep", "red_armband"))
def test_each_kind_takes_its_own_sort_of_list(office, lists, kind):
    who, party = office.conductor(kind)
    right, wrong = ("institution", "office") if party == "institution" else ("office", "institution")
    visit = who.post("/v1/inspections", office.inspection_body(kind, checklist_id=lists["elderly_care", right]["id"])).ok(201)
    for refused in (who.post("/v1/inspections", office.inspection_body(kind, checklist_id=lists["elderly_care", wrong]["id"])),
                    who.patch(f"/v1/inspections/{visit['id']}", {"checklist_id": lists["elderly_care", wrong]["id"]})):
        problem = refused.problem("rule_violated", 422)
        assert refused.faults() == {"/checklist_id": "rule_violated"}
        assert "自查表" in problem["errors"][0]["detail"]
    who.post("/v1/inspections", office.inspection_body(kind, checklist_id=lists["funeral", right]["id"])).problem("rule_violated", 422)


def test_an_institution_of_every_type_goes_by_its_own(office, lists):
    for kind in TYPES[1:]:
        place = office.new_institution(type=kind)
        for audience, who, visit in (("office", office.inspector, "routine"), ("institution", office.keeper(place), "self")):
            body = office.inspection_body(visit, place, checklist_id=lists[kind, audience]["id"])
            assert who.post("/v1/inspections", body).ok(201)["checklist_id"] == lists[kind, audience]["id"]
