"""Acts beside a finding's state: good bodies, and what some of them need to be there."""
from office import new_id


def measure_requests():
    """(command, outcome) → a good body."""
    return {("referrals", "copy"): {"receiving_body": "fire_rescue", "matter": "请协助查处"},
            ("referrals", "handover"): {"receiving_body": "housing", "matter": "请鉴定", "handover": True},
            ("enforcement-measures", "talk"): {"kind": "talk", "persons": [{"name": "沈院长"}], "record": "承诺整改"},
            ("enforcement-measures", "warning"): {"kind": "warning", "document_number": "警1", "matter": "拒不整改"},
            ("enforcement-measures", "order_suspend"): {"kind": "order_suspend", "document_number": "停1", "matter": "无法保证安全", "legal_basis": "安全生产法"},
            ("enforcement-measures", "resume"): {"kind": "resume"},
            ("enforcement-measures", "penalty_case"): {"kind": "penalty_case", "matter": "拒不整改"},
            ("spot-checks", "confirmed"): {"result": "confirmed"}, ("spot-checks", "rejected"): {"result": "rejected", "note": "未改好"}}


def make_ready(office, finding, command, outcome):
    """What an act needs beside the finding's state, straight into the tables. -> how many acts this put there"""
    if command == "spot-checks":
        office.db.execute("UPDATE hz.finding SET spot_check = 'none' WHERE id = %s", (finding,))
    if outcome != "resume":
        return 0
    acts = [new_id(), new_id()]
    for one, (name, result, days) in zip(acts, [("enforcement-measures", "order_suspend", 2), ("reinspections", "passed", 1)]):
        office.db.execute(
            "INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, outcome, round, from_state, to_state, actor_id, role, occurred_at, "
            "recorded_at) SELECT %s, id, district, institution_id, %s, %s, round, state, state, created_by, 'leader', now() - %s * interval '1 day', "
            "now() - %s * interval '1 day' FROM hz.finding WHERE id = %s", (one, name, result, days, days, finding))
    office.db.execute(
        "INSERT INTO hz.enforcement_measure (id, district, finding_id, institution_id, institution_type, street, kind, state, occurred_at, scope, actor_id) "
        "SELECT %s, district, id, institution_id, institution_type, street, 'order_suspend', 'standing', now() - interval '2 days', 'whole', created_by "
        "FROM hz.finding WHERE id = %s", (acts[0], finding))
    return len(acts)
