"""hz-media in the tests: files brought to the API, and processes of its own on a database alone."""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from .server import ROOT, sanitize

BINARY = ROOT / ("build-asan" if sanitize() else "build") / "hz-media"


def until(condition, seconds=30):
    """Ask until the answer is true, and give it."""
    ends = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer or time.monotonic() > ends:
            return answer
        time.sleep(0.05)


def upload(client, octets, filename="file", **params):
    return client.post("/v1/attachments", data=octets, params={"filename": filename, **params},
                       headers={"Content-Type": "application/octet-stream"})


def settled(client, attachment):
    """What is recorded of a protected one, once its metadata is out or it has been refused."""
    def look():
        meta = client.get(f"/v1/attachments/{attachment['id']}/meta").ok()
        return meta["state"] != "cleaning" and meta
    meta = until(look)
    assert meta, "still cleaning"
    return meta


def thumbnail(client, attachment):
    """The answer about its thumbnail once it is not pending any more."""
    def look():
        answer = client.get(f"/v1/attachments/{attachment['id']}/thumbnail")
        return (answer.status != 503 or answer.data["code"] != "thumbnail_pending") and answer
    return until(look)


def blob(files, sha256):
    return pathlib.Path(files) / "blobs" / sha256[:2] / sha256[2:4] / sha256


def children(pid):
    try:
        return [int(n) for n in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def most_memory(pid):
    """The most memory a process ever had, in MiB."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise AssertionError("no VmHWM")


class Bench:
    """A store, a place for folders of work, and hz-media processes on the database of `server`."""

    def __init__(self, server):
        self.server, self.processes = server, []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hz-media-test-", dir="/tmp"))
        self.folder.chmod(0o711)		# tools run as another user when we are root
        self.files, self.temp = self.folder / "files", self.folder / "temp"
        self.files.mkdir()
        self.temp.mkdir(mode=0o711)

    def start(self, **settings):
        env = {"PATH": "/usr/bin:/bin", "HZ_DATABASE": self.server.settings["HZ_MEDIA_DATABASE"], "HZ_FILES": str(self.files),
               "HZ_MEDIA_TEMP": str(self.temp), **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}, **settings}
        process = subprocess.Popen([BINARY], env=env, stdout=subprocess.PIPE, text=True)
        process.lines = []
        threading.Thread(target=lambda: process.lines.extend(process.stdout), daemon=True).start()
        self.processes.append(process)
        return process

    def task(self, db, octets, kind, media_type):
        """Keep these octets and want them done; -> id of the task."""
        sha256 = hashlib.sha256(octets).hexdigest()
        path = blob(self.files, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
        db.execute("INSERT INTO hz.content (sha256, size, type) VALUES (decode(%s, 'hex'), %s, %s) ON CONFLICT DO NOTHING",
                   (sha256, len(octets), media_type))
        attachment = None
        if kind == "strip":
            actor = db.execute("INSERT INTO hz.actor (id, district, kind, name) VALUES (api.uuid_v7(), '500103', 'person', '某人') "
                               "RETURNING id").fetchone()[0]
            attachment = db.execute(
                "INSERT INTO hz.attachment (id, district, sha256, filename, size, type, protected, state, created_by, expires_at) "
                "VALUES (api.uuid_v7(), '500103', decode(%s, 'hex'), 'f', %s, %s, true, 'cleaning', %s, now() + interval '1 day') "
                "RETURNING id", (sha256, len(octets), media_type, actor)).fetchone()[0]
        return db.execute("INSERT INTO hz.media_task (kind, sha256, attachment_id, type) VALUES (%s, decode(%s, 'hex'), %s, %s) "
                          "RETURNING id", (kind, sha256, attachment, media_type)).fetchone()[0]

    def left(self):
        """Folders of work that stand there."""
        return sorted(path.name for path in self.temp.iterdir())

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def messages(process):
    return [json.loads(line)["message"] for line in list(process.lines)]
