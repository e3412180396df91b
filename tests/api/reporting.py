"""Short ways to a report in any state, through the API; and straight into the table, where the state machine alone is looked at."""
import base64
import ctypes
import itertools
import json

from office import day, new_id

REPORTS = "/v1/whistleblower-reports"
sodium = ctypes.CDLL("libsodium.so.23")
STATES = ("received", "accepted", "rejected", "transferred", "returned", "verifying", "supplement", "concluded", "fed_back", "withdrawn", "merged", "erased")
numbers = itertools.count(1)


def report_body(office, **fields):
    body = {"mode": "anonymous", "subject_kind": "major_hazard", "description": f"三楼安全出口夜间上锁，钥匙不知在谁手里，第{next(numbers)}次",
            "institution_id": office.home["id"], **fields}
    return {name: value for name, value in body.items() if value is not None}


def new_report(office, **fields):
    """Filed by nobody → the report as the handler finds it."""
    text = fields.pop("description", f"锅炉房没有人看管，阀门漏气，编号{next(numbers)}")
    office.api(None).post(REPORTS, report_body(office, description=text, **fields)).ok(201)
    found = [one for one in office.handler.pages(REPORTS, {"state": "received"}) if one["description"] == text]
    assert len(found) == 1
    return found[0]


def work(office, report, *steps):
    """Gives the named steps in turn, as the handler."""
    bodies = {"acceptances": {}, "verifications": {"note": "到场查看"}, "conclusions": {"result": "substantiated", "note": "属实"},
              "feedbacks": {"text": "已经责令整改"}, "supplement-requests": {"text": "哪一栋楼？"}, "pauses": {"reason_code": "expertise"}}
    for step in steps:
        office.handler.post(f"{REPORTS}/{report['id']}/{step}", bodies[step]).ok(201)
    return report


class Custodian:
    """A key pair of the district's custodian; the public half is put into the database."""

    def __init__(self, office):
        public, self.private = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
        assert sodium.crypto_box_keypair(public, self.private) == 0
        self.public = public
        office.db.execute("UPDATE hz.custodian_key SET retired_at = now() WHERE district = %s AND retired_at IS NULL", (office.district,))
        office.db.execute("INSERT INTO hz.custodian_key (district, public_key) VALUES (%s, %s)", (office.district, public.raw.hex()))

    def open(self, box):
        """What was sealed, or None."""
        sealed = base64.b64decode(box)
        plain = ctypes.create_string_buffer(len(sealed) - 48)
        done = sodium.crypto_box_seal_open(plain, sealed, ctypes.c_ulonglong(len(sealed)), self.public, self.private)
        return json.loads(plain.raw) if done == 0 else None


def put_reports(office, cases):
    """Reports of the home in every wanted (state, kind), each with an assignment to the street, a clock of its conclusion and a sealed identity
    → their ids, and the ids of the assignments."""
    Custodian(office)
    key, = office.db.execute("SELECT id FROM hz.custodian_key WHERE district = %s AND retired_at IS NULL", (office.district,)).fetchone()
    made = [(new_id(), new_id(), state, kind) for state, kind in cases]
    home = office.home
    with office.db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO hz.report (id, district, institution_id, institution_type, street, mode, audience, subject_kind, description, channel, identity_box, "
            "custodian_key_id, state, result, state_before, paused_at, received_at, updated_at) VALUES (%s, %s, %s, %s, %s, 'named', %s, 'violation', '内容', %s, 'Ym94', %s, %s, %s, %s, "
            "CASE WHEN %s = 'supplement' THEN date_trunc('hour', now()) END, date_trunc('hour', now() - interval '2 days'), date_trunc('hour', now()))",
            [(one, office.district, home["id"], home["type"], home["street"], "institution" if kind == "institution" else "bureau",
              "web" if kind == "institution" else kind, key, state, "substantiated" if state in ("concluded", "fed_back") else None,
              "verifying" if state == "supplement" else None, state) for one, _, state, kind in made])
        cursor.executemany(
            "INSERT INTO hz.report_assignment (id, report_id, district, n, street, task, assigned_by, assigned_at) VALUES (%s, %s, %s, 1, %s, '看看', %s, date_trunc('hour', now()))",
            [(task, one, office.district, home["street"], office.handler.actor) for one, task, _, _ in made])
        cursor.executemany(
            "INSERT INTO hz.report_clock (report_id, district, kind, title, limit_region, limit_edition, started_on, due_on, explanation) "
            "VALUES (%s, %s, 'report_conclusion', '办结时限', '', '1', %s, %s, '[]')", [(one, office.district, day(-2), day(58)) for one, _, _, _ in made])
    return [(one, task) for one, task, _, _ in made]


def requests(office, target):
    """(command, outcome) → a good body."""
    return {("sign-offs", ""): {}, ("acceptances", ""): {"text": "已受理"}, ("rejections", ""): {"reason_code": "not_ours"}, ("returns", ""): {"reason_code": "not_ours"},
            ("transfers", "forwarded"): {"kind": "forwarded", "to": "街道"}, ("transfers", "handed_over"): {"kind": "handed_over", "to": "消防救援大队", "number": "1"},
            ("escalations", ""): {"note": "情况紧急"}, ("verifications", ""): {"note": "到场"},
            **{("conclusions", result): {"result": result, "note": "查明"} for result in ("substantiated", "partly_substantiated", "unsubstantiated")},
            ("feedbacks", ""): {"text": "已整改"}, ("callbacks", "satisfied"): {"satisfied": True}, ("callbacks", "dissatisfied"): {"satisfied": False},
            ("reopenings", ""): {"reason_code": "new_evidence"}, ("supplement-requests", ""): {"text": "哪里？"}, ("pauses", ""): {"reason_code": "expertise"},
            ("resumptions", ""): {}, ("extensions", ""): {"new_deadline": day(60), "reason": "复杂"}, ("merges", ""): {"into": target},
            ("findings", ""): {"category": "fire", "severity": "general", "description": "疏散门锁闭"}, ("identity-requests", ""): {"reason": "须取证"},
            ("rewards", ""): {"employee": False, "fine": "60000"}, ("holds", ""): {"reason": "诉讼"}, ("releases", ""): {"reason": "已结案"},
            ("messages", ""): {"text": "您好"}, ("assignments", ""): {"street": office.home["street"], "task": "看看"}, ("replies", ""): {"reply": "看过了"}}


def path_of(command, report, task):
    return f"{REPORTS}/{report}/assignments/{task}/replies" if command == "replies" else f"{REPORTS}/{report}/{command}"
