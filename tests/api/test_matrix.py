"""Who may do what, from which state: every role × every route of the contract, and every role × command × state of the state machines
as hz.transition has them. What is refused is refused in the right way and changes nothing at all."""
import collections
import re

import pytest

from measures import make_ready, measure_requests
from office import EVIDENCE, day, new_id, row_counts


def sample(contract, schema):
    """The smallest value that a schema takes."""
    schema = contract.resolve(schema)
    if "anyOf" in schema:
        return sample(contract, schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: sample(contract, schema["properties"][name]) for name in schema.get("required", [])}
    if kind == "array":
        return [sample(contract, schema["items"])] * schema.get("minItems", 0)
    if kind == "string":
        known = {"uuid": new_id(), "date": day(1), "date-time": day() + "T00:00:00+08:00", "uscc": "91350100M000100Y43", "phone-cn": "13800000000"}
        if schema.get("format") in known:
            return known[schema["format"]]
        if "pattern" in schema and "example" in schema:
            return schema["example"]
        return {"^[0-9]{6}$": "500103", "^[0-9]{9}$": "500103001"}.get(schema.get("pattern"), "文" * max(schema.get("minLength", 1), 1))
    return {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True}[kind]


def body_of(contract, op):
    content = contract.resolve(op.node["requestBody"])["content"] if "requestBody" in op.node else {}
    for media in content.values():
        value = sample(contract, media["schema"])
        if op.method == "PATCH" and not value:      # at least one member
            name, schema = next(iter(contract.resolve(media["schema"])["properties"].items()))
            value = {name: sample(contract, schema)}
        return value
    return None


def is_file(op):
    return op.x.get("x-body") == "file"


def send(client, contract, op, path, body=None, **options):
    """The request with what is required of it; a file is one octet of the first type that is taken."""
    required = {p["name"]: str(p["example"]) for p in map(contract.resolve, op.parameters)
                if p["in"] == "header" and p.get("required") and p["name"] != "If-Match"}
    if is_file(op):
        media = next(iter(contract.resolve(op.node["requestBody"])["content"]))
        return client.request(op.method, path, data=b"x", headers={**required, "Content-Type": media}, **options)
    if op.method == "PATCH":
        options.setdefault("if_match", '"1"')
    options["headers"] = {**required, **options.get("headers", {})}
    return client.request(op.method, path, body if body is not None else body_of(contract, op), **options)


def fill(op, ids):
    """The path of op with ids for its parameters."""
    path = op.path
    for name, value in {"{id}": ids, "{rid}": new_id(), "{mid}": new_id(), "{assignment_id}": ids, "{code}": "AAAAAAA", "{file}": "x", "{n}": "1"}.items():
        path = path.replace(name, value)
    path = re.sub(r"\{[a-z]id\}", lambda _: new_id(), path)        # of what stands under it
    assert "{" not in path, path
    return path


# -- role × route -------------------------------------------------------------------------------------------------------------

def test_every_route_wants_a_key(api, contract):
    nobody = api(None)
    for op in contract.operations:
        if op.keyed:
            send(nobody, contract, op, fill(op, new_id())).problem("unauthorized", 401)


def test_every_role_on_every_route(office, contract):
    """Roles the contract names pass the door; all others are turned away there, and nothing is written either way."""
    before = row_counts(office.db)
    pairs = 0
    for op in contract.operations:
        if op.open or op.security == [{"receipt": []}]:
            continue
        allowed = contract.roles_of(op)
        assert allowed, f"{op} names no roles"
        for role in contract.roles:
            client = office.client(role)
            path = fill(op, new_id())
            if role not in allowed:
                send(client, contract, op, path).problem("forbidden", 403)
            elif op.method == "GET":
                answer = send(client, contract, op, path)
                assert answer.status in (200, 404), answer
                assert answer.status == 200 or "{" in op.path, answer
            elif is_file(op) or "requestBody" not in op.node and "{" not in op.path:      # nothing else to find fault with
                send(client, contract, op, path, params={"no_such_parameter": "1"}).problem("invalid_query", 400)
            else:       # a body with a fault of form: past the door, and no further
                answer = send(client, contract, op, path, {"no_such_member": 1} if "requestBody" in op.node else None)
                assert answer.status == (400 if "requestBody" in op.node else 404), answer
            pairs += 1
    assert row_counts(office.db) == before
    assert pairs >= 12 * 50


def test_things_of_another_district_are_not_there(office, new_office, contract):
    """404 on every route under a thing of others, whatever is asked of it, for every role that may go there."""
    other = new_office()
    visit = other.new_inspection("in_progress")
    finding = other.new_finding("ordered")
    order = other.inspector.get(f"/v1/findings/{finding['id']}/orders").ok()["items"][0]["order_id"]
    unit = other.section_chief.post("/v1/org-units", {"name": "外区科室", "district": other.district, "kind": "section"})
    unit = unit.ok(201) if unit.status == 201 else other.admin.post("/v1/org-units", {"name": "外区科室", "district": other.district, "kind": "section"}).ok(201)
    key = other.admin.get("/v1/api-keys", {"limit": 1}).ok()["items"][0]
    extension = other.institution.post(f"/v1/findings/{finding['id']}/extensions", {"new_deadline": day(9), "reason": "材料未到"}).ok(201)
    campaign = other.office.post("/v1/campaigns", {"district": other.district, "name": "外区行动", "starts_on": day(), "ends_on": day(30)}).ok(201)
    things = {"findings": finding["id"], "inspections": visit["id"], "institutions": other.home["id"], "rectification-orders": order,
              "org-units": unit["id"], "api-keys": key["id"], "extensions": extension["id"], "campaigns": campaign["id"]}
    before = row_counts(office.db)
    tried = collections.Counter()
    for op in contract.operations:
        resource = op.path.split("/")[2] if op.path.count("/") > 2 else None
        if resource not in things or "{" not in op.path or op.open:
            continue
        path = fill(op, things[resource]).replace("AAAAAAA", other.home["code"])
        for role in contract.roles_of(op):
            answer = send(office.client(role), contract, op, path)
            answer.problem("not_found", 404)
            tried[resource] += 1
    assert set(tried) == set(things)
    assert row_counts(office.db) == before


# -- role × command × state: findings -------------------------------------------------------------------------------------------

STATES = ("reported", "confirmed", "ordered", "rectifying", "reinspection_requested", "awaiting_closure", "closed", "dismissed", "merged",
          "voided", "terminated", "transferred")
ORDER = {"requirement": "清理", "days": 3}


def finding_requests(office, target):
    """(command, outcome) → a good body."""
    return {("confirmations", ""): {}, ("dismissals", ""): {"note": "不构成隐患"}, ("corrections", ""): {"note": "当场改正", "attachments": EVIDENCE},
            ("self-acceptances", ""): {"note": "已改", "attachments": EVIDENCE}, ("orders", ""): ORDER, ("progress-reports", ""): {"note": "清理中"},
            ("extensions", ""): {"new_deadline": day(8), "reason": "材料未到"}, ("reinspection-requests", ""): {"note": "请复查"}, ("reinspections", "passed"): {"result": "passed"},
            ("reinspections", "failed"): {"result": "failed", "order": ORDER}, ("merges", ""): {"into": target, "note": "同一问题"},
            ("voidings", ""): {"note": "有误"}, ("terminations", ""): {"note": "已关停"}, ("plans", ""): office.plan(time_limit=day()),
            ("escalations", ""): {"to_body": "区安委办"}, ("interim-measures", ""): {"measures": "封闭", "from": day()},
            ("closure-approvals", "granted"): {"result": "granted"}, ("closure-approvals", "refused"): {"result": "refused", "note": "不实", "order": ORDER},
            ("supervisions", "list"): {"action": "list", "reason": "重大", "level": "district", "supervising_body": "区安委会"},
            ("supervisions", "lift"): {"action": "lift", "reason": "已整改"}, **measure_requests()}


Case = collections.namedtuple("Case", "id state severity self_found due listed", defaults=(False,))


def put_findings(office, cases):
    """Findings in every wanted state, straight into the table: the state machine alone is looked at here. `cases`: (state, severity, self
    found, due[, listed for supervision]) → list of `Case`. Major ones have a clause and their five settled things, of somebody's."""
    made = [Case(new_id(), *case) for case in cases]
    template = office.new_finding("confirmed")
    clause = office.clause()["clause_id"]
    with office.db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, clause_id, source_kind, description, found_at, "
            "state, due_on, merged_into, supervised, last_act_at, created_by, round) SELECT %s, district, institution_id, institution_type, street, category, "
            "%s, %s, %s, description, found_at - interval '9 days', %s, %s, CASE WHEN %s = 'merged' THEN id END, %s, found_at - interval '9 days', created_by, 1 "
            "FROM hz.finding WHERE id = %s",
            [(c.id, c.severity, clause if c.severity == "major" else None, "self" if c.self_found else "inspection", c.state,
              None if c.due is None else day(0 if c.due else 5), c.state, c.listed, template["id"]) for c in made])
        cursor.executemany(
            "INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, round, from_state, to_state, actor_id, role, occurred_at) "
            "SELECT gen_random_uuid(), id, district, institution_id, 'plans', 1, 'ordered', 'ordered', %s, 'section_chief', last_act_at FROM hz.finding WHERE id = %s",
            [(office.section_chief.actor, c.id) for c in made if c.severity == "major"])
    return made


class Machine:
    """hz.transition of one resource, asked the questions the product asks it."""

    def __init__(self, db, resource):
        self.rows = db.execute("SELECT command, outcome, from_state, to_state, roles, severity, self_found, when_due, kinds FROM hz.transition "
                               "WHERE resource = %s AND command <> 'create'", (resource,)).fetchall()

    def find(self, state, severity=None, self_found=None, due=None, kind=None):
        """Rows that count for a thing like this: [(command, outcome, to_state, roles)]."""
        return [(r[0], r[1], r[3], r[4]) for r in self.rows
                if r[2] == state and r[5] in (None, severity) and r[6] in (None, self_found) and (not r[7] or due) and (r[8] is None or kind in r[8])]


@pytest.fixture(scope="module")
def finding_roles(contract):
    """command → roles that pass the door of its route."""
    return {op.path.rsplit("/", 1)[1]: contract.roles_of(op) for op in contract.operations
            if op.path.startswith("/v1/findings/{id}/") and op.path.count("/") == 4 and op.method == "POST"}


def state_of_all(db, district):
    """Everything a command could have changed in this district, as one text."""
    text = [str(row_counts(db))]
    for table in ("finding", "inspection", "rectification_order", "referral", "enforcement_measure", "institution"):
        text.append(str(db.execute(f"SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM hz.{table} t WHERE district = %s", (district,)).fetchone()))
    return "\n".join(text)


def test_commands_of_the_table_are_the_routes(db, finding_roles, contract):
    commands = {row[0] for row in Machine(db, "finding").rows}
    assert commands - {"replies"} == set(finding_roles)         # a reply is given under its referral
    for command, roles in finding_roles.items():
        wanted = {role for row in Machine(db, "finding").rows if row[0] == command for role in row[4]}
        assert set(roles) == wanted, f"x-roles of {command} and hz.transition differ"


def test_every_illegal_step_of_a_finding(office, finding_roles):
    machine = Machine(office.db, "finding")
    target = office.new_finding()
    things = put_findings(office, [(s, v, f, d) for s in STATES for v in ("general", "major") for f in (False, True)
                                   for d in ((None,) if s not in ("ordered", "rectifying") else (False, True))])
    requests = finding_requests(office, target["id"])
    before = state_of_all(office.db, office.district)
    tried = 0
    for thing in things:
        rows = machine.find(thing.state, thing.severity, thing.self_found, thing.due)
        for (command, outcome), body in requests.items():
            for role in finding_roles[command]:
                who = {r for c, o, _, roles in rows if (c, o) == (command, outcome) for r in roles}
                if role in who:
                    continue
                answer = office.client(role).post(f"/v1/findings/{thing.id}/{command}", body)
                where = f"{role} {command} {outcome} {thing}"
                if who:
                    assert answer.status == 403 and answer.data["code"] == "forbidden", f"{where}: {answer}"
                else:
                    assert answer.status == 409 and answer.data["code"] == "invalid_state", f"{where}: {answer}"
                    assert answer.data["state"] == thing.state, where
                    assert answer.data["allowed"] == sorted({c for c, _, _, roles in rows if role in roles}), where
                tried += 1
    assert tried > 1000
    assert state_of_all(office.db, office.district) == before


def test_every_legal_step_of_a_finding(office, finding_roles):
    """Each row of the table, for each of its roles, leads where it says."""
    machine = Machine(office.db, "finding")
    target = office.new_finding()
    requests = finding_requests(office, target["id"])
    assert set(requests) == {(row[0], row[1]) for row in machine.rows if row[0] in finding_roles}
    wanted = []
    for state in STATES:
        for severity in ("general", "major"):
            for self_found in (False, True):
                for due in ((None,) if state not in ("ordered", "rectifying") else (False, True)):
                    for command, outcome, to_state, roles in machine.find(state, severity, self_found, due):
                        if command in finding_roles:
                            wanted += [((state, severity, self_found, due, outcome == "lift"), command, outcome, to_state, role) for role in roles]
    assert len(wanted) > 200
    things = put_findings(office, [case for case, *_ in wanted])
    ready = sum(make_ready(office, thing.id, command, outcome) for thing, (_, command, outcome, *_) in zip(things, wanted))
    for thing, (_, command, outcome, to_state, role) in zip(things, wanted):
        answer = office.client(role).post(f"/v1/findings/{thing.id}/{command}", requests[command, outcome])
        assert answer.status == 201, f"{role} {command} {outcome} {thing}: {answer}"
        assert answer.data["state"] == to_state
    ids = [thing.id for thing in things]
    stand = dict(office.db.execute("SELECT id::text, state FROM hz.finding WHERE id = ANY (%s::uuid[])", (ids,)))
    assert stand == {thing.id: row[3] for thing, row in zip(things, wanted)}
    acts, = office.db.execute("SELECT count(*) FROM hz.finding_act WHERE finding_id = ANY (%s::uuid[])", (ids,)).fetchone()
    assert acts == len(things) + ready + sum(thing.severity == "major" for thing in things)


# -- role × command × state: inspections ------------------------------------------------------------------------------------------

KINDS = ("routine", "special", "case", "patrol", "supervision", "self", "sweep", "red_armband")
VISIT_STATES = ("planned", "in_progress", "awaiting_signature", "recorded", "cancelled")


def put_inspections(office, cases):
    """Inspections straight into the table, announced (so that the institution sees them), the inspector named on each."""
    template = office.new_inspection("planned", checklist_id=office.checklist()[0])
    ids = [new_id() for _ in cases]
    with office.db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO hz.inspection (id, district, institution_id, institution_type, street, kind, method, planned_on, checklist_id, state, "
            "noticed_at, started_at, ended_at, last_act_at, created_by, created_at, credentials_shown, conclusion) SELECT %s, district, institution_id, "
            "institution_type, street, %s, method, planned_on, checklist_id, %s, now() - interval '4 hours', CASE WHEN %s THEN now() - interval '3 hours' END, "
            "CASE WHEN %s THEN now() - interval '2 hours' END, now() - interval '2 hours', created_by, now() - interval '5 hours', %s, "
            "CASE WHEN %s THEN '检查完毕' END FROM hz.inspection WHERE id = %s",
            [(one, kind, state, state in VISIT_STATES[1:4], state in VISIT_STATES[2:4], state in VISIT_STATES[1:4], state in VISIT_STATES[2:4],
              template["id"]) for one, (state, kind) in zip(ids, cases)])
        cursor.executemany(
            "INSERT INTO hz.inspection_inspector (inspection_id, district, n, actor_id, name) SELECT %s, district, n, actor_id, name "
            "FROM hz.inspection_inspector WHERE inspection_id = %s", [(one, template["id"]) for one in ids])
    return ids


def inspection_request(office, command, state, role):
    item = office.checklist_item
    party = "witness" if state == "recorded" else "institution" if role == "institution" else "inspector"
    return {"notices": {"receiver": "李院长"}, "starts": {"credentials_shown": True}, "submissions": {"conclusion": "完毕"},
            "signatures": {"party": party, "name": "某人"}, "cancellations": {"reason": "改期"},
            "answers": {"answers": [{"item_id": item, "answer": "pass"}]}}[command]


@pytest.fixture(scope="module")
def inspection_roles(contract):
    return {op.path.rsplit("/", 1)[1]: contract.roles_of(op) for op in contract.operations
            if op.path.startswith("/v1/inspections/{id}/") and op.method in ("POST", "PUT")}


def give(office, role, one, command, state):
    send_with = office.client(role).put if command == "answers" else office.client(role).post
    return send_with(f"/v1/inspections/{one}/{command}", inspection_request(office, command, state, role))


def planning_roles(db, kind):
    rows = db.execute("SELECT roles, kinds FROM hz.transition WHERE resource = 'inspection' AND command = 'create'").fetchall()
    return {role for roles, kinds in rows if kinds is None or kind in kinds for role in roles}


def test_every_illegal_step_of_an_inspection(office, inspection_roles):
    office.checklist_item = office.checklist()[1][0]
    machine = Machine(office.db, "inspection")
    commands = {row[0] for row in machine.rows}
    assert commands == set(inspection_roles)
    cases = [(state, kind) for state in VISIT_STATES for kind in KINDS]
    things = put_inspections(office, cases)
    planners = {kind: planning_roles(office.db, kind) for kind in KINDS}
    before = state_of_all(office.db, office.district)
    tried = 0
    for one, (state, kind) in zip(things, cases):
        rows = machine.find(state, kind=kind)
        for command, roles_in in inspection_roles.items():
            for role in roles_in:
                who = {r for c, _, _, roles in rows if c == command for r in roles}
                if role in who:
                    continue
                part = role in planners[kind]
                answer = give(office, role, one, command, state)
                where = f"{role} {command} {state} {kind}"
                if who or not part:         # a visit is the business of those who may plan such a one
                    assert answer.status == 403 and answer.data["code"] == "forbidden", f"{where}: {answer}"
                else:
                    assert answer.status == 409 and answer.data["code"] == "invalid_state", f"{where}: {answer}"
                    assert answer.data["state"] == state, where
                    assert set(answer.data["allowed"]) == {c for c, _, _, roles in rows if role in roles}, where
                tried += 1
    assert tried > 300
    assert state_of_all(office.db, office.district) == before


def test_every_legal_step_of_an_inspection(office, inspection_roles):
    office.checklist_item = office.checklist()[1][0]
    machine = Machine(office.db, "inspection")
    wanted = [((state, kind), command, {t for c, _, t, r in machine.find(state, kind=kind) if c == command and role in r}, role)
              for state in VISIT_STATES for kind in KINDS
              for command, role in sorted({(c, r) for c, _, _, roles in machine.find(state, kind=kind) for r in roles})]
    things = put_inspections(office, [case for case, *_ in wanted])
    for one, ((state, kind), command, to_states, role) in zip(things, wanted):
        answer = give(office, role, one, command, state)
        assert answer.status in (200, 201), f"{role} {command} {state} {kind}: {answer}"
        assert answer.data["state"] in to_states, f"{role} {command} {state} {kind}: {answer}"


# -- creation ---------------------------------------------------------------------------------------------------------------------

def test_state_a_finding_begins_in(office, contract, db):
    wanted = {role: to_state for to_state, roles in db.execute(
        "SELECT to_state, roles FROM hz.transition WHERE resource = 'finding' AND command = 'create'") for role in roles}
    create = next(op for op in contract.operations if op.path == "/v1/findings" and op.method == "POST")
    assert set(contract.roles_of(create)) == set(wanted)
    for role, state in wanted.items():
        one = office.client(role).post("/v1/findings", office.finding_body()).ok(201)
        assert one["state"] == state, role


def test_kind_of_visit_a_role_may_plan(office, db):
    for kind in KINDS:
        may = planning_roles(db, kind)
        assert may, kind
        for role in ("inspector", "section_chief", "street", "institution"):
            body = office.inspection_body(kind)
            answer = office.client(role).post("/v1/inspections", body)
            assert answer.status == (201 if role in may else 403), f"{role} {kind}: {answer}"
