"""A whole visit as a phone keeps it until there is a signal: findings, photographs, signatures, and the bundle that tells of them."""
import functools
import hashlib
import pathlib
import subprocess
import tempfile
import uuid

from office import ago


@functools.cache
def pictures(n):
    """n small photographs, real JPEG files, no two alike."""
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for i in range(n):
            path = pathlib.Path(folder) / f"{i}.jpg"
            subprocess.run(["vips", "gaussnoise", str(path), "64", "48", "--mean", "128", "--sigma", "40"], check=True)
            made.append(path.read_bytes())
    assert len(set(made)) == n
    return made


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Visit:
    """.bundle: the body of POST /v1/inspection-bundles; .files: {sha256: bytes} of the evidence it names."""

    def __init__(self, office, institution=None, findings=12, corrected=4, photos=30, inspection=None):
        self.office, self.institution = office, institution or office.new_institution()
        self.id = inspection["id"] if inspection else str(uuid.uuid4())
        self.files = {}
        self.unused = pictures(32)[:photos + 2]
        self.salt = uuid.uuid4().bytes
        checklist, items = office.checklist()
        self.findings = [self.finding(n) for n in range(findings)]
        kept = self.findings[corrected:]
        self.bundle = {
            **({"inspection_id": self.id} if inspection else {"inspection": {
                "id": self.id, "institution_id": self.institution["id"], "kind": "routine", "checklist_id": checklist,
                "inspectors": [{"actor_id": office.inspector2.actor}], "occurred_at": ago(minutes=90)}}),
            "checklist_id": checklist,
            "start": {"id": str(uuid.uuid4()), "credentials_shown": True, "occurred_at": ago(minutes=85)},
            "findings": self.findings,
            "corrections": [{"id": str(uuid.uuid4()), "finding_id": finding["id"], "note": "当场清理", "occurred_at": ago(minutes=60),
                             "attachments": [self.photo("after")]} for finding in self.findings[:corrected]],
            "answers": [{"item_id": item, "answer": "fail", "finding_id": finding["id"]} for item, finding in zip(items[:-1], kept)]
            + [{"item_id": items[-1], "answer": "pass", "note": "完好"}],
            "answered_at": ago(minutes=50),
            "order": {"id": str(uuid.uuid4()), "occurred_at": ago(minutes=45),
                      "items": [{"finding_id": finding["id"], "days": 7 + n, "requirement": "限期整改"} for n, finding in enumerate(kept)],
                      "service": {"id": str(uuid.uuid4()), "receiver": "某院长", "occurred_at": ago(minutes=40)}},
            "submission": {"id": str(uuid.uuid4()), "conclusion": "发现问题，责令限期整改", "occurred_at": ago(minutes=35)},
            "signatures": [{"id": str(uuid.uuid4()), "party": party, "name": "某", "occurred_at": ago(minutes=30),
                            "attachments": [self.photo("signature")]} for party in ("inspector", "institution")],
        }
        while len(self.unused) > 0 and self.findings:
            self.findings[len(self.unused) % len(self.findings)]["attachments"].append(self.photo("before"))
        self.bundle = {name: part for name, part in self.bundle.items() if part != []}
        if not kept:
            del self.bundle["order"]

    def finding(self, n):
        return {"id": str(uuid.uuid4()), "category": "fire", "severity": "general", "description": f"第 {n + 1} 处：安全出口堆放杂物",
                "found_at": ago(minutes=80, seconds=-n), "attachments": []}

    def photo(self, role):
        """A photograph of this visit alone (a comment after its end makes it so), named by its hash."""
        data = self.unused.pop() + self.salt
        self.files[sha256(data)] = data
        return {"sha256": sha256(data), "role": role}

    def send(self, who=None, **options):
        return (who or self.office.inspector).post("/v1/inspection-bundles", self.bundle, **options)

    def upload(self, name, who=None, **options):
        return (who or self.office.inspector).post(f"/v1/attachments?filename={name[:8]}.jpg", data=self.files[name],
                                                   headers={"Content-Type": "image/jpeg"}, **options)
