"""What the fault tests share: one server with a database of its own, a wall clock that can be moved, and limits high enough for
thousands of connections. HZ_FAULT=1 (`make fault`) runs all of it at full size and judges times; otherwise only the short part runs."""
import mmap
import os
import pathlib
import resource
import struct
import subprocess

import pytest

from harness import processes
from harness.client import Client
from harness.server import Server, sanitize

FULL = os.environ.get("HZ_FAULT") == "1"
SHIM = pathlib.Path(__file__).with_name("wall_clock.c")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: only in `make fault`")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("long") and not FULL:
            item.add_marker(pytest.mark.skip(reason="only in `make fault`"))


def judge_time(seconds, limit, what):
    """Times are judged in `make fault` only: elsewhere the machine is shared with other tests."""
    print(f"{what}: {seconds:.2f} s (limit {limit} s)")
    assert not FULL or seconds <= limit, f"{what}: {seconds:.2f} s, allowed are {limit} s"


class Wall:
    """The wall clock of everything a server runs, PostgreSQL too: an offset in a file that all of them have mapped."""

    def __init__(self, folder):
        self.library, self.file = folder / "wall_clock.so", folder / "wall_clock"
        subprocess.run(["gcc", "-O2", "-fPIC", "-shared", "-o", self.library, SHIM, "-ldl"], check=True)
        self.file.write_bytes(bytes(8))
        folder.chmod(0o755)
        with open(self.file, "r+b") as stream:
            self.map = mmap.mmap(stream.fileno(), 8)

    def jump(self, seconds):
        self.map[:] = struct.pack("=q", seconds)

    @property
    def env(self):
        return {"LD_PRELOAD": str(self.library), "HZ_PRELOAD": str(self.library), "WALL_CLOCK": str(self.file)}


class Place:
    """A server with people, one institution and one finding."""

    def __init__(self, server, wall=None):
        self.server, self.wall = server, wall
        with server.connect() as db:
            chief, inspector = (db.execute("SELECT key FROM api.issue_key(%s, '{500103}')", (role,)).fetchone()[0]
                                for role in ("section_chief", "inspector"))
        self.key, self.client = inspector, Client(server.base_url, inspector)
        self.home = Client(server.base_url, chief).post("/v1/institutions", {
            "name": "测试养老院", "type": "elderly_care", "district": "500103", "street": "500103001", "address": "测试路"}).ok(201)["id"]
        self.finding = self.new_finding()

    def new_finding(self, description="通道堵塞"):
        return self.client.post("/v1/findings", {"institution_id": self.home, "category": "fire", "severity": "general",
                                                 "description": description}).ok(201)["id"]

    def workers(self):
        return processes.children(processes.kore_parent(self.server))


@pytest.fixture(scope="session", autouse=True)
def many_files():
    """Sockets for thousands of clients here and in the server, which inherits it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16384
    if hard != resource.RLIM_INFINITY and hard < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
        except (ValueError, PermissionError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    elif soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """The server most of these tests share: each leaves it healthy."""
    wall = Wall(tmp_path_factory.mktemp("wall"))
    for folder in wall.library.parents:
        if folder.parts[:2] == ("/", "tmp") and len(folder.parts) > 2:
            folder.chmod(folder.stat().st_mode | 0o055)     # PostgreSQL's own user loads it too
    server = Server(HZ_SEND_SECONDS="3", HZ_CONNECTIONS="512", **({} if sanitize() else wall.env)).start()
    yield Place(server, wall)
    server.close()


@pytest.fixture(autouse=True)
def nobody_dies(request):
    """No worker dies but those a test names in `killed`, and each comes back alone."""
    if "place" not in request.fixturenames:
        yield None
        return
    place = request.getfixturevalue("place")
    before, killed = set(place.workers()), []
    yield killed
    gone = before - set(place.workers())
    assert gone == set(killed), f"workers died: {gone}, killed were {killed}\n{place.server.log[-2000:]}"
    assert len(place.workers()) == len(before)
