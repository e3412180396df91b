"""The part of the examples in which a report is rewarded, held and counted (examples.py)."""
import datetime
import random

REPORT, REPORTS, DISTRICT = "/v1/whistleblower-report", "/v1/whistleblower-reports", "500103"


def counted(r):
    """Reports of the quarter that is over, straight into the table: none is filed in the past."""
    today = datetime.date.today()
    first = datetime.date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    draw = random.Random(2026)
    with r.server.connect() as db, db.cursor() as cursor:
        for number in range(64):
            result = draw.choice(["substantiated", "substantiated", "unsubstantiated", "partly_substantiated", None])
            cursor.execute(
                "INSERT INTO hz.report (id, district, mode, subject_kind, category, description, channel, state, result, received_at, ended_at, updated_at) "
                "VALUES (gen_random_uuid(), %s, 'anonymous', %s, %s, '演示', %s, %s, %s, %s::date, %s::date, now())",
                (DISTRICT, draw.choice(["major_hazard", "violation", "violation", "other"]), draw.choice(["fire", "fire", "service", "food_drug", None]),
                 draw.choice(["web", "web", "12345", "visit"]), "fed_back" if result else "verifying", result,
                 first - datetime.timedelta(days=1 + number % 80), first - datetime.timedelta(days=1) if result else None))


def keeping(r):
    text = "二楼活动室的疏散门从外面闩着，消防演练那天才打开"
    receipt = r.nobody.post(REPORTS, {"mode": "anonymous", "subject_kind": "major_hazard", "description": text, "institution_id": r.place}).ok(201)["receipt"]
    path = REPORTS + "/" + next(one["id"] for one in r.handler.get(REPORTS).ok()["items"] if one["description"] == text)
    for name, body in (("acceptances", {}), ("verifications", {"note": "到场"}), ("conclusions", {"result": "substantiated", "note": "属实"}), ("feedbacks", {"text": "属实，已责令拆除门闩"})):
        r.handler.post(f"{path}/{name}", body).ok(201)
    r.take("reports_rewards_create", r.leader, "POST", f"{path}/rewards", {"fine": "60000", "employee": True})
    mine = {"headers": {"Authorization": f"Receipt {receipt}"}}
    code = r.take("reporter_reward_collect", r.nobody, "POST", f"{REPORT}/reward-collections", **mine)["code"]
    r.take("reporter_get", r.nobody, "GET", REPORT, **mine)
    r.take("reward_payments_create", r.client("office"), "POST", "/v1/reward-payments", {"code": code})
    r.take("reports_rewards", r.leader, "GET", f"{path}/rewards")
    r.take("reports_holds_create", r.handler, "POST", f"{path}/holds", {"reason": "行政复议期间"})
    r.take("reports_releases_create", r.handler, "POST", f"{path}/releases", {"reason": "复议已结"})
    for name in ("holds", "releases"):
        r.take(f"reports_{name}", r.handler, "GET", f"{path}/{name}?limit=2")
    counted(r)
    r.take("statistics_reports", r.auditor, "GET", "/v1/statistics/whistleblower-reports?group_by=subject_kind&by=result")
