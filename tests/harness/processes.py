"""The processes of a test server and their sockets, from /proc."""
import os
import pathlib
import time


def _stat(pid):
    """Fields of /proc/pid/stat after the name: state, parent, group, …; None when it is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def alive(pid):
    stat = _stat(pid)
    return stat is not None and stat[0] != "Z"


def members(server):
    """{pid: command line} of the server's process group."""
    found, group = {}, server.group
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == group:
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except (ProcessLookupError, FileNotFoundError):
            continue
    return found


def children(pid):
    """Its children that live; none when it is gone itself."""
    try:
        return [int(p) for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children") for p in task.read_text().split()
                if alive(int(p))]
    except (FileNotFoundError, ProcessLookupError):
        return []


def kore_parent(server):
    """The Kore parent: the process of the group that runs kore and whose own parent does not."""
    found = members(server)
    kore = {pid for pid, command in found.items() if "kore" in command or command.startswith("[")}
    parents = [pid for pid in kore if children(pid) and int(_stat(pid)[1]) not in kore]
    assert len(parents) == 1, found
    return parents[0]


def jobs(server):
    """The jobs process, None while there is none."""
    found = [pid for pid, command in members(server).items() if command.split(" ")[0].endswith("/hz-jobs") and alive(pid)]
    assert len(found) <= 1, found
    return found[0] if found else None


def postmaster(server):
    return int(server.function("pg_pid") or 0) or None


def client_ports(pid, port):
    """The ports of the clients whose connections to `port` of 127.0.0.1 this process holds."""
    inodes = set()
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(link)
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    lines = (line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:])
    return {int(line[2].rsplit(":", 1)[1], 16) for line in lines
            if line[9] in inodes and int(line[1].rsplit(":", 1)[1], 16) == port and line[3] == "01"}


def resident(pid):
    """Its resident memory in MiB."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"no memory of {pid}")


def until(condition, seconds=20, pause=0.05):
    """Its first true value; fails when there is none within `seconds`."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise AssertionError(f"not within {seconds} s")
