"""Every role × every route of reports × every state, as hz.transition has them, of reports by web, of 12345 and of those an institution was told.
What is refused is refused in the right way and changes nothing; what is not the caller's to see is not there."""
import pytest

from office import row_counts
from reporting import STATES, path_of, put_reports, requests
from test_matrix import Machine

KINDS = ("web", "12345", "institution")
TABLES = ("report", "report_act", "report_message", "report_finding", "report_assignment", "report_clock", "identity_request", "finding", "event", "idempotency")


@pytest.fixture(scope="module")
def command_roles(contract):
    """command → roles that pass the door of its route."""
    return {op.path.rsplit("/", 1)[1]: contract.roles_of(op) for op in contract.operations
            if op.path.startswith("/v1/whistleblower-reports/{id}/") and op.method == "POST"}


def sees(role, state, kind):
    return {"handler": True, "leader": state in ("concluded", "fed_back"), "institution": kind == "institution", "street": True}.get(role, False)


def idle(command, state):
    """There is nothing for it to do: no pause to end, or one already; no hold to release."""
    return command == "resumptions" and state != "supplement" or command == "releases"


def outcome_of(command, outcome, state):
    return "verifying" if command == "resumptions" and state == "supplement" else outcome


def state_of_all(db, district):
    text = [str(row_counts(db, TABLES))]
    for table in ("report", "report_act", "report_clock", "report_assignment"):
        text.append(str(db.execute(f"SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM hz.{table} t WHERE district = %s", (district,)).fetchone()))
    return "\n".join(text)


def cases():
    return [(state, kind) for state in STATES for kind in KINDS]


def test_commands_of_the_table_are_the_routes(db, command_roles):
    rows = Machine(db, "whistleblower_report").rows
    assert {row[0] for row in rows if set(row[4]) - {"nobody", "job"}} == set(command_roles)       # the rest is the reporter's, by receipt, or goes by itself
    for command, roles in command_roles.items():
        assert set(roles) == {role for row in rows if row[0] == command for role in row[4]} - {"nobody", "job"}, command


def test_every_illegal_step(office, command_roles):
    machine = Machine(office.db, "whistleblower_report")
    things = put_reports(office, cases())
    target, _ = put_reports(office, [("accepted", "web")])[0]
    bodies = requests(office, target)
    assert {command for command, _ in bodies} == set(command_roles)
    before = state_of_all(office.db, office.district)
    tried = 0
    for (report, task), (state, kind) in zip(things, cases()):
        rows = machine.find(state, kind=kind)
        for (command, outcome), body in bodies.items():
            wanted = outcome_of(command, outcome, state)
            for role in command_roles[command]:
                who = {r for c, o, _, roles in rows if (c, o) == (command, wanted) for r in roles}
                if role in who and not idle(command, state):
                    continue
                answer = office.client(role).post(path_of(command, report, task), body)
                where = f"{role} {command} {outcome} from {state} ({kind}): {answer}"
                if not sees(role, state, kind):
                    assert answer.status == 404 and answer.data["code"] == "not_found", where
                elif who and role not in who:
                    assert answer.status == 403 and answer.data["code"] == "forbidden", where
                else:
                    assert answer.status == 409 and answer.data["code"] == "invalid_state" and answer.data["state"] == state, where
                    may = {c for c, _, _, roles in rows if role in roles and not idle(c, state)}
                    paused = {"pauses", "extensions"} if state == "supplement" else set()
                    assert answer.data["allowed"] == sorted(may - paused), where
                tried += 1
    assert tried > 700
    assert state_of_all(office.db, office.district) == before


def test_every_legal_step(office, command_roles):
    machine = Machine(office.db, "whistleblower_report")
    target, _ = put_reports(office, [("accepted", "web")])[0]
    bodies = requests(office, target)
    wanted = [((state, kind), command, outcome, to_state, role) for state, kind in cases() for (command, outcome) in bodies
              for c, o, to_state, roles in machine.find(state, kind=kind) if (c, o) == (command, outcome_of(command, outcome, state))
              for role in roles if role in command_roles[command] and not idle(command, state)]
    assert len(wanted) > 150
    things = put_reports(office, [case for case, *_ in wanted])
    for (report, task), (case, command, outcome, to_state, role) in zip(things, wanted):
        answer = office.client(role).post(path_of(command, report, task), bodies[command, outcome])
        assert answer.status == 201, f"{role} {command} {outcome} from {case}: {answer}"
        assert answer.data["state"] == {"replies": "replied", "identity-requests": "pending"}.get(command, to_state), answer
    ids = [report for report, _ in things]
    stand = dict(office.db.execute("SELECT id::text, state FROM hz.report WHERE id = ANY (%s::uuid[])", (ids,)))
    assert stand == {report: row[3] for (report, _), row in zip(things, wanted)}
    acts, = office.db.execute("SELECT count(*) FROM hz.report_act WHERE report_id = ANY (%s::uuid[])", (ids,)).fetchone()
    assert acts == len(things)


def test_a_pause_is_ended_once(office):
    (report, _), = put_reports(office, [("verifying", "web")])
    path = f"/v1/whistleblower-reports/{report}"
    office.handler.post(f"{path}/pauses", {"reason_code": "expertise"}).ok(201)
    for command, body in (("pauses", {"reason_code": "expertise"}), ("extensions", {"new_deadline": "2030-01-01", "reason": "x"})):
        assert command not in office.handler.post(f"{path}/{command}", body).problem("invalid_state", 409)["allowed"]
    office.handler.post(f"{path}/resumptions").ok(201)
    office.handler.post(f"{path}/resumptions").problem("invalid_state", 409)


def test_a_hold_is_released_once(office):
    (report, _), = put_reports(office, [("fed_back", "web")])
    path = f"/v1/whistleblower-reports/{report}"
    for who in (office.handler, office.leader):
        who.post(f"{path}/releases", {"reason": "x"}).problem("invalid_state", 409)
        who.post(f"{path}/holds", {"reason": "行政诉讼"}).ok(201)
        assert office.handler.get(path).ok()["hold_reason"] == "行政诉讼"
        assert "holds" not in who.post(f"{path}/holds", {"reason": "x"}).problem("invalid_state", 409)["allowed"]
        assert who.post(f"{path}/releases", {"reason": "已结案"}).ok(201)["note"] == "已结案"
        assert office.handler.get(path).ok()["hold_reason"] is None


def test_reading(office, contract):
    """Every GET under a report, by every role, in every state: it is there for those who see it, and for none other."""
    things = put_reports(office, cases())
    reads = [op for op in contract.operations if op.path.startswith("/v1/whistleblower-reports/{id}") and op.method == "GET" and op.path.count("{") == 1]
    assert len(reads) > 18
    for (report, _), (state, kind) in zip(things, cases()):
        for op in reads:
            for role in contract.roles_of(op):
                answer = office.client(role).get(op.path.replace("{id}", report))
                assert answer.status == (200 if sees(role, state, kind) else 404), f"{role} {op} {state} {kind}: {answer}"
    listed = {role: {one["id"] for one in office.client(role).pages("/v1/whistleblower-reports")} for role in ("handler", "leader", "institution")}
    for role, ids in listed.items():
        assert {report for (report, _), case in zip(things, cases()) if sees(role, *case)} == ids & {report for report, _ in things}, role
