"""A finding that came of a report, rectified and closed: its handler sees it; and nothing that an inspector, an institution, an auditor or
anybody else but a handler can read of it, of its history, of events, exports or statistics leads back to the report."""
import collections
import csv
import io
import json
import re
import time

import pytest

from harness.reporter import Reporter
from office import EVIDENCE, day
from reporting import REPORTS, Custodian, new_report

SECRET = "我妈住在四楼，上周三夜里她按了铃，四十分钟没有人来"
OURS = "四楼呼叫铃响应超过三十分钟"
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ROLES = ("inspector", "institution", "auditor", "section_chief", "leader", "office", "street", "staff", "integration", "admin", "custodian")


class Story:
    """The report, and the finding it led to, brought to its end by those whose work it is."""

    def __init__(self, office, base_url):
        Custodian(office)
        self.office, h = office, office.handler
        self.reporter = Reporter(base_url).file(SECRET, institution_id=office.home["id"], mode="named", identity={"name": "赵女士", "phone": "13900001111"},
                                                named_persons=[{"name": "夜班长老孙"}])
        self.report, = h.get(REPORTS).ok()["items"]
        self.path = f"{REPORTS}/{self.report['id']}"
        h.post(f"{self.path}/acceptances", {"text": "已受理"}).ok(201)
        h.post(f"{self.path}/assignments", {"street": office.home["street"], "task": "夜间到场一次"}).ok(201)
        h.post(f"{self.path}/verifications", {"method": "site_visit", "note": "夜间到场计时"}).ok(201)
        self.finding = h.post(f"{self.path}/findings", {"category": "personal", "severity": "general", "description": OURS, "key_place": "护理站"}).ok(201)["finding_id"]
        h.post(f"{self.path}/conclusions", {"result": "substantiated", "note": "计时 41 分钟"}).ok(201)
        h.post(f"{self.path}/feedbacks", {"text": "已责令整改，会继续跟踪"}).ok(201)
        finding = f"/v1/findings/{self.finding}"
        office.inspector.post(f"{finding}/orders", {"requirement": "夜班增加一人", "days": 5}).ok(201)
        office.institution.post(f"{finding}/progress-reports", {"note": "已增加一人", "attachments": EVIDENCE}).ok(201)
        office.institution.post(f"{finding}/reinspection-requests", {"note": "请复查"}).ok(201)
        office.inspector.post(f"{finding}/reinspections", {"result": "passed", "note": "抽查三次均在五分钟内"}).ok(201)
        self.pseudonym, = office.db.execute("SELECT pseudonym::text FROM hz.report WHERE id = %s", (self.report["id"],)).fetchone()
        self.pieces = [self.report["id"], self.pseudonym, SECRET, SECRET[:15], "赵女士", "老孙", h.actor, "handler " + office.district]


@pytest.fixture(scope="module")
def story(new_office, base_url):
    return Story(new_office(), base_url)


def test_the_reporter_sees_by_the_receipt_how_it_went(story):
    answer = story.reporter.get("")
    one = answer.ok()
    assert (one["state"], one["result"]) == ("fed_back", "substantiated")
    assert [(f["state"], f["closed_on"]) for f in one["findings"]] == [("closed", day())]
    assert [m["text"] for m in story.reporter.get("/messages").ok()["items"]] == ["已受理", "已责令整改，会继续跟踪"]
    for piece in (story.finding, story.report["id"], story.pseudonym, story.office.handler.actor, "handler " + story.office.district, "inspector " + story.office.district):
        assert piece not in answer.text


def test_the_handler_sees_how_it_went(story):
    full = story.office.handler.get(story.path).ok()
    assert full["findings"] == [{"id": story.finding, "state": "closed", "open": False}]
    assert (full["finding_count"], full["open_finding_count"]) == (1, 0)
    one = story.office.handler.get(f"/v1/findings/{story.finding}").ok()
    assert one["source_kind"] == "other" and one["created_by"] == story.office.handler.actor


def fetch(client, path, found, export):
    """The text of an answer, and of its export; what may not be read is not there."""
    answer = client.get(path, {"limit": 200} if export else None, check=False)
    if answer.status == 200:
        found.append((path, answer.text))
        if export:
            found.append((path + " (CSV)", client.get(path, headers={"Accept": "text/csv"}, check=False).text))
    return answer


def is_list(op):
    return op.x.get("x-kind") == "list"


def walk(client, role, contract, story):
    """Every GET the role may call, with every id it has come across, those of the finding and of the report."""
    found, ids = [], {story.finding, story.report["id"], story.pseudonym, story.office.home["id"]}
    reads = [op for op in contract.operations if op.method == "GET" and op.security != [{"receipt": []}]]
    plain = [op for op in reads if "{" not in op.path]
    for op in plain:
        needed = [p for p in map(contract.resolve, op.parameters) if p.get("required") and p["in"] == "query"]
        query = "?" + "&".join(f"{p['name']}={p.get('example', '2026-11-01')}" for p in needed) if needed else ""
        answer = fetch(client, op.path + query, found, is_list(op) and not needed)
        mine = collections.Counter(UUID.findall(answer.text) if answer.status == 200 else [])
        ids |= set(list(mine)[:5])
    for op in reads:
        if op.path.count("{") != 1:
            continue
        if "{id}" not in op.path:
            fetch(client, re.sub(r"\{\w+\}", story.office.home["code"], op.path), found, False)
            continue
        for one in ids:
            fetch(client, op.path.replace("{id}", one), found, is_list(op))
    return found


@pytest.mark.parametrize("role", ROLES)
def test_nothing_leads_back(story, contract, role):
    found = walk(story.office.client(role), role, contract, story)
    read = [path for path, _ in found]
    if role not in ("custodian", "staff", "admin"):
        assert any(story.finding in path and path.endswith("/history") for path in read), "the finding and its history were read"
        assert any(OURS in text for _, text in found)
    assert len(found) > 10
    for path, text in found:
        pieces = story.pieces + [story.reporter.receipt] + (["举报", "whistleblower", "handler"] if story.finding in path else [])
        for piece in pieces:
            if piece in text and not told(role, path, piece, text, story):
                at = text.index(piece)
                raise AssertionError(f"{role} reads of {piece!r} at {path}: …{text[max(0, at - 200):at + 200]}…")


def told(role, path, piece, text, story):
    """What a role knows by its office: the leader a concluded report itself, the street its task, those who keep accounts that there are handlers
    and their keys, the auditor their lines in the audit log, of a pseudonym and of no finding."""
    path = path.removesuffix(" (CSV)")
    account = piece in (story.office.handler.actor, "handler " + story.office.district)
    if role == "leader" and path.startswith(REPORTS):
        return True
    if role == "street" and path == "/v1/whistleblower-report-assignments":
        return account or piece == story.report["id"]
    if path == "/v1/audit-log":
        assert story.finding not in text and story.report["id"] not in text
        return account or piece == story.pseudonym
    return role in ("admin", "auditor") and account and (path.startswith("/v1/api-keys") or path == "/v1/events" and of_accounts(text, piece))


def of_accounts(text, piece):
    """Events that tell it are those of the account and its key."""
    if text.startswith("{"):
        return all(item["resource"] in ("actor", "api_key") for item in json.loads(text)["items"] if piece in json.dumps(item, ensure_ascii=False))
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    return all(row["对象"] in ("actor", "api_key") for row in rows if piece in str(row))


def test_its_birth_is_that_of_any_other_lead(story):
    """Of an institution, an inspector and an auditor, line by line, but for ids and times."""
    office = story.office
    report = new_report(office, description="库房灭火器过期一年没有更换过")
    office.handler.post(f"{REPORTS}/{report['id']}/acceptances").ok(201)
    body = {"category": "service", "severity": "general", "description": "交接班登记缺页"}
    ours = office.handler.post(f"{REPORTS}/{report['id']}/findings", body).ok(201)["finding_id"]
    lead = office.section_chief.post("/v1/findings", {**body, "institution_id": office.home["id"]}).ok(201)["id"]

    def seen(client, one):
        texts = [client.get(f"/v1/findings/{one}").ok(), client.get(f"/v1/findings/{one}/history").ok()["items"],
                 [{name: e[name] for name in e if name not in ("position", "digest", "id")} for e in office.auditor.pages("/v1/events", {"resource": "finding"}) if e["resource_id"] == one]]
        text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.+]+", "", UUID.sub("", json.dumps(texts, ensure_ascii=False, sort_keys=True)))
        return re.sub(r'"[0-9a-f]{64}"|"position": \d+', "", text)
    time.sleep(1)       # the feed follows
    for client in (office.institution, office.inspector, office.auditor):
        assert seen(client, ours) == seen(client, lead)


def test_words_of_the_report_are_kept_out(story):
    office = story.office
    one = new_report(office, description="厨房燃气报警器自上月起一直关着没有人管")
    path = f"{REPORTS}/{one['id']}"
    office.handler.post(f"{path}/acceptances").ok(201)
    copied = {"category": "fire", "severity": "major", "description": "经核：厨房燃气报警器自上月起一直关着没有人管，属实"}
    assert office.handler.post(f"{path}/findings", copied).faults() == {"/description": "quotes_report"}
    assert office.handler.post(f"{path}/assignments", {"street": office.home["street"], "task": copied["description"]}).faults() == {"/task": "quotes_report"}
    assert office.handler.post(f"{path}/findings", {"severity": "general"}).faults() == {"/category": "required", "/description": "required"}
    known = office.new_finding()
    linked = office.handler.post(f"{path}/findings", {"finding_id": known["id"]}).ok(201)
    assert linked["finding_id"] == known["id"]
    assert office.handler.post(f"{path}/findings", {"finding_id": known["id"]}).faults() == {"/finding_id": "duplicate"}
    other = office.new_finding(institution=office.new_institution())
    assert office.handler.post(f"{path}/findings", {"finding_id": other["id"], "severity": "major"}).faults() == {"/finding_id": "unknown_reference", "/severity": "not_expected"}
    assert office.inspector.get(f"/v1/findings/{known['id']}/history").ok()["items"][-1]["what"] == "created"      # a link is no event
