"""A client of one caller. Every answer is checked against the contract; connections are kept alive."""
import json as json_module
import urllib.parse

import requests

from .contract import contract

# A photograph that is still to be uploaded: enough for whatever asks for evidence.
EVIDENCE = [{"sha256": "e5" * 32, "role": "after"}]


class Answer:
    """One answer: status, headers, data (parsed JSON or None), text."""

    def __init__(self, method, response):
        self.method, self.response = method, response
        self.status, self.headers = response.status_code, response.headers
        self.body = response.content
        self.text = response.content.decode("utf-8", "replace")
        media = self.headers.get("Content-Type", "").partition(";")[0]
        is_json = self.body and (media == "application/json" or media.endswith("+json"))
        self.data = json_module.loads(self.body) if is_json else None
        self.etag = self.headers.get("ETag")

    def __repr__(self):
        return f"{self.method} {self.response.request.path_url} → {self.status} {self.text[:2000]}"

    def ok(self, status=None):
        """Assert success (or exactly `status`) and give the data."""
        assert self.status == status if status else self.status < 300, repr(self)
        return self.data

    def problem(self, code, status=None):
        """Assert a refusal with this code (and status) and give the problem."""
        assert self.status >= 400 and self.data and self.data["code"] == code, f"wanted {code}: {self!r}"
        assert status is None or self.status == status, repr(self)
        return self.data

    def faults(self):
        """{pointer: code} of a problem's `errors`."""
        return {fault["pointer"]: fault["code"] for fault in self.data.get("errors", [])}


class Client:
    """Requests of one caller; key None: nobody."""

    def __init__(self, base_url, key=None, actor=None):
        self.base_url, self.key, self.actor = base_url, key, actor
        self.session = requests.Session()
        self.session.trust_env = False

    def request(self, method, path, body=None, *, params=None, headers=None, data=None, if_match=None, idempotency_key=None,
                check=True, timeout=30):
        """Send one request: `body` as JSON (merge patch for PATCH), or `data` as it stands. -> Answer"""
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        if body is not None:
            data = json_module.dumps(body, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        if if_match:
            sent["If-Match"] = if_match
        if idempotency_key:
            sent["Idempotency-Key"] = idempotency_key
        sent.update(headers or {})
        response = self.session.request(method, urllib.parse.urljoin(self.base_url, path), data=data, params=params,
                                        headers=sent, timeout=timeout, allow_redirects=False)
        answer = Answer(method, response)
        if check:
            route = urllib.parse.urlsplit(response.request.url).path
            reached = sent.get("X-HTTP-Method-Override", method) if method == "POST" else method
            contract().check(reached, route, answer.status, answer.headers, answer.body, answer.data)
        return answer

    def get(self, path, params=None, **options):
        return self.request("GET", path, params=params, **options)

    def head(self, path, params=None, **options):
        return self.request("HEAD", path, params=params, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, {} if body is None and "data" not in options else body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def patch(self, path, body=None, if_match=None, **options):
        """Change a thing; without `if_match` its present ETag is read first (False: send none)."""
        if if_match is None:
            if_match = self.get(path).etag
        return self.request("PATCH", path, body, if_match=if_match, **options)

    def pages(self, path, params=None, limit=200):
        """Every item of a list, page by page."""
        params = {**(params or {}), "limit": limit}
        while True:
            page = self.get(path, params).ok(200)
            yield from page["items"]
            if not page["next"]:
                return
            params["cursor"] = page["next"]

    def close(self):
        self.session.close()
