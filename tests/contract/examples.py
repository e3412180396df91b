#!/usr/bin/python3
"""Records the document's examples: goes through the work in the demo district, and keeps what was sent and what was answered.

    tests/contract/examples.py      starts a server of its own with the demo, writes docs/openapi/examples/*.json

tests/api/test_examples.py goes the same way and holds the files against what is answered today.
"""
import datetime
import json
import pathlib
import re
import sys
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from contract.examples_keeping import keeping  # noqa: E402
from contract.examples_reporter import reporter  # noqa: E402
from contract.examples_reports import reports  # noqa: E402  (the path above comes first)
from harness.client import Client  # noqa: E402

FOLDER = ROOT / "docs/openapi/examples"
DISTRICT, STREET = "500103", "500103012"
TRACE = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
PHOTO = "7d0c1c4e6ee9a7f7f5b0d8ad2b4a3bc1d9b8b0c44f8e3f2f4e0a9c6f1f5a2b37"      # the hash of one that the phone uploads later
KEY = "hzk_EXAMPLE0SHOWN0ONCE0ONLY000000000"         # stands for every key text
RECEIPT = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}")
PEOPLE = {"admin": 1, "leader": 2, "section_chief": 3, "inspector": 5, "office": 9, "auditor": 10}      # the demo's actors
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def day(offset):
    """The date in Asia/Shanghai, `offset` days from today."""
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
    return (now.date() + datetime.timedelta(days=offset)).isoformat()


class Recorder:
    """Callers with keys, and the examples taken so far: {operationId or problem_<status>: {request, response}}."""

    def __init__(self, server):
        self.server, self.taken, self.number = server, {}, 0
        with server.connect() as db:
            self.fixed = {str(row[0]) for row in db.execute(
                "SELECT id FROM hz.checklist UNION ALL SELECT id FROM hz.checklist_item UNION ALL SELECT id FROM hz.hazard_standard "
                "UNION ALL SELECT id FROM hz.hazard_clause")}
        for role, number in PEOPLE.items():
            setattr(self, role, self.client(role, actor=f"0190d000-0000-7000-8002-{number:012d}"))
        self.street, self.streets = self.client("street", street=STREET), [STREET]
        self.handler, self.custodian = self.client("handler"), self.client("custodian")
        self.nobody = Client(server.base_url)

    def client(self, role, actor=None, institution=None, street=None):
        with self.server.connect() as db:
            key, me = db.execute(
                "SELECT key, actor_id FROM api.issue_key(%s, %s, %s::uuid[], '{}', %s, %s, %s::uuid)",
                (role, [DISTRICT], [institution] if institution else [], [street] if street else [], "演示", actor)).fetchone()
        return Client(self.server.base_url, key, str(me))

    def id(self):
        """The next id of those the client brings."""
        self.number += 1
        return str(uuid.UUID(int=0x0190d0000000700080ff000000000000 + self.number))

    def take(self, name, who, method, path, body=None, **options):
        """Send one request, keep it as the example `name`, give the data of the answer."""
        answer = who.request(method, path, body, headers=TRACE | options.pop("headers", {}), **options)
        assert (answer.status >= 400) == name.startswith("problem_"), f"{name}: {answer!r}"
        example = {"response": answer.data}
        if body is not None and answer.status < 400:
            example["request"] = body
        self.taken[name] = example
        return answer.data

    def examples(self):
        """What was taken, without secrets and with ids that stay the same from one recording to the next."""
        known = {}

        def stable(match):
            text = match.group()
            if text.startswith("0190d000-") or text in self.fixed:
                return text
            return known.setdefault(text, f"0190d000-0000-7000-80fe-{len(known) + 1:012d}")
        text = json.dumps(self.taken, ensure_ascii=False)
        text = RECEIPT.sub("G7XK-2V0A-W3MJ-P7S7-Y5C7", re.sub(r"hzk?_[0-9A-Za-z_-]{16,}", KEY, text))
        return json.loads(UUID.sub(stable, text))


def places(r):
    r.take("institution_types_list", r.nobody, "GET", "/v1/institution-types")
    r.take("categories_list", r.nobody, "GET", "/v1/categories")
    r.take("regions_list", r.nobody, "GET", f"/v1/regions?parent={DISTRICT}&limit=3")
    r.take("livez", r.nobody, "GET", "/livez")
    r.take("readyz", r.nobody, "GET", "/readyz")
    r.take("me_get", r.inspector, "GET", "/v1/me")
    unit = r.take("org_units_create", r.admin, "POST", "/v1/org-units", {
        "id": r.id(), "district": DISTRICT, "kind": "section", "name": "慈善事业科（演示）", "phone": "023-60009010"})
    path = f"/v1/org-units/{unit['id']}"
    r.take("org_units_patch", r.admin, "PATCH", path, {"phone": "023-60009011"}, if_match=r.admin.get(path).etag)
    r.take("org_units_get", r.admin, "GET", path)
    r.take("org_units_list", r.admin, "GET", "/v1/org-units?limit=2")
    one = r.take("institutions_create", r.section_chief, "POST", "/v1/institutions", {
        "id": r.id(), "name": "望坪演示养老院（演示）", "type": "elderly_care", "subtype": "nursing_home", "ownership": "private",
        "district": DISTRICT, "street": STREET, "address": "望坪演示路199号", "longitude": 106.5175, "latitude": 29.5385,
        "coordinate_system": "gcj02", "beds": 80, "residents": 61, "disabled_residents": 23, "staff": 27,
        "principal_name": "沈望舒", "principal_phone": "023-60008801", "safety_officer_name": "韩守拙",
        "safety_officer_phone": "023-60008802", "risk_grade": "yellow", "org_unit_id": "0190d000-0000-7000-8001-000000000002",
        "permits": [{"kind": "食品经营许可证", "number": "演示SP9901", "expires_on": "2028-06-30"}]})
    r.place, path = one["id"], f"/v1/institutions/{one['id']}"
    etag = r.section_chief.get(path).etag
    r.take("institutions_patch", r.section_chief, "PATCH", path, {"residents": 62, "risk_grade": "orange"}, if_match=etag)
    r.take("problem_412", r.section_chief, "PATCH", path, {"residents": 63}, if_match=etag)
    r.take("problem_428", r.section_chief, "PATCH", path, {"residents": 63}, if_match=False)
    r.take("problem_415", r.section_chief, "PATCH", path, if_match=etag, data=b"residents=63", headers={"Content-Type": "text/plain"})
    r.take("institutions_get", r.section_chief, "GET", path)
    r.take("institutions_by_code", r.section_chief, "GET", f"/v1/institutions/by-code/{one['code']}")
    r.take("institutions_list", r.section_chief, "GET", "/v1/institutions?type=elderly_care&limit=2")
    key = r.take("api_keys_create", r.admin, "POST", "/v1/api-keys", {
        "id": r.id(), "name": "安全管理员韩守拙的手机", "role": "institution", "districts": [DISTRICT], "institutions": [r.place],
        "actor": {"id": r.id(), "kind": "person", "name": "韩守拙", "phone": "023-60008802"}})
    r.institution = Client(r.server.base_url, key["key"])
    spare = r.admin.post("/v1/api-keys", {"name": "备用（演示）", "role": "auditor", "districts": [DISTRICT],
                                          "actor_id": r.auditor.actor}).ok(201)
    r.take("api_keys_revoke", r.admin, "POST", f"/v1/api-keys/{spare['id']}/revocations", {"note": "不再使用"})
    r.take("api_keys_get", r.admin, "GET", f"/v1/api-keys/{key['id']}")
    r.take("api_keys_list", r.admin, "GET", "/v1/api-keys?limit=2")


def rules(r):
    r.take("calendar_get", r.nobody, "GET", "/v1/calendar?from=2026-09-30&to=2026-10-11")
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    one = r.take("time_limits_create", r.admin, "POST", "/v1/time-limits", {
        "code": "referral_reply", "region": DISTRICT, "amount": 10, "day_kind": "working", "legal_basis": "渝中民〔2026〕12号（演示）第三条",
        "legal_basis_read": True, "effective_from": (today + datetime.timedelta(days=30)).isoformat(), "note": "与区消防救援大队商定"})
    r.take("time_limits_get", r.inspector, "GET", f"/v1/time-limits/{one['id']}")
    r.take("time_limits_list", r.inspector, "GET", f"/v1/time-limits?region={DISTRICT}&code=referral_reply")


def campaign(r):
    above = r.office.post("/v1/campaigns", {"district": DISTRICT, "name": "民政系统安全生产三年行动（演示）", "starts_on": day(-300), "ends_on": day(795)}).ok(201)
    one = r.take("campaigns_create", r.office, "POST", "/v1/campaigns", {
        "district": DISTRICT, "parent_id": above["id"], "name": "安全生产大排查大整治百日行动（演示）", "theme": "人人讲安全、个个会应急",
        "document_number": "演示民〔2026〕63号", "starts_on": day(-20), "ends_on": day(79), "categories": ["fire", "food_drug", "personal"]})
    r.campaign, path = one["id"], f"/v1/campaigns/{one['id']}"
    r.take("campaigns_patch", r.office, "PATCH", path, {"ends_on": day(89)}, if_match=r.office.get(path).etag)
    r.take("campaigns_get", r.inspector, "GET", path)
    r.take("campaigns_list", r.inspector, "GET", f"/v1/campaigns?on={day(0)}&limit=2")


def visit(r):
    lists = r.take("checklists_list", r.inspector, "GET", "/v1/checklists?institution_type=elderly_care&audience=office&current=true")
    checklist = r.take("checklists_get", r.inspector, "GET", f"/v1/checklists/{lists['items'][0]['id']}")
    items = {c["category"]: [item["id"] for item in c["items"]] for c in checklist["categories"]}
    shown = r.taken["checklists_get"]["response"] = json.loads(json.dumps(checklist))
    shown["categories"] = shown["categories"][:2]                # two categories of ten are enough to show
    for category in shown["categories"]:
        category["items"] = category["items"][:2]
    one = r.take("inspections_create", r.section_chief, "POST", "/v1/inspections", {
        "id": r.id(), "institution_id": r.place, "kind": "routine", "method": "ordinary", "task_source": "年度检查计划",
        "campaign_id": r.campaign, "checklist_id": checklist["id"],
        "inspectors": [{"actor_id": r.inspector.actor, "certificate_no": "演示执法0005"}, {"name": "何以宁", "certificate_no": "演示执法0006"}],
        "accompanying": [{"name": "韩守拙", "post": "安全管理员"}]})
    r.visit, path = one["id"], f"/v1/inspections/{one['id']}"
    r.take("inspections_patch", r.section_chief, "PATCH", path, {"task_source": "年度检查计划第 12 项"},
           if_match=r.section_chief.get(path).etag)
    off = r.section_chief.post("/v1/inspections", {"institution_id": r.place, "kind": "routine", "inspectors": [
        {"actor_id": r.inspector.actor}, {"name": "何以宁", "certificate_no": "演示执法0006"}]})
    off = f"/v1/inspections/{off.ok(201)['id']}"
    r.take("inspections_cancellation_create", r.section_chief, "POST", f"{off}/cancellations", {"reason": "机构停业整顿，检查顺延"})
    r.take("inspections_cancellations", r.inspector, "GET", f"{off}/cancellations")
    r.take("inspections_notice_create", r.section_chief, "POST", f"{path}/notices", {"note": "已电话通知韩守拙"})
    r.take("inspections_start_create", r.inspector, "POST", f"{path}/starts", {"place": "一至三楼", "credentials_shown": True})
    found = {}
    for category, description, place, suggestion in (
            ("personal", "205 卫生间呼叫器失效", "卫生间", "更换并接通呼叫器"), ("fire", "三楼安全出口上锁", "安全出口", "拆锁，改装推杠锁"),
            ("food_drug", "留样 60 克，无时间标签", "留样柜", "每品种留足 125 克，贴齐标签")):
        found[category] = r.take("findings_create", r.inspector, "POST", "/v1/findings", {
            "id": r.id(), "institution_id": r.place, "inspection_id": r.visit, "category": category, "severity": "general",
            "description": description, "key_place": place, "suggestion": suggestion})["id"]
    r.found = found
    path_of = "/v1/findings/" + found["fire"]
    r.take("findings_patch", r.inspector, "PATCH", path_of, {"location": "三楼东侧"}, if_match=r.inspector.get(path_of).etag)
    photo = r.take("attachments_create", r.inspector, "POST", "/v1/attachments?filename=exit_after.jpg",
                   data=(ROOT / "db/demo/files/exit_after.jpg").read_bytes(), headers={"Content-Type": "image/jpeg"})
    r.take("findings_corrections_create", r.inspector, "POST", f"{path_of}/corrections", {
        "note": "当场开锁，锁已收走", "attachments": [{"id": photo["id"], "role": "after"}]})
    r.take("attachments_meta", r.inspector, "GET", f"/v1/attachments/{photo['id']}/meta")
    r.take("findings_corrections", r.inspector, "GET", f"{path_of}/corrections")
    r.take("inspections_answers_put", r.inspector, "PUT", f"{path}/answers", {"answers": [
        {"item_id": items["fire"][0], "answer": "corrected_on_spot", "finding_id": found["fire"]},
        {"item_id": items["personal"][1], "answer": "fail", "finding_id": found["personal"]},
        {"item_id": items["food_drug"][2], "answer": "fail", "finding_id": found["food_drug"]},
        {"item_id": items["fire"][3], "answer": "pass"}]})
    r.take("inspections_answers", r.inspector, "GET", f"{path}/answers")
    for name in ("inspections_answers", "inspections_answers_put"):
        response = r.taken[name]["response"]
        response["answers"] = response["answers"][:4]
    r.take("inspections_submission_create", r.inspector, "POST", f"{path}/submissions", {"conclusion": "一处当场改正，两处责令限期整改"})
    r.inspector.post(f"{path}/signatures", {"party": "inspector", "name": "周砚青", "post": "检查员"}).ok(201)
    r.take("inspections_signature_create", r.inspector, "POST", f"{path}/signatures",
           {"party": "institution", "name": "韩守拙", "post": "安全管理员"})
    for name in ("notices", "starts", "submissions", "signatures"):
        r.take(f"inspections_{name}", r.inspector, "GET", f"{path}/{name}")
    r.take("inspections_get", r.inspector, "GET", path)
    r.take("inspections_list", r.inspector, "GET", "/v1/inspections?limit=2")


def order(r):
    bell, sample = r.found["personal"], r.found["food_drug"]
    one = r.take("rectification_orders_create", r.inspector, "POST", "/v1/rectification-orders", {
        "id": r.id(), "institution_id": r.place, "inspection_id": r.visit, "items": [
            {"finding_id": bell, "requirement": "更换并接通呼叫器，逐间测试", "responsible_name": "韩守拙", "days": 7, "day_kind": "calendar"},
            {"finding_id": sample, "requirement": "按规定留样", "responsible_name": "韩守拙", "days": 3, "day_kind": "working",
             "legal_basis": "GB 31654-2021"}]})
    path = f"/v1/rectification-orders/{one['id']}"
    r.take("rectification_orders_service_create", r.inspector, "POST", f"{path}/services", {"method": "direct", "receiver": "沈望舒"})
    r.take("rectification_orders_services", r.inspector, "GET", f"{path}/services")
    r.take("rectification_orders_get", r.inspector, "GET", path)
    r.take("rectification_orders_list", r.inspector, "GET", "/v1/rectification-orders?limit=2")
    asked = r.take("findings_extensions_create", r.institution, "POST", f"/v1/findings/{sample}/extensions", {
        "new_deadline": day(8), "reason": "新留样柜三天内到不了货", "attachments": [{"sha256": PHOTO, "role": "document"}]})
    r.take("findings_extensions", r.institution, "GET", f"/v1/findings/{sample}/extensions")
    r.take("extensions_decide", r.section_chief, "POST", f"/v1/extensions/{asked['id']}/decisions", {
        "result": "granted", "new_deadline": day(5), "reason": "情况属实，先用备用冰箱留样"})
    r.take("extensions_get", r.section_chief, "GET", f"/v1/extensions/{asked['id']}")
    r.take("extensions_list", r.section_chief, "GET", "/v1/extensions?state=granted&limit=2")
    r.take("deadlines_list", r.institution, "GET", "/v1/deadlines?limit=2")
    r.take("me_tasks", r.institution, "GET", "/v1/me/tasks?limit=3")
    r.take("problem_409", r.inspector, "POST", f"/v1/findings/{bell}/reinspections", {"result": "passed"})
    for one in (bell, sample):
        path = f"/v1/findings/{one}"
        r.take("findings_progress_reports_create", r.institution, "POST", f"{path}/progress-reports", {"note": "已整改"})
        r.take("findings_reinspection_requests_create", r.institution, "POST", f"{path}/reinspection-requests", {"note": "申请复查"})
    r.inspector.post(f"/v1/findings/{sample}/reinspections", {"result": "passed", "note": "称得 130 克，标签齐全"}).ok(201)
    path = f"/v1/findings/{bell}"
    r.take("findings_reinspections_create", r.inspector, "POST", f"{path}/reinspections", {
        "result": "failed", "note": "新呼叫器未接线，按下无响应",
        "order": {"requirement": "接通线路，逐间测试", "responsible_name": "韩守拙", "days": 5, "day_kind": "calendar"}})
    for name in ("progress-reports", "reinspection-requests", "reinspections", "orders"):
        r.take(f"findings_{name.replace('-', '_')}", r.inspector, "GET", f"{path}/{name}")
    r.take("findings_history", r.inspector, "GET", f"{path}/history?limit=3")
    r.take("findings_get", r.inspector, "GET", path)
    r.take("findings_list", r.inspector, "GET", f"/v1/findings?institution_id={r.place}&limit=2")
    r.take("events_list", r.auditor, "GET", "/v1/events?after=0&limit=3")
    r.take("statistics_findings", r.leader, "GET", "/v1/statistics/findings?group_by=category&limit=3")
    r.take("institutions_timeline", r.section_chief, "GET", f"/v1/institutions/{r.place}/timeline?limit=3")


def other_ends(r):
    """Findings that go other ways: dismissed, merged, voided, terminated, accepted by the institution itself."""
    def reported(description):
        return "/v1/findings/" + r.street.post("/v1/findings", {
            "institution_id": r.place, "category": "fire", "severity": "general", "description": description}).ok(201)["id"]
    path = reported("门口电动车充电线横跨通道")
    r.take("findings_dismissals_create", r.section_chief, "POST", f"{path}/dismissals", {"note": "充电线属隔壁商户，不构成本机构隐患"})
    r.take("findings_dismissals", r.section_chief, "GET", f"{path}/dismissals")
    path = reported("二楼灭火器压力不足")
    first = path.rpartition("/")[2]
    r.take("findings_confirmations_create", r.section_chief, "POST", f"{path}/confirmations", {"note": "现场核实"})
    r.take("findings_confirmations", r.section_chief, "GET", f"{path}/confirmations")
    r.take("findings_order_create", r.inspector, "POST", f"{path}/orders", {
        "requirement": "更换灭火器", "responsible_name": "韩守拙", "days": 3, "day_kind": "calendar"})
    path = reported("二楼灭火器指针在红区")
    r.section_chief.post(f"{path}/confirmations", {}).ok(201)
    r.take("findings_merges_create", r.section_chief, "POST", f"{path}/merges", {"into": first, "note": "同一只灭火器"})
    r.take("findings_merges", r.section_chief, "GET", f"{path}/merges")
    for name, note in (("voidings", "登记到了另一家机构名下"), ("terminations", "该楼已停止使用")):
        path = reported("四楼疏散指示灯不亮")
        r.section_chief.post(f"{path}/confirmations", {}).ok(201)
        r.take(f"findings_{name}_create", r.section_chief, "POST", f"{path}/{name}", {"note": note})
        r.take(f"findings_{name}", r.section_chief, "GET", f"{path}/{name}")
    path = r.own = "/v1/findings/" + r.institution.post("/v1/findings", {
        "institution_id": r.place, "category": "disaster", "severity": "general", "description": "后院排水沟淤积", "suggestion": "清掏"}).ok(201)["id"]
    r.institution.post(f"{path}/progress-reports", {"responsible_name": "韩守拙", "note": "已约施工队"}).ok(201)
    r.take("findings_self_acceptances_create", r.institution, "POST", f"{path}/self-acceptances", {
        "note": "负责人现场验收", "attachments": [{"sha256": PHOTO, "role": "after"}]})
    r.take("findings_self_acceptances", r.institution, "GET", f"{path}/self-acceptances")


def major(r):
    """A major hazard from the clause that makes it one to the leader's approval."""
    found = r.take("hazard_standards_list", r.inspector, "GET", "/v1/hazard-standards?institution_type=elderly_care&current=true")
    standard = r.take("hazard_standards_get", r.inspector, "GET", f"/v1/hazard-standards/{found['items'][0]['id']}")
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()

    def later(days):
        return (today + datetime.timedelta(days=days)).isoformat()
    path = "/v1/findings/" + r.take("findings_create", r.inspector, "POST", "/v1/findings", {
        "id": r.id(), "institution_id": r.place, "category": "fire", "severity": "major", "clause_id": standard["clauses"][2]["id"],
        "description": "屋顶用泡沫夹芯彩钢板搭建活动室", "key_place": "屋顶", "suggestion": "停用并拆除"})["id"]
    r.inspector.post(f"{path}/orders", {"responsible_name": "沈望舒", "days": 30}).ok(201)
    steps = (
        ("escalations", r.section_chief, {"to_body": "区安委会办公室", "method": "document", "document_number": "渝中民报（演示）6号"}),
        ("interim_measures", r.section_chief, {"measures": "封闭屋顶，专人看守", "from": later(0), "until": later(30), "responsible_name": "韩守拙"}),
        ("supervisions", r.leader, {"action": "list", "reason": "老人每天在内活动", "level": "district", "supervising_body": "区安委会办公室"}),
        ("plans", r.institution, {
            "responsible_unit": "望坪演示养老院（演示）", "responsible_person": "沈望舒", "measures": "停用清空，由有资质的单位拆除", "funds": "38000.00",
            "funds_source": "自筹", "time_limit": later(20), "emergency_plan": "拆除期间屋顶不得进人，动火专人监护"}))
    for name, who, body in steps:
        r.take(f"findings_{name}_create", who, "POST", f"{path}/{name.replace('_', '-')}", body)
    r.institution.post(f"{path}/progress-reports", {"note": "已清空停用，拆除单位进场"}).ok(201)
    r.institution.post(f"{path}/reinspection-requests", {}).ok(201)
    r.inspector.post(f"{path}/reinspections", {"result": "passed", "note": "已全部拆除"}).ok(201)
    r.take("findings_closure_approvals_create", r.leader, "POST", f"{path}/closure-approvals", {"result": "granted", "note": "同意销号"})
    for name in [name for name, *_ in steps] + ["closure_approvals"]:
        r.take(f"findings_{name}", r.inspector, "GET", f"{path}/{name.replace('_', '-')}")


def measures(r):
    """Beside the rectification: other bodies, a talk, a suspension and its end, a penalty case, a spot check."""
    r.take("receiving_bodies_list", r.nobody, "GET", "/v1/receiving-bodies")
    r.take("penalty_kinds_list", r.nobody, "GET", "/v1/penalty-kinds")
    path = "/v1/findings/" + r.inspector.post("/v1/findings", {
        "institution_id": r.place, "category": "fire", "severity": "general", "description": "西侧疏散楼梯改作储藏间"}).ok(201)["id"]
    r.inspector.post(f"{path}/orders", {"requirement": "立即清空恢复", "days": 3}).ok(201)
    one = r.take("findings_referrals_create", r.section_chief, "POST", f"{path}/referrals", {
        "handover": True, "receiving_body": "fire_rescue", "receiving_name": "区消防救援支队（演示）", "document_number": "渝中民移〔2026〕3号",
        "matter": "封闭疏散楼梯，移送依法查处"})["id"]
    r.take("findings_referrals_receipts_create", r.section_chief, "POST", f"{path}/referrals/{one}/receipts", {"receiver": "内勤 段警官"})
    r.take("referrals_list", r.section_chief, "GET", "/v1/referrals?state=waiting&limit=2")
    r.take("findings_referrals_replies_create", r.section_chief, "POST", f"{path}/referrals/{one}/replies", {
        "outcome": "returned", "result": "已当场责令恢复，退回督促整改", "document_number": "渝中消函〔2026〕21号"})
    r.take("findings_referrals", r.section_chief, "GET", f"{path}/referrals")
    r.take("findings_referrals_replies", r.section_chief, "GET", f"{path}/referrals/{one}/replies")
    r.section_chief.post(f"{path}/enforcement-measures", {
        "kind": "talk", "persons": [{"name": "沈望舒", "post": "院长"}], "place": "区民政局", "record": "承诺三日内恢复"}).ok(201)
    r.take("findings_enforcement_measures_create", r.leader, "POST", f"{path}/enforcement-measures", {
        "kind": "order_suspend", "scope": "part", "scope_text": "西侧楼梯间", "document_number": "渝中民停〔2026〕2号",
        "matter": "恢复之前无法保证安全", "legal_basis": "《安全生产法》第六十五条第一款第三项"})
    case = r.leader.post(f"{path}/enforcement-measures", {"kind": "penalty_case", "matter": "封闭疏散楼梯", "document_number": "渝中民立〔2026〕2号"}).ok(201)["id"]
    steps = f"{path}/enforcement-measures/{case}/steps"
    r.inspector.post(steps, {"step": "investigated", "facts": "楼梯间堆放杂物并上锁，有照片和询问笔录", "investigators": [
        {"actor_id": r.inspector.actor}, {"name": "何以宁", "certificate_no": "演示执法0006"}]}).ok(201)
    r.take("findings_enforcement_measures_steps_create", r.inspector, "POST", steps, {
        "step": "notified", "proposal": "拟罚款五千元", "document_number": "渝中民告〔2026〕2号"})
    r.take("findings_enforcement_measures_steps", r.section_chief, "GET", steps)
    r.take("findings_enforcement_measures", r.section_chief, "GET", f"{path}/enforcement-measures")
    r.take("enforcement_measures_list", r.leader, "GET", "/v1/enforcement-measures?open=true&limit=2")
    r.take("findings_spot_checks_create", r.section_chief, "POST", f"{r.own}/spot-checks", {
        "result": "rejected", "note": "只清了一半", "finding": {"description": "后院排水沟仍淤积一半", "suggestion": "全段清掏"}})
    r.take("findings_spot_checks", r.section_chief, "GET", f"{r.own}/spot-checks")


def papers(r):
    """The documents of the visit's order; the newest is made first, within seconds."""
    query = f"/v1/documents?inspection_id={r.visit}&limit=2"
    ends = time.monotonic() + 60
    while any(one["state"] == "waiting" for one in r.inspector.get(query).ok()["items"]) and time.monotonic() < ends:
        time.sleep(0.2)
    listed = r.take("documents_list", r.inspector, "GET", query)
    r.take("documents_get", r.inspector, "GET", f"/v1/documents/{listed['items'][0]['id']}")


def refusals(r):
    r.take("problem_400", r.inspector, "POST", "/v1/findings", {"institution_id": "不是编号", "category": "fire", "found_at": "2026-11-23 09:30"})
    r.take("problem_401", r.nobody, "GET", "/v1/findings")
    r.take("problem_403", r.inspector, "GET", "/v1/api-keys")
    r.take("problem_404", r.inspector, "GET", "/v1/findings/0190d000-0000-7000-80ff-ffffffffffff")
    r.take("problem_413", r.inspector, "POST", "/v1/findings", data=b'{"description": "' + b"x" * (1 << 20) + b'"}',
           headers={"Content-Type": "application/json"})
    r.take("problem_422", r.section_chief, "POST", "/v1/institutions", {
        "name": "错位养老院（演示）", "type": "elderly_care", "district": DISTRICT, "street": "500105001", "longitude": 106.5, "latitude": 29.5})


def off_line(r):
    """What a phone takes along, and what it brings back, all of it done within this second."""
    at = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).replace(microsecond=0).isoformat()
    one = r.inspector.post("/v1/inspections", {
        "id": r.id(), "institution_id": r.place, "kind": "routine", "checklist_id": r.taken["checklists_get"]["response"]["id"],
        "inspectors": [{"actor_id": r.inspector.actor}, {"name": "何以宁", "certificate_no": "演示执法0006"}]}).ok(201)
    package = r.take("inspections_package", r.inspector, "GET", f"/v1/inspections/{one['id']}/package")
    items = [item["id"] for category in package["checklist"]["categories"] for item in category["items"]]
    shown = r.taken["inspections_package"]["response"] = json.loads(json.dumps(package))
    shown["checklist"]["categories"] = shown["checklist"]["categories"][:2]
    for category in shown["checklist"]["categories"]:
        category["items"] = category["items"][:2]
    shown["findings"], shown["categories"] = shown["findings"][:1], shown["categories"][:2]
    shown["hazard_standards"][0]["clauses"] = shown["hazard_standards"][0]["clauses"][:2]
    shown["previous"]["answers"] = shown["previous"]["answers"][:2]
    door, floor = r.id(), r.id()
    r.take("inspection_bundles_create", r.inspector, "POST", "/v1/inspection-bundles", {
        "inspection_id": one["id"], "checklist_id": package["checklist"]["id"],
        "start": {"id": r.id(), "credentials_shown": True, "occurred_at": at},
        "findings": [
            {"id": door, "category": "fire", "severity": "general", "description": "地下室防火门常开", "key_place": "地下室", "found_at": at,
             "attachments": [{"sha256": PHOTO, "role": "before"}]},
            {"id": floor, "category": "personal", "severity": "general", "description": "洗衣房地面湿滑", "found_at": at}],
        "corrections": [{"id": r.id(), "finding_id": floor, "note": "当场拖干，放置警示牌", "occurred_at": at,
                         "attachments": [{"sha256": PHOTO, "role": "after"}]}],
        "answers": [{"item_id": items[0], "answer": "fail", "finding_id": door}, {"item_id": items[1], "answer": "pass"}],
        "order": {"id": r.id(), "occurred_at": at, "items": [{"finding_id": door, "requirement": "安装闭门器", "days": 7}],
                  "service": {"id": r.id(), "receiver": "沈望舒", "occurred_at": at}},
        "submission": {"id": r.id(), "conclusion": "两处问题，一处当场改正", "occurred_at": at},
        "signatures": [{"id": r.id(), "party": "inspector", "name": "周砚青", "occurred_at": at},
                       {"id": r.id(), "party": "institution", "name": "韩守拙", "post": "安全管理员", "occurred_at": at}]})


def record(server):
    """-> {operationId or problem_<status>: {request, response}}, of a server with the demo"""
    recorder = Recorder(server)
    for part in (places, rules, campaign, visit, order, other_ends, major, measures, papers, refusals, off_line, reports, reporter, keeping):
        part(recorder)
    return recorder.examples()


def main():
    from harness.server import Server
    server = Server(demo=True).start()
    try:
        examples = record(server)
    finally:
        server.close()
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, example in examples.items():
        (FOLDER / f"{name}.json").write_text(json.dumps(example, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(examples)} examples in {FOLDER.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
