"""The demo district: believable, plainly invented, and complete enough to show every state there is."""

import hashlib
import os
import subprocess

import psycopg
import pytest

from harness.server import ROOT

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def owner(server, files):
    """Conninfo of a database of its own beside the shared one, deployed, with the demo in it."""
    superuser = server.connect("postgres")
    superuser.execute("CREATE DATABASE demo OWNER hz_owner")
    conninfo = server.settings["HZ_OWNER"].replace("/hz?", "/demo?")
    for script in ("db/deploy.sh", "db/demo/load.sh"):
        subprocess.run([script, conninfo], cwd=ROOT, check=True, timeout=60, env={**os.environ, "HZ_FILES": str(files)})
    yield conninfo
    superuser.execute("DROP DATABASE demo WITH (FORCE)")
    superuser.close()


@pytest.fixture(scope="module")
def db(owner):
    with psycopg.connect(owner, autocommit=True) as connection:
        yield connection


def rows(db, sql):
    return db.execute(sql).fetchall()


def column(db, sql):
    return [row[0] for row in db.execute(sql).fetchall()]


@pytest.fixture(scope="module")
def institutions(db):
    found = rows(db, "SELECT name, type, uscc, street, district, longitude, latitude, address FROM hz.institution")
    assert found, "the demo is not loaded"
    return found


def test_at_least_sixty_institutions_all_marked(institutions):
    assert len(institutions) >= 60
    assert [row[0] for row in institutions if "演示" not in row[0]] == []
    assert [row[0] for row in institutions if "演示" not in row[7]] == [], "addresses are invented and say so"


def test_every_type_and_every_street(db, institutions):
    assert {row[1] for row in institutions} == set(column(db, "SELECT code FROM hz.institution_type"))
    streets = set(column(db, "SELECT code FROM hz.region WHERE parent = '500103'"))
    assert len(streets) == 11
    assert {row[3] for row in institutions} == streets


def test_credit_codes_are_valid_unique_and_plainly_invented(institutions):
    codes = [row[2] for row in institutions if row[2]]
    assert len(codes) == len(set(codes)) > 40
    for code in codes:
        total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
        assert code[17] == ALPHABET[(31 - total % 31) % 31], code
        assert code[8:12] == "DEMA", code


def test_positions_lie_in_the_district(institutions):
    for name, *_, longitude, latitude, _ in institutions:
        assert 106.48 < longitude < 106.60 and 29.52 < latitude < 29.58, name


@pytest.mark.parametrize("resource", ["finding", "inspection"])
def test_every_state_that_can_be_reached_is_shown(db, resource):
    reachable = set(column(db, f"SELECT to_state FROM hz.transition WHERE resource = '{resource}'"))
    shown = set(column(db, f"SELECT state FROM hz.{resource}"))
    assert reachable and reachable <= shown


def test_findings_in_every_category_and_of_both_severities(db):
    assert set(column(db, "SELECT category FROM hz.finding")) == set(column(db, "SELECT code FROM hz.category"))
    assert set(column(db, "SELECT severity FROM hz.finding")) == {"general", "major"}
    assert set(column(db, "SELECT source_kind FROM hz.finding")) >= {"inspection", "self", "staff", "street", "integration"}


def test_visits_of_every_kind_and_method_missed_and_refused(db):
    kinds = set(column(db, "SELECT kind FROM hz.inspection"))
    assert kinds == {"routine", "special", "case", "patrol", "supervision", "self", "sweep", "red_armband"}
    methods = set(column(db, "SELECT method FROM hz.inspection"))
    assert methods == {"ordinary", "double_random", "joint", "unannounced", "night", "look_back"}
    assert column(db, "SELECT count(*) FROM hz.inspection WHERE state = 'planned' AND planned_on < api.today()") != [0]
    assert column(db, "SELECT count(*) FROM hz.inspection_act WHERE command = 'signatures' AND (detail ->> 'refused')::boolean") != [0]


def test_some_are_overdue_due_soon_and_in_a_later_round(db):
    due = "SELECT count(*) FROM hz.finding WHERE is_open AND due_on "
    assert column(db, due + "< api.today()")[0] >= 3
    assert column(db, due + "BETWEEN api.today() AND api.today() + 7")[0] >= 3
    assert column(db, "SELECT count(*) FROM hz.finding WHERE round > 1")[0] >= 3


def test_histories_are_consistent(db):
    """Each act starts where the one before ended, no earlier than it, and the last one ends in the finding's state."""
    broken = rows(db, """
        SELECT finding_id, command, from_state, before_state, occurred_at, before_at
          FROM (SELECT a.*, lag(to_state) OVER w AS before_state, lag(occurred_at) OVER w AS before_at
                  FROM hz.finding_act a JOIN hz.finding f ON f.id = a.finding_id
                WINDOW w AS (PARTITION BY finding_id ORDER BY a.recorded_at, a.id)) AS acts
         WHERE from_state <> coalesce(before_state, '-') OR occurred_at < before_at OR occurred_at > now()""")
    assert broken == []
    wrong_end = rows(db, """
        SELECT f.id FROM hz.finding f
         WHERE f.state <> (SELECT to_state FROM hz.finding_act a WHERE a.finding_id = f.id
                                         ORDER BY recorded_at DESC, id DESC LIMIT 1)""")
    assert wrong_end == []


def test_the_stories_are_told(db):
    story = dict(rows(db, "SELECT description, state || ' ' || round FROM hz.finding"))
    assert story["三楼东侧安全出口夜间上锁"] == "closed 1"
    assert story["午餐留样仅 60 克，无时间标签"] == "closed 1"
    assert story["205 卫生间呼叫器失效"] == "closed 2"
    assert story["夜班一人看护 38 名失能老人，巡房记录事后补填"] == "rectifying 2"
    assert story["后坡挡墙鼓胀开裂，裂缝最宽 4 厘米"] == "ordered 1"
    assert story["屋顶用泡沫夹芯彩钢板搭建活动室，老人在内做手工"] == "awaiting_closure 1"


def test_major_ones_have_what_they_need(db):
    assert column(db, "SELECT count(*) FROM hz.finding WHERE severity = 'major' AND clause_id IS NULL AND violated_clause IS NULL") == [0]
    assert column(db, """SELECT array_agg(command ORDER BY a.recorded_at, a.id) FROM hz.finding_act a JOIN hz.finding f ON f.id = a.finding_id
        WHERE f.supervised GROUP BY f.id""") == [["create", "orders", "interim-measures", "escalations", "referrals", "plans", "supervisions"]]


def test_extensions_end_either_way_and_one_came_late(db):
    assert column(db, "SELECT state FROM hz.extension ORDER BY state") == ["granted", "pending", "refused"]
    assert column(db, "SELECT late_days > 0 FROM hz.extension WHERE state = 'pending'") == [True]
    assert column(db, "SELECT f.due_on = e.granted_deadline AND e.granted_deadline < e.new_deadline FROM hz.extension e JOIN hz.finding f ON f.id = e.finding_id "
                      "WHERE e.state = 'granted'") == [True]


def test_campaigns_within_one_another(db):
    tree = rows(db, "SELECT c.name, (SELECT count(*) FROM hz.inspection i WHERE i.campaign_id = c.id), (SELECT count(*) FROM hz.finding f WHERE f.campaign_id = c.id) "
                    "FROM hz.campaign c LEFT JOIN hz.campaign p ON p.id = c.parent_id ORDER BY c.ends_on DESC, p.id")
    assert [row[0][:4] for row in tree] == ["民政系统", "大排查大", "安全生产"]
    assert tree[1][1] > 3 and tree[1][2] > 3 and tree[2][1] > 1


def test_a_failing_answer_is_tied_to_a_finding_of_its_visit(db):
    loose = rows(db, """
        SELECT a.inspection_id, a.item_id FROM hz.inspection_answer a
          LEFT JOIN hz.finding f ON f.id = a.finding_id
         WHERE a.answer = 'fail' AND f.inspection_id IS DISTINCT FROM a.inspection_id""")
    assert loose == []


def test_evidence_is_in_the_folder_and_one_piece_is_awaited(db, files):
    """Every correction has a picture of what came out of it; each content's file is there, and is what its name says."""
    assert rows(db, """SELECT a.id FROM hz.finding_act a WHERE a.command IN ('corrections', 'self-acceptances')
        AND NOT EXISTS (SELECT FROM hz.attachment_link l WHERE l.resource_id = a.id AND l.role = 'after')""") == []
    kept = column(db, "SELECT encode(sha256, 'hex') FROM hz.content")
    assert len(kept) >= 5
    for sha256 in kept:
        assert hashlib.sha256((files / "blobs" / sha256[:2] / sha256[2:4] / sha256).read_bytes()).hexdigest() == sha256
    assert column(db, "SELECT count(*) FROM hz.attachment_link WHERE state = 'awaited'") == [1]
    assert column(db, "SELECT count(*) FROM hz.attachment WHERE linked_at IS NULL") == [0]


def test_loading_again_changes_nothing(db, owner, files):
    before = rows(db, "SELECT count(*), max(id) FROM hz.event")
    subprocess.run(["db/demo/load.sh", owner], cwd=ROOT, check=True, timeout=60, env={**os.environ, "HZ_FILES": str(files)})
    assert rows(db, "SELECT count(*), max(id) FROM hz.event") == before


def test_measures_are_under_way(db):
    """A copy that waits, one handed over and one sent back; a talk, a part that may not be used, a case before its decision; spot checks of both kinds."""
    referrals = rows(db, "SELECT receiving_body, handover, r.state, r.outcome, f.state FROM hz.referral r JOIN hz.finding f ON f.id = r.finding_id ORDER BY sent_at")
    assert ("fire_rescue", True, "waiting", None, "transferred") in referrals
    assert ("housing", True, "answered", "returned", "ordered") in referrals
    assert ("housing", False, "waiting", None) in [row[:4] for row in referrals]
    assert set(rows(db, "SELECT kind, state FROM hz.enforcement_measure")) == {("talk", "done"), ("order_suspend", "standing"), ("penalty_case", "notified")}
    assert column(db, "SELECT status FROM hz.institution WHERE suspensions <> '[]'") == ["operating"]
    assert set(column(db, "SELECT spot_check FROM hz.finding WHERE spot_check IS NOT NULL")) == {"none", "confirmed", "rejected"}


def test_permits_are_near_their_end_and_past_it(db):
    due = "SELECT count(*) FROM hz.clock WHERE kind = 'permit_notice' AND ended_at IS NULL AND shown_from <= api.today() AND due_on "
    assert column(db, due + "BETWEEN api.today() AND api.today() + 60")[0] >= 3
    assert column(db, due + "< api.today()")[0] >= 1
