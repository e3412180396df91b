#!/usr/bin/python3
"""Replay real inspection records through the public API as a client would, and reconcile.

    replay.py --url http://127.0.0.1:8080 --admin-key hzk_… [--state FILE] [--data DIR] [--findings 2000 | --all] [--district 500112]

Every id and every Idempotency-Key is derived from the record, so that a replay that was cut can be started again (its keys are in the
state file) and a second one changes nothing. A refusal is expected only where the record itself is dirty, and is listed; any other
ends the run.
"""
import argparse
import collections
import concurrent.futures
import json
import sys
import threading
import time
import unicodedata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import records                              # noqa: E402
from client import Client, Unexpected       # noqa: E402

DATA = Path(__file__).resolve().parents[2] / '../shared/realdata/sf'
TEXT = {'conclusion': '检查完毕，发现的问题已列入清单', 'progress': '已按要求整改', 'request': '整改完成，申请复查',
        'passed': '现场复查，问题已整改到位'}

STATES = {'confirmed': '已确认', 'ordered': '已责令', 'closed': '已销号'}
ODDITIES = {'doubled visit': '重复检查', 'repeated row': '重复行', 'correction before': '整改早于发现', 'correction future': '整改在将来'}


class Refused(Exception):
    """The server turned a record down with a problem."""

    def __init__(self, what, answer):
        super().__init__(f'{what}: {answer.status} {answer.body}')
        self.what, self.status, self.code, self.body = what, answer.status, answer.code, answer.body


class Office:
    """The bureau's side: an inspector's key, and one key of an institution account for each hundred institutions."""

    def __init__(self, client, admin_key, district, state=None):
        """state: a State that keeps the keys for the next run."""
        self.client, self.admin_key, self.district = client, admin_key, district
        self.state = state if state is not None else {}
        self.streets = sorted(r['code'] for r in client.list(f'/v1/regions?parent={district}', admin_key))
        self.inspector, self.inspector_id = self.make_key('inspector', '检查员（重放）')
        self.keys = {}          # business number → key of its institution account

    def make_key(self, role, name, institutions=()):
        body = {'name': name, 'role': role, 'districts': [self.district], 'actor': {'name': name, 'kind': 'person'}}
        if institutions:
            body['institutions'] = list(institutions)
        mark = records.ident(f'key/{role}/{name}/{"".join(institutions)}/{self.district}')
        if mark in self.state:
            return self.state[mark]
        answer = self.client.call('POST', '/v1/api-keys', self.admin_key, body, mark)
        if answer.status != 201:
            raise Refused('api key', answer)
        self.state[mark] = [answer.body['key'], answer.body['actor_id']]
        return self.state[mark]


class State(dict):
    """Keys of the people of this replay, in a file of ours alone."""

    def __init__(self, path):
        self.path = Path(path)
        super().__init__(json.loads(self.path.read_text()) if self.path.exists() else {})

    def __setitem__(self, name, value):
        super().__setitem__(name, value)
        self.path.touch(0o600)
        self.path.write_text(json.dumps(self))


class Replay:
    """prefix: of the Idempotency-Keys. again: what is there already was made by an earlier run and is good."""

    def __init__(self, office, businesses, prefix='', again=False, threads=8, progress=None):
        self.office, self.client, self.businesses = office, office.client, businesses
        self.prefix, self.again, self.threads, self.progress = prefix, again, threads, progress
        self.lock = threading.Lock()
        self.refused = []                       # (what, number of the row or its key, status, code, pointers)
        self.done = collections.Counter()

    def post(self, path, key, body, mark):
        """POST with a key derived from mark; returns the body. An id that is there already is a record made before."""
        answer = self.client.call('POST', path, key, body, records.ident(self.prefix + mark))
        with self.lock:
            self.done['replayed' if answer.replayed else 'refused' if answer.status >= 400 else 'done'] += 1
        if answer.status != 201:
            raise Refused(mark, answer)
        return answer.body

    def list_refusal(self, refusal, oddity):
        pointers = [e['pointer'] for e in refusal.body.get('errors', [])]
        with self.lock:
            self.refused.append((oddity, refusal.what, refusal.status, refusal.code, pointers))

    def once(self, path, key, body, mark):
        """Create a thing whose id we have chosen; on a replay after the server has forgotten the Idempotency-Key it is there."""
        try:
            return self.post(path, key, body, mark)
        except Refused as refusal:
            codes = {e['code'] for e in refusal.body.get('errors', [])} | {refusal.code}
            if not self.again or not codes <= {'id_exists', 'invalid_state', 'rule_violated'}:
                raise
            return None

    # -- one business after the other -----------------------------------------------------------------------------------------

    def institution(self, business):
        row = business.row
        body = {'id': business.id, 'name': row['name'], 'type': 'other', 'district': self.office.district,
                'street': self.office.streets[int(business.number) % len(self.office.streets)],
                'address': row['address'] or None}
        if row['latitude']:
            body |= {'latitude': float(row['latitude']), 'longitude': float(row['longitude']), 'coordinate_system': 'wgs84'}
        self.once('/v1/institutions', self.office.admin_key, body, f'business/{business.number}')

    def visit(self, business, visit):
        """From plan to signed record, each step at the hour it would have been. Findings are made between start and conclusion."""
        inspector, path = self.office.inspector, f'/v1/inspections/{visit.id}'
        mark = f'visit/{business.number}/{visit.date}'
        at = lambda hour, minute=0: {'occurred_at': records.at(visit.date, hour, minute)}   # noqa: E731
        if visit.rows:
            body = {'id': visit.id, 'institution_id': business.id, 'kind': self.kind(visit.rows[0]), 'planned_on': str(visit.date),
                    'task_source': self.source(visit.rows[0]), **at(8),
                    'inspectors': [{'actor_id': self.office.inspector_id}, {'name': '随行检查员', 'certificate_no': 'SF-0001'}]}
            self.once('/v1/inspections', inspector, body, mark)
            for n, row in enumerate(visit.rows[1:], 2):
                self.doubled(body | {'task_source': self.source(row)}, f'{mark}/{n}')
            self.once(f'{path}/starts', inspector, {'credentials_shown': True, **at(9)}, mark + '/start')
        seen = self.findings(business, visit, at(9, 30))
        if visit.rows:
            self.once(f'{path}/submissions', inspector, {'conclusion': self.conclusion(visit), **at(11)}, mark + '/submission')
            self.once(f'{path}/signatures', inspector, {'party': 'inspector', 'name': '检查员（重放）', **at(11, 5)}, mark + '/signature/1')
            self.once(f'{path}/signatures', inspector,
                      {'party': 'institution', 'name': '负责人', 'post': '经理', **at(11, 10)}, mark + '/signature/2')
        self.order(business, visit, seen)
        for violation in seen:
            if violation.kind in ('plain', 'future'):
                self.rectify(business, violation)

    @staticmethod
    def kind(row):
        return {'routine': 'routine', 'complaint': 'case'}[row['type']]

    @staticmethod
    def source(row):
        return f'SF {row["type"]}, score {row["score"] or "none"}'

    @staticmethod
    def conclusion(visit):
        return f'{TEXT["conclusion"]}：{len(visit.violations)} 条' if visit.violations else '未发现问题'

    def doubled(self, body, mark):
        """A second row with the key of a visit that exists: one visit is one record, the second must be refused."""
        try:
            self.post('/v1/inspections', self.office.inspector, body, mark)
        except Refused as refusal:
            self.list_refusal(refusal, 'doubled visit')
            return
        raise Unexpected(f'{mark}: stored twice under one id')

    def findings(self, business, visit, when):
        """Store each violation; returns those that are stored, each once."""
        seen = {}
        for violation in visit.violations:
            repeated = violation.id in seen
            body = {'id': violation.id, 'institution_id': business.id, 'category': violation.category, 'severity': 'general',
                    'description': violation.raw, 'found_at': when['occurred_at']}
            if visit.rows:
                body['inspection_id'] = visit.id
            try:
                self.post('/v1/findings', self.office.inspector, body, f'violation/{violation.number}')
                if repeated:
                    raise Unexpected(f'violation/{violation.number}: stored twice under one id')
            except Refused as refusal:
                if repeated:
                    self.list_refusal(refusal, 'repeated row')
                    continue
                if refusal.code != 'id_exists' or not self.again:
                    raise
            seen[violation.id] = violation
        return list(seen.values())

    def order(self, business, visit, seen):
        """One order over the findings of the visit that were put right later, served at once; odd ones each by themselves."""
        common = [v for v in seen if v.kind == 'plain']
        odd = [v for v in seen if v.kind in ('before', 'future')]
        for group in ([common] if common else []) + [[v] for v in odd]:
            mark = f'order/{group[0].number}'
            body = {'id': records.ident(mark), 'institution_id': business.id, 'occurred_at': records.at(visit.date, 11, 30),
                    'items': [{'finding_id': v.id, 'requirement': v.text, 'deadline': str(v.corrected)} for v in group]}
            if visit.rows:
                body['inspection_id'] = visit.id
            try:
                self.once('/v1/rectification-orders', self.office.inspector, body, mark)
                self.once(f'/v1/rectification-orders/{body["id"]}/services', self.office.inspector,
                          {'method': 'direct', 'receiver': '负责人', 'occurred_at': records.at(visit.date, 11, 40)}, mark + '/service')
            except Refused as refusal:
                if group[0].kind == 'plain':
                    raise
                self.list_refusal(refusal, 'correction ' + group[0].kind)

    def rectify(self, business, violation):
        path, key = f'/v1/findings/{violation.id}', self.office.keys[business.number]
        mark, day = f'violation/{violation.number}', violation.corrected
        try:
            self.once(f'{path}/progress-reports', key, {'note': TEXT['progress'], 'occurred_at': records.at(day, 14)}, mark + '/progress')
            self.once(f'{path}/reinspection-requests', key, {'note': TEXT['request'], 'occurred_at': records.at(day, 15)}, mark + '/request')
            self.once(f'{path}/reinspections', self.office.inspector,
                      {'result': 'passed', 'note': TEXT['passed'], 'occurred_at': records.at(day, 16)}, mark + '/passed')
        except Refused as refusal:
            if violation.kind == 'plain':
                raise
            self.list_refusal(refusal, 'correction ' + violation.kind)

    # -- all of them ----------------------------------------------------------------------------------------------------------

    def run(self):
        """Replay all businesses; returns seconds taken."""
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(self.threads) as pool:
            self.all(pool, self.institution)
            for n in range(0, len(self.businesses), 100):
                batch = self.businesses[n:n + 100]
                key, _ = self.office.make_key('institution', '机构账号（重放）', [b.id for b in batch])
                self.office.keys |= {b.number: key for b in batch}
            if self.progress:
                self.progress(0)
            self.all(pool, self.business, count=True)
        return time.monotonic() - began

    def business(self, business):
        for date in sorted(business.visits):
            self.visit(business, business.visits[date])
        return len(business.violations)

    def all(self, pool, work, count=False):
        waiting = {pool.submit(work, business) for business in self.businesses}
        total = 0
        try:
            for future in concurrent.futures.as_completed(waiting):
                total += future.result() if count else 0
                if count and self.progress:
                    self.progress(total)
        except BaseException:
            for future in waiting:
                future.cancel()
            raise


def expected(businesses):
    """What the file itself says: how many findings should stand in which state, and what must be refused."""
    states, refused = collections.Counter(), collections.Counter()
    for business in businesses:
        for visit in business.visits.values():
            refused['doubled visit'] += max(len(visit.rows) - 1, 0)
            seen = set()
            for violation in visit.violations:
                if violation.id in seen:
                    refused['repeated row'] += 1
                    continue
                seen.add(violation.id)
                # put right before it was found: no order can say so; put right in the future: ordered, and not done yet
                states[{'plain': 'closed', 'future': 'ordered'}.get(violation.kind, 'confirmed')] += 1
                if violation.kind in ('before', 'future'):
                    refused['correction ' + violation.kind] += 1
    return states, +refused


def stored(client, key, district):
    """The findings of the district as the API lists them."""
    return list(client.list(f'/v1/findings?district={district}', key))


def table(replay, businesses, findings, seconds):
    """The reconciliation, as text and as a verdict."""
    states, refused = expected(businesses)
    mine = {v.id for b in businesses for v in b.violations}
    got = collections.Counter(f['state'] for f in findings if f['id'] in mine)
    turned = collections.Counter(oddity for oddity, *_ in replay.refused)
    lines = [line('对账 / reconciled', '文件/file', '库/server')]
    good = True
    for kind, names, want, have in (('状态/state', STATES, states, got), ('应拒/refused', ODDITIES, refused, turned)):
        for name in sorted(set(want) | set(have)):
            same = want[name] == have[name]
            good = good and same
            lines.append(line(f'{kind} {names.get(name, "")} {name}', want[name], have[name]) + ('' if same else '  不符/DIFFERS'))
    client, done = replay.client, replay.done
    lines.append(f'{client.requests} 个请求/requests，{seconds:.1f} s，{client.requests / seconds:.0f}/s；重试/retried {client.retries}，'
                 f'已办/done {done["done"]}，重放/replayed {done["replayed"]}，拒绝/refused {done["refused"]}')
    lines.append('结果一致 / all as the file says' if good else '结果不符 / not as the file says')
    return '\n'.join(lines), good


def line(title, *columns):
    """One row; a Chinese character is two columns wide on a terminal."""
    text = title
    for width, column in zip((48, 60), columns):
        wide = sum(unicodedata.east_asian_width(c) in 'WF' for c in text + str(column))
        text += f'{column:>{max(width - len(text) - wide, 1)}}'
    return text


def bar(whole, out=sys.stderr):
    """Shows how far it is, how fast and how long still: on a terminal in one line that moves, elsewhere a line each tenth."""
    began, shown = time.monotonic(), 0

    def show(done):
        nonlocal began, shown
        if done == 0:
            began = time.monotonic()
        seconds = max(time.monotonic() - began, 0.001)
        if not out.isatty() and done * 10 // max(whole, 1) == shown:
            return
        shown = done * 10 // max(whole, 1)
        text = f'[{"#" * (done * 30 // max(whole, 1)):<30}] {done}/{whole} 条/findings，{done / seconds:.0f}/s，'
        text += f'还要/left {(whole - done) * seconds / max(done, 1):.0f} s' if done < whole else f'用时/took {seconds:.0f} s'
        moves = out.isatty() and done < whole
        print(f'\r{text}\033[K' if out.isatty() else text, end='' if moves else '\n', file=out, flush=True)
    return show


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--url', default='http://127.0.0.1:8080')
    parser.add_argument('--admin-key', required=True, help='of an admin who holds the district')
    parser.add_argument('--state', help='file that keeps the keys, so that the replay can be started again')
    parser.add_argument('--data', default=DATA, help='folder of sf_*.csv')
    parser.add_argument('--district', default='500112')
    parser.add_argument('--findings', type=int, default=2000, help='at least so many')
    parser.add_argument('--all', action='store_true')
    parser.add_argument('--threads', type=int, default=8)
    parser.add_argument('--refused', action='store_true', help='list every refusal')
    args = parser.parse_args()
    if not (Path(args.data) / 'sf_violations.csv').exists():
        sys.exit(f'no real data in {args.data}: name the folder with --data')
    businesses = records.load(args.data)
    if not args.all:
        businesses = records.choose(businesses, args.findings)
    client = Client(args.url)
    state = State(args.state) if args.state else {}
    again = 'admin' in state
    if not again:
        state['admin'] = args.admin_key
    office = Office(client, state['admin'], args.district, state)
    whole = sum(len(b.violations) for b in businesses)
    print(f'{len(businesses)} 家机构/institutions，{whole} 条/findings' + ('，接着做/going on' if again else ''), file=sys.stderr)
    replay = Replay(office, businesses, again=again, threads=args.threads, progress=bar(whole))
    try:
        seconds = replay.run()
    except (Refused, Unexpected) as stop:
        sys.exit(f'\n重放中止 / the replay ends here: {stop}')
    except KeyboardInterrupt:
        sys.exit('\n已中断，再运行一次即接着做 / cut; run it again and it goes on')
    text, good = table(replay, businesses, stored(client, office.inspector, args.district), seconds)
    print(text)
    if args.refused:
        for oddity, what, status, code, pointers in sorted(replay.refused):
            print(f'{oddity}: {what}: {status} {code} {" ".join(pointers)}')
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
