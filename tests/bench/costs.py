"""Where the time goes: processor time of processes, per request."""
import pathlib


def spent(pids):
    """Microseconds on a processor so far; a process that has ended counts nothing."""
    total = 0
    for pid in pids:
        try:
            total += int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1000
        except (OSError, IndexError):
            pass
    return total


def resident(pids):
    """KiB of memory in use."""
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total


class Meter:
    """Costs of a server's workers and database connections while `with` lasts."""

    def __init__(self, copy):
        self.groups = {"worker": copy.workers(), "database": copy.backends()}

    def __enter__(self):
        self.before = {name: spent(pids) for name, pids in self.groups.items()}
        return self

    def __exit__(self, *_):
        self.used = {name: spent(pids) - self.before[name] for name, pids in self.groups.items()}

    def each(self, requests):
        return {name: used / requests for name, used in self.used.items()}
