"""The worklist with the clocks beside the findings: who sees which, by what they are found, how pages mix them, and what is left of the days."""
import datetime

import pytest

from office import CHINA, ago, day, new_id


class Scene:
    """An office with one finding due in five days in each of two institutions, and clocks by name beside them."""

    def __init__(self, office):
        self.office, self.names = office, {}
        self.far = office.new_institution(street=office.streets[1], type="funeral")
        self.campaign = office.office.post("/v1/campaigns", {"district": office.district, "name": "行动", "starts_on": day(-9), "ends_on": day(9)}).ok(201)["id"]
        visit = office.new_inspection("in_progress", campaign_id=self.campaign)
        self.near_finding = self.ordered("finding", inspection_id=visit["id"])
        self.far_finding = self.ordered("far finding", institution=self.far, category="psychological")
        office.db.execute("UPDATE hz.finding SET supervised = true WHERE id = %s", (self.near_finding,))
        self.clock("chief late", -2, ["section_chief"])
        self.clock("inspector", 0, ["inspector"], finding=self.near_finding, responsible_name="周工")
        self.clock("both", 3, ["institution", "section_chief"], kind="permit_notice", resource="permit")
        self.clock("far", 5, ["institution"], institution=self.far, finding=self.far_finding, category="psychological", severity="general")
        self.clock("street", 8, ["street", "integration", "handler"])
        self.clock("soon shown", 70, ["inspector"], shown_from=day(1))
        self.clock("shown", 60, ["inspector"], shown_from=day(0))
        self.clock("beyond", 15000, ["office"])
        self.clock("ended", 1, ["inspector"], ended_at=ago(hours=1), ended_by="x")

    def ordered(self, name, **fields):
        one = self.office.new_finding(**fields)["id"]
        self.office.inspector.post(f"/v1/findings/{one}/orders", {"days": 5, "responsible_name": "周工" if name == "finding" else None}).ok(201)
        self.names[one] = name
        return one

    def clock(self, name, days, responsible, institution=None, finding=None, **more):
        """A clock straight in the table, due in `days`."""
        one = new_id()
        row = {"id": one, "kind": "reinspection" if finding else "penalty_decision", "district": self.office.district, "institution_id": (institution or self.office.home)["id"],
               "institution_type": (institution or self.office.home)["type"], "street": (institution or self.office.home)["street"], "finding_id": finding,
               "resource": "finding" if finding else "penalty_case", "resource_id": finding or new_id(), "title": name, "responsible": responsible,
               "started_at": ago(days=9), "due_on": day(days), "explanation": '[{"step": "event", "date": null, "basis": null, "text": "由此起算"}]', **more}
        self.office.db.execute(f"INSERT INTO hz.clock ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", tuple(row.values()))
        self.names[row["resource_id"]] = name if not finding else self.names[finding]
        self.names[name] = row["resource_id"]

    def seen(self, who="auditor", path="/v1/deadlines", limit=200, **query):
        """What a role is shown, in order: a finding's deadline by the name of the finding, a clock by its own."""
        client = self.office.client(who) if isinstance(who, str) else who
        return [one["title"] if one.get("kind") != "rectification" else self.names[one["resource_id"]] for one in client.pages(path, query, limit=limit)]


@pytest.fixture(scope="module")
def scene(new_office):
    return Scene(new_office())


ALL = ["chief late", "inspector", "both", "finding", "far finding", "far", "street", "shown", "beyond"]


def test_one_order_over_both(scene):
    """By day, then by id; the same page by page, however the pages cut them."""
    rows = list(scene.office.auditor.pages("/v1/deadlines"))
    assert [r["deadline"] for r in rows] == sorted(r["deadline"] for r in rows) and sorted(scene.seen()) == sorted(ALL)
    for limit in (1, 2, 4):
        assert list(scene.office.auditor.pages("/v1/deadlines", limit=limit)) == rows


@pytest.mark.parametrize("who, wanted", [
    ("section_chief", ALL), ("leader", ALL), ("office", ALL), ("auditor", ALL),
    ("inspector", ["inspector", "finding", "far finding", "shown"]),
    ("institution", ["both", "finding"]),
    ("street", ["finding", "street"]),
    ("integration", ["finding", "street"]),
    ("handler", ["finding", "far finding", "street"]),
])
def test_shown_to(scene, who, wanted):
    for limit in (200, 1):
        assert sorted(scene.seen(who, limit=limit)) == sorted(wanted)
    assert scene.office.client("staff").get("/v1/deadlines").status == 403


def test_shown_in_scope_only(scene):
    office = scene.office
    assert scene.seen(office.keeper(scene.far)) == ["far finding", "far"] or scene.seen(office.keeper(scene.far)) == ["far", "far finding"]
    assert sorted(scene.seen(office.keeper([office.home, scene.far]))) == ["both", "far", "far finding", "finding"]
    assert sorted(scene.seen(office.api("section_chief", office.district, type="funeral", name="殡葬科"))) == ["far", "far finding"]
    assert sorted(scene.seen(office.api("section_chief", office.district, street=office.streets[1], name="片区"))) == ["far", "far finding"]
    assert scene.seen(office.api("section_chief", "500103", name="别处")) == []
    elsewhere = office.api("street", office.district, street=office.streets[1], name="二街道")
    assert scene.seen(elsewhere) == [], "what may name vulnerable people is not for a street"


@pytest.mark.parametrize("query, wanted", [
    ({"state": "overdue"}, "chief late"),
    ({"state": "due_today"}, "inspector"),
    ({"state": "due_soon"}, "inspector;both;finding;far finding;far"),
    ({"state": "due_soon", "within_days": "3"}, "inspector;both"),
    ({"within_days": "0"}, "chief late;inspector"),
    ({"kind": "rectification"}, "finding;far finding"),
    ({"kind": "permit_notice"}, "both"),
    ({"kind": "reinspection"}, "inspector;far"),
    ({"kind": "penalty_decision", "state": "overdue"}, "chief late"),
    ({"kind": "no_such_kind"}, ""),
    ({"responsible": "周工"}, "inspector;finding"),
    ({"institution_id": "far"}, "far finding;far"),
    ({"street": 1}, "far finding;far"),
    ({"type": "funeral"}, "far finding;far"),
    ({"category": "psychological"}, "far finding;far"),
    ({"severity": "general"}, "finding;far finding;far"),
    ({"severity": "major"}, ""),
    ({"campaign_id": "campaign"}, "inspector;finding"),
    ({"supervised": "true"}, "inspector;finding"),
    ({"supervised": "true", "kind": "rectification"}, "finding"),
    ({"district": "500103"}, ""),
])
def test_found_by(scene, query, wanted):
    real = {"institution_id": lambda v: scene.far["id"], "street": lambda v: scene.office.streets[v], "campaign_id": lambda v: scene.campaign}
    query = {name: real.get(name, str)(value) for name, value in query.items()}
    for limit in (200, 1):
        assert sorted(scene.seen(limit=limit, **query)) == sorted(filter(None, wanted.split(";")))


def test_filters_are_checked(scene):
    for query in ({"kind": "No Kind"}, {"supervised": "false"}, {"campaign_id": "x"}, {"kind": ""}):
        scene.office.auditor.get("/v1/deadlines", query).problem("invalid_query", 400)


def test_a_line_says_what_it_is_of(scene):
    rows = {r["title"]: r for r in scene.office.auditor.pages("/v1/deadlines")}
    clock = rows["inspector"]
    assert (clock["kind"], clock["resource"], clock["resource_id"], clock["finding_id"]) == ("reinspection", "finding", scene.near_finding, scene.near_finding)
    assert (clock["finding_state"], clock["round"], clock["supervised"], clock["campaign_id"]) == ("ordered", 1, True, scene.campaign)
    assert (clock["reason"], clock["changes"], clock["order_id"], clock["responsible_roles"]) == ("由此起算", [], None, ["inspector"])
    assert scene.office.inspector.get(clock["href"]).ok()["id"] == scene.near_finding
    permit = rows["both"]
    assert (permit["finding_id"], permit["finding_state"], permit["description"], permit["category"], permit["supervised"]) == (None, None, None, None, False)
    assert scene.office.institution.get(permit["href"]).ok()["id"] == scene.office.home["id"]
    finding = next(r for r in rows.values() if r["kind"] == "rectification" and r["finding_id"] == scene.near_finding)
    assert (finding["responsible_roles"], finding["href"], finding["supervised"]) == (["institution"], f"/v1/findings/{scene.near_finding}", True)
    assert rows["beyond"]["working_days_left"] is None and rows["beyond"]["days_left"] == 15000


def test_as_a_table(scene):
    """What may name vulnerable people stays out, a clock as its finding, unless it is asked for."""
    def lines(**query):
        return scene.office.auditor.get("/v1/deadlines", query, headers={"Accept": "text/csv"}).text.lstrip("\ufeff").split("\r\n")
    head, *rest = lines()
    assert head.startswith("隐患编号,整改期限,到期情况,逾期,剩余天数,剩余工作日") and head.endswith("地址,该由谁办,专项行动编号")
    assert len(rest) == len(ALL) - 2 + 1 and len(lines(sensitive="include")) == len(ALL) + 2
    assert any(line.startswith(f",{day(3)},open") for line in rest), "a clock without a finding"


def test_tasks_of_clocks(scene):
    """Those whose step it is have it among their tasks; re-inspections stand there as such already."""
    scene.clock("reply", 2, ["inspector"], finding=scene.near_finding, kind="referral_reply", resource="referral", resource_id=new_id())
    task, later = scene.office.inspector.pages("/v1/me/tasks", {"task": "to_follow_up"})
    assert later["title"] == "shown"
    assert (task["title"], task["resource"], task["due_on"], task["overdue"], task["state"]) == ("reply", "referral", day(2), False, "running")
    assert scene.office.inspector.get(task["href"]).ok()["id"] == scene.near_finding
    assert [t["title"] for t in scene.office.institution.pages("/v1/me/tasks", {"task": "to_follow_up"})] == ["both"]
    assert [t["title"] for t in scene.office.section_chief.pages("/v1/me/tasks", {"task": "to_follow_up"}, limit=1)] == ["chief late", "both"]
    assert [t["title"] for t in scene.office.street.pages("/v1/me/tasks")] == ["street"]
    assert [t["title"] for t in scene.office.office.pages("/v1/me/tasks")] == ["beyond"]


def test_days_left_in_both_kinds_at_midnight(new_office, clock):
    """National Day of 2026: off from 1 to 7 October, with Saturday 10 October to make up for it."""
    clock.set("2026-09-30T09:00:00+08:00")
    office = new_office()
    one = office.new_finding("confirmed", found_at="2026-09-30T08:00:00+08:00")
    office.inspector.post(f"/v1/findings/{one['id']}/orders", {"deadline": "2026-10-10"}).ok(201)

    def line():
        row, = office.inspector.pages("/v1/deadlines")
        return row["state"], row["overdue"], row["days_left"], row["working_days_left"]
    assert line() == ("open", False, 10, 3), "8, 9 and the Saturday 10"
    for moment, wanted in [("2026-10-08T00:00:00+08:00", ("open", False, 2, 2)), ("2026-10-09T23:59:59.999+08:00", ("open", False, 1, 1)),
                           ("2026-10-10T00:00:00+08:00", ("due_today", False, 0, 0)), ("2026-10-10T23:59:59.999+08:00", ("due_today", False, 0, 0)),
                           ("2026-10-10T16:00:00Z", ("overdue", True, -1, 0)), ("2026-10-12T23:59:59.999+08:00", ("overdue", True, -2, -1))]:
        clock.set(moment)
        assert line() == wanted, moment
        for state in ("overdue", "due_today", "due_soon"):
            hit = wanted[0] == state or state == "due_soon" and wanted[0] != "overdue"
            assert len(list(office.inspector.pages("/v1/deadlines", {"state": state}))) == hit, (moment, state)


def test_clock_of_a_decision(office):
    """A request for extension sets the clock of its decision going, which the section chief has in list and tasks until it is made."""
    finding = office.new_finding("ordered")
    one = office.institution.post(f"/v1/findings/{finding['id']}/extensions", {"new_deadline": day(9), "reason": "材料未到"}).ok(201)
    line, = office.section_chief.pages("/v1/deadlines", {"kind": "extension_decision"})
    assert (line["resource_id"], line["href"], line["finding_id"]) == (one["id"], f"/v1/extensions/{one['id']}", finding["id"])
    assert {"event", "rule", "counting", "result"} <= {s["step"] for s in line["explanation"]}
    task, = office.section_chief.pages("/v1/me/tasks", {"task": "to_decide"})
    assert (task["resource_id"], task["due_on"], task["state"], task["href"]) == (one["id"], line["deadline"], "pending", line["href"])
    office.section_chief.post(f"/v1/extensions/{one['id']}/decisions", {"result": "refused", "reason": "理由不足"}).ok(201)
    assert list(office.section_chief.pages("/v1/deadlines", {"kind": "extension_decision"})) == []
    assert list(office.section_chief.pages("/v1/me/tasks", {"task": "to_decide"})) == []


def test_midnight_of_a_clock(new_office, clock):
    """A clock that is shown from a day is not there a millisecond before it, and is overdue from 24:00 of its own."""
    office = new_office()
    scene = Scene.__new__(Scene)
    scene.office, scene.names = office, {}
    scene.clock("permit", 30, ["section_chief"], shown_from=day(3))
    def at(offset, **delta):
        clock.set(datetime.datetime.combine(datetime.date.fromisoformat(day(offset)), datetime.time(), CHINA) + datetime.timedelta(**delta))
        return [(d["state"], d["days_left"]) for d in office.section_chief.pages("/v1/deadlines")]
    before, shown, due, over = [[(3, -1), (3, 0), (31, -1), (31, 0)][n] for n in range(4)]
    assert [at(days, milliseconds=ms) for days, ms in (before, shown, due, over)] == [[], [("open", 27)], [("due_today", 0)], [("overdue", -1)]]
