"""PostgreSQL's disk runs full: first the tables cannot grow, then the log cannot either and PostgreSQL goes down. The disk is a small
file system of this test's own, mounted where nobody else sees it."""
import ctypes
import errno
import os
import pathlib
import time
import traceback

import pytest
import requests

from conftest import Place, judge_time
from harness.processes import children, kore_parent, until
from harness.server import Server
from load import Load
from test_killed import bring_up_postgresql, ready

CLONE_NEWNS, CLONE_NEWUSER, MS_REC, MS_PRIVATE = 0x20000, 0x10000000, 0x4000, 0x40000
SIZE = "320m"
libc = ctypes.CDLL(None, use_errno=True)


def call(function, *args):
    if function(*args) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def own_mounts():
    """Mounts of this process and its children from now on are theirs alone. OSError where it may not be."""
    uid, gid = os.getuid(), os.getgid()
    call(libc.unshare, CLONE_NEWNS if uid == 0 else CLONE_NEWNS | CLONE_NEWUSER)
    if uid != 0:
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    call(libc.mount, None, b"/", None, MS_REC | MS_PRIVATE, None)


def in_a_process(scenario):
    """Run it in a process with mounts of its own; fail or skip as it says."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            own_mounts()
        except OSError as fault:
            print(f"no mount namespace: {fault}")
            os._exit(77)
        try:
            scenario()
            code = 0
        except BaseException:   # the child of a fork ends here whatever happens, or pytest would run twice
            traceback.print_exc()
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code == 77:
        pytest.skip("a file system of its own could not be mounted: run as root, or allow user namespaces")
    assert code == 0, "see the traceback above"


class Ballast:
    """A file that takes all the room there is."""

    def __init__(self, folder):
        self.file = folder / "ballast"

    def fill(self):
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            for size in (1 << 20, 4096):
                while os.write(descriptor, bytes(size)) == size:
                    pass
        except OSError as fault:
            if fault.errno != errno.ENOSPC:
                raise
        finally:
            os.close(descriptor)

    def clear(self):
        self.file.unlink()


def full_disk():
    server = Server(HZ_CONNECTIONS="256")
    disk = server.folder / "pg"
    try:
        server.folder.joinpath("lock").touch()
        disk.mkdir()
        call(libc.mount, b"tmpfs", str(disk).encode(), b"tmpfs", 0, f"size={SIZE}".encode())
        server.start()
        place = Place(server)
        workers = children(kore_parent(server))
        tables_full(place, Ballast(disk))
        log_full(place, Ballast(disk))
        assert children(kore_parent(server)) == workers, "a worker died"
    finally:
        server.stop()
        libc.umount2(str(disk).encode(), 2)
        server.close()


def tables_full(place, ballast):
    """Reads go on, writes are refused until there is room again."""
    with Load(place.server, place.key, place.home, place.finding, readers=2, writers=3) as load:
        time.sleep(0.5)
        ballast.fill()
        until(lambda: any(r.what == 503 for r in load.results), 30)
        refused = time.monotonic()
        time.sleep(1.5)
        reads = [r for r in load.results if r.kind == "read" and r.began > refused]
        ballast.clear()
        freed = time.monotonic()
        time.sleep(3)
    load.judge()
    assert reads and sum(r.what == 200 for r in reads) >= 0.9 * len(reads), "reads suffered"
    judge_time(load.last_trouble(freed), 5, "writes again after there was room")
    assert load.done("create", freed)
    with place.server.connect() as db:
        load.reconcile(db)


def log_full(place, ballast):
    """The log's next segment cannot be written: PostgreSQL panics and stays away until somebody makes room and starts it."""
    server = place.server
    with Load(server, place.key, place.home, place.finding, readers=2, writers=2) as load:
        time.sleep(0.3)
        with server.connect("postgres") as superuser:
            ballast.fill()
            try:
                for _ in range(30):
                    superuser.execute("SELECT pg_switch_wal(), pg_logical_emit_message(true, 'fill', repeat('x', 1000000))")
            except Exception as fault:
                print(f"PostgreSQL: {fault}")
        until(lambda: not ready(server), 30)
        assert requests.get(server.base_url + "/livez", timeout=5).status_code == 200
        time.sleep(1)
        ballast.clear()
        bring_up_postgresql(server)
        up = time.monotonic()
        until(lambda: ready(server))
        time.sleep(2)
    load.judge()
    judge_time(load.last_trouble(up), 5, "served again after there was room and PostgreSQL was up")
    assert load.done("create", up)
    with server.connect() as db:
        load.reconcile(db)


@pytest.mark.long
def test_disk_full():
    in_a_process(full_disk)
