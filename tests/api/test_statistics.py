"""Statistics of findings: every number is what the lists and histories add up to, for every grouping, filter and caller."""
import csv
import datetime
import io
import statistics
import urllib.parse

import pytest

from office import EVIDENCE, ago, day

GROUPS = ("source", "category", "severity", "state", "type", "district", "street", "institution", "month")
MEMBER = {"source": "source_kind", "type": "institution_type", "institution": "institution_id"}
SENSITIVE = ["political", "public_opinion", "psychological"]
ENDS = ("closed", "dismissed", "merged", "voided", "terminated", "transferred")


@pytest.fixture(scope="module")
def bureau(new_office):
    """Homes of two types in two streets, with findings of every kind and fate."""
    office = new_office()
    office.homes = [office.home, office.new_institution(street=office.streets[1], type="funeral"), office.new_institution(street=office.streets[1])]
    for home in office.homes:
        for state in ("confirmed", "ordered", "rectifying", "closed", "dismissed", "merged", "voided", "terminated"):
            office.new_finding(state, home, found_at=ago(days=40, hours=len(state)))
        office.new_finding("closed", home, category="service", found_at=ago(days=3))
        office.new_finding("closed", home, self_found=True)
        office.new_finding("rectifying", home, self_found=True, category="psychological")
        office.new_finding("confirmed", home, severity="major", category="political")
        one = office.inspector.post("/v1/findings", office.finding_body(home, category="epidemic")).ok(201)
        office.inspector.post(f"/v1/findings/{one['id']}/corrections", {"note": "当场改正", "attachments": EVIDENCE}).ok(201)
    home = office.homes[0]
    office.street.post("/v1/findings", office.finding_body(home, category="public_opinion")).ok(201)
    office.staff.post("/v1/findings", office.finding_body(home)).ok(201)
    # three times re-inspected in vain; and one put right too late, by the office's clock
    again = office.new_finding("reinspection_requested", home)
    for _ in range(3):
        office.inspector.post(f"/v1/findings/{again['id']}/reinspections", {"result": "failed", "order": {"requirement": "清理", "deadline": day()}}).ok(201)
    late = office.new_finding("closed", home, category="food_drug")
    office.db.execute("UPDATE hz.finding SET due_on = due_on - 30 WHERE id = %s", (late["id"],))
    return office


def get(client, **query):
    return list(client.pages("/v1/statistics/findings", query))


class Book:
    """The findings one caller can list, with the acts on them; counts by hand."""

    def __init__(self, office, client, query=None):
        self.findings = list(client.pages("/v1/findings", query))
        self.acts = {f["id"]: office.db.execute("SELECT command, outcome FROM hz.finding_act WHERE finding_id = %s ORDER BY recorded_at, id", (f["id"],)).fetchall()
                     for f in self.findings}

    @staticmethod
    def key(finding, group):
        return finding["found_at"][:7] if group == "month" else finding[MEMBER.get(group, group)]

    def count(self, findings):
        closed = [f for f in findings if f["state"] == "closed"]
        opened = [f for f in findings if f["open"]]
        due = [f for f in closed if f["deadline"]]
        in_time = [f for f in due if f["closed_at"][:10] <= f["deadline"]]
        again = [outcome for f in findings for command, outcome in self.acts[f["id"]] if command == "reinspections"]
        how = [command for f in closed for command, _ in self.acts[f["id"]] if command in ("self-acceptances", "corrections")]
        days = [(datetime.datetime.fromisoformat(f["closed_at"]) - datetime.datetime.fromisoformat(f["found_at"])).total_seconds() / 86400 for f in closed]
        rate = lambda part, whole: round(part / whole, 4) if whole else None
        return {"total": len(findings), "open": len(opened), **{s: sum(f["state"] == s for f in findings) for s in ENDS},
                "overdue": sum(f["overdue"] for f in findings), "major": sum(f["severity"] == "major" for f in findings),
                "self_found": sum(f["self_found"] for f in findings), "inspection_found": sum(f["source_kind"] == "inspection" for f in findings),
                "self_corrected": how.count("self-acceptances"), "corrected_on_spot": how.count("corrections"),
                "closing_rate": rate(len(closed), len(closed) + len(opened)), "closed_with_deadline": len(due), "closed_on_time": len(in_time),
                "on_time_rate": rate(len(in_time), len(due)), "reinspections": len(again), "reinspections_failed": again.count("failed"),
                "reinspection_failure_rate": rate(again.count("failed"), len(again)),
                "median_days_to_close": round(statistics.median(days), 2) if days else None}

    def same(self, items, group, where):
        """items: an answer of this grouping, the sum first."""
        wanted = {None: self.findings}
        for finding in self.findings:
            wanted.setdefault(self.key(finding, group), []).append(finding)
        assert items[0]["key"] is None and items[0]["name"] == "合计", where
        listed = {item["key"] for item in items}
        assert set(wanted) <= listed and len(listed) == len(items), where
        for item in items:
            counted = {k: v for k, v in item.items() if k not in ("group_by", "key", "name", "omitted_categories")}
            hand = self.count(wanted.get(item["key"], []))
            assert counted.keys() == hand.keys()
            for name, value in hand.items():
                if isinstance(value, float):
                    assert counted[name] == pytest.approx(value, abs=0.011 if name == "median_days_to_close" else 1e-9), f"{where} {item['key']} {name}"
                else:
                    assert counted[name] == value, f"{where} {item['key']} {name}: {counted[name]} for {value}"
        return listed - set(wanted)


def callers(office):
    yield "leader", office.leader
    yield "inspector of a type", office.api("inspector", office.district, type="funeral", name="殡葬检查员")
    yield "chief of a street", office.api("section_chief", office.district, street=office.streets[1], name="片区科长")
    yield "institution", office.institution
    yield "account of two", office.keeper(office.homes[:2])
    yield "street", office.street
    yield "integration", office.integration
    yield "nowhere", office.api("inspector", "500101", name="别区检查员")


def test_every_number_adds_up(bureau):
    for name, client in callers(bureau):
        book = Book(bureau, client)
        assert name == "nowhere" or len(book.findings) > 5, name
        for group in GROUPS:
            empty = book.same(get(client, group_by=group), group, f"{name} by {group}")
            assert group in ("source", "category", "severity", "state", "type") or not empty, f"{name}: {group} is no closed list"


def test_numbers_of_this_bureau(bureau):
    """A few of them said outright, so that both sides of the comparison above cannot be wrong alike."""
    total, = get(bureau.leader)
    assert total["total"] == 3 * 14 + 4 and total["group_by"] is None       # a merged one has another it went into
    assert (total["self_corrected"], total["corrected_on_spot"], total["reinspections"], total["reinspections_failed"]) == (3, 3, 10, 3)
    assert total["reinspection_failure_rate"] == 0.3
    assert (total["closed_with_deadline"], total["closed_on_time"], total["on_time_rate"]) == (7, 6, 0.8571)
    assert total["total"] == total["open"] + sum(total[s] for s in ENDS)
    by_source = {item["key"]: item for item in get(bureau.leader, group_by="source")}
    assert by_source["self"]["total"] == by_source["self"]["self_found"] == total["self_found"] > 0
    assert (by_source["street"]["total"], by_source["staff"]["total"], by_source["integration"]["total"]) == (1, 1, 0)


def test_filters(bureau):
    home = bureau.homes[1]
    for query in ({"institution_id": home["id"]}, {"category": "fire"}, {"severity": "major"}, {"source_kind": "self"}, {"street": bureau.streets[1]}, {"type": "funeral"},
                  {"district": bureau.district}, {"district": "500101"}, {"category": "service", "type": "elderly_care"}):
        book = Book(bureau, bureau.section_chief, query)
        for group in GROUPS:
            empty = book.same(get(bureau.section_chief, group_by=group, **query), group, f"{query} by {group}")
            excluded = {"category": "category", "severity": "severity", "source": "source_kind", "type": "type"}.get(group)
            if excluded in query:       # members the filter leaves no room for are not told of as 0
                assert empty <= {query[excluded]}
    everything = Book(bureau, bureau.section_chief)
    for start, end in ((day(-41), day(-39)), (day(-10), None), (None, day(-10)), (day(1), None)):
        query = {k: v for k, v in (("from", start), ("to", end)) if v}
        inside = Book.__new__(Book)
        inside.acts = everything.acts
        inside.findings = [f for f in everything.findings if (start or "") <= f["found_at"][:10] <= (end or "9")]
        inside.same(get(bureau.section_chief, group_by="month", **query), "month", query)


def test_closed_lists_are_whole_and_in_their_order(bureau):
    chief = bureau.section_chief
    categories = [c["code"] for c in chief.get("/v1/categories").ok()["items"]]
    assert [i["key"] for i in get(chief, group_by="category")] == [None, *categories]
    assert [i["name"] for i in get(chief, group_by="category")][1:3] == ["消防安全", "食药安全"]
    types = [c["code"] for c in chief.get("/v1/institution-types").ok()["items"]]
    assert [i["key"] for i in get(chief, group_by="type")] == [None, *types]
    one_type = bureau.api("inspector", bureau.district, type="funeral", name="殡葬检查员")
    assert [i["key"] for i in get(one_type, group_by="type")] == [None, "funeral"], "what is out of scope is not 0"
    assert len(get(chief, group_by="state")) == 13
    names = {i["key"]: i["name"] for i in get(chief, group_by="institution")}
    assert names == {None: "合计", **{home["id"]: home["name"] for home in bureau.homes}}
    streets = {i["key"]: i["name"] for i in get(chief, group_by="street")}
    assert set(streets) == {None, *bureau.streets[:2]} and streets[bureau.streets[0]] != bureau.streets[0]
    nobody = bureau.api("inspector", "500101", name="别区检查员")
    empty = get(nobody, group_by="category")
    assert {i["total"] for i in empty} == {0} and {i["closing_rate"] for i in empty} == {None} and len(empty) == 11


def test_sensitive_categories_are_not_counted_for_all(bureau):
    for client in (bureau.street, bureau.integration):
        total = get(client)[0]
        assert total["omitted_categories"] == SENSITIVE
        rows = {i["key"]: i for i in get(client, group_by="category")}
        own = {"public_opinion"} if client is bureau.street else set()       # which it has reported itself
        assert set(rows) & set(SENSITIVE) == own
        assert all(rows[c]["omitted_categories"] == [c] for c in own) and rows["fire"]["omitted_categories"] == []
        assert get(client, category="fire")[0]["omitted_categories"] == []
        assert get(client, category="political")[0]["omitted_categories"] == ["political"]
        assert get(client, category="psychological", group_by="category")[1:] == []
    for client in (bureau.leader, bureau.institution, bureau.office):
        assert get(client)[0]["omitted_categories"] == []


def table(answer):
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))


def test_as_a_file(bureau):
    csv_wanted = {"Accept": "text/csv"}
    whole = get(bureau.leader, group_by="category")
    answer = bureau.leader.get("/v1/statistics/findings", {"group_by": "category"}, headers=csv_wanted)
    rows = table(answer)
    assert answer.headers["Omitted-Categories"] == ", ".join(SENSITIVE) and "不含敏感类" in urllib.parse.unquote(answer.headers["Content-Disposition"])
    assert [r["组"] for r in rows] == ["", *(i["key"] for i in whole[1:] if i["key"] not in SENSITIVE)], "what is left out is not 0"
    assert rows[0]["未计入的类别"] == "；".join(SENSITIVE) and rows[1]["未计入的类别"] == ""
    assert int(rows[0]["隐患数"]) == sum(i["total"] for i in whole[1:] if i["key"] not in SENSITIVE)
    rows = table(bureau.leader.get("/v1/statistics/findings", {"group_by": "category", "sensitive": "include"}, headers=csv_wanted))
    assert [(r["组"], int(r["隐患数"]), r["销号率"]) for r in rows] == [
        (i["key"] or "", i["total"], "" if i["closing_rate"] is None else f"{i['closing_rate']:.15g}") for i in whole]


def test_pages(bureau):
    for group in ("institution", "street", "category"):
        assert list(bureau.leader.pages("/v1/statistics/findings", {"group_by": group}, limit=1)) == get(bureau.leader, group_by=group)
    bureau.leader.get("/v1/statistics/findings", {"group_by": "colour"}).problem("invalid_query", 400)
    bureau.staff.get("/v1/statistics/findings").problem("forbidden", 403)
