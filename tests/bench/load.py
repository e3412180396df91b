"""Two load generators and what they report: requests a second, p50 and p99 in milliseconds."""
import collections
import os
import pathlib
import re
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
WARM = 2        # seconds
Result = collections.namedtuple("Result", "rate p50 p99")


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def wrk(url, requests, connections, seconds, key=None, idempotent=False):
    """requests: a file of lines `METHOD PATH [BODY]`; each request is one of them, drawn at random."""
    env = dict(os.environ, BENCH_REQUESTS=str(requests), BENCH_KEY=key or "", BENCH_CONNECTIONS=str(connections), BENCH_IDEMPOTENT="1" if idempotent else "")
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(HERE / "wrk.lua"), url],
                         env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds + 60, check=False).stdout
    found = re.search(r"^result (\d+) (\d+) (\d+) (\d+) (\d+)$", out, re.M)
    if not found:
        raise SystemExit(f"wrk failed:\n{out}")
    done, micros, p50, p99, bad = (int(n) for n in found.groups())
    if bad or not done:
        raise SystemExit(f"{url}: {bad} of {done} answers were not 2xx, or did not come\n{out}")
    return Result(done / micros * 1e6, p50 / 1000, p99 / 1000)


def pgbench(database, script, variables, clients, seconds, options):
    """Runs WARM seconds longer than asked, which do not count: each client parses and plans its statements there."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "script.sql")
        path.write_text(script, encoding="utf-8")
        command = ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j1", "-T", str(WARM + seconds), "-P1", "-f", str(path),
                   "-l", "--sampling-rate=0.1", "--log-prefix", f"{folder}/log"]
        for name, value in variables.items():
            command += ["-D", f"{name}={value}"]
        begun = time.time()
        run = subprocess.run(command + [database], env=dict(os.environ, PGOPTIONS=options), stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, timeout=seconds + 60, check=False)
        rates = [float(tps) for at, tps in re.findall(r"^progress: ([0-9.]+) s, ([0-9.]+) tps", run.stdout, re.M)
                 if float(at) > WARM + .5]
        failed = re.search(r"number of failed transactions: (\d+)", run.stdout)
        if run.returncode or not rates or (failed and failed.group(1) != "0"):
            raise SystemExit(f"pgbench failed:\n{run.stdout}")
        lines = [line.split() for log in pathlib.Path(folder).glob("log.*") for line in log.open()]
    times = sorted(int(line[2]) for line in lines if int(line[4]) > begun + WARM)
    return Result(sum(rates) / len(rates), percentile(times, .5) / 1000, percentile(times, .99) / 1000)
