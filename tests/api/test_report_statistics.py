"""Statistics of reports: what is told is right, and from all that is told no small number can be worked out. The two rules, which values are pooled and which
cells are hidden, are tried on every small table and on many larger ones: whatever is not told could always be something else."""
import collections
import datetime
import itertools
import random

import pytest

from office import new_id, now

PATH = "/v1/statistics/whistleblower-reports"
KINDS = ("major_hazard", "violation", "retaliation", "other")
RESULTS = ("substantiated", "partly_substantiated", "unsubstantiated")
K = 5


# -- the pool: every table of one dimension ---------------------------------------------------------------------------------------------

def pools(db, tables, k):
    """What the database pools of each: (table, [pooled or not])."""
    rows = db.execute("SELECT t.n, api.report_statistics_pool(t.n, %s) FROM (SELECT string_to_array(x, ',')::bigint[] AS n FROM unnest(%s::text[]) x) t",
                      (k, [",".join(map(str, table)) for table in tables])).fetchall()
    return [(tuple(n), p) for n, p in rows]


def told(n, pooled, k):
    """What anybody is told: the values that stand by themselves, the pool's members and sum; nothing but the members when all are fewer than k."""
    total = sum(n)
    if 0 < total < k:
        return ("few", tuple(pooled))
    return (tuple(None if p else c for c, p in zip(n, pooled)), sum(c for c, p in zip(n, pooled) if p))


@pytest.mark.parametrize("k, members, most", [(3, 2, 24), (3, 3, 14), (3, 4, 8), (4, 3, 16), (5, 2, 30), (5, 3, 18)])
def test_no_pool_can_be_taken_apart(db, k, members, most):
    """By somebody who knows the rule, too: for each answer all tables are collected that lead to it, and each pooled value takes several numbers."""
    by_answer = collections.defaultdict(list)
    for n, pooled in pools(db, list(itertools.product(range(most + 1), repeat=members)), k):
        by_answer[told(n, pooled, k)].append((n, pooled))
        for c, p in zip(n, pooled):
            assert p or c == 0 or c >= k, n
        in_pool = sum(c for c, p in zip(n, pooled) if p)
        assert in_pool == 0 or in_pool >= k or sum(n) < k, n
    checked = 0
    for answer, tables in by_answer.items():
        # a table near the edge of what is enumerated lacks those beyond it
        if any(max(n) > most - k for n, _ in tables):
            continue
        for i, p in enumerate(tables[0][1]):
            if p:
                assert len({n[i] for n, _ in tables}) > 1, (answer, tables)
                checked += 1
    assert checked >= 2


# -- the rectangle: tables of two dimensions ----------------------------------------------------------------------------------------------

def hides(db, tables, k):
    """(table, [hidden or not]) of each, as the database decides."""
    texts = [str(table).replace("[", "{").replace("]", "}") for table in tables]
    rows = db.execute("SELECT api.report_statistics_hide(x::int[], %s) FROM unnest(%s::text[]) WITH ORDINALITY u (x, i) ORDER BY i", (k, texts)).fetchall()
    return list(zip(tables, (row[0] for row in rows)))


def every_fitting(table, hidden):
    """Every table of whole numbers with the same sums and the same told cells: by trying. {cell: the numbers it takes}"""
    cells = [(i, j) for i, r in enumerate(hidden) for j, h in enumerate(r) if h]
    row = [sum(c for c, h in zip(r, hr) if h) for r, hr in zip(table, hidden)]
    column = [sum(r[j] for r, hr in zip(table, hidden) if hr[j]) for j in range(len(table[0]))]
    seen = collections.defaultdict(set)

    def put(n, chosen):
        if n == len(cells):
            if not any(row) and not any(column):
                for cell, value in zip(cells, chosen):
                    seen[cell].add(value)
            return
        i, j = cells[n]
        for value in range(min(row[i], column[j]) + 1):
            row[i] -= value
            column[j] -= value
            put(n + 1, chosen + [value])
            row[i] += value
            column[j] += value
    put(0, [])
    return seen


def could_differ(table, hidden):
    """The hidden cells that could be one more or one less: those on a way round along which one can be moved (exact, and fast for tables of any size)."""
    found = set()
    for i, r in enumerate(hidden):
        for j, h in enumerate(r):
            if h and (way(table, hidden, (i, j), more=True) or table[i][j] > 0 and way(table, hidden, (i, j), more=False)):
                found.add((i, j))
    return found


def way(table, hidden, cell, more):
    """One more in this cell: its column has to give one away, in another row, which takes one in another column … back to its row."""
    i, j = cell
    begin, end = (("column", j), ("row", i)) if more else (("row", i), ("column", j))
    reached, todo = {begin}, [begin]
    while todo:
        kind, n = todo.pop()
        for m in range(len(table) if kind == "column" else len(table[0])):
            a, b = (m, n) if kind == "column" else (n, m)
            # a column gives from a cell that has something; a row takes into any that is hidden
            if (a, b) != cell and hidden[a][b] and (kind == "row" or table[a][b] > 0):
                step = ("row", a) if kind == "column" else ("column", b)
                if step == end:
                    return True
                if step not in reached:
                    reached.add(step)
                    todo.append(step)
    return False


def good(table, k):
    """Groups have k or more, or none."""
    sums = [sum(r) for r in table] + [sum(c) for c in zip(*table)]
    return all(s == 0 or s >= k for s in sums)


def hidden_cells(table, hidden, k):
    for r, hr in zip(table, hidden):
        assert all(h or c == 0 or c >= k for c, h in zip(r, hr)), table
    return {(i, j) for i, r in enumerate(hidden) for j, h in enumerate(r) if h}


def test_no_cell_of_any_small_table_can_be_worked_out(db):
    """All tables of 2 × 2 and 2 × 3 with small numbers: every table that fits what is told is tried."""
    k, tables = 3, []
    for shape, most in (((2, 2), 7), ((2, 3), 4)):
        for flat in itertools.product(range(most + 1), repeat=shape[0] * shape[1]):
            table = [list(flat[i * shape[1]:(i + 1) * shape[1]]) for i in range(shape[0])]
            if good(table, k) and any(0 < c < k for c in flat):
                tables.append(table)
    assert len(tables) > 5000
    for number, (table, hidden) in enumerate(hides(db, tables, k)):
        cells = hidden_cells(table, hidden, k)
        assert could_differ(table, hidden) == cells, (table, hidden)
        if number % 7 == 0:
            seen = every_fitting(table, hidden)
            assert {cell for cell, values in seen.items() if len(values) > 1} == cells, (table, hidden, seen)


def test_no_cell_of_random_tables_can_be_worked_out(db):
    draw, tables = random.Random(20261129), []
    while len(tables) < 3000:
        rows, columns = draw.randint(2, 12), draw.randint(2, 5)
        heavy = draw.choice([1, 2, 6, 20])
        table = [[draw.choice([0, 0, draw.randint(0, 4), draw.randint(0, 4 * heavy)]) for _ in range(columns)] for _ in range(rows)]
        if good(table, K) and any(0 < c < K for r in table for c in r):
            tables.append(table)
    for table, hidden in hides(db, tables, K):
        assert could_differ(table, hidden) == hidden_cells(table, hidden, K), (table, hidden)


def test_the_search_finds_what_is_given_away():
    """One hidden cell in a row; a chain without a way round; a way round in which nothing can be moved. Both searches say the same of random holes."""
    assert not could_differ([[2, 6], [5, 5]], [[True, False], [False, False]])
    assert not could_differ([[2, 6, 9], [9, 2, 6], [6, 6, 6]], [[True, True, False], [False, True, True], [False, False, False]])
    assert not could_differ([[0, 3], [0, 0]], [[True, True], [True, True]]) - {(0, 1)}
    draw = random.Random(3)
    for _ in range(300):
        table = [[draw.randint(0, 3) for _ in range(3)] for _ in range(3)]
        hidden = [[draw.random() < 0.6 for _ in range(3)] for _ in range(3)]
        seen = every_fitting(table, hidden)
        assert could_differ(table, hidden) == {cell for cell, values in seen.items() if len(values) > 1}, (table, hidden)


# -- end to end -------------------------------------------------------------------------------------------------------------------------------

def period():
    """First and last day of the quarter that is over, and the first of the one before."""
    today = now().date()
    first = datetime.date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    last = first - datetime.timedelta(days=1)
    begin = datetime.date(last.year, last.month - 2, 1)
    before = begin - datetime.timedelta(days=1)
    return begin, last, datetime.date(before.year, before.month - 2, 1)


def put(office, rows):
    """(received, ended, state, result, category, subject_kind, channel) straight into the table."""
    with office.db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO hz.report (id, district, mode, subject_kind, category, description, channel, state, result, received_at, ended_at, updated_at) "
            "VALUES (%s, %s, 'anonymous', %s, %s, 'x', %s, %s, %s, %s::date + time '10:00', %s::date + time '10:00', now())",
            [(new_id(), office.district, kind, category, channel, state, result, received, ended) for received, ended, state, result, category, kind, channel in rows])


def random_rows(draw, many):
    begin, last, _ = period()
    rows = []
    for _ in range(many):
        received = begin + datetime.timedelta(days=draw.randint(0, (last - begin).days))
        state = draw.choice(["fed_back"] * 5 + ["accepted", "verifying", "rejected", "withdrawn", "merged"])
        rows.append((received, last if state not in ("accepted", "verifying") else None, state, draw.choice(RESULTS) if state == "fed_back" else None,
                     draw.choice(["fire"] * 6 + ["service", "food_drug", None]), draw.choice(KINDS[:2] * 3 + KINDS), draw.choice(["web"] * 4 + ["12345", "letter"])))
    return rows


def truth(rows, by):
    at = {"category": 4, "subject_kind": 5, "channel": 6}
    if by in at:
        return collections.Counter(row[at[by]] or "none" for row in rows)
    if by == "month":
        return collections.Counter(str(row[0])[:7] for row in rows)
    return collections.Counter((row[3] or "open" if row[2] == "fed_back" else "open" if row[2] in ("accepted", "verifying") else row[2]) for row in rows)


DIMENSIONS = ("category", "subject_kind", "channel", "month")


@pytest.mark.parametrize("many", [0, 4, 9, 37, 160])
def test_what_is_told_is_right(new_office, many):
    office, rows = new_office(), random_rows(random.Random(many), many)
    put(office, rows)
    totals = set()
    for by in (*DIMENSIONS, "state", "result"):
        one = office.auditor.get(PATH, {"group_by": by}).ok()
        totals |= {one["total"], office.auditor.get(PATH).ok()["total"]}
        counted = truth(rows, by)
        for group in one["groups"]:
            assert group["count"] == 0 or group["count"] >= K, (by, one)
            if by in DIMENSIONS:
                assert group["count"] == counted[group["value"]]
        if many >= K:
            assert sum(g["count"] for g in one["groups"]) + (one["pool"]["count"] if one["pool"] else 0) == many
        if one["pool"]:
            assert len(one["pool"]["values"]) > 1 and (many < K or one["pool"]["count"] >= K)
            if many >= K and by != "result":
                assert one["pool"]["count"] == sum(counted[value] for value in one["pool"]["values"])
    assert totals == {many if many == 0 or many >= K else None}


def test_tables_of_two_agree_with_tables_of_one(new_office):
    """Sums of a table of two, with its hidden cells, are the groups of its tables of one; and no cell of any table could not be something else."""
    office = new_office()
    rows = random_rows(random.Random(7), 90)
    put(office, rows)
    results = office.leader.get(PATH, {"group_by": "result"}).ok()
    columns = {g["value"]: g["count"] for g in results["groups"]} | ({"pool": results["pool"]["count"]} if results["pool"] else {})
    hidden_somewhere = 0
    for by in DIMENSIONS:
        one = office.leader.get(PATH, {"group_by": by, "by": "result"}).ok()
        groups = {g["value"]: g["count"] for g in one["groups"]} | ({"pool": one["pool"]["count"]} if one["pool"] else {})
        cells = {(c["group"], c["column"]): c["count"] for c in one["cells"]}
        assert set(cells) == set(itertools.product(groups, columns))
        table = [[0] * len(columns) for _ in groups]
        for i, group in enumerate(groups):
            for j, column in enumerate(columns):
                table[i][j] = sum(1 for row in rows if place(truth([row], by), one, by) == group and place(truth([row], "result"), results, "result") == column)
                assert cells[group, column] in (None, table[i][j])
        assert [sum(r) for r in table] == list(groups.values()) and [sum(c) for c in zip(*table)] == list(columns.values())
        hidden = [[cells[g, c] is None for c in columns] for g in groups]
        assert could_differ(table, hidden) == hidden_cells(table, hidden, K)
        hidden_somewhere += sum(map(sum, hidden))
    assert hidden_somewhere


def place(counted, answer, by):
    """The group a single report is counted in."""
    value, = counted
    if answer["pool"] and value in answer["pool"]["values"]:
        return "pool"
    return "none" if by == "result" and value not in RESULTS else value


def test_districts_stand_beside_each_other(new_office, api):
    a, b = new_office(), new_office()
    put(a, random_rows(random.Random(1), 12))
    put(b, random_rows(random.Random(2), 3))
    both = api("office", [a.district, b.district], name="both")
    one = both.get(PATH, {"group_by": "district"}).ok()
    assert one["groups"] == [{"value": d, "count": 12 if d == a.district else None} for d in sorted([a.district, b.district])]
    assert one["total"] is one["pool"] is one["cells"] is None
    # nothing sums them up, and each is told what its own office is told
    assert both.get(PATH, {"group_by": "category"}).faults() == {"?district": "required"}
    for office in (a, b):
        assert both.get(PATH, {"group_by": "channel", "district": office.district}).ok() == office.office.get(PATH, {"group_by": "channel"}).ok()


def test_what_may_be_asked(new_office, office, api, contract):
    begin, last, before = period()
    mine = office.office
    assert mine.get(PATH, {"group_by": "month"}).ok()["from"] == str(begin) == mine.get(PATH, {"group_by": "month", "from": str(begin)[:7]}).ok()["from"]
    assert mine.get(PATH, {"group_by": "month", "from": str(before)[:7]}).ok()["to"] == str(begin - datetime.timedelta(days=1))
    month_within = str(begin + datetime.timedelta(days=40))[:7]
    running = str(last + datetime.timedelta(days=1))[:7]
    for month in (month_within, running):       # parts of periods, and one that is not over, would make differences
        assert mine.get(PATH, {"group_by": "month", "from": month}).faults() == {"?from": "not_a_period"}
    assert mine.get(PATH).ok()["groups"] == [] and mine.get(PATH, {"by": "result"}).faults() == {"?by": "not_expected"}
    for query in ({"group_by": "institution"}, {"group_by": "street"}, {"group_by": "category", "to": str(last)}, {"group_by": "category", "category": "fire"},
                  {"group_by": "month", "from": "2026-13"}, {"group_by": "category", "by": "channel"}):
        mine.get(PATH, query, check=False).problem("invalid_query", 400)
    assert mine.get(PATH, {"group_by": "state", "by": "result"}).faults() == {"?by": "not_expected"}
    assert mine.get(PATH, {"group_by": "district", "district": office.district}).faults() == {"?district": "not_expected"}
    mine.get(PATH, {"group_by": "month", "district": new_office().district}).problem("out_of_scope", 403)
    api("leader", office.district, street=office.streets[0], name="narrow").get(PATH, {"group_by": "month"}).problem("out_of_scope", 403)
    op = next(op for op in contract.operations if op.path == PATH)
    assert set(contract.roles_of(op)) == {"leader", "handler", "office", "auditor"}


def test_a_table_does_not_change_within_a_period(new_office):
    """What ends today is open in the tables until then; what is erased goes on being counted as it ended."""
    office = new_office()
    begin, last, _ = period()
    put(office, [(begin, last, "fed_back", "substantiated", "fire", "violation", "web")] * 8 + [(begin, None, "verifying", None, "fire", "violation", "web")] * 7)
    asked = [{"group_by": by} for by in (*DIMENSIONS, "state", "result")] + [{"group_by": by, "by": "result"} for by in DIMENSIONS]
    before = [office.office.get(PATH, query).ok() for query in asked]
    assert next(g for g in before[5]["groups"] if g["value"] == "substantiated")["count"] == 8
    office.db.execute("UPDATE hz.report SET state = 'fed_back', result = 'unsubstantiated', ended_at = now() WHERE district = %s AND state = 'verifying'", (office.district,))
    for (one,) in office.db.execute("SELECT id FROM hz.report WHERE district = %s AND result = 'substantiated'", (office.district,)).fetchall():
        office.db.execute("SELECT api.report_erase(%s)", (one,))
    assert office.db.execute("SELECT count(*) FROM hz.report WHERE district = %s AND state = 'erased'", (office.district,)).fetchone() == (8,)
    assert [office.office.get(PATH, query).ok() for query in asked] == before


