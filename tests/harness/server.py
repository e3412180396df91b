"""A private PostgreSQL and server in a temporary folder, on a free port of 127.0.0.1."""
import glob
import os
import pathlib
import shlex
import socket
import subprocess
import tempfile

import psycopg

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cluster():
    """The data folder of a deployed PostgreSQL at rest, for the second and every further server of this process to begin with. The first
    deploys for itself: many a test program needs no more than one."""
    if Server.made == 1:
        Server.made += 1        # it begins with nothing itself
        Server.kept = Server(database_only=True).start()
        Server.kept.stop()
        Server.cluster = str(Server.kept.folder / "pg/data")
    return Server.cluster


def sanitize():
    return os.environ.get("HZ_SANITIZE") == "1"


class Server:
    """Starts with start(), goes away with close(): or when this process ends in whatever way, because a guardian process
    waits for the end of a pipe that only we hold, and then takes everything down and deletes the folder."""
    made, cluster, kept = 0, "", None

    def __init__(self, demo=False, database_only=False, **env):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hz-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.database_only = database_only
        build = "build-asan" if sanitize() else "build"
        begin_with = cluster()
        Server.made += 1
        self.env = {**os.environ, "RUN_DIR": str(self.folder), "B": build, "DEMO": "1" if demo else "0", "HZ_TEST": "1", "HZ_TEST_CLUSTER": begin_with,
                    "DATABASE_URL": "", **env}
        if sanitize():
            library = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
            self.env.update(HZ_PRELOAD=library.stdout.strip(),
                            ASAN_OPTIONS=f"log_path={self.folder}/sanitizer:detect_leaks=0:abort_on_error=0:exitcode=99",
                            UBSAN_OPTIONS=f"log_path={self.folder}/sanitizer:print_stacktrace=1")
        reader, self.lifeline = os.pipe()
        self.guardian = subprocess.Popen(
            ["/bin/bash", "-c", "read -r; exec conf/dev/down.sh remove"], cwd=ROOT, env=self.env, stdin=reader,
            stdout=subprocess.DEVNULL, start_new_session=True)
        os.close(reader)

    def start(self):
        """Bring it up, or up again after stop()."""
        for attempt in range(3):
            self.port = free_port()
            done = self._run("up.sh", *(["database"] if self.database_only else []), PORT=str(self.port))
            if done.returncode == 0:
                break
        else:
            self.close()
            raise RuntimeError(f"the test server did not start:\n{done.stderr}")
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.settings = dict(
            shlex.split(line)[0].split("=", 1) for line in (self.folder / "env").read_text().splitlines())
        return self

    def _run(self, script, *args, **env):
        return subprocess.run([f"conf/dev/{script}", *args], cwd=ROOT, env={**self.env, **env}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=180)

    def function(self, name):
        """Run one function of conf/dev/lib.sh: pg_start, pg_stop, serve_stop."""
        done = subprocess.run(["/bin/bash", "-c", f". conf/dev/lib.sh; pg_places; {name}"], cwd=ROOT, env=self.env, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def stop(self):
        """Server and PostgreSQL; the data stay."""
        self._run("down.sh")

    @property
    def group(self):
        """The number of the server's process group, None when it is gone."""
        return int(self.function("serve_group") or 0) or None

    @property
    def log(self):
        return (self.folder / "api.log").read_text(errors="replace")

    def connect(self, user=None):
        """A connection as the owner, or as superuser `postgres`, in autocommit."""
        conninfo = self.settings["HZ_OWNER"] + (f"&user={user}" if user else "")
        return psycopg.connect(conninfo, autocommit=True)

    def sanitizer_reports(self):
        """What ASan and UBSan wrote; the server must have been stopped for what is found at its end."""
        return "\n".join(pathlib.Path(name).read_text(errors="replace")
                         for name in sorted(glob.glob(f"{self.folder}/sanitizer*")))[:20000]

    def close(self):
        """Take it down and delete its folder."""
        os.close(self.lifeline)
        self.guardian.wait(60)
