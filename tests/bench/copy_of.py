"""One private copy of the product with its own PostgreSQL (fsync on) and generated data, kept between runs."""
import hashlib
import os
import pathlib
import shlex
import socket
import subprocess
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
GENERATOR = ROOT / "tests/bench/generate.sql"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Copy:
    """folder: below build/bench. sizes: findings, large, small (rows of all, the largest, the smallest district)."""

    def __init__(self, folder, sizes, **settings):
        self.folder, self.sizes, self.port = ROOT / "build/bench" / folder, sizes, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = dict(os.environ, RUN_DIR=str(self.folder), PORT=str(self.port), DEMO="0", DATABASE_URL="", B="build",
                        HZ_TEST="", **settings)

    def script(self, name, *arguments):
        run = subprocess.run([str(ROOT / "conf/dev" / name), *arguments], cwd=ROOT, env=self.env, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, check=False)
        if run.returncode:
            raise SystemExit(f"{name} failed:\n{run.stdout}")

    def start(self):
        """The server, over data that fit the generator as it stands."""
        wanted = hashlib.sha256(GENERATOR.read_bytes() + repr(self.sizes).encode()).hexdigest()
        mark = self.folder / "filled"
        if not mark.exists() or mark.read_text() != wanted:
            self.script("down.sh", "remove")
            self.script("up.sh", "database")
            self.read_env()
            sizes = [option for name, rows in self.sizes.items() for option in ("-v", f"{name}={rows}")]
            subprocess.run(["psql", self.owner, "-X", "-q", "-o", "/dev/null", *sizes, "-f", str(GENERATOR)], check=True)
            mark.write_text(wanted)
        self.script("up.sh")
        self.read_env()
        return self

    def read_env(self):
        lines = [shlex.split(line)[0].split("=", 1) for line in (self.folder / "env").read_text().splitlines()]
        values = dict(lines)
        self.owner, self.api = values["HZ_OWNER"], values["HZ_DATABASE"]

    def sql(self, query):
        return subprocess.run(["psql", self.owner, "-XAtqc", query], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    def socket(self):
        return urllib.parse.parse_qs(urllib.parse.urlsplit(self.owner).query)["host"][0]

    def key(self, district):
        code = self.sql(f"SELECT code FROM bench.district WHERE n = {district}")
        return code, self.sql(f"SELECT key FROM api.issue_key('inspector', ARRAY['{code}'], NULL, NULL, NULL, 'bench')")

    def tidy(self):
        """Takes away what the measurements have added."""
        since = "(SELECT max(filled_at) FROM bench.district)"
        # The product never deletes a finding, so it has no index for these foreign keys: without one each row takes a scan of all.
        self.sql(f"""BEGIN;
            CREATE INDEX tidy_merged ON hz.finding (merged_into) WHERE merged_into IS NOT NULL;
            CREATE INDEX tidy_recurs ON hz.finding (recurs_of) WHERE recurs_of IS NOT NULL;
            DELETE FROM hz.finding_act WHERE recorded_at > {since};
            DELETE FROM hz.finding WHERE created_at > {since};
            DELETE FROM hz.api_key WHERE name = 'bench';
            DELETE FROM hz.report_clock; DELETE FROM hz.report_act; DELETE FROM hz.report;
            TRUNCATE hz.event, hz.idempotency;
            DROP INDEX hz.tidy_merged, hz.tidy_recurs;
            COMMIT""")
        self.sql("VACUUM (ANALYZE) hz.finding, hz.finding_act, hz.api_key")

    def stop(self):
        self.script("down.sh")

    def workers(self):
        """Process ids of Kore's workers."""
        group = (self.folder / "serve.pid").read_text().split()[0]
        out = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", self.child(group, "kore")], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
        return [line.split()[0] for line in out.splitlines() if "worker" in line or "wrk" in line]

    def child(self, parent, word):
        out = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", parent], stdout=subprocess.PIPE, text=True, check=True).stdout
        return next(line.split()[0] for line in out.splitlines() if word in line)

    def backends(self):
        postmaster = (self.folder / "pg/data/postmaster.pid").read_text().split()[0]
        out = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", postmaster], stdout=subprocess.PIPE, text=True, check=True).stdout
        return [line.split()[0] for line in out.splitlines() if "hz_api_login" in line]
