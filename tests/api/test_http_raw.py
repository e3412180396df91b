"""HTTP/1.1 as octets on a socket: what clients, proxies and attackers really send. Each framing fault gets a problem and a
closed connection, and nothing after it is ever taken for a request."""
import json
import os
import signal
import socket
import time

import pytest

provokes = pytest.mark.provokes
HOST = b"Host: example.org\r\n"
LIVEZ = b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n"
BODY = b'{"zzz":1}'		# an unknown member: the problem names it, which proves that the body arrived whole


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def problem(self, code, status):
        assert (self.status, self.headers["content-type"]) == (status, "application/problem+json"), self.body
        body = json.loads(self.body)
        assert body["code"] == code and body["status"] == status and body["type"] == f"/problems/{code}"
        assert body["title"] and body["detail"]
        return body


class Wire:
    """A connection, and what comes back on it."""

    def __init__(self, port, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", port))
        self.rest = b""

    def send(self, *pieces, pause=0.05):
        for i, piece in enumerate(pieces):
            if i:
                time.sleep(pause)
            self.socket.sendall(piece)
        return self

    def more(self):
        piece = self.socket.recv(65536)
        self.rest += piece
        return piece

    def until(self, mark):
        while mark not in self.rest:
            assert self.more(), f"closed with {self.rest!r}"
        found, self.rest = self.rest.split(mark, 1)
        return found

    def exactly(self, n):
        while len(self.rest) < n:
            assert self.more(), "cut short"
        found, self.rest = self.rest[:n], self.rest[n:]
        return found

    def reply(self, head=False):
        lines = self.until(b"\r\n\r\n").decode().split("\r\n")
        version, status, _ = lines[0].split(" ", 2)
        assert version == "HTTP/1.1"
        headers = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        status = int(status)
        if status == 100:
            return Reply(status, headers, b"")
        assert headers["server"] == "hz" and headers["date"].endswith("GMT")
        assert headers["x-content-type-options"] == "nosniff"
        if head or status in (204, 304):
            return Reply(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return Reply(status, headers, b"".join(self.chunks()))
        return Reply(status, headers, self.exactly(int(headers["content-length"])))

    def chunks(self):
        while size := int(self.until(b"\r\n"), 16):
            yield self.exactly(size)
            assert self.exactly(2) == b"\r\n"
        assert self.exactly(2) == b"\r\n"

    def closed(self):
        """The server ends the connection in good order, without another octet."""
        assert self.rest == b"" and self.more() == b""

    def close(self):
        self.socket.close()


@pytest.fixture
def wire(server):
    made = []

    def connect(**options):
        made.append(Wire(server.port, **options))
        return made[-1]

    yield connect
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def sink(api):
    """Request line and fields of an operation that takes a body of at most 1 MiB."""
    return b"POST /v1/org-units HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nAuthorization: Bearer " + \
        api("admin").key.encode() + b"\r\n"


def taken(reply):
    body = reply.problem("validation_failed", 400)
    assert "/zzz" in [fault["pointer"] for fault in body["errors"]]


# -- refusals of the header block ----------------------------------------------------------------------------------------------

def get(*fields, target=b"/livez", version=b"HTTP/1.1", host=HOST):
    return b"GET " + target + b" " + version + b"\r\n" + host + b"".join(f + b"\r\n" for f in fields) + b"\r\n"


def post(*fields):
    return b"POST /livez HTTP/1.1\r\n" + HOST + b"".join(f + b"\r\n" for f in fields) + b"\r\n"


MALFORMED = {
    "two lengths": post(b"Content-Length: 3", b"Content-Length: 3") + b"abc",
    "two unlike lengths": post(b"Content-Length: 0", b"Content-Length: 3") + b"abc",
    "list of lengths": post(b"Content-Length: 3, 3") + b"abc",
    "signed length": post(b"Content-Length: +3") + b"abc",
    "negative length": post(b"Content-Length: -1"),
    "length with a blank": post(b"Content-Length: 1 1"),
    "empty length": post(b"Content-Length:"),
    "hex length": post(b"Content-Length: 0x3") + b"abc",
    "length and chunks": post(b"Content-Length: 3", b"Transfer-Encoding: chunked") + b"0\r\n\r\n",
    "chunks and length": post(b"Transfer-Encoding: chunked", b"Content-Length: 3") + b"0\r\n\r\n",
    "chunked twice": post(b"Transfer-Encoding: chunked, chunked"),
    "chunked not last": post(b"Transfer-Encoding: chunked, gzip"),
    "two codings": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "chunked in 1.0": b"POST /livez HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "body on GET": get(b"Content-Length: 3") + b"abc",
    "chunks on GET": get(b"Transfer-Encoding: chunked") + b"0\r\n\r\n",
    "body on DELETE": get(b"Content-Length: 3").replace(b"GET", b"DELETE") + b"abc",
    "no Host": get(host=b""),
    "two Hosts": get(HOST.strip()),
    "empty Host": get(host=b"Host:\r\n"),
    "Host with a path": get(host=b"Host: example.org/x\r\n"),
    "Host with a user": get(host=b"Host: me@example.org\r\n"),
    "Host with a bad port": get(host=b"Host: example.org:8o\r\n"),
    "something like Host": get(host=b"Hostile: example.org\r\n"),
    "folded field": get(b"Accept: text/html,", b" text/csv"),
    "blank before the colon": get(b"Accept : text/html"),
    "no colon": get(b"Accept"),
    "empty name": get(b": x"),
    "name that is no token": get(b"Acc(ept: x"),
    "bare LF": b"GET /livez HTTP/1.1\nHost: x\n\n",
    "bare CR": get(b"Accept: a\rb"),
    "NUL in a field": get(b"Accept: a\0b"),
    "NUL in the path": get(target=b"/live\0z"),
    "escape in a field": get(b"Accept: \x1b[2J"),
    "DEL in a field": get(b"Accept: \x7f"),
    "non-ASCII key": get("Idempotency-Key: 键".encode()),
    "two Authorizations": get(b"Authorization: Bearer a", b"Authorization: Bearer b"),
    "non-ASCII path": get(target="/健康".encode()),
    "escaped NUL": get(target=b"/%00"),
    "escaped bad UTF-8": get(target=b"/%c0%af"),
    "broken escape": get(target=b"/%zz"),
    "fragment": get(target=b"/livez#x"),
    "no slash": get(target=b"livez"),
    "asterisk on GET": get(target=b"*"),
    "two blanks": b"GET  /livez HTTP/1.1\r\n" + HOST + b"\r\n",
    "blank at the end": b"GET /livez HTTP/1.1 \r\n" + HOST + b"\r\n",
    "no version": b"GET /livez\r\n" + HOST + b"\r\n",
    "lower-case version": get(version=b"http/1.1"),
    "TLS to a plain port": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@provokes("malformed_request")
@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_is_refused_and_closed(wire, name):
    one = wire().send(MALFORMED[name])
    reply = one.reply()
    assert reply.problem("malformed_request", 400)["trace_id"]
    assert reply.headers["connection"] == "close"
    one.closed()


OTHERS = [
    ("not_implemented", 501, post(b"Transfer-Encoding: gzip, chunked")),
    ("not_implemented", 501, post(b"Transfer-Encoding: identity")),
    ("not_implemented", 501, b"BREW /livez HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("not_implemented", 501, b"CONNECT example.org:443 HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("not_implemented", 501, b"get /livez HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("http_version_not_supported", 505, get(version=b"HTTP/2.0")),
    ("http_version_not_supported", 505, get(version=b"HTTP/1.2")),
    ("http_version_not_supported", 505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("expectation_failed", 417, post(b"Expect: 200-maybe", b"Content-Length: 3")),
    ("uri_too_long", 414, get(target=b"/" + b"a" * 9000)),
    ("header_fields_too_large", 431, get(b"X-Long: " + b"a" * 20000)),
    ("header_fields_too_large", 431, get(*[b"X-%d: a" % i for i in range(101)])),
]


@provokes("not_implemented", "http_version_not_supported", "expectation_failed", "uri_too_long", "header_fields_too_large")
@pytest.mark.parametrize("code,status,octets", OTHERS, ids=lambda x: x[:24] if isinstance(x, bytes) else str(x))
def test_other_refusals(wire, code, status, octets):
    one = wire().send(octets)
    one.reply().problem(code, status)
    one.closed()


def test_language_of_a_refusal(wire):
    chinese = wire().send(get(b"Accept-Language: en;q=0.5, zh", b"Expect: x")).reply()
    english = wire().send(get(b"Accept-Language: en-GB, zh;q=0.3", b"Expect: x")).reply()
    assert (chinese.headers["content-language"], english.headers["content-language"]) == ("zh-CN", "en")
    assert "Accept-Language" in english.headers["vary"]
    assert json.loads(english.body)["title"].isascii() and not json.loads(chinese.body)["title"].isascii()


def test_what_is_odd_but_right_is_taken(wire):
    for octets in (b"\r\n" + LIVEZ, get(target=b"http://example.org/livez"), get(host=b"Host: [::1]:8080\r\n"),
                   get(b"X-Utf8: \xe9\x94\xae"), get(b"Accept:\t*/*  "), get(*[b"X-%d: a" % i for i in range(90)]),
                   get(b"X-Long: " + b"a" * 15000), get(b"Content-Length: 0"), get(target=b"/%6c%69vez")):
        assert wire().send(octets).reply().status == 200, octets[:80]


def test_a_refused_request_takes_what_follows_with_it(wire, server):
    """Request smuggling: nothing behind a framing fault is read as a request."""
    one = wire().send(post(b"Content-Length: 3", b"Transfer-Encoding: chunked") + b"0\r\n\r\n" + LIVEZ * 3)
    one.reply().problem("malformed_request", 400)
    one.closed()


# -- one request after another -------------------------------------------------------------------------------------------------

def test_pipelined_requests_are_answered_in_order(wire, sink):
    whole = sink + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    one = wire().send(LIVEZ + whole + get(target=b"/nowhere") + whole + LIVEZ)
    assert one.reply().status == 200
    taken(one.reply())
    one.reply().problem("not_found", 404)
    taken(one.reply())
    assert one.reply().status == 200


def test_many_pipelined(wire):
    one = wire().send(b"".join(get(target=b"/p%d" % i) for i in range(300)))
    assert [json.loads(one.reply().body)["instance"] for _ in range(300)] == [f"/p{i}" for i in range(300)]


def test_octet_by_octet(wire, sink):
    whole = sink + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    one = wire()
    for i in range(len(whole)):
        one.send(whole[i:i + 1])
    taken(one.reply())


def test_kept_and_closed_connections(wire):
    one = wire()
    for _ in range(3):
        assert "connection" not in one.send(LIVEZ).reply().headers
    assert one.send(get(b"Connection: close")).reply().headers["connection"] == "close"
    one.closed()
    one = wire().send(b"GET /livez HTTP/1.0\r\n\r\n")
    assert one.reply().status == 200
    one.closed()


def test_a_client_that_ends_its_side_gets_its_answer(wire):
    one = wire().send(LIVEZ)
    one.socket.shutdown(socket.SHUT_WR)
    assert one.reply().status == 200
    one.closed()
    one = wire().send(b"GET /livez HT")
    one.socket.shutdown(socket.SHUT_WR)
    one.reply().problem("malformed_request", 400)
    one.closed()


def test_a_small_unread_body_does_not_cost_the_connection(wire):
    one = wire().send(b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello" + LIVEZ)
    one.reply().problem("not_found", 404)
    assert one.reply().status == 200
    one.send(b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + LIVEZ)
    one.reply().problem("not_found", 404)
    assert one.reply().status == 200


def test_the_answer_survives_an_unread_upload(wire):
    """A large body for nothing: answered at once, then a lingering close: a reset would eat the answer."""
    one = wire().send(b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 30000000\r\n\r\n")
    try:
        for _ in range(100):
            one.send(b"a" * 65536)
    except OSError:
        pass
    reply = one.reply()
    reply.problem("not_found", 404)
    assert reply.headers["connection"] == "close"


# -- bodies --------------------------------------------------------------------------------------------------------------------

def test_plain_body_in_two_segments(wire, sink):
    taken(wire().send(sink + b"Content-Length: %d\r\n\r\n" % len(BODY), BODY).reply())
    taken(wire().send(sink + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY[:4], BODY[4:]).reply())


def chunk(octets, extension=b""):
    return b"%x" % len(octets) + extension + b"\r\n" + octets + b"\r\n"


@pytest.mark.parametrize("octets", [
    chunk(BODY) + b"0\r\n\r\n",
    chunk(BODY[:1]) + chunk(BODY[1:]) + b"0\r\n\r\n",
    chunk(BODY, b';name="a; b"') + b"0;last\r\n\r\n",
    b"0009\r\n" + BODY + b"\r\n000\r\n\r\n",
    chunk(BODY) + b"0\r\nExpires: never\r\nX-Sum: 1\r\n\r\n",
], ids=["one", "two", "extensions", "zeros", "trailers"])
def test_chunked_body(wire, sink, octets):
    one = wire().send(sink + b"Transfer-Encoding: chunked\r\n\r\n" + octets + LIVEZ)
    taken(one.reply())
    assert one.reply().status == 200
    one = wire().send(sink + b"Transfer-Encoding: Chunked\r\n\r\n")
    for i in range(len(octets)):
        one.send(octets[i:i + 1])
    taken(one.reply())


@provokes("malformed_request")
@pytest.mark.parametrize("octets", [
    b"x\r\n", b"-1\r\n", b"+1\r\n", b"0x1\r\n", b"\r\n", b";a\r\n", b"1\n", b"1 \r\n", b"1\ra", b"ffffffffffffffff\r\n", b"1\r\nab",
    b"1\r\na\n", b"0\r\nbad\x00\r\n\r\n", b"0\r\n\n", b"1;" + b"a" * 1000 + b"\r\n", b"0\r\n" + b"X: " + b"a" * 20000 + b"\r\n\r\n",
], ids=lambda octets: repr(octets[:20]))
def test_bad_chunks(wire, sink, octets):
    one = wire().send(sink + b"Transfer-Encoding: chunked\r\n\r\n" + octets + LIVEZ)
    one.reply().problem("malformed_request", 400)
    one.closed()


def test_a_cut_body(wire, sink):
    for octets in (b"Content-Length: 30\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"):
        one = wire().send(sink + octets)
        one.socket.shutdown(socket.SHUT_WR)
        one.reply().problem("malformed_request", 400)
        one.closed()


@provokes("payload_too_large")
def test_too_large_is_told_before_it_is_sent(wire, sink):
    wire().send(sink + b"Content-Length: 2000000\r\n\r\n").reply().problem("payload_too_large", 413)
    wire().send(sink + b"Content-Length: 99999999999999999999999\r\n\r\n").reply().problem("payload_too_large", 413)
    wire().send(sink + b"Content-Length: 2000000\r\nExpect: 100-continue\r\n\r\n").reply().problem("payload_too_large", 413)
    wire().send(sink + b"Transfer-Encoding: chunked\r\n\r\n200000\r\n").reply().problem("payload_too_large", 413)
    one = wire().send(sink + b"Transfer-Encoding: chunked\r\n\r\n")
    try:
        for _ in range(30):
            one.send(chunk(b"a" * 65536))
    except OSError:
        pass
    one.reply().problem("payload_too_large", 413)


@provokes("unsupported_media_type")
def test_compressed_bodies_are_not_taken(wire, sink):
    one = wire().send(sink + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)
    one.reply().problem("unsupported_media_type", 415)
    taken(one.send(sink + b"Content-Encoding: identity\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY).reply())


@provokes("length_required")
def test_a_wanted_body_without_length(wire, sink):
    one = wire().send(sink + b"\r\n" + LIVEZ)
    one.reply().problem("length_required", 411)
    assert one.reply().status == 200


@provokes("malformed_request")
def test_a_body_nobody_wants(wire, sink):
    one = wire().send(post(b"Content-Length: 3", b"X-HTTP-Method-Override: GET") + b"abc")
    assert one.reply().status in (400, 405, 501)


def test_continue_is_said_only_when_the_body_is_wanted(wire, sink):
    expect = b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY)
    one = wire().send(sink + expect)
    assert one.reply().status == 100
    taken(one.send(BODY).reply())
    wire().send(b"POST /nowhere HTTP/1.1\r\n" + HOST + expect).reply().problem("not_found", 404)
    one = wire().send(sink + expect + BODY)		# did not wait: no need to tell it to go on
    taken(one.reply())


# -- answers in stretches ------------------------------------------------------------------------------------------------------

ROWS = 3000


@pytest.fixture(scope="module")
def long_list(db, api, fresh_district):
    """A request for a table of a megabyte or so."""
    district, _ = fresh_district()
    db.execute("INSERT INTO hz.org_unit (id, district, kind, name) SELECT gen_random_uuid(), %s, 'section', 'R' || n || repeat('长', 90) "
               "FROM generate_series(1, %s) n", (district, ROWS))
    return b"GET /v1/org-units HTTP/1.1\r\n" + HOST + b"Accept: text/csv\r\nAuthorization: Bearer " + \
        api("admin", district).key.encode() + b"\r\n\r\n"


def test_a_long_table_comes_in_chunks(wire, long_list):
    one = wire().send(long_list + LIVEZ)
    reply = one.reply()
    assert reply.status == 200 and reply.headers["transfer-encoding"] == "chunked" and "content-length" not in reply.headers
    assert reply.body.count(b"\r\n") == ROWS + 1 and len(reply.body) > 800_000
    assert one.reply().status == 200		# the one behind it waited its turn
    head = one.send(long_list.replace(b"GET", b"HEAD") + LIVEZ).reply(head=True)
    assert head.headers["transfer-encoding"] == "chunked" and one.reply().status == 200
    old = wire().send(long_list.replace(b"HTTP/1.1", b"HTTP/1.0"))
    lines = old.until(b"\r\n\r\n").lower()
    assert b"transfer-encoding" not in lines and b"content-length" not in lines and b"connection: close" in lines
    while old.more():
        pass
    assert sorted(old.rest.split(b"\r\n")) == sorted(reply.body.split(b"\r\n"))


def test_readers_that_leave_within_a_long_table(wire, long_list):
    for _ in range(10):
        one = wire(receive_buffer=4096).send(long_list)
        one.until(b"\r\n\r\n")
        one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        one.close()
    reply = wire(receive_buffer=4096).send(long_list).reply()
    assert reply.body.count(b"\r\n") == ROWS + 1


# -- methods ---------------------------------------------------------------------------------------------------------------------

def test_head_is_get_without_its_body(wire):
    one = wire().send(LIVEZ)
    whole = one.reply()
    head = one.send(LIVEZ.replace(b"GET", b"HEAD")).reply(head=True)
    assert head.status == 200 and head.headers["content-length"] == whole.headers["content-length"] == str(len(whole.body))
    missing = one.send(get(target=b"/nowhere").replace(b"GET", b"HEAD")).reply(head=True)
    assert missing.status == 404 and int(missing.headers["content-length"]) > 0
    assert one.send(LIVEZ).reply().status == 200


def test_options_tell_the_methods(wire):
    reply = wire().send(LIVEZ.replace(b"GET", b"OPTIONS")).reply()
    assert reply.status == 204 and reply.headers["allow"] == "GET, HEAD, OPTIONS" and "content-length" not in reply.headers
    wire().send(get(target=b"/nowhere").replace(b"GET", b"OPTIONS")).reply().problem("not_found", 404)
    whole = wire().send(get(target=b"*").replace(b"GET", b"OPTIONS")).reply()
    assert whole.status == 204 and "PATCH" in whole.headers["allow"]


@provokes("method_not_allowed")
def test_a_wrong_method_is_told_the_right_ones(wire):
    reply = wire().send(LIVEZ.replace(b"GET", b"DELETE")).reply()
    reply.problem("method_not_allowed", 405)
    assert reply.headers["allow"] == "GET, HEAD, OPTIONS"


def test_cors(wire):
    ours, other = b"Origin: https://app.example.org", b"Origin: https://evil.example"
    ask = (b"Access-Control-Request-Method: PATCH", b"Access-Control-Request-Headers: authorization")
    reply = wire().send(get(ours)).reply()
    assert reply.headers["access-control-allow-origin"] == "https://app.example.org" and "Origin" in reply.headers["vary"]
    assert {"ETag", "Link", "Location", "Retry-After"} <= set(reply.headers["access-control-expose-headers"].split(", "))
    reply = wire().send(get(other)).reply()
    assert "access-control-allow-origin" not in reply.headers and "Origin" in reply.headers["vary"]
    preflight = get(ours, *ask, target=b"/v1/me").replace(b"GET", b"OPTIONS")
    reply = wire().send(preflight).reply()
    assert reply.status == 204 and "PATCH" in reply.headers["access-control-allow-methods"]
    assert "Authorization" in reply.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in wire().send(preflight.replace(ours, other)).reply().headers
    for bad in (get(ours, target=b"/nowhere"), get(ours, b"Expect: x")):
        assert wire().send(bad).reply().headers["access-control-allow-origin"] == "https://app.example.org"


def test_trace(wire):
    trace = b"4bf92f3577b34da6a3ce929d0e0e4736"
    taken_up = wire().send(get(b"traceparent: 00-" + trace + b"-00f067aa0ba902b7-01", target=b"/nowhere")).reply()
    assert json.loads(taken_up.body)["trace_id"] == trace.decode()
    for bad in (b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01", b"00-" + trace.upper() + b"-00f067aa0ba902b7-01", b"x"):
        made = json.loads(wire().send(get(b"traceparent: " + bad, target=b"/nowhere")).reply().body)["trace_id"]
        assert len(made) == 32 and int(made, 16) and made != trace.decode()


def test_the_log_has_a_line_each_and_nothing_personal(wire, server):
    trace = os.urandom(16).hex()
    wire().send(get(b"traceparent: 00-%s-00f067aa0ba902b7-01" % trace.encode(), target=b"/problems/secretword?q=hiddenword")).reply()
    wire().send(get(b"traceparent: 00-%s-00f067aa0ba902b7-01" % trace.encode())).reply()		# /livez is quiet
    deadline = time.time() + 5
    while trace not in server.log and time.time() < deadline:
        time.sleep(0.05)
    lines = [json.loads(line) for line in server.log.splitlines() if trace in line]
    assert len(lines) == 1
    line = lines[0]
    assert line.pop("ts") and line.pop("duration_ms") >= 0
    assert line == {"method": "GET", "route": "/problems/{code}", "status": 400, "trace_id": trace, "actor": None}
    assert "hiddenword" not in server.log and "secretword" not in server.log and "127.0.0.1\"" not in server.log


def test_kore_knows_every_word_of_its_configuration(server):
    assert "ignoring" not in server.log


# -- the open pages ----------------------------------------------------------------------------------------------------------------

def test_pages(wire):
    def page(path, kind):
        reply = wire().send(get(target=path)).reply()
        assert reply.status == 200 and reply.headers["content-type"].split(";")[0] == kind
        return reply

    assert json.loads(page(b"/readyz", "application/json").body) == {"status": "ready"}
    assert json.loads(page(b"/openapi.json", "application/json").body)["openapi"].startswith("3.1")
    security = page(b"/.well-known/security.txt", "text/plain").body
    assert b"Contact: " in security and b"Expires: " in security
    docs = page(b"/docs", "text/html")
    policy = docs.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "http" not in policy
    assert b"<script>" not in docs.body and b"onload=" not in docs.body and b"style=" not in docs.body
    for name in docs.body.split(b'"'):
        if name.startswith(b"/docs/"):
            assert wire().send(get(target=name)).reply().status == 200
    page(b"/docs/swagger-ui-bundle.js", "text/javascript")
    problem = page(b"/problems/invalid_state", "text/html").body.decode()
    assert problem.index("含义") < problem.index("What it means")
    for missing in (b"/problems/nothing", b"/docs/nothing.js", b"/docs/..%2fui.c"):
        wire().send(get(target=missing)).reply().problem("not_found", 404)


def test_metrics(wire):
    def count():
        text = wire().send(get(target=b"/metrics")).reply().body.decode()
        for line in text.splitlines():
            if line.startswith('hz_http_requests_total{route="/problems/{code}",method="GET",status="4xx"}'):
                return int(line.rsplit(" ", 1)[1]), text
        return 0, text
    before, text = count()
    for _ in range(5):
        wire().send(get(target=b"/problems/nothing")).reply()
    after, text = count()
    assert after == before + 5
    assert 'hz_database_up{worker="1"} 1' in text and 'le="+Inf"' in text


# -- a server of its own: clocks, loads, signals -----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def hasty():
    """Short clocks, one worker, its own metrics port."""
    from harness import server as server_module
    one = server_module.Server(HZ_IDLE_SECONDS="4", HZ_HEADER_SECONDS="2", HZ_BODY_SECONDS="1", HZ_SEND_SECONDS="2",
                               HZ_DRAIN_MS="1500", HZ_WORKERS="1", HZ_METRICS_PORT=str(server_module.free_port())).start()
    yield one
    one.close()


@pytest.fixture
def hasty_sink(hasty):
    with hasty.connect() as db:
        key = db.execute("SELECT key FROM api.issue_key('admin', '{500103}', '{}', '{}', '{}', 'raw')").fetchone()[0]
    return b"POST /v1/org-units HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nAuthorization: Bearer " + \
        key.encode() + b"\r\n"


@provokes("request_timeout")
def test_slow_headers_and_bodies(hasty, hasty_sink):
    one = Wire(hasty.port).send(b"GET /livez HT")
    two = Wire(hasty.port).send(hasty_sink + b"Content-Length: 100\r\n\r\n{")
    drip, began = Wire(hasty.port), time.time()
    one.reply().problem("request_timeout", 408)
    one.closed()
    two.reply().problem("request_timeout", 408)
    two.closed()
    for octet in LIVEZ[:40]:		# progress alone does not buy time: the whole block has two seconds
        try:
            drip.send(bytes([octet]))
        except OSError:
            break
        time.sleep(0.1)
    drip.reply().problem("request_timeout", 408)
    assert time.time() - began < 8


def test_idle_connections_are_closed_silently(hasty):
    one = Wire(hasty.port)
    one.closed()
    two = Wire(hasty.port).send(LIVEZ)
    assert two.reply().status == 200
    two.closed()


def test_a_slow_reader_is_served_while_it_moves(hasty):
    """Megabytes, read in small sips for longer than every clock; others are served meanwhile."""
    slow = Wire(hasty.port, receive_buffer=4096).send(get(target=b"/docs/swagger-ui-bundle.js") * 4)
    began, got = time.time(), 0
    while time.time() - began < 5:
        got += len(slow.socket.recv(2048))
        time.sleep(0.02)
        if int((time.time() - began) * 10) % 10 == 0:
            assert Wire(hasty.port).send(get(b"Connection: close")).reply().status == 200
    while piece := slow.socket.recv(1 << 20):
        got += len(piece)
        if got > 4_000_000:
            break
    assert got > 4_000_000


def test_a_reader_that_stops_is_cut(hasty):
    one = Wire(hasty.port, receive_buffer=4096).send(get(target=b"/docs/swagger-ui-bundle.js") * 4)
    time.sleep(6)
    got = 0
    with pytest.raises(OSError):
        while True:
            piece = one.socket.recv(1 << 20)
            got += len(piece)
            if not piece:
                raise OSError("closed")
    assert got < 5_000_000


def test_metrics_on_a_port_of_their_own(hasty):
    port = int(hasty.env["HZ_METRICS_PORT"])
    assert b"hz_connections" in Wire(port).send(get(target=b"/metrics")).reply().body
    assert Wire(port).send(get(target=b"/livez")).reply().status == 200
    Wire(port).send(get(target=b"/v1/regions")).reply().problem("not_found", 404)
    Wire(hasty.port).send(get(target=b"/metrics")).reply().problem("not_found", 404)


def test_many_connections_at_once(hasty):
    many = [Wire(hasty.port) for _ in range(300)]
    for one in many:
        one.send(LIVEZ)
    assert all(one.reply().status == 200 for one in many)
    for one in many:
        one.close()


def test_clients_that_vanish_leave_nothing(hasty, hasty_sink):
    whole = hasty_sink + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    for octets in (whole, whole[:-3], whole[:50], whole * 5):
        for _ in range(20):
            one = Wire(hasty.port).send(octets)
            one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")	# close with a reset
            one.close()
    port = int(hasty.env["HZ_METRICS_PORT"])
    deadline = time.time() + 10
    while time.time() < deadline:
        text = Wire(port).send(get(b"Connection: close", target=b"/metrics")).reply().body.decode()
        gauges = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
        if gauges['hz_http_requests_in_flight{worker="1"}'] == "1" and gauges['hz_statements_in_flight{worker="1"}'] == "0" \
                and int(gauges['hz_connections{worker="1"}']) < 5:
            return
        time.sleep(0.2)
    raise AssertionError(text)


def _workers(server):
    """The pids of Kore's workers: the children of Kore's parent, in the server's group."""
    parents = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            name = open(f"/proc/{pid}/comm").read().strip()
        except OSError:
            continue
        if name == "kore" and int(fields[2]) == server.group:
            parents[int(pid)] = int(fields[1])
    return [pid for pid, parent in parents.items() if parent in parents]


def test_a_dead_worker_is_replaced(hasty):
    victim, = _workers(hasty)
    os.kill(victim, signal.SIGKILL)
    deadline = time.time() + 10
    while time.time() < deadline:
        try:
            if Wire(hasty.port).send(get(target=b"/readyz")).reply().status == 200:
                break
        except (OSError, AssertionError):
            pass
        time.sleep(0.1)
    text = Wire(int(hasty.env["HZ_METRICS_PORT"])).send(get(target=b"/metrics")).reply().body.decode()
    assert 'hz_worker_starts_total{worker="1"} 2' in text


def test_drain(hasty):
    """SIGTERM: readiness fails first, then what is in flight is answered, idle connections end, no new ones come."""
    (worker,), group = _workers(hasty), hasty.group
    idle, busy = Wire(hasty.port).send(LIVEZ), Wire(hasty.port).send(b"GET /livez HTTP/1.1\r\n")
    assert idle.reply().status == 200
    os.kill(group, signal.SIGTERM)
    time.sleep(0.3)
    reply = Wire(hasty.port).send(get(target=b"/readyz")).reply()
    reply.problem("unavailable", 503)
    assert reply.headers["retry-after"] and reply.headers["connection"] == "close"
    idle.closed()
    reply = busy.send(HOST + b"\r\n").reply()
    assert reply.status == 200 and reply.headers["connection"] == "close"
    deadline = time.time() + 12
    while os.path.exists(f"/proc/{worker}") and time.time() < deadline:
        time.sleep(0.1)
    assert not os.path.exists(f"/proc/{worker}")
    with pytest.raises(OSError):
        Wire(hasty.port)
