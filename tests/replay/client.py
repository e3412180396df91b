"""A small client for the API: keep-alive connections, one a thread, and retries that are safe because every POST carries an
Idempotency-Key."""
import http.client
import json
import threading
import time
import urllib.parse

PATIENCE = 30   # seconds a request is tried again while the server answers 429, 503, 504 or cuts the line


class Answer:
    __slots__ = ('status', 'headers', 'body')

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def replayed(self):
        return self.headers.get('Idempotent-Replayed') == 'true'

    @property
    def code(self):
        return self.body.get('code') if isinstance(self.body, dict) else None


class Unexpected(Exception):
    """An answer that a correct server never gives to this client."""


class Client:
    """Shared by threads; each thread has a connection of its own."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port or 80
        self.local = threading.local()
        self.lock = threading.Lock()
        self.requests = self.retries = 0

    def connection(self):
        if getattr(self.local, 'connection', None) is None:
            self.local.connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        return self.local.connection

    def drop(self):
        self.connection().close()
        self.local.connection = None

    def call(self, method, path, key, body=None, idempotency_key=None):
        """One request, tried again while that is safe. Returns an Answer; raises Unexpected on 5xx that stay."""
        headers = {'Authorization': 'Bearer ' + key}
        data = None
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
            headers['Content-Type'] = 'application/json'
        if idempotency_key is not None:
            headers['Idempotency-Key'] = idempotency_key
        ends = time.monotonic() + PATIENCE
        while True:
            with self.lock:
                self.requests += 1
            try:
                connection = self.connection()
                connection.request(method, path, data, headers)
                response = connection.getresponse()
                text = response.read()
                answer = Answer(response.status, response.headers, json.loads(text) if text else None)
            except (OSError, http.client.HTTPException):
                self.drop()
                answer = None
            if answer is not None and answer.status not in (429, 503, 504):
                if answer.status >= 500:
                    raise Unexpected(f'{method} {path}: {answer.status} {answer.body}')
                return answer
            if time.monotonic() > ends or (method == 'POST' and idempotency_key is None):
                raise Unexpected(f'{method} {path}: {answer.status if answer else "no answer"} for {PATIENCE} s')
            with self.lock:
                self.retries += 1
            time.sleep(min(float(answer.headers.get('Retry-After') or 1), 2) if answer else 0.2)

    def get(self, path, key):
        answer = self.call('GET', path, key)
        if answer.status != 200:
            raise Unexpected(f'GET {path}: {answer.status} {answer.body}')
        return answer.body

    def list(self, path, key):
        """Every item of a list, page after page."""
        mark = '&' if '?' in path else '?'
        page = self.get(f'{path}{mark}limit=200', key)
        while True:
            yield from page['items']
            if page['next'] is None:
                return
            page = self.get(f'{path}{mark}limit=200&cursor={urllib.parse.quote(page["next"])}', key)
