"""Files in and out: one upload beside a copy and its digest, one download beside nginx, and what uploads cost the other requests."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import load
from copy_of import ROOT, free_port

SIZE = 100 * 1000 * 1000
NGINX = ROOT / "build/nginx/usr/sbin/nginx"     # unpacked, not installed: its package would start a server of its own
HEAD = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + (SIZE - 32).to_bytes(4, "big") + b"mdat"
AT_ONCE = 8


def timed(command):
    begun = time.monotonic()
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{command} failed:\n{run.stdout}")
    return time.monotonic() - begun


class Films:
    """A folder beside the server's files, on the same disk, of films as large as a phone makes them."""

    def __init__(self, copy):
        self.copy, self.key = copy, copy.key(5)[1]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="films-", dir=copy.folder.parent))

    def new(self, name):
        """No content comes twice: the server would have it already."""
        path = self.folder / name
        with path.open("wb") as file:
            file.write(HEAD + os.urandom(SIZE - len(HEAD)))
            os.fsync(file.fileno())
        return path

    def post(self, path):
        return ["curl", "-sS", "--fail-with-body", "-o", f"{path}.answer", "-X", "POST", "-T", str(path), "-H", f"Authorization: Bearer {self.key}",
                "-H", "Content-Type: video/mp4", "-H", "Expect:", f"{self.copy.url}/v1/attachments?filename=film.mp4"]

    def tidy(self):
        shutil.rmtree(self.folder)
        self.copy.sql("DELETE FROM hz.media_task; DELETE FROM hz.attachment; DELETE FROM hz.content; DELETE FROM hz.attachment_usage")
        for kept in (self.copy.folder / "files").rglob("*"):
            if kept.is_file():
                kept.unlink()


def upload(films, rounds):
    """-> [(seconds of the copy with its digest, seconds over HTTP)]; both end when the octets are safe on the disk."""
    runs = []
    for n in range(rounds + 1):
        path = films.new("film")
        to = films.folder / "copied"
        plain = timed(["sh", "-c", 'cp "$1" "$2" && sync "$2" && sha256sum "$2"', "copy", str(path), str(to)])
        http = timed(films.post(path))
        to.unlink()
        runs.append((plain, http))
    return runs[1:]


class Nginx:
    def __init__(self, films):
        self.port, self.folder = free_port(), films.folder
        settings = self.folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        settings.write_text(f"""{user} worker_processes 1; daemon off; pid {self.folder}/nginx.pid; error_log stderr;
            events {{ worker_connections 64; }}
            http {{ access_log off; sendfile on; tcp_nopush on; client_body_temp_path {self.folder}; proxy_temp_path {self.folder};
                fastcgi_temp_path {self.folder}; uwsgi_temp_path {self.folder}; scgi_temp_path {self.folder};
                server {{ listen 127.0.0.1:{self.port}; root {self.folder}; }} }}""")
        self.process = subprocess.Popen([NGINX, "-e", "stderr", "-p", self.folder, "-c", settings], stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}/film"
        for _ in range(100):
            if subprocess.run(["curl", "-sfo", "/dev/null", "-r", "0-0", self.url], check=False).returncode == 0:
                return
            time.sleep(.05)
        raise SystemExit("nginx did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def download(films, rounds, times=10):
    """-> [(seconds from nginx, seconds from the server)] for the same file, several times over one connection."""
    path = films.new("film")
    timed(films.post(path))
    attachment = films.copy.sql("SELECT id FROM hz.attachment ORDER BY created_at DESC LIMIT 1")
    nginx, runs = Nginx(films), []
    try:
        for n in range(rounds + 1):
            both = [timed(["curl", "-sS", "--fail-with-body", "-H", f"Authorization: Bearer {films.key}", *["-o", "/dev/null", url] * times])
                    for url in (nginx.url, f"{films.copy.url}/v1/attachments/{attachment}")]
            runs.append(tuple(both))
    finally:
        nginx.stop()
    return runs[1:]


class Uploads:
    """Films sent without end, so many at once."""

    def __init__(self, films):
        paths = [films.new(f"film-{n}") for n in range(AT_ONCE)]
        # the last octets differ every time
        loop = 'while :; do head -c 16 /dev/urandom | dd of="$0" bs=1 seek=1000 conv=notrunc status=none; "$@" || exit; done'
        self.senders = [subprocess.Popen(["sh", "-c", loop, str(path), *films.post(path)], start_new_session=True) for path in paths]
        time.sleep(1)

    def stop(self):
        for sender in self.senders:
            if sender.poll() is not None:
                raise SystemExit("an upload failed")
            os.killpg(sender.pid, 15)
            sender.wait(10)


def isolation(films, requests, connections, seconds, rounds, key):
    """-> [(without uploads, with them)], each of load.Result."""
    runs = []
    for n in range(rounds + 1):
        without = load.wrk(films.copy.url, requests, connections, seconds, key)
        uploads = Uploads(films)
        try:
            during = load.wrk(films.copy.url, requests, connections, seconds, key)
        finally:
            uploads.stop()
        runs.append((without, during))
    return runs[1:]
