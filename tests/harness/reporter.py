"""One who has filed a report and comes back with the receipt."""
from .client import Client

BODY = {"mode": "anonymous", "subject_kind": "violation"}


class Reporter(Client):
    """.receipt is all this caller has; `said` is what filing was answered with."""

    def __init__(self, base_url, receipt=None):
        super().__init__(base_url)
        self.receipt, self.said = receipt, None

    def file(self, description="三楼安全出口常年上锁", headers=None, idempotency_key=None, **fields):
        """File a report and keep its receipt. -> self"""
        body = {**BODY, "description": description, **fields}
        self.said = Client(self.base_url).post("/v1/whistleblower-reports", body, headers=headers, idempotency_key=idempotency_key).ok(201)
        self.receipt = self.said["receipt"]
        return self

    def request(self, method, path, body=None, *, headers=None, **options):
        return super().request(method, "/v1/whistleblower-report" + path, body,
                               headers={"Authorization": f"Receipt {self.receipt}", **(headers or {})}, **options)

    def status(self):
        return self.get("").ok(200)

    def bring(self, octets, media="application/octet-stream", **options):
        return self.request("POST", "/attachments", data=octets, headers={"Content-Type": media, **options.pop("headers", {})}, **options)
