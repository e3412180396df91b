"""Filing costs the same whether the institution exists or not, and a flood of reports leaves inspectors their work. Nothing here is timed:
the first is shown by what PostgreSQL is asked to do, statement by statement; the second by who is refused."""
import concurrent.futures
import json
import threading
import uuid

import pytest

from harness.client import Client
from harness.contract import ROOT

CAP = 60
FLOOD = 320


def statement(name):
    return (ROOT / f"db/queries/{name}.sql").read_text().replace(":body", "%(body)s::jsonb").replace(":secret_hash", "%(hash)s::bytea")


def counters(superuser):
    """What this transaction, and whatever its session has not handed in yet, has done: {(function or table, counter): number}."""
    found = {(row[0], "calls"): row[1] for row in superuser.execute(
        "SELECT funcname, calls FROM pg_stat_xact_user_functions WHERE schemaname = 'api'")}
    for name, *counts in superuser.execute("SELECT relname, seq_scan, coalesce(idx_scan, 0), n_tup_ins, n_tup_upd, n_tup_del "
                                           "FROM pg_stat_xact_user_tables WHERE schemaname = 'hz'"):
        found.update({(name, what): n for what, n in zip(("scans", "index scans", "inserted", "updated", "deleted"), counts)})
    return found


def work(superuser, body):
    """The answer to filing this report, and what it made the database do."""
    names = {"body": json.dumps(body, ensure_ascii=False), "hash": uuid.uuid4().bytes * 2}
    with superuser.transaction(force_rollback=True):
        superuser.execute("SET LOCAL track_functions = 'all'")
        before = counters(superuser)
        superuser.execute("SET LOCAL ROLE hz_api")
        superuser.execute((ROOT / "db/queries/nobody.sql").read_text())
        superuser.execute(statement("whistleblower-reports/create_admit"), names)
        answer = superuser.execute(statement("whistleblower-reports/create"), names).fetchone()
        superuser.execute("SET CONSTRAINTS ALL IMMEDIATE")
        superuser.execute("RESET ROLE")
        done = {what: n - before.get(what, 0) for what, n in counters(superuser).items()}
        return answer, {what: n for what, n in done.items() if n != 0}


@pytest.mark.parametrize("audience", ["bureau", "institution"])
def test_the_same_work_whether_there_is_such_an_institution_or_not(server, office, audience):
    with server.connect("postgres") as superuser:
        body = {"mode": "anonymous", "subject_kind": "violation", "description": "通道上锁", "district": office.district, "audience": audience}
        # whatever is looked up once in a session is looked up by now
        work(superuser, {**body, "institution_id": office.home["id"]})
        known = work(superuser, {**body, "institution_id": office.home["id"]})
        unknown = work(superuser, {**body, "institution_id": str(uuid.uuid4())})
    assert known[0][1] == unknown[0][1] and known[0][0] == unknown[0][0] == 201       # word by word
    assert known[1][("report_take", "calls")] == known[1][("report", "inserted")] == 1
    assert known[1] == unknown[1]


def test_a_flood_of_reports_leaves_inspectors_their_work(another_server):
    """Beyond the cap everybody without a key is asked to come later, and those who work here notice nothing."""
    server = another_server(HZ_REPORTS_PER_MINUTE=str(CAP))
    with server.connect() as db:
        district = db.execute("SELECT min(code) FROM hz.region WHERE level = 'county'").fetchone()[0]
        key = db.execute("SELECT key FROM api.issue_key('inspector', %s, '{}', '{}', '{}', 'inspector', NULL)", ([district],)).fetchone()[0]
        over, refused, taken, worked = threading.Event(), [], [], []

        def flood(number):
            client = Client(server.base_url)
            for i in range(FLOOD // 4):
                answer = client.post("/v1/whistleblower-reports", {"mode": "anonymous", "subject_kind": "other", "district": district,
                                                                  "description": f"第 {number} 处第 {i} 件"})
                (taken if answer.status == 201 else refused).append(answer)

        def inspector():
            client = Client(server.base_url, key)
            while not over.is_set() or len(worked) < 50:
                worked.append(client.get("/v1/findings", {"limit": 5}))

        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            floods = [pool.submit(flood, number) for number in range(4)]
            work_on = pool.submit(inspector)
            for one in floods:
                one.result()
            over.set()
            work_on.result()
        for answer in refused:
            answer.problem("too_many_requests", 429)
            assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert len(taken) >= CAP and len(refused) + len(taken) == FLOOD and len(refused) > FLOOD // 2
        assert db.execute("SELECT count(*) FROM hz.report").fetchone() == (len(taken),)
        assert len(worked) >= 50 and all(answer.ok(200) is not None for answer in worked)
        # whoever has a receipt is not shut out by it
        receipt = taken[0].data["receipt"]
        Client(server.base_url).get("/v1/whistleblower-report", headers={"Authorization": f"Receipt {receipt}"}).ok(200)


@pytest.mark.provokes("too_many_requests")
def test_guessing_receipts_is_slowed_for_all_together(another_server):
    server = another_server(HZ_WRONG_RECEIPTS_PER_MINUTE="5")
    client = Client(server.base_url)
    codes = [client.get("/v1/whistleblower-report", headers={"Authorization": "Receipt 0000-0000-0000-0000-0000"}) for _ in range(20)]
    assert [answer.status for answer in codes].count(401) >= 5 and codes[-1].problem("too_many_requests", 429)
    with server.connect() as db:
        district = db.execute("SELECT min(code) FROM hz.region WHERE level = 'county'").fetchone()[0]
    said = client.post("/v1/whistleblower-reports", {"mode": "anonymous", "subject_kind": "other", "district": district, "description": "x"}).ok(201)
    # the right one still opens
    client.get("/v1/whistleblower-report", headers={"Authorization": f"Receipt {said['receipt']}"}).ok(200)
