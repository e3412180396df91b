"""What goes into files: sensitive categories stay out of every one of them unless asked for by a role that may, the file says so, and
whole ones are put on record."""
import csv
import io
import time
import urllib.parse

import pytest

from office import EVIDENCE, day
from reporting import REPORTS, Custodian, new_report

SENSITIVE = ("political", "public_opinion", "psychological")
OMITTED = ", ".join(SENSITIVE)
MAY = ("leader", "section_chief", "inspector", "handler", "auditor")
CSV = {"Accept": "text/csv"}
WORDS = "某甲因病情绪激动"       # stands in everything that is written on a sensitive finding


def rows(answer):
    assert answer.status == 200, answer
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))[1:]


class Mixed:
    """A home with a visit on which an ordinary and a sensitive finding were made, each with everything that can happen to one."""

    def __init__(self, office):
        self.office, self.home = office, office.new_institution()
        self.visit = office.new_inspection("in_progress", institution=self.home, checklist_id=office.checklist()[0])
        self.plain, self.hidden = (self.finding(category, words) for category, words in (("fire", "通道堆放杂物"), ("psychological", WORDS)))
        self.order = office.inspector.get(f"/v1/findings/{self.hidden['id']}/orders").ok()["items"][0]
        self.both = self.order_of_two()
        self.waiting = office.inspector.post("/v1/findings", office.finding_body(self.home, category="political", description=WORDS)).ok(201)
        keeper = office.keeper(self.home)
        Custodian(office)
        self.report = self.told()
        self.overdue = keeper.post("/v1/findings", office.finding_body(self.home, category="public_opinion", description=WORDS)).ok(201)
        keeper.post(f"/v1/findings/{self.overdue['id']}/progress-reports", {"note": WORDS}).ok(201)

    def finding(self, category, words):
        office = self.office
        one = office.inspector.post("/v1/findings", office.finding_body(
            self.home, category=category, description=words, inspection_id=self.visit["id"])).ok(201)
        path = f"/v1/findings/{one['id']}"
        office.inspector.post(f"{path}/orders", {"requirement": words, "days": 3}).ok(201)
        office.keeper(self.home).post(f"{path}/progress-reports", {"note": words, "attachments": EVIDENCE}).ok(201)
        office.keeper(self.home).post(f"{path}/reinspection-requests", {"note": words}).ok(201)
        office.inspector2.post(f"{path}/reinspections", {"result": "failed", "note": words, "order": {"requirement": words, "days": 5}}).ok(201)
        office.keeper(self.home).post(f"{path}/extensions", {"new_deadline": day(9), "reason": words}).ok(201)
        referral = office.section_chief.post(f"{path}/referrals", {"handover": False, "receiving_body": "fire_rescue", "matter": words}).ok(201)
        office.section_chief.post(f"{path}/referrals/{referral['id']}/replies", {"result": words}).ok(201)
        case = office.leader.post(f"{path}/enforcement-measures", {"kind": "penalty_case", "matter": words, "document_number": "演示 1 号"}).ok(201)
        return one | {"{rid}": referral["id"], "{mid}": case["id"]}

    def told(self):
        """A report of a sensitive category, with what can be done with one."""
        office = self.office
        report = new_report(office, category="psychological", institution_id=self.home["id"], description=WORDS, mode="named", identity={"name": "匿名"})
        path = f"{REPORTS}/{report['id']}"
        for command, body in (("acceptances", {"text": WORDS}), ("messages", {"text": WORDS}), ("assignments", {"street": self.home["street"], "task": "看看"}),
                              ("identity-requests", {"reason": WORDS}), ("holds", {"reason": WORDS}), ("verifications", {"note": WORDS}),
                              ("conclusions", {"result": "substantiated", "note": WORDS}), ("feedbacks", {"text": WORDS})):
            office.handler.post(f"{path}/{command}", body).ok(201)
        office.db.execute("UPDATE hz.report_assignment SET task = %s WHERE report_id = %s", (WORDS, report["id"]))     # which the API would not take
        return report

    def order_of_two(self):
        office = self.office
        made = [office.inspector.post("/v1/findings", office.finding_body(self.home, category=category, description=words)).ok(201)
                for category, words in (("psychological", WORDS), ("service", "服务记录不全"))]
        return office.inspector.post("/v1/rectification-orders", {"institution_id": self.home["id"], "items": [
            {"finding_id": one["id"], "requirement": one["description"], "days": 3} for one in made]}).ok(201)

    def paths(self, op):
        """Where this operation shows something of this home: [(path, query)]."""
        if op.path.startswith("/v1/findings/{id}/"):
            return [(op.path.replace("{id}", one["id"]).replace("{rid}", one["{rid}"]).replace("{mid}", one["{mid}"]), {})
                    for one in (self.plain, self.hidden)]
        known = {"/v1/institutions/{id}": self.home["id"], "/v1/inspections/{id}": self.visit["id"], "/v1/rectification-orders/{id}": self.both["id"],
                 "/v1/whistleblower-reports/{id}": self.report["id"]}
        for start, thing in known.items():
            if op.path.startswith(start):
                return [(op.path.replace("{id}", thing), {})]
        assert "{" not in op.path, f"say here where {op} shows something"
        names = {p["name"] for p in map(self.office.contract.resolve, op.parameters)}
        required = {p["name"]: str(p.get("example", "severity")) for p in map(self.office.contract.resolve, op.parameters) if p.get("required") and p["in"] == "query"}
        return [(op.path, {**required, **({"institution_id": self.home["id"]} if "institution_id" in names else {})})]


@pytest.fixture(scope="module")
def mixed(office, contract):
    office.contract = contract
    one = Mixed(office)
    time.sleep(1)       # the feed has followed by then
    return one


def lists(contract):
    return [op for op in contract.operations if op.x.get("x-kind") == "list" and not op.open]


def most(contract, op, n=200):
    """As many on a page as there may be, of lists that come in pages."""
    return {"limit": n} if "limit" in {p["name"] for p in map(contract.resolve, op.parameters)} else {}


def readers(office, contract, op):
    return [(role, office.client(role)) for role in contract.roles_of(op)]


def test_no_file_of_any_list_holds_what_is_sensitive(office, mixed, contract):
    """Every list of the contract, every role: neither the words nor the ids of sensitive findings."""
    ids = [one["id"] for one in (mixed.hidden, mixed.waiting, mixed.overdue)] + [mixed.order["order_id"]]
    told = 0
    for op in lists(contract):
        for role, client in readers(office, contract, op):
            for path, query in mixed.paths(op):
                answer = client.get(path, query, headers=CSV)
                if answer.status == 404:
                    assert mixed.hidden["id"] in path or mixed.report["id"] in path or client.get(path, query).status == 404, answer
                    continue
                text = answer.body.decode()
                assert answer.status == 200 and WORDS not in text, f"{role} {answer}"
                assert not [i for i in ids if i in text], f"{role} {answer}"
                told += WORDS in client.get(path, {**query, **most(contract, op)}).text
    assert told > 20        # and all of it is there to be read


def test_a_file_is_the_whole_list_or_says_that_it_is_not(office, mixed, contract):
    """Lists without the mark leave nothing out; those that have it say so, and are whole when asked for whole."""
    shorter = set()
    for op in lists(contract):
        marked = op.x.get("x-sensitive", False)
        for role, client in readers(office, contract, op):
            for path, query in mixed.paths(op):
                items = client.get(path, {**query, **most(contract, op)})
                if items.status == 404:
                    continue
                assert items.status == 200, f"{role} {items}"
                plain = client.get(path, query, headers=CSV)
                if plain.status == 404:
                    assert marked, op
                    shorter.add(op.id)
                else:
                    assert plain.headers.get("Omitted-Categories", "") == (OMITTED if marked else ""), op
                    assert ("不含敏感类" in urllib.parse.unquote(plain.headers["Content-Disposition"])) == marked, op
                    if not items.data["next"] and len(rows(plain)) != len(items.data["items"]):
                        assert marked, f"{op} leaves rows out and has no x-sensitive"
                        shorter.add(op.id)
                if marked and role in MAY:
                    whole = client.get(path, {**query, "sensitive": "include"}, headers=CSV)
                    assert "Omitted-Categories" not in whole.headers and "不含" not in urllib.parse.unquote(whole.headers["Content-Disposition"])
                    assert items.data["next"] or op.id == "events_list" or len(rows(whole)) == len(items.data["items"]), f"{role} {op}"
    missing = {"findings_list", "deadlines_list", "me_tasks", "events_list", "institutions_timeline", "rectification_orders_list", "findings_history",
            "findings_reinspections", "reports_list", "reports_messages", "reports_acceptances", "report_assignments_list", "identity_requests_list"} - shorter
    assert not missing, sorted(missing)


@pytest.mark.provokes("sensitive_export_forbidden")
def test_whole_files_are_for_some_roles(office, mixed, contract):
    marked = [op for op in lists(contract) if op.x.get("x-sensitive")]
    assert len(marked) > 15
    for op in marked:
        for role, client in readers(office, contract, op):
            path, query = mixed.paths(op)[0]
            answer = client.get(path, {**query, "sensitive": "include"}, headers=CSV)
            if role in MAY:
                assert answer.status == 200, f"{role} {answer}"
            else:
                answer.problem("sensitive_export_forbidden", 403)
            assert client.get(path, {**query, "sensitive": "include", **most(contract, op, 1)}).status == client.get(path, {**query, **most(contract, op, 1)}).status  # JSON: no matter
    office.inspector.get("/v1/findings", {"sensitive": "exclude"}).problem("invalid_query", 400)
    office.inspector.get("/v1/findings", {"sensitive": "include", "colour": "red"}, headers=CSV).problem("invalid_query", 400)
    office.inspector.get("/v1/org-units", {"sensitive": "include"}, headers=CSV).problem("invalid_query", 400)


def test_order_of_both_kinds_keeps_its_ordinary_items(office, mixed):
    """An order with an ordinary finding stays, without what is sensitive; one without goes out as a whole."""
    answer = office.inspector.get("/v1/rectification-orders", {"institution_id": mixed.home["id"]}, headers=CSV)
    text = answer.body.decode()
    assert mixed.both["id"] in text and "服务记录不全" in text and mixed.order["order_id"] not in text


def test_whole_files_are_put_on_record(office, mixed, api, db, new_office):
    other = new_office()
    city = api("leader", [office.district, other.district], name="市局分管领导")
    query = {"institution_id": mixed.home["id"], "sensitive": "include", "severity": "general"}
    before = db.execute("SELECT count(*) FROM hz.event").fetchone()[0]
    assert WORDS in city.get("/v1/findings", query, headers=CSV).body.decode()
    office.street.get("/v1/findings", query, headers=CSV).problem("sensitive_export_forbidden", 403)
    office.inspector.get("/v1/findings", {"institution_id": mixed.home["id"]}, headers=CSV).ok()
    office.inspector.get("/v1/findings", query).ok()
    assert db.execute("SELECT count(*) FROM hz.event").fetchone()[0] == before + 2, "one in each district, and none for anything else"
    deadline = time.monotonic() + 10
    while True:
        found = [[e for e in bureau.auditor.pages("/v1/events", {"resource": "export"}) if e["actor_id"] == city.actor] for bureau in (office, other)]
        if all(found) or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    for (event,) in found:
        assert (event["what"], event["actor_name"], event["institution_id"]) == ("exported", "市局分管领导", None)
        detail = event["detail"]
        assert (detail["operation"], detail["path"], detail["role"]) == ("findings_list", "/v1/findings", "leader")
        assert urllib.parse.parse_qs(detail["query"]) == {k: [v] for k, v in query.items()}
    assert found[0][0]["resource_id"] == found[1][0]["resource_id"]
    for client in (office.leader, office.section_chief, office.office, office.integration):
        assert list(client.pages("/v1/events", {"resource": "export"})) == []
    assert list(office.admin.pages("/v1/events", {"resource": "export"})) != []


def test_whole_files_about_reports_are_on_record_in_the_audit_log(office, mixed):
    """And in no event: its path would lead an auditor to a report."""
    count = f"SELECT count(*) FROM hz.event WHERE resource = 'export' OR actor_id = '{office.handler.actor}'"       # others have theirs meanwhile
    before, own = office.db.execute(count).fetchone(), {"actor_id": office.handler.actor, "what": "sensitive_exported"}
    lines = len(list(office.auditor.pages("/v1/audit-log", own)))
    for path in (REPORTS, f"{REPORTS}/{mixed.report['id']}/messages", "/v1/identity-requests"):
        assert WORDS in office.handler.get(path, {"sensitive": "include"}, headers=CSV).body.decode()
    assert office.db.execute(count).fetchone() == before
    found = list(office.auditor.pages("/v1/audit-log", own))
    assert len(found) == lines + 3 and mixed.report["id"] not in str(found)


def test_whole_files_go_past_one_page(office):
    home = office.new_institution()
    for n in range(230):
        office.db.execute("INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, "
                          "found_at, state, last_act_at, created_by) VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, 'general', 'inspection', 'x', now(), 'confirmed', now(), %s)",
                          (home["district"], home["id"], home["type"], home["street"], "psychological" if n % 2 else "fire", office.inspector.actor))
    query = {"institution_id": home["id"]}
    assert len(rows(office.inspector.get("/v1/findings", query, headers=CSV))) == 115
    assert len(rows(office.inspector.get("/v1/findings", {**query, "sensitive": "include"}, headers=CSV))) == 230


def test_street_takes_no_file_of_what_it_reported_itself(office):
    own = office.street.post("/v1/findings", office.finding_body(category="psychological", description=WORDS)).ok(201)
    assert office.street.get(f"/v1/findings/{own['id']}").status == 200
    assert own["id"] not in office.street.get("/v1/findings", headers=CSV).text
