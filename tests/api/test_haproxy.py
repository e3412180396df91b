"""conf/haproxy.cfg, run for real on loopback before a backend that shows what it was sent: TLS 1.3 only, HTTP/2 and 1.1, faults as
problem documents, and nobody's address or browser in its log or behind it."""
import http.server
import json
import os
import shutil
import subprocess
import threading
import time

import pytest

from harness.server import ROOT, free_port

ADDRESSES = {"X-Forwarded-For": "203.0.113.77", "Forwarded": "for=203.0.113.77", "X-Real-IP": "203.0.113.77",
             "X-Forwarded-Host": "203.0.113.77", "True-Client-IP": "203.0.113.77", "Via": "1.1 203.0.113.77"}


class Echo(http.server.BaseHTTPRequestHandler):
    """Ready as long as the server says so; any other path answers with the header fields that came."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        ready = self.server.ready or self.path != "/readyz"
        if self.path == "/cut":
            self.close_connection = True
            return
        if self.path.endswith("/garbage"):
            self.close_connection = True
            self.wfile.write(b"this is not HTTP\r\n\r\n")
            return
        body = json.dumps({"path": self.path, "client": self.client_address[0], "fields": list(self.headers.items())}).encode()
        self.send_response(200 if ready else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Balancer:
    """In front of the Echo, or of the API at this port."""

    def __init__(self, folder, api=None):
        self.folder, self.backend = folder, None
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-keyout", folder / "key", "-out", folder / "crt", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        (folder / "pem").write_bytes((folder / "crt").read_bytes() + (folder / "key").read_bytes())
        if api is None:
            self.backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
            self.backend.daemon_threads = True
            self.backend.ready = True
            threading.Thread(target=self.backend.serve_forever, daemon=True).start()
        self.port, self.alive = free_port(), free_port()
        self.log = open(folder / "log", "w")
        self.process = subprocess.Popen(
            ["haproxy", "-db", "-f", ROOT / "conf/haproxy.cfg"], stdout=self.log, stderr=self.log,
            env={**os.environ, "HZ_TLS_BIND": f"127.0.0.1:{self.port}", "HZ_TLS_FILE": str(folder / "pem"),
                 "HZ_ALIVE_BIND": f"127.0.0.1:{self.alive}", "HZ_API": f"127.0.0.1:{api or self.backend.server_port}", "HZ_API_BOXES": "1"})
        self.until(200, "/readyz")

    def curl(self, path, *options):
        """(exit code, status, version, header fields, body)"""
        done = subprocess.run(
            ["curl", "-q", "-s", "-i", "--noproxy", "*", "--max-time", "10", "--cacert", self.folder / "crt", "-w", "\n%{http_code} %{http_version}",
             *options, f"https://127.0.0.1:{self.port}{path}"], capture_output=True, text=True)
        answer, _, sums = done.stdout.rpartition("\n")
        head, _, body = answer.replace("\r\n", "\n").partition("\n\n")
        status, version = sums.split()
        return done.returncode, int(status), version, head.lower(), body

    def until(self, status, path="/"):
        ends = time.monotonic() + 15
        while self.curl(path)[1] != status:
            assert time.monotonic() < ends and self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.1)

    def fields(self, path, *options):
        status, body = self.curl(path, *options)[1::3]
        assert status == 200
        return {name.lower(): value for name, value in json.loads(body)["fields"]}

    def close(self):
        self.process.kill()
        self.process.wait()
        if self.backend:
            self.backend.shutdown()
            self.backend.server_close()
        self.log.close()


@pytest.fixture(scope="module")
def balancer(tmp_path_factory):
    if not shutil.which("haproxy"):
        pytest.fail("haproxy is missing: conf/dev/deps.sh test")
    one = Balancer(tmp_path_factory.mktemp("haproxy"))
    yield one
    one.close()


def test_tls_1_3_only(balancer):
    assert balancer.curl("/", "--tls-max", "1.2")[0] == 35
    assert balancer.curl("/", "--tlsv1.3")[1] == 200


def test_http_2_and_1_1(balancer):
    code, status, version, head, _ = balancer.curl("/", "--http2")
    assert (code, status, version) == (0, 200, "2")
    assert "strict-transport-security: max-age=" in head
    assert balancer.curl("/", "--http1.1")[1:3] == (200, "1.1")


@pytest.mark.parametrize("path", ["/v1/findings", "/v1/whistleblower-reports", "/report"])
def test_no_address_goes_on(balancer, path):
    sent = [f"-H{name}: {value}" for name, value in ADDRESSES.items()]
    fields = balancer.fields(path, *sent)
    assert not {name.lower() for name in ADDRESSES} & fields.keys()
    assert not [value for value in fields.values() if "203.0.113.77" in value]


@pytest.mark.parametrize("path", ["/v1/whistleblower-reports", "/v1/whistleblower-report/messages", "/v1/%77histleblower-report",
                                  "/report", "/report/x", "/%72eport?a=1"])
def test_nothing_of_a_reporters_device_goes_on(balancer, path):
    options = ["-AMarker-Agent/1", "-eMarker-Page", "-bMarker=1", "-HSec-CH-UA-Model: Marker", "-HFrom: Marker", "-HAccept-Language: en"]
    fields = balancer.fields(path, *options)
    assert not [name for name, value in fields.items() if "marker" in value.lower()]
    assert fields["accept-language"] == "en"
    assert balancer.fields("/v1/findings", *options)["user-agent"] == "Marker-Agent/1"


@pytest.mark.parametrize("path", ["/metrics", "/metrics/x", "/%6detrics"])
def test_metrics_are_not_for_outside(balancer, path):
    status, _, head, body = balancer.curl(path)[1:]
    assert status == 404 and json.loads(body)["code"] == "not_found" and "application/problem+json" in head


def problem(balancer, path, status, code, *options):
    got, _, head, body = balancer.curl(path, *options)[1:]
    data = json.loads(body)
    assert (got, data["status"], data["code"]) == (status, status, code)
    assert {"type", "title", "status", "detail", "instance", "code"} <= data.keys()
    assert "content-type: application/problem+json" in head
    return head


@pytest.mark.parametrize("version", ["--http2", "--http1.1"])
def test_an_answer_that_is_none_is_a_problem(balancer, version):
    assert "retry-after: 1" in problem(balancer, "/garbage", 502, "unavailable", version, "-XPOST")


def test_a_page_that_is_none_is_a_page(balancer):
    status, _, head, body = balancer.curl("/report/garbage", "--http1.1", "-XPOST")[1:]
    assert status == 502 and "content-type: text/html" in head and "不知道办成没有" in body and "set-cookie" not in head


def test_an_answer_that_is_cut(balancer):
    """HTTP/1.1 hears 502; in HTTP/2 HAProxy resets the one stream, and the caller knows as much: no answer."""
    problem(balancer, "/cut", 502, "unavailable", "--http1.1", "-XPOST")
    code, status = balancer.curl("/cut", "--http2", "-XPOST")[:2]
    assert (code != 0 and status == 0) or status == 502


def test_a_box_that_is_not_ready_gets_nothing(balancer):
    balancer.backend.ready = False
    try:
        for path in "/v1/findings", "/report":
            balancer.until(503, path)
        for version in "--http2", "--http1.1":
            assert "retry-after: 1" in problem(balancer, "/v1/findings", 503, "unavailable", version)
            # whoever reports by the page reads a page
            status, _, head, body = balancer.curl("/report/status", version)[1:]
            assert status == 503 and "content-type: text/html" in head and "12350" in body and "default-src 'none'" in head and "retry-after: 60" in head
        alive = subprocess.run(["curl", "-qsf", "--noproxy", "*", f"http://127.0.0.1:{balancer.alive}/readyz"], capture_output=True)
        assert alive.returncode == 0
    finally:
        balancer.backend.ready = True
    for path in "/v1/findings", "/report":
        balancer.until(200, path)


def test_the_log_knows_nobody(balancer):
    """Lines of requests, of failed handshakes and of broken requests: no address, no path, no browser."""
    balancer.curl("/v1/whistleblower-report?marker=here", "-AMarker-Agent/1")
    balancer.curl("/", "--tls-max", "1.2")
    balancer.curl("/bad", "--http1.1", "-HContent-Length: 7, 8")
    time.sleep(0.5)
    text = (balancer.folder / "log").read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert any(line.get("status") == 200 for line in lines) and any("connection_error" in line for line in lines), text
    for unwanted in "127.0.0.1", "whistleblower", "report", "marker", "Marker", "203.0.113.77":
        assert unwanted not in text.replace(f"127.0.0.1:{balancer.backend.server_port}", ""), text


def test_the_log_does_not_say_that_a_reporter_was_here(balancer):
    """Between two requests of others, as many lines as those others have made; the path decoded as the API decodes it."""
    def lines():
        return [line for line in (balancer.folder / "log").read_text().splitlines() if '"method"' in line]
    before = lines()
    balancer.curl("/v1/findings")
    for path in ("/v1/whistleblower-report", "/v1/whistleblower-reports", "/v1/whistleblower-report/messages", "/v1/%77histleblower-report", "/report"):
        for method in ("GET", "POST"):
            balancer.curl(path, f"-X{method}")
    balancer.curl("/v1/findings?last", "-XPOST")
    deadline = time.monotonic() + 10
    while not any('"POST"' in line for line in lines()[len(before):]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [json.loads(line)["method"] for line in lines()[len(before):]] == ["GET", "POST"]
