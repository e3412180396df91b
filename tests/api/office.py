"""One bureau in a district of its own: its people with their keys, and short ways to a thing in any state, all through the API."""
import datetime
import itertools
import uuid

from harness.client import EVIDENCE

CHINA = datetime.timezone(datetime.timedelta(hours=8))
OFFICE_ROLES = ("admin", "leader", "section_chief", "inspector", "handler", "custodian", "office", "auditor", "integration")
numbers = itertools.count(1)


def now():
    return datetime.datetime.now(CHINA).replace(microsecond=0)


def ago(**delta):
    """RFC 3339 text of a moment gone by: ago(hours=3)."""
    return (now() - datetime.timedelta(**delta)).isoformat()


def day(offset=0):
    """The date in Asia/Shanghai, `offset` days from today."""
    return (now().date() + datetime.timedelta(days=offset)).isoformat()


class Office:
    """.inspector, .section_chief … are clients; .institution and .staff belong to `home`, .street to the street of `home`."""

    def __init__(self, api, db, district):
        self.api, self.db, self.district = api, db, district
        self.streets = [row[0] for row in db.execute(
            "SELECT code FROM hz.region WHERE parent = %s AND level = 'street' ORDER BY code", (district,))]
        for role in OFFICE_ROLES:
            setattr(self, role, api(role, district, name=f"{role} {district}"))
        self.inspector2 = api("inspector", district, name=f"inspector2 {district}")
        self.clauses = {}
        self.home = self.new_institution()
        self.institution, self.staff = self.keeper(self.home), self.keeper(self.home, "staff")
        self.street = api("street", district, street=self.home["street"], name=f"street {district}")

    def client(self, role):
        return getattr(self, role)

    def keeper(self, institution, role="institution"):
        """The client of the institution's own account (or of one of its staff)."""
        ids = [i["id"] for i in institution] if isinstance(institution, list) else institution["id"]
        return self.api(role, self.district, institution=ids)

    # -- things -------------------------------------------------------------------------------------------------------------

    def institution_body(self, **fields):
        return {"name": f"测试养老院第{next(numbers)}号", "type": "elderly_care", "district": self.district,
                "street": self.streets[0], "address": "测试路1号", **fields}

    def new_institution(self, **fields):
        return self.section_chief.post("/v1/institutions", self.institution_body(**fields)).ok(201)

    def checklist(self, audience="office", institution_type="elderly_care"):
        """The checklist in force for a type of institution, the office's or its own → (its id, ids of its items)."""
        wanted = {"institution_type": institution_type, "audience": audience, "current": "true"}
        one = self.inspector.get("/v1/checklists", wanted).ok()["items"][0]
        full = self.inspector.get(f"/v1/checklists/{one['id']}").ok()
        return one["id"], [item["id"] for category in full["categories"] for item in category["items"]]

    def inspection_body(self, kind="routine", institution=None, **fields):
        body = {"institution_id": (institution or self.home)["id"], "kind": kind, **fields}
        if kind in ("routine", "special", "case"):
            body.setdefault("inspectors", [{"actor_id": self.inspector.actor}, {"actor_id": self.inspector2.actor}])
        return body

    def conductor(self, kind):
        """Who conducts such a visit, and as which party that person signs."""
        if kind in ("self", "sweep", "red_armband"):
            return self.institution, "institution"
        return {"patrol": self.street, "supervision": self.section_chief}.get(kind, self.inspector), "inspector"

    def new_inspection(self, state="planned", kind="routine", institution=None, **fields):
        """An inspection of `kind` brought to `state` by those who may."""
        who, party = self.conductor(kind)
        if institution and party == "institution":
            who = self.keeper(institution)
        one = who.post("/v1/inspections", self.inspection_body(kind, institution, **fields)).ok(201)
        path = f"/v1/inspections/{one['id']}"
        if state == "cancelled":
            who.post(f"{path}/cancellations", {"reason": "计划调整"}).ok(201)
        if state in ("in_progress", "awaiting_signature", "recorded"):
            who.post(f"{path}/starts", {"credentials_shown": True}).ok(201)
        if state in ("awaiting_signature", "recorded"):
            who.post(f"{path}/submissions", {"conclusion": "检查完毕"}).ok(201)
        if state == "recorded":
            who.post(f"{path}/signatures", {"party": party, "name": "某检查员"}).ok(201)
            if kind in ("routine", "special", "case"):
                who.post(f"{path}/signatures", {"party": "institution", "name": "某院长", "post": "院长"}).ok(201)
        return one

    def clause(self, kind="elderly_care"):
        """What makes a finding a major one today at an institution of this type: a clause, or words where there is no standard."""
        if kind not in self.clauses:
            standards = self.inspector.get("/v1/hazard-standards", {"institution_type": kind, "current": "true"}).ok()["items"]
            self.clauses[kind] = {"violated_clause": "《安全生产法》第三十六条"} if not standards else {
                "clause_id": self.inspector.get(f"/v1/hazard-standards/{standards[0]['id']}").ok()["clauses"][0]["id"]}
        return self.clauses[kind]

    def finding_body(self, institution=None, **fields):
        institution = institution or self.home
        clause = self.clause(institution.get("type", "elderly_care")) if fields.get("severity") == "major" else {}
        return {"institution_id": institution["id"], "category": "fire", "severity": "general",
                "description": f"安全出口堆放杂物，编号{next(numbers)}", **clause, **fields}

    def plan(self, **fields):
        """The five settled things."""
        return {"responsible_unit": "某养老院", "responsible_person": "某院长", "measures": "拆除违建，恢复通道", "funds": "120000.00",
                "time_limit": day(), "emergency_plan": "停用该区域，专人看守", **fields}

    def new_finding(self, state="confirmed", institution=None, severity="general", by=None, self_found=False, days=7, **fields):
        """A finding in `state`, brought there through the API. self_found: the institution's own; by: who creates it."""
        keeper = self.keeper(institution) if institution else self.institution
        creator = by or (keeper if self_found or state == "reported" else self.inspector)
        body = self.finding_body(institution, severity=severity, **fields)
        one = creator.post("/v1/findings", body).ok(201)
        path = f"/v1/findings/{one['id']}"
        if self_found:
            if state in ("rectifying", "closed"):
                keeper.post(f"{path}/progress-reports", {"note": "正在清理"}).ok(201)
            if state == "closed":
                keeper.post(f"{path}/self-acceptances", {"note": "已清理", "attachments": EVIDENCE}).ok(201)
            return one
        if one["state"] == "reported" and state not in ("reported", "dismissed"):
            self.inspector.post(f"{path}/confirmations", {}).ok(201)
        way = ("ordered", "rectifying", "reinspection_requested", "awaiting_closure", "closed")
        if state in way:
            self.inspector.post(f"{path}/orders", {"requirement": "立即清理", "days": days}).ok(201)
        if state in way[1:]:
            if severity == "major":
                keeper.post(f"{path}/plans", self.plan()).ok(201)
            keeper.post(f"{path}/progress-reports", {"note": "正在清理"}).ok(201)
        if state in way[2:]:
            keeper.post(f"{path}/reinspection-requests", {"note": "已清理完毕"}).ok(201)
        if state in way[3:]:
            self.inspector.post(f"{path}/reinspections", {"result": "passed", "note": "已整改到位"}).ok(201)
        if state == "closed" and severity == "major":
            self.leader.post(f"{path}/closure-approvals", {"result": "granted"}).ok(201)
        chief = self.leader if severity == "major" else self.section_chief
        if state == "dismissed":
            self.section_chief.post(f"{path}/dismissals", {"note": "不构成隐患"}).ok(201)
        if state == "merged":
            other = self.inspector.post("/v1/findings", self.finding_body(institution)).ok(201)
            chief.post(f"{path}/merges", {"into": other["id"], "note": "同一问题"}).ok(201)
        if state == "voided":
            chief.post(f"{path}/voidings", {"note": "认定有误"}).ok(201)
        if state == "terminated":
            chief.post(f"{path}/terminations", {"note": "机构已关停"}).ok(201)
        return one

    def state(self, finding):
        return self.inspector.get(f"/v1/findings/{finding['id']}").ok()["state"]

    # -- what the database says ---------------------------------------------------------------------------------------------

    def rows(self):
        """Number of rows of every table that a request could have half-written."""
        return row_counts(self.db)


TABLES = ("actor", "api_key", "org_unit", "institution", "inspection", "inspection_inspector", "inspection_act", "inspection_answer",
          "finding", "finding_act", "rectification_order", "rectification_order_item", "order_service", "deadline", "clock", "extension",
          "campaign", "referral", "referral_reply", "enforcement_measure", "penalty_step", "event", "idempotency")


def row_counts(db, tables=TABLES):
    query = ", ".join(f"(SELECT count(*) FROM hz.{table})" for table in tables)
    return dict(zip(tables, db.execute(f"SELECT {query}").fetchone()))


def new_id():
    return str(uuid.uuid4())
