"""The part of the examples that files reports and works on them (examples.py)."""
import datetime

REPORTS = "/v1/whistleblower-reports"
KEY = "e5c2f1b6a3d94870b1c6f2a8d7e4930512fab6c8d9e07f314253647586970a1b"        # stands for the custodian's public key
TEXT = "上周三夜里四楼按铃四十分钟没有人来，楼层只有一名护理员值班"


def after(days):
    return (datetime.date.today() + datetime.timedelta(days=days)).isoformat()


def filed(r, **fields):
    """A report the handler has taken in → its address."""
    return REPORTS + "/" + r.handler.post(REPORTS, {
        "mode": "anonymous", "subject_kind": "violation", "description": TEXT, "institution_id": r.place, "channel": "visit", **fields}).ok(201)["id"]


def steps(r):
    """One by web, from acceptance to reopening."""
    path = REPORTS + "/" + next(one["id"] for one in r.handler.get(REPORTS, {"channel": "web"}).ok()["items"] if one["description"] == TEXT)
    for name, body in (
            ("acceptances", {"category": "service", "text": "已受理，十日内开始核查"}),
            ("pauses", {"reason_code": "other_body", "note": "等卫健部门意见"}), ("resumptions", {"note": "意见已到"}),
            ("supplement-requests", {"text": "是哪一栋楼的四楼？"})):
        r.take(f"reports_{name.replace('-', '_')}_create", r.handler, "POST", f"{path}/{name}", body)
    r.handler.post(f"{path}/resumptions", {"note": "电话中已说明"}).ok(201)
    due = next(c["deadline"] for c in r.handler.get(path).ok()["clocks"] if c["kind"] == "report_conclusion")
    longer = (datetime.date.fromisoformat(due) + datetime.timedelta(days=15)).isoformat()
    r.take("reports_extensions_create", r.handler, "POST", f"{path}/extensions", {"new_deadline": longer, "reason": "须调取一个月的呼叫记录"})
    task = r.take("reports_assignments_create", r.handler, "POST", f"{path}/assignments", {"street": r.streets[0], "task": "夜间到四楼护理站一次，记下在岗人数"})
    r.take("report_assignments_list", r.street, "GET", "/v1/whistleblower-report-assignments?limit=1")
    r.take("reports_replies_create", r.street, "POST", f"{path}/assignments/{task['id']}/replies", {"reply": "周五 22 时到场，在岗一人"})
    r.take("reports_verifications_create", r.handler, "POST", f"{path}/verifications", {"method": "site_visit", "note": "调取呼叫记录，最长 41 分钟"})
    r.take("reports_findings_create", r.handler, "POST", f"{path}/findings", {
        "category": "service", "severity": "general", "description": "夜间呼叫响应超过三十分钟", "key_place": "四楼护理站", "suggestion": "夜班增加一人"})
    r.take("reports_identity_requests_create", r.handler, "POST", f"{path}/identity-requests", {"reason": "须请其辨认值班表"})
    asked = r.take("identity_requests_list", r.custodian, "GET", "/v1/identity-requests?state=pending&limit=1")["items"][0]
    r.take("identity_requests_decisions_create", r.custodian, "POST", f"/v1/identity-requests/{asked['id']}/decisions", {"decision": "granted", "reason": "取证需要"})
    r.take("reports_conclusions_create", r.handler, "POST", f"{path}/conclusions", {"result": "substantiated", "note": "反映属实"})
    r.take("reports_feedbacks_create", r.handler, "POST", f"{path}/feedbacks", {"text": "反映属实，已责令夜班增加一人，整改情况会继续写在这里"})
    r.take("reports_callbacks_create", r.handler, "POST", f"{path}/callbacks", {"satisfied": False, "note": "希望再看一次"})
    r.take("reports_reopenings_create", r.handler, "POST", f"{path}/reopenings", {"reason_code": "dissatisfied"})
    r.take("reports_messages_create", r.handler, "POST", f"{path}/messages", {"text": "我们下周再去一次"})
    for name in ("acceptances", "pauses", "resumptions", "supplement-requests", "extensions", "assignments", "verifications", "findings", "conclusions",
                 "feedbacks", "callbacks", "reopenings", "messages"):
        r.take(f"reports_{name.replace('-', '_')}", r.handler, "GET", f"{path}/{name}?limit=2")
    r.take("reports_get", r.handler, "GET", path)
    r.take("reports_list", r.handler, "GET", f"{REPORTS}?limit=2")
    return path


def other_ways(r, path):
    """Those that end before anything is verified."""
    ticket = filed(r, channel="12345", external_number="20261123004518", external_deadline=after(5))
    r.take("reports_sign_offs_create", r.handler, "POST", f"{ticket}/sign-offs", {})
    r.take("reports_sign_offs", r.handler, "GET", f"{ticket}/sign-offs")
    r.take("reports_returns_create", r.handler, "POST", f"{ticket}/returns", {"reason_code": "not_ours", "note": "属市场监管"})
    r.take("reports_returns", r.handler, "GET", f"{ticket}/returns")
    one = filed(r)
    r.take("reports_rejections_create", r.handler, "POST", f"{one}/rejections", {"reason_code": "nothing_to_verify", "text": "请补充时间、地点后再来"})
    r.take("reports_rejections", r.handler, "GET", f"{one}/rejections")
    one = filed(r)
    r.take("reports_transfers_create", r.handler, "POST", f"{one}/transfers", {"kind": "handed_over", "to": "渝中区消防救援大队（演示）", "number": "演消移〔2026〕12 号"})
    r.take("reports_transfers", r.handler, "GET", f"{one}/transfers")
    one = filed(r)
    r.take("reports_merges_create", r.handler, "POST", f"{one}/merges", {"into": path.rpartition("/")[2], "note": "同一件事"})
    r.take("reports_merges", r.handler, "GET", f"{one}/merges")
    one = filed(r, audience="institution")
    r.take("reports_escalations_create", r.handler, "POST", f"{one}/escalations", {"note": "涉及人身安全，提前接手"})
    r.take("reports_escalations", r.handler, "GET", f"{one}/escalations")


def reports(r):
    with r.server.connect() as db:
        db.execute("INSERT INTO hz.custodian_key (district, public_key) VALUES (%s, %s) ON CONFLICT DO NOTHING", ("500103", KEY))
    r.take("report_reasons_list", r.nobody, "GET", "/v1/whistleblower-report-reasons")
    r.take("reports_create", r.nobody, "POST", REPORTS, {
        "mode": "confidential", "subject_kind": "violation", "description": TEXT, "institution_id": r.place, "occurred_at": "2026-11-18T23:10:00+08:00",
        "identity": {"name": "演示举报人", "phone": "13800000000"}})
    path = steps(r)
    other_ways(r, path)
    r.take("audit_log_list", r.auditor, "GET", "/v1/audit-log?limit=2")
