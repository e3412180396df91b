"""The lists an office works from: inspections, orders, deadlines, tasks; their filters, pages and who sees what."""
import concurrent.futures

import pytest

from office import ago, day, new_id


def ids(client, path, key="id", **query):
    return [one[key] for one in client.pages(path, query)]


@pytest.fixture(scope="module")
def homes(office):
    """Two institutions more, in different streets and of different types."""
    return [office.new_institution(street=office.streets[1]), office.new_institution(street=office.streets[2], type="funeral")]


@pytest.fixture(scope="module")
def visits(office, homes):
    """Inspections of the two, by name."""
    def plan(institution, **fields):
        return office.inspector.post("/v1/inspections", office.inspection_body(institution=institution, **fields)).ok(201)["id"]
    made = {"missed": plan(homes[0], planned_on=day(-1)), "today": plan(homes[0]), "later": plan(homes[0], planned_on=day(3), kind="special"),
            "elsewhere": plan(homes[1], planned_on=day(1))}
    made["others"] = office.section_chief.post("/v1/inspections", office.inspection_body(institution=homes[1], planned_on=day(2), inspectors=[
        {"actor_id": office.inspector2.actor}, {"name": "外聘专家", "certificate_no": "Z-1"}])).ok(201)["id"]
    made["begun"] = office.new_inspection("in_progress", institution=homes[0], planned_on=day(-2))["id"]
    return made


@pytest.mark.parametrize("query, wanted", [
    ({}, "others later elsewhere today missed begun"),
    ({"sort": "planned_on"}, "begun missed today elsewhere later others"),
    ({"missed": "true"}, "missed"),
    ({"missed": "false"}, "others later elsewhere today begun"),
    ({"kind": "special"}, "later"),
    ({"state": "in_progress"}, "begun"),
    ({"from": 0, "to": 1}, "elsewhere today"),
    ({"institution_id": 1}, "others elsewhere"),
    ({"institution_id": 0, "missed": "true"}, "missed"),
    ({"inspector": "inspector"}, "later elsewhere today missed begun"),
    ({"inspector": "inspector2", "institution_id": 1}, "others elsewhere"),
    ({"street": 1}, "later today missed begun"),
    ({"type": "funeral"}, "others elsewhere"),
])
def test_inspections_by(office, homes, visits, query, wanted):
    real = {"from": lambda v: day(v), "to": lambda v: day(v), "institution_id": lambda v: homes[v]["id"], "street": lambda v: office.streets[v],
            "inspector": lambda v: office.client(v).actor}
    query = {name: real.get(name, str)(value) for name, value in query.items()}
    names = {one: name for name, one in visits.items()}
    for limit in (200, 1):
        seen = [names[one] for one in ids(office.section_chief, "/v1/inspections", limit=limit, **query) if one in names]
        assert sorted(seen) == sorted(wanted.split())
        day_of = [office.section_chief.get(f"/v1/inspections/{visits[name]}").ok()["planned_on"] for name in seen] if limit == 1 else []
        assert day_of == sorted(day_of, reverse=query.get("sort") != "planned_on")


def test_institution_sees_a_visit_when_told_or_begun(office, homes, visits):
    keeper = office.keeper(homes[0])
    assert set(ids(keeper, "/v1/inspections")) == {visits["begun"]}
    keeper.get(f"/v1/inspections/{visits['today']}").problem("not_found", 404)
    office.inspector.post(f"/v1/inspections/{visits['today']}/notices", {}).ok(201)
    assert set(ids(keeper, "/v1/inspections")) == {visits["begun"], visits["today"]}


def test_version_of_a_visit_follows_its_findings(office):
    visit = office.new_inspection("in_progress")
    before = office.inspector.get(f"/v1/inspections/{visit['id']}")
    office.inspector.post("/v1/findings", office.finding_body(inspection_id=visit["id"])).ok(201)
    after = office.inspector.get(f"/v1/inspections/{visit['id']}", headers={"If-None-Match": before.etag})
    assert after.ok()["finding_count"] == before.ok()["finding_count"] + 1


# -- orders ---------------------------------------------------------------------------------------------------------------------

def order_of(office, *findings, **fields):
    return office.inspector.post("/v1/rectification-orders", {"institution_id": findings[0]["institution_id"], "items": [
        {"finding_id": one["id"], "days": 5} for one in findings], **fields}).ok(201)


def test_orders_by(office, homes):
    visit = office.new_inspection("in_progress", institution=homes[1])
    first = order_of(office, office.new_finding(institution=homes[0], found_at=ago(days=3)), occurred_at=ago(days=2))
    second = order_of(office, office.new_finding(institution=homes[1]), inspection_id=visit["id"])
    office.inspector.post(f"/v1/rectification-orders/{first['id']}/services", {}).ok(201)
    mine = {first["id"], second["id"]}

    def seen(**query):
        return [one for one in ids(office.section_chief, "/v1/rectification-orders", limit=1, **query) if one in mine]
    assert seen() == [second["id"], first["id"]] == seen(sort="issued_at")[::-1]
    assert seen(served="true") == seen(institution_id=homes[0]["id"]) == seen(to=day(-2)) == seen(street=office.streets[1]) == [first["id"]]
    assert seen(served="false") == seen(inspection_id=visit["id"]) == [second["id"]] == seen(**{"from": day(0)}) == seen(type="funeral")
    assert ids(office.keeper(homes[1]), "/v1/rectification-orders") == [second["id"]]
    office.keeper(homes[1]).get(f"/v1/rectification-orders/{first['id']}").problem("not_found", 404)


def test_order_changes_its_tag_with_its_findings(office):
    one = office.new_finding()
    order = order_of(office, one)
    office.inspector.post(f"/v1/rectification-orders/{order['id']}/services", {}).ok(201)
    path = f"/v1/rectification-orders/{order['id']}"
    tag = office.inspector.get(path).etag
    assert office.inspector.get(path, headers={"If-None-Match": tag}).status == 304
    office.institution.post(f"/v1/findings/{one['id']}/progress-reports", {}).ok(201)
    assert office.inspector.get(path, headers={"If-None-Match": tag}).ok()["items"][0]["finding_state"] == "rectifying"


def test_visit_of_another_institution_is_no_ground_for_an_order(office, homes):
    visit = office.new_inspection("in_progress", institution=homes[1])
    planned = office.new_inspection("planned")
    one = office.new_finding()
    for inspection in (visit, planned):
        answer = office.inspector.post("/v1/rectification-orders", {"institution_id": office.home["id"], "inspection_id": inspection["id"],
                                                                     "items": [{"finding_id": one["id"], "days": 5}]})
        answer.problem("rule_violated", 422)
        assert answer.faults() == {"/inspection_id": "unknown_reference"}


def test_orders_at_once_are_one_order(office, base_url):
    """Eight people order the same finding: one does; the numbers of what is issued have no holes."""
    one = office.new_finding()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: office.client("inspector" if n % 2 else "section_chief").request(
            "POST", f"/v1/findings/{one['id']}/orders", {"days": 3}), range(8)))
    assert sorted(a.status for a in answers) == [201] + [409] * 7
    assert len(ids(office.inspector, f"/v1/findings/{one['id']}/orders")) == 1
    numbers = sorted(n for n, in office.db.execute("SELECT substring(number FROM '第 (\\d+) 号')::int FROM hz.rectification_order WHERE district = %s", (office.district,)))
    assert numbers == list(range(1, len(numbers) + 1))


def test_order_repeated_by_its_key_is_issued_once(office):
    one, key = office.new_finding(), new_id()
    body = {"institution_id": office.home["id"], "items": [{"finding_id": one["id"], "days": 5}]}
    first = office.inspector.post("/v1/rectification-orders", body, idempotency_key=key)
    again = office.inspector.post("/v1/rectification-orders", body, idempotency_key=key)
    assert first.ok(201) == again.ok(201) and again.headers["Idempotent-Replayed"] == "true"


# -- deadlines ------------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def due(office, homes):
    """Findings by the day they are due, seen from today."""
    def order(days, institution=None, served=0, **fields):
        one = office.new_finding(institution=institution, found_at=ago(days=30), **{k: v for k, v in fields.items() if k == "category"})
        office.inspector.post(f"/v1/findings/{one['id']}/orders", {"days": days, "responsible_name": fields.get("responsible"),
                                                                   "served_at": ago(days=served)}).ok(201)
        return one["id"]
    return {"overdue": order(5, served=9), "today": order(2, served=2, responsible="周工"), "soon": order(3, institution=homes[0]),
            "week": order(7, category="service"), "later": order(20, institution=homes[1])}


@pytest.mark.parametrize("query, wanted", [
    ({}, "overdue today soon week later"),
    ({"state": "open"}, "overdue today soon week later"),
    ({"state": "overdue"}, "overdue"),
    ({"state": "due_today"}, "today"),
    ({"state": "due_soon"}, "today soon week"),
    ({"state": "due_soon", "within_days": "3"}, "today soon"),
    ({"within_days": "0"}, "overdue today"),
    ({"state": "overdue", "within_days": "5"}, "overdue"),
    ({"responsible": "周工"}, "today"),
    ({"institution_id": 0}, "soon"),
    ({"category": "service"}, "week"),
    ({"street": 2}, "later"),
    ({"type": "funeral"}, "later"),
    ({"severity": "major"}, ""),
])
def test_deadlines_by(office, homes, due, query, wanted):
    real = {"institution_id": lambda v: homes[v]["id"], "street": lambda v: office.streets[v]}
    query = {name: real.get(name, str)(value) for name, value in query.items()}
    names = {one: name for name, one in due.items()}
    for limit in (200, 1):
        seen = [names[one] for one in ids(office.section_chief, "/v1/deadlines", "finding_id", limit=limit, **query) if one in names]
        assert seen == wanted.split(), "soonest first"


def test_deadlines_of_an_institution_are_its_own(office, homes, due):
    def seen(institutions):
        rows = list(office.keeper(institutions).pages("/v1/deadlines", {"limit": 1}))
        assert {row["institution_id"] for row in rows} == {one["id"] for one in institutions}
        return [row["finding_id"] for row in rows if row["finding_id"] in due.values()]
    assert seen(homes[:1]) == [due["soon"]]
    assert seen(homes) == [due["soon"], due["later"]]


def test_deadline_counts_down_and_explains(office, due):
    rows = {d["finding_id"]: d for d in office.inspector.pages("/v1/deadlines")}
    assert [(rows[due[name]]["days_left"], rows[due[name]]["state"], rows[due[name]]["overdue"]) for name in ("overdue", "today", "later")] == [
        (-4, "overdue", True), (0, "due_today", False), (20, "open", False)]
    for name in due:
        steps = rows[due[name]]["explanation"]
        assert [s["step"] for s in steps] == ["event", "rule", "counting", "result"]
        assert steps[3]["date"] == rows[due[name]]["deadline"] == rows[due[name]]["changes"][-1]["deadline"]
        assert steps[1]["basis"]


def test_deadline_an_institution_sets_itself_explains_too(office):
    one = office.new_finding(state="reported", self_found=True)
    office.institution.post(f"/v1/findings/{one['id']}/progress-reports", {"responsible_name": "周工", "expected_on": day(4)}).ok(201)
    row = next(d for d in office.institution.pages("/v1/deadlines", {"responsible": "周工"}) if d["finding_id"] == one["id"])
    assert [(s["step"], s["date"]) for s in row["explanation"]] == [("event", day()), ("result", day(4))]
    assert row["days_left"] == 4 and row["order_id"] is None


def test_street_reads_no_deadline_that_may_name_people(office):
    one = office.new_finding(category="psychological")
    office.inspector.post(f"/v1/findings/{one['id']}/orders", {"days": 3}).ok(201)
    assert one["id"] in ids(office.inspector, "/v1/deadlines", "finding_id")
    assert one["id"] not in ids(office.street, "/v1/deadlines", "finding_id")


def test_deadlines_as_a_table(office, due):
    answer = office.inspector.get("/v1/deadlines", headers={"Accept": "text/csv"})
    assert answer.status == 200 and answer.text.lstrip("\ufeff").split("\r\n")[0].startswith("隐患编号,整改期限,到期情况")


# -- tasks ----------------------------------------------------------------------------------------------------------------------

def major_in(office, state):
    """A major finding under an order, put into `state`."""
    one = office.new_finding("ordered", severity="major")
    office.db.execute("UPDATE hz.finding SET state = %s WHERE id = %s", (state, one["id"]))
    return one


@pytest.fixture(scope="module")
def busy(new_office):
    """An office where one of each kind of work waits."""
    office = new_office()
    made = {"inspect": office.new_inspection("planned", planned_on=day(-1)), "submit": office.new_inspection("in_progress"),
            "sign": office.new_inspection("awaiting_signature"), "patrol": office.new_inspection("planned", "patrol"),
            "self": office.new_inspection("planned", "self"), "supervision": office.new_inspection("planned", "supervision", planned_on=day(2)),
            "confirm": office.new_finding("reported", by=office.staff), "order": office.new_finding("confirmed"),
            "rectify": office.new_finding("rectifying"), "reinspect": office.new_finding("reinspection_requested"),
            "own": office.new_finding("reported", self_found=True)}
    listed = office.new_finding("confirmed")
    made["serve"] = order_of(office, listed)
    made["unserved"] = listed
    made["extended"] = office.new_finding("ordered")
    made["decide"] = office.institution.post(f"/v1/findings/{made['extended']['id']}/extensions", {"new_deadline": day(9), "reason": "材料未到"}).ok(201)
    for name, state in (("plan", "ordered"), ("planned", "ordered"), ("reinspect_major", "reinspection_requested"), ("approve", "awaiting_closure")):
        made[name] = major_in(office, state)
    office.db.execute("INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, round, from_state, to_state, actor_id, role, occurred_at) "
                      "SELECT %s, id, district, institution_id, 'plans', round, state, state, created_by, 'institution', now() FROM hz.finding WHERE id = %s",
                      (new_id(), made["planned"]["id"]))
    office.names = {one["id"]: name for name, one in made.items()}
    return office


@pytest.mark.parametrize("role, wanted", [
    ("inspector", "to_inspect:inspect to_submit:submit to_sign:sign to_confirm:confirm to_confirm:own to_order:order to_serve:serve to_reinspect:reinspect "
                  "to_reinspect:reinspect_major"),
    ("section_chief", "to_inspect:inspect to_inspect:supervision to_submit:submit to_sign:sign to_confirm:confirm to_confirm:own to_order:order to_serve:serve to_decide:decide "
                      "to_plan:plan"),
    ("street", "to_inspect:patrol"),
    ("institution", "to_inspect:self to_rectify:rectify to_rectify:own to_rectify:unserved to_rectify:extended to_rectify:planned to_plan:plan"),
    ("staff", ""), ("leader", "to_approve_closure:approve"), ("auditor", ""), ("office", ""), ("admin", ""),
])
def test_tasks_of(busy, role, wanted):
    client = busy.client(role)
    every = list(client.pages("/v1/me/tasks"))
    assert sorted(f"{t['task']}:{busy.names[t['resource_id']]}" for t in every) == sorted(wanted.split())
    for limit in (1, 3):
        assert list(client.pages("/v1/me/tasks", {"limit": limit})) == every, "the same order, page by page"
    for kind in {t["task"] for t in every}:
        assert [t for t in every if t["task"] == kind] == list(client.pages("/v1/me/tasks", {"task": kind, "limit": 1}))
    for task in every:
        assert client.get(task["href"]).ok()["id"] == task["resource_id"]


def test_tasks_are_those_of_whom_they_name(busy):
    """Another inspector has the findings of the district, but neither the visits nor the order of a colleague."""
    other = busy.api("inspector", busy.district, name=f"inspector3 {busy.district}")
    assert {t["task"] for t in other.pages("/v1/me/tasks")} == {"to_confirm", "to_order", "to_reinspect"}


def test_reinspection_is_due_when_its_own_clock_is(new_office):
    """In Chongqing within ten days of the request; elsewhere the deadline of the finding is the day. A plan is wanted again in the next round."""
    office = new_office()
    one = office.new_finding("reinspection_requested", days=5)
    task, = office.inspector.pages("/v1/me/tasks", {"task": "to_reinspect"})
    assert task["due_on"] == day(5)
    office.db.execute("INSERT INTO hz.clock (id, kind, district, institution_id, institution_type, street, finding_id, resource, resource_id, title, responsible, started_at, "
                      "due_on, explanation) SELECT %s, 'reinspection', district, institution_id, institution_type, street, id, 'finding', id, '复查', '{inspector}', now(), "
                      "%s, '[]' FROM hz.finding WHERE id = %s", (new_id(), day(10), one["id"]))
    for limit in (200, 1):
        task, = office.inspector.pages("/v1/me/tasks", {"task": "to_reinspect"}, limit=limit)
        assert task["due_on"] == day(10)
    again = major_in(office, "ordered")
    office.db.execute("INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, round, from_state, to_state, actor_id, role, occurred_at) "
                      "SELECT %s, id, district, institution_id, 'plans', round, state, state, created_by, 'institution', now() FROM hz.finding WHERE id = %s",
                      (new_id(), again["id"]))
    assert list(office.section_chief.pages("/v1/me/tasks", {"task": "to_plan"})) == []
    office.db.execute("UPDATE hz.finding SET round = 2 WHERE id = %s", (again["id"],))
    for client in (office.section_chief, office.institution):
        assert [t["resource_id"] for t in client.pages("/v1/me/tasks", {"task": "to_plan"})] == [again["id"]]


def test_what_was_missed_comes_before_what_is_planned(busy):
    days = [t["due_on"] for t in busy.section_chief.pages("/v1/me/tasks", {"task": "to_inspect"})]
    assert days == [day(-1), day(2)]
    first = next(iter(busy.section_chief.pages("/v1/me/tasks", {"task": "to_inspect"})))
    assert first["overdue"] is True
