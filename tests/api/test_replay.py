"""Real input through the public API: thousands of inspection records nobody wrote for us, replayed as a client would, reconciled with
the file they came from, and replayed again without any effect."""
import collections
import os
import pathlib
import sys

import pytest

from office import row_counts

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("REALDATA") or ROOT / "../shared/realdata") / "sf"
FINDINGS = 500 if os.environ.get("HZ_SANITIZE") == "1" else 2000     # the sanitizers look at the same code as often
sys.path.insert(0, str(ROOT / "tests/replay"))

import client as replay_client      # noqa: E402
import records                      # noqa: E402
import replay as replay_module      # noqa: E402

pytestmark = pytest.mark.skipif(not (DATA / "sf_violations.csv").exists(),
                                reason=f"no real input: {DATA} is not there (REALDATA names the folder that holds sf/)")


class Run:
    """The slice, replayed once."""

    def __init__(self, base_url, issue_key, district):
        self.district = district
        self.businesses = records.choose(records.load(DATA), FINDINGS)
        self.admin_key, _ = issue_key("admin", district)
        self.client = replay_client.Client(base_url)
        self.replay, self.seconds = self.go("")
        self.findings = {f["id"]: f for f in replay_module.stored(self.client, self.office.inspector, district)}

    def go(self, prefix, businesses=None):
        if not prefix:      # a client that comes back a day later still has its keys
            self.office = replay_module.Office(self.client, self.admin_key, self.district)
        one = replay_module.Replay(self.office, businesses or self.businesses, prefix, again=bool(prefix))
        return one, one.run()

    @property
    def violations(self):
        return [v for b in self.businesses for v in b.violations]


@pytest.fixture(scope="module")
def run(base_url, issue_key, fresh_district):
    return Run(base_url, issue_key, fresh_district()[0])


def test_slice_is_large_and_has_every_oddity(run):
    oddities = collections.Counter(name for b in run.businesses for name in records.oddities(b))
    assert len(run.violations) >= FINDINGS
    assert set(oddities) == {"latin-1", "no position", "no address", "no visit", "doubled visit", "repeated row", "correction unparsable",
                             "correction before", "correction future"}
    assert oddities["doubled visit"] == 3 and sum(v.kind == "unparsable" for v in run.violations) == 12


def test_counts_by_state_are_those_of_the_file(run):
    text, good = replay_module.table(run.replay, run.businesses, list(run.findings.values()), run.seconds)
    print(text)
    assert good, text
    states, _ = replay_module.expected(run.businesses)
    assert collections.Counter(f["state"] for f in run.findings.values()) == states


def test_each_finding_is_what_its_row_says(run):
    visits = {i["id"]: i for i in run.client.list(f"/v1/inspections?district={run.district}", run.office.inspector)}
    wanted = {v.id for b in run.businesses for v in b.visits.values() if v.rows}
    assert set(visits) == wanted and {i["state"] for i in visits.values()} == {"recorded"}
    for business in run.businesses:
        for visit in business.visits.values():
            for violation in visit.violations:
                one = run.findings[violation.id]
                assert one["description"] == violation.raw and one["category"] == violation.category
                assert one["institution_id"] == business.id
                assert one["inspection_id"] == (visit.id if visit.rows else None)
                assert one["found_at"][:10] == str(violation.date)
                if violation.kind == "plain":
                    assert one["closed_at"][:10] == str(violation.corrected) and one["deadline"] == str(violation.corrected)
                    assert one["overdue"] is False
                elif violation.kind == "future":
                    assert one["deadline"] == str(violation.corrected) and one["days_left"] > 0
                else:
                    assert one["closed_at"] is None and one["deadline"] is None


def test_institutions_are_kept_faithfully(run):
    stored = {i["id"]: i for i in run.client.list(f"/v1/institutions?district={run.district}", run.office.inspector)}
    assert len(stored) == len(run.businesses)
    for business in run.businesses:
        row, one = business.row, stored[business.id]
        assert one["name"] == row["name"] and one["address"] == (row["address"] or None)
        if row["latitude"]:
            assert (one["latitude"], one["longitude"]) == (float(row["latitude"]), float(row["longitude"]))
        else:
            assert one["latitude"] is None and one["longitude"] is None


def test_what_is_refused_is_refused_clearly(run):
    refused = collections.defaultdict(list)
    for oddity, what, status, code, pointers in run.replay.refused:
        refused[oddity].append((status, code, tuple(pointers)))
    print("\n".join(f"{o}: {w}: {s} {c} {p}" for o, w, s, c, p in sorted(run.replay.refused)))
    assert set(refused["doubled visit"]) == {(409, "id_exists", ("/id",))}
    assert set(refused["repeated row"]) == {(409, "id_exists", ("/id",))}
    assert set(refused["correction before"]) == {(422, "rule_violated", ("/items/0/deadline",))}
    assert set(refused["correction future"]) == {(422, "occurred_at_in_future", ("/occurred_at",))}


def test_history_of_a_closed_one_is_that_of_its_row(run):
    violation = next(v for v in run.violations if v.kind == "plain" and v.corrected > v.date)
    events = list(run.client.list(f"/v1/findings/{violation.id}/history", run.office.inspector))
    steps = [(e["to_state"], e["occurred_at"][:10]) for e in events if e["from_state"] != e["to_state"]]
    found, done = str(violation.date), str(violation.corrected)
    assert steps == [("confirmed", found), ("ordered", found), ("rectifying", done), ("reinspection_requested", done), ("closed", done)]


def test_second_replay_changes_nothing(run, db):
    before = row_counts(db)
    again, _ = run.go("")
    assert row_counts(db) == before
    assert again.done["done"] == 0 and again.done["replayed"] == run.replay.done["done"]
    assert sorted(again.refused) == sorted(run.replay.refused)


def test_replay_after_the_keys_are_forgotten_changes_nothing(run, db):
    """A day later the server has forgotten the Idempotency-Keys; ids and states still hold it."""
    tables = [t for t in row_counts(db) if t not in ("api_key", "actor", "idempotency", "event")]
    plain = [b for b in run.businesses if not records.oddities(b) - records.COMMON][:25]
    before, changed = row_counts(db, tables), db.execute("SELECT count(*) FROM hz.event WHERE resource NOT IN ('actor', 'api_key') AND what <> 'rendered'").fetchone()
    again, _ = run.go("later/", plain)
    assert row_counts(db, tables) == before
    assert db.execute("SELECT count(*) FROM hz.event WHERE resource NOT IN ('actor', 'api_key') AND what <> 'rendered'").fetchone() == changed
    assert again.done["done"] == 0 and again.done["refused"] > 100
