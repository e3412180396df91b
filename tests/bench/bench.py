#!/usr/bin/python3
"""make bench: what the server makes of the machine, as ratios within one run. Each pair is measured in turn, with equal requests in
flight, and the median of the rounds counts. Prints `ratio NAME VALUE`; ends with 1 when one is short of its floor.

    bench.py [NAME…]        only these; QUICK=1: a tenth of the data, short rounds
"""
import hashlib
import json
import os
import signal
import statistics
import sys
import time

import costs
import files
import flood
import load
import peer
import statements
from copy_of import ROOT, Copy

QUICK = bool(os.environ.get("QUICK"))
SECONDS, ROUNDS = (2, 3) if QUICK else (3, 5)
CLIENTS = (4, 8, 16) if QUICK else (4, 8, 16, 32)
WORKERS, READ = 1, 4                    # on two processors: PostgreSQL needs the other
WRITE = max(CLIENTS)                    # as many as pgbench has at the most
FULL = {"findings": 100000 if QUICK else 1000000, "large": 30000 if QUICK else 300000, "small": 300, "running": 0, "clocks": 0}
LITTLE = {"findings": 10000, "large": 3000, "small": 100, "running": 0, "clocks": 0}
FLOORS = {"point_read": .75, "list_20": .85, "list_small_district": .85, "worklist_20": .8, "create": .8,
          "idempotent_create": .7, "scale_list": 1.3, "scale_worklist": 1.5, "rss_growth": 1.05, "peer_read": 2.5,
          "upload": .4, "download": .7, "upload_isolation": 3, "report_flood_read": 3, "report_flood_create": 3}
WORKLISTS = {"worklist_20", "scale_worklist"}
AT_MOST = {"scale_list", "scale_worklist", "rss_growth", "upload_isolation", "report_flood_read", "report_flood_create"}
FOLDER = ROOT / "build/bench"

short = []


def say(text):
    print(text, flush=True)


def result(name, value):
    say(f"ratio {name} {value:.3f}")
    if (value > FLOORS[name]) if name in AT_MOST else (value < FLOORS[name]):
        short.append(f"{name} {value:.3f} ({'≤' if name in AT_MOST else '≥'} {FLOORS[name]})")


def detail(name, what, runs, more=""):
    rate, p50, p99 = (statistics.median(column) for column in zip(*runs))
    say(f"  {name:20} {what:13} {rate:8.0f}/s  p50 {p50:7.2f} ms  p99 {p99:7.2f} ms  {more}")


def requests_file(name, lines):
    path = FOLDER / f"{name}.requests"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class Pair:
    """One route over HTTP beside the statements it sends, by pgbench."""

    def __init__(self, copy, name, sql_name, given, draw, lines, district, write=False):
        self.copy, self.name, self.write = copy, name, write
        self.key = copy.key(district)[1]
        self.requests = requests_file(name, lines)
        self.script, self.variables = statements.pgbench_script(sql_name, given, draw)
        self.variables["token"] = "\\x" + hashlib.sha256(self.key.encode()).hexdigest()
        self.options = statements.OPTIONS + f" -c default_transaction_read_only={'off' if write else 'on'}"

    def database(self, clients, seconds=SECONDS):
        return load.pgbench(self.copy.api, self.script, self.variables, clients, seconds, self.options)

    def http(self, connections, seconds=SECONDS, **more):
        return load.wrk(self.copy.url, self.requests, connections, seconds, self.key, **more)

    def best_clients(self):
        rates = {clients: self.database(clients, 1 if QUICK else 2).rate for clients in CLIENTS}
        say(f"  {self.name:20} pgbench       " + "  ".join(f"{clients}: {rate:.0f}/s" for clients, rate in rates.items()))
        return max(rates, key=rates.get)

    def compare(self):
        clients = self.best_clients()
        self.http(clients, 1)
        database, http, used = [], [], []
        for _ in range(ROUNDS):
            database.append(self.database(clients))
            with costs.Meter(self.copy) as meter:
                http.append(self.http(clients))
            used.append(meter.each(http[-1].rate * SECONDS))
        spent = "  ".join(f"{name} {statistics.median(u[name] for u in used):.0f} µs" for name in used[0])
        detail(self.name, f"pgbench {clients}", database)
        detail(self.name, f"http {clients}", http, f"processor time a request: {spent}")
        result(self.name, statistics.median(h.rate / d.rate for h, d in zip(http, database)))
        return clients


def pair_point_read(copy):
    rows = copy.sql("SELECT count(*) FROM bench.sample")
    ids = copy.sql("SELECT id FROM bench.sample WHERE n <= 2000").split()
    return Pair(copy, "point_read", "findings/get", {"id": ":id"},
                f"\\set n random(1, {rows})\nSELECT id FROM bench.sample WHERE n = :n", [f"GET /v1/findings/{i}" for i in ids], 3)


def pair_list_20(copy):
    rows = copy.sql("SELECT count(*) FROM bench.sample")
    ids = copy.sql("SELECT DISTINCT institution_id FROM bench.sample").split()
    return Pair(copy, "list_20", "findings/list", {"institution_id": ":institution_id", "limit": "20"},
                f"\\set n random(1, {rows})\nSELECT institution_id FROM bench.sample WHERE n = :n",
                [f"GET /v1/findings?limit=20&institution_id={i}" for i in ids], 3)


def pair_list_small_district(copy):
    return Pair(copy, "list_small_district", "findings/list", {"limit": "20"}, "SELECT 1 AS one", ["GET /v1/findings?limit=20"], 2)


def pair_worklist_20(copy):
    return Pair(copy, "worklist_20", "deadlines/list", {"limit": "20"}, "SELECT 1 AS one", ["GET /v1/deadlines?limit=20"], 1)


def pair_create(copy):
    words = {"category": "fire", "severity": "general", "description": "消防通道内堆放床铺和杂物，疏散宽度不足", "location": "主楼二层东侧"}
    members = ", ".join(f"'{name}', '{value}'" for name, value in words.items())
    ids = copy.sql("SELECT id FROM bench.place").split()
    return Pair(copy, "create", "findings/create", {"body": ":body"},
                f"\\set n random(1, {len(ids)})\nSELECT json_build_object('institution_id', id, {members}) AS body FROM bench.place WHERE n = :n",
                ["POST /v1/findings " + json.dumps({"institution_id": i, **words}, ensure_ascii=False) for i in ids], 4, write=True)


def creates(copy, wanted):
    pair = pair_create(copy)
    clients = pair.compare() if "create" in wanted else max(CLIENTS)
    if "idempotent_create" not in wanted:
        return
    plain, keyed = [], []
    for _ in range(ROUNDS):
        plain.append(pair.http(clients))
        keyed.append(pair.http(clients, idempotent=True))
    detail("idempotent_create", "plain", plain)
    detail("idempotent_create", "with key", keyed)
    result("idempotent_create", statistics.median(k.rate / p.rate for k, p in zip(keyed, plain)))


def scale(name, path, copy, little):
    """The first page of the largest district, over all the data and over a hundredth."""
    little.start()
    try:
        requests = requests_file(name, [f"GET {path}?limit=20"])
        sides = [(each, each.key(1)[1], []) for each in (copy, little)]
        for _ in range(ROUNDS + 1):
            for each, key, runs in sides:
                runs.append(load.wrk(each.url, requests, 4, SECONDS, key))
        for each, key, runs in sides:
            detail(name, f"{each.sizes['findings']}", runs[1:])
        result(name, statistics.median(a.p50 / b.p50 for a, b in list(zip(sides[0][2], sides[1][2]))[1:]))
    finally:
        little.tidy()
        little.stop()


def all_open(findings):
    """So many open findings with deadlines in one district, and clocks beside them; one finding elsewhere."""
    return {"findings": findings + 1, "large": findings + 1, "small": 1, "running": 1, "clocks": findings // 200}


def reading(folder, sizes):
    return Copy(folder, sizes, HZ_WORKERS=str(WORKERS), HZ_PG_READ=str(READ), HZ_PG_WRITE="1")


def scale_list(copy):
    scale("scale_list", "/v1/findings", copy, reading("little", LITTLE))


def worklists(wanted):
    """On data of their own: the findings of one district are open, all of them."""
    copy = reading("worklist_quick" if QUICK else "worklist", all_open(100000 if QUICK else 1000000))
    try:
        copy.start()
        if "worklist_20" in wanted:
            pair_worklist_20(copy).compare()
        if "scale_worklist" in wanted:
            scale("scale_worklist", "/v1/deadlines", copy, reading("worklist_little", all_open(10000)))
        copy.tidy()
    finally:
        copy.stop()


def rss_growth(copy):
    """Memory of the workers after all requests, beside that after a tenth of them."""
    early, late = (5000, 50000) if QUICK else (50000, 500000)
    copy.script("up.sh")
    pair, done, sizes = pair_point_read(copy), 0, {}
    ids = copy.sql("SELECT id FROM bench.sample WHERE n <= 200").split()
    pair.requests = requests_file("rss_growth", [f"GET /v1/findings/{i}" for i in ids] + ["GET /v1/findings?limit=5", "GET /v1/me"] * 20)
    end = time.time() + 240
    for mark in (early, late):
        while done < mark and time.time() < end:
            done += int(pair.http(32, 2).rate * 2)
        sizes[done] = costs.resident(copy.workers())
    say("  rss_growth           " + "  ".join(f"after {n}: {kib} KiB" for n, kib in sizes.items()))
    first, last = sizes.values()
    result("rss_growth", last / first)


def peer_read(copy):
    """Beside the route as it is commonly written, and as it can be written by hand. Each peer has as many connections as the server,
    in one process or in two, whichever serves more."""
    peer.install()
    pair, shapes = pair_point_read(copy), [(n, WORKERS * READ // n) for n in (1, 2)]
    peers, theirs, ours = [], ([], []), []
    try:
        for tuned in (False, True):
            chosen, rates = peer.best(copy, pair.options, tuned, shapes, pair.requests, 32)
            peers.append(chosen)
            say(f"  {'peer_read':20} {chosen.name:13} " + "  ".join(f"{shape}: {rate:.0f}/s" for shape, rate in rates.items()))
        for _ in range(ROUNDS + 1):
            for each, runs in zip(peers, theirs):
                runs.append(each.run(pair.requests, 32, SECONDS))
            ours.append(pair.http(32))
    finally:
        for each in peers:
            each.stop()
    for each, runs in zip(peers, theirs):
        detail("peer_read", each.name, runs[1:])
    detail("peer_read", "server", ours[1:])
    plain, tuned = (statistics.median(o.rate / t.rate for o, t in list(zip(ours, runs))[1:]) for runs in theirs)
    result("peer_read", plain)
    say(f"peer_read_tuned {tuned:.3f}")


def took(name, what, runs):
    times = [statistics.median(column) for column in zip(*runs)]
    say(f"  {name:20} " + "  ".join(f"{side} {time * 1000:.0f} ms" for side, time in zip(what, times)))
    result(name, statistics.median(theirs / ours for theirs, ours in runs))


def file_pairs(copy, wanted):
    films = files.Films(copy)
    try:
        if "upload" in wanted:
            took("upload", ("copy and digest", "http"), files.upload(films, ROUNDS))
        if "download" in wanted:
            took("download", ("nginx ten times", "server"), files.download(films, ROUNDS))
        if "upload_isolation" in wanted:
            pair = pair_point_read(copy)
            runs = files.isolation(films, pair.requests, 4, SECONDS, ROUNDS, pair.key)
            for side, each in zip(("alone", f"{files.AT_ONCE} uploads"), zip(*runs)):
                detail("upload_isolation", side, each)
            result("upload_isolation", statistics.median(during.p99 / without.p99 for without, during in runs))
    finally:
        films.tidy()


def report_flood(copy, wanted):
    """p99 of inspectors' reads and creates while 10,000 reports come in ÷ p99 without them; the server as it is set by default."""
    for name, make in (("report_flood_read", pair_point_read), ("report_flood_create", pair_create)):
        if name not in wanted:
            continue
        pair = make(copy)
        runs = flood.isolation(copy.url, copy.sql("SELECT code FROM bench.district WHERE n = 4"), pair.requests, pair.key, SECONDS, ROUNDS)
        for side, each in zip(("alone", f"{flood.REPORTS} reports"), zip(*runs)):
            detail(name, side, each)
        result(name, statistics.median(during.p99 / without.p99 for without, during in runs))


def general(wanted):
    begun = time.time()
    copy = Copy("quick" if QUICK else "full", FULL, HZ_WORKERS=str(WORKERS), HZ_PG_READ=str(READ), HZ_PG_WRITE=str(WRITE))
    try:
        copy.start()
        say(f"  {FULL['findings']} findings; ready after {time.time() - begun:.0f} s")
        for make in (pair_point_read, pair_list_20, pair_list_small_district):
            if make.__name__[5:] in wanted:
                make(copy).compare()
        if wanted & {"create", "idempotent_create"}:
            creates(copy, wanted)
        for measure in (scale_list, peer_read, rss_growth):
            if measure.__name__ in wanted:
                measure(copy)
        if wanted & {"upload", "download", "upload_isolation"}:
            file_pairs(copy, wanted)
        report_flood(copy, wanted)
        copy.tidy()
    finally:
        copy.stop()


def main():
    wanted = set(sys.argv[1:]) or set(FLOORS)
    if wanted - set(FLOORS):
        raise SystemExit(f"no such measurement: {', '.join(sorted(wanted - set(FLOORS)))}; there are {', '.join(FLOORS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if os.geteuid() == 0:
        os.nice(-10)    # a pair with more processes would gain from whatever else runs here
    FOLDER.mkdir(parents=True, exist_ok=True)
    begun = time.time()
    say(f"  {os.cpu_count()} processors, {os.getloadavg()[0]:.1f} running")
    if wanted - WORKLISTS:
        general(wanted)
    if wanted & WORKLISTS:
        worklists(wanted)
    say(f"  {time.time() - begun:.0f} s")
    if short:
        raise SystemExit("short: " + ", ".join(short))


if __name__ == "__main__":
    main()
