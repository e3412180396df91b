"""A bounded load that never gives up: callers who read, and callers who create findings, each with a key that it repeats until
it is answered 201. What came back, when, and on which connection is kept, to be judged afterwards."""
import collections
import http.client
import json
import threading
import time
import uuid

PAUSE = 0.1         # before something that was refused is tried again, in seconds
GIVE_UP = 60        # one create must be done within so many seconds

Result = collections.namedtuple("Result", "kind began took what port")   # what: the status, or the name of an exception


class Caller:
    """One keep-alive connection; opened again after each cut."""

    def __init__(self, server, key, timeout=30):
        self.address, self.key, self.timeout = ("127.0.0.1", server.port), key, timeout
        self.connection = None

    def ask(self, kind, method, path, body=None, headers=None):
        """-> (Result, parsed body or None). Never raises what the network does."""
        began, port = time.monotonic(), None
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(*self.address, timeout=self.timeout)
                self.connection.connect()
            port = self.connection.sock.getsockname()[1]
            sent = {"Authorization": f"Bearer {self.key}", **(headers or {})}
            if body is not None:
                body = json.dumps(body).encode()
                sent["Content-Type"] = "application/json"
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
            text, what = answer.read(), answer.status
            if answer.will_close:
                self.close()
        except (OSError, http.client.HTTPException) as fault:
            self.close()
            text, what = b"", type(fault).__name__
        return Result(kind, began, time.monotonic() - began, what, port), json.loads(text) if text else None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Load:
    """`with Load(…) as load:` runs it in threads; then load.judge() and load.reconcile()."""

    def __init__(self, server, key, institution, finding, writers=4, readers=4, pause=0.01):
        self.server, self.key, self.institution, self.finding, self.pause = server, key, institution, finding, pause
        self.run = uuid.uuid4().hex
        self.stop, self.results, self.acknowledged, self.faults = threading.Event(), [], {}, []
        self.threads = [threading.Thread(target=self._guarded, args=(work,), daemon=True)
                        for work in [self._write] * writers + [self._read] * readers]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *fault):
        self.stop.set()
        for thread in self.threads:
            thread.join(GIVE_UP)
        assert not any(thread.is_alive() for thread in self.threads), "a caller hangs"

    def _guarded(self, work):
        caller = Caller(self.server, self.key)
        try:
            work(caller)
        except Exception as fault:      # shown by judge(): a thread cannot fail a test
            self.faults.append(repr(fault))
        finally:
            caller.close()

    def _read(self, caller):
        while not self.stop.is_set():
            result, _ = caller.ask("read", "GET", f"/v1/findings/{self.finding}")
            self.results.append(result)
            time.sleep(self.pause if result.what == 200 else PAUSE)

    def _write(self, caller):
        while not self.stop.is_set():
            name, ends = f"{self.run}-{uuid.uuid4()}", time.monotonic() + GIVE_UP
            body = {"institution_id": self.institution, "category": "fire", "severity": "general", "description": name}
            while True:
                result, answer = caller.ask("create", "POST", "/v1/findings", body, {"Idempotency-Key": name})
                self.results.append(result)
                if result.what == 201:
                    self.acknowledged[name] = answer["id"]
                    break
                assert isinstance(result.what, str) or result.what in (503, 504), f"{result}: {answer}"
                assert time.monotonic() < ends, f"{name} was never done, last {result}"
                time.sleep(PAUSE)
            time.sleep(self.pause)

    # -- judgement ----------------------------------------------------------------------------------------------------------

    def judge(self, cut_ports=()):
        """Every request was answered 2xx, 503 or 504 (this load gives no reason for a 4xx); cuts only on these client ports."""
        assert not self.faults, self.faults
        bad = [r for r in self.results if r.what not in (200, 201, 503, 504) and not (isinstance(r.what, str) and r.port in cut_ports)]
        assert not bad, f"{len(bad)} of {len(self.results)}: {bad[:5]}"
        for kind in ("read", "create"):
            assert any(r.kind == kind and r.what in (200, 201) for r in self.results), f"no {kind} was ever done"

    def reconcile(self, db):
        """Every acknowledged create is there, once, under the id that was told; nothing else is; one event for each."""
        stored = db.execute("SELECT description, id::text FROM hz.finding WHERE starts_with(description, %s)", (self.run,)).fetchall()
        assert collections.Counter(stored) == collections.Counter(self.acknowledged.items())
        events = db.execute("SELECT count(*), count(DISTINCT resource_id) FROM hz.event WHERE resource = 'finding' AND resource_id = ANY(%s::uuid[])",
                            (list(self.acknowledged.values()),)).fetchone()
        assert events == (len(self.acknowledged),) * 2

    def last_trouble(self, since):
        """Seconds after `since` (time.monotonic()) at which the last request ended that was not done; 0 when all were."""
        return max([r.began + r.took - since for r in self.results if r.what not in (200, 201)], default=0)

    def done(self, kind, after):
        """How many requests of a kind were begun after this moment and done."""
        return len([r for r in self.results if r.kind == kind and r.began > after and r.what in (200, 201)])


def p99(took):
    """The 99th percentile of durations."""
    assert len(took) >= 100, f"only {len(took)} measured"
    return sorted(took)[int(len(took) * 0.99)]
