"""The state machines beside a finding's: every step of a penalty case by every role from every state, and of a referral, as hz.transition has them."""
from test_matrix import Machine, state_of_all


def refused_rightly(answer, machine, state, kind, name, outcome, role, where):
    """What the table says of this step: None when it is a legal one, else that it was refused in the right words."""
    rows = machine.find(state, kind=kind)
    who = {r for c, o, _, roles in rows if (c, o) == (name, outcome) for r in roles}
    if role in who:
        return None
    if who:
        assert answer.status == 403 and answer.data["code"] == "forbidden", f"{where}: {answer}"
    else:
        assert answer.status == 409 and answer.data["code"] == "invalid_state", f"{where}: {answer}"
        assert (answer.data["state"], answer.data["allowed"]) == (state, sorted({c for c, _, _, roles in rows if role in roles})), f"{where}: {answer}"
    return True


STEPS = {"investigated": {"facts": "属实", "investigators": [{"name": "甲", "certificate_no": "1"}, {"name": "乙", "certificate_no": "2"}]},
         "notified": {"proposal": "罚款"}, "hearing_requested": {}, "hearing_withdrawn": {}, "heard": {"presider": "丙"}, "served": {"receiver": "丁"},
         "paid": {}, "enforced": {}, "closed": {}}
DECISIONS = {"penalty": {"result": "penalty", "legal_basis": "消防法", "penalties": [{"kind": "fine", "amount": "5000"}]},
             "no_penalty": {"result": "no_penalty"}, "prosecution": {"result": "prosecution"}}


def test_every_step_of_a_penalty_case(office):
    machine = Machine(office.db, "penalty_case")
    steps = [(step, "", body) for step, body in STEPS.items()] + [("decided", outcome, body) for outcome, body in DECISIONS.items()]
    assert {(c, o) for c, o, *_ in machine.rows} == {(step, outcome) for step, outcome, _ in steps}
    finding = office.new_finding("ordered")["id"]
    cases = [(state, None) for state in ("filed", "investigated", "notified", "hearing_requested", "heard")]
    cases += [(state, kind) for state in ("decided", "served", "paid", "enforced", "closed") for kind in ("fine", "penalty", "no_penalty", "prosecution")]
    path = f"/v1/findings/{finding}/enforcement-measures"
    legal = tried = 0
    for state, kind in cases:
        def bring(one):
            office.db.execute("UPDATE hz.enforcement_measure SET state = %s, result = %s, to_pay = %s, penalties = %s WHERE id = %s",
                              (state, "penalty" if kind == "fine" else kind, 5000 if kind == "fine" else None, "[]" if kind in ("fine", "penalty") else None, one))
        one = office.leader.post(path, {"kind": "penalty_case", "matter": "拒不整改"}).ok(201)["id"]
        bring(one)
        before = state_of_all(office.db, office.district)
        for step, outcome, body in steps:
            for role in ("leader", "section_chief", "inspector"):
                where = f"{role} {step} {outcome} from {state} {kind}"
                if any((c, o) == (step, outcome) and role in roles for c, o, _, roles in machine.find(state, kind=kind)):
                    continue
                assert refused_rightly(office.client(role).post(f"{path}/{one}/steps", {"step": step, **body}), machine, state, kind, step, outcome, role, where), where
                tried += 1
        assert state_of_all(office.db, office.district) == before
        for step, outcome, to_state, roles in machine.find(state, kind=kind):
            for role in roles:
                one = office.leader.post(path, {"kind": "penalty_case", "matter": "拒不整改"}).ok(201)["id"]
                bring(one)
                body = DECISIONS[outcome] if step == "decided" else STEPS[step]
                answer = office.client(role).post(f"{path}/{one}/steps", {"step": step, **body})
                assert answer.status == 201 and answer.data["state"] == to_state, f"{role} {step} from {state} {kind}: {answer}"
                legal += 1
    assert tried > 800 and legal > 30


def test_every_step_of_a_referral(office, contract):
    machine = Machine(office.db, "referral")
    bodies = {("receipts", ""): {"receiver": "王"}, ("replies", ""): {"result": "已查处"}, ("replies", "closed"): {"result": "已查处", "outcome": "closed"},
              ("replies", "returned"): {"result": "非本部门职责", "outcome": "returned"}}
    assert {(c, o) for c, o, *_ in machine.rows} == set(bodies)
    nested = {op.path.rsplit("/", 1)[1]: contract.roles_of(op) for op in contract.operations
              if op.path.startswith("/v1/findings/{id}/referrals/{rid}/") and op.method == "POST"}
    assert {c: {r for row in machine.rows if row[0] == c for r in row[4]} for c in nested} == {c: set(roles) for c, roles in nested.items()}
    for kind in ("copy", "handover"):
        for state in ("waiting", "answered"):
            for (command, outcome), body in bodies.items():
                if command == "replies" and (outcome == "") != (kind == "copy"):
                    continue            # a fault of the body, not of the state
                finding = office.new_finding("confirmed")["id"]
                path = f"/v1/findings/{finding}/referrals"
                one = office.section_chief.post(path, {"receiving_body": "health", "matter": "x", "handover": kind == "handover"}).ok(201)["id"]
                if state == "answered":
                    office.section_chief.post(f"{path}/{one}/replies", bodies["replies", "" if kind == "copy" else "returned"]).ok(201)
                before = state_of_all(office.db, office.district)
                answer = office.section_chief.post(f"{path}/{one}/{command}", body)
                where = f"{command} {outcome} of a {kind} {state}"
                if refused_rightly(answer, machine, state, kind, command, outcome, "section_chief", where):
                    assert state_of_all(office.db, office.district) == before, where
                else:
                    wanted = next(to for c, o, to, _ in machine.find(state, kind=kind) if (c, o) == (command, outcome))
                    assert answer.status == 201 and answer.data["state"] == wanted, f"{where}: {answer}"
