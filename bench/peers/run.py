"""One run of troupe-bench against a broker that was just started, and what it says."""
import json
import pathlib
import subprocess
import tempfile

BENCH = pathlib.Path(__file__).resolve().parents[2] / "build/troupe-bench"
# Connecting at a slow broker's pace, waiting for what is under way and stopping come to the time of measuring.
PATIENCE_SECONDS = 240
BEHIND = 0.95        # fewer of the deliveries due came within the measured time: they fell behind
CONNECTED_MIN = 0.99  # fewer of the connections: the broker cannot bear this work
KEPT = ("totals", "measured", "ledger", "latency_us", "connect_us", "broker", "own")


def carried_out(work, broker, seconds):
    """The figures of the run, or {"failed": why}."""
    try:
        with broker.running() as running:
            before = running.cpu_seconds()
            result = load(work, broker, running, seconds)
            if running.ended():
                return {"failed": f"the broker ended with code {running.process.returncode}"}
            return result | {"whole_cpu_s": round(running.cpu_seconds() - before, 2)}
    except (RuntimeError, OSError) as error:
        return {"failed": str(error)}
    except subprocess.TimeoutExpired as error:
        return {"failed": f"not done after {error.timeout:.0f} s"}


def load(work, broker, running, seconds):
    with tempfile.NamedTemporaryFile("r", suffix=".json") as out:
        command = [BENCH, *work, *broker.load_words(), "-p", running.port, "--broker-pid", running.pid,
                   "--duration", f"{seconds}s", "--quiet", "--json", out.name]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              timeout=PATIENCE_SECONDS + seconds)
        said = out.read()
    if done.returncode != 0:
        why = done.stderr.strip().removeprefix("troupe-bench: ")
        return {"failed": why or f"troupe-bench ended with code {done.returncode}"}
    told = json.loads(said)
    return {"connections": told["options"]["connections"]} | {part: told[part] for part in KEPT}


def timely(run):
    """Of the deliveries of what was published in the measured time, how many came within it."""
    published = run["measured"]["published"]
    copies = run["ledger"]["expected"] / max(1, run["totals"]["published"])
    return run["measured"]["received"] / (published * copies) if published and copies else 1.0


def connected(run):
    """Of all connections; those that come and go are not held against their number at one time."""
    if run["totals"]["cycles"] or not run["connections"]:
        return 1.0
    return (run["totals"]["connected"] - run["totals"]["closed"]) / run["connections"]


def figure(row, run):
    """None: there is none.

    Where deliveries fell behind in a closed loop, the time measured holds the cost of taking messages but not that of
    passing them on: then it is the CPU time of the whole run, to the last delivery, over all its messages.
    """
    if "failed" in run or connected(run) < CONNECTED_MIN:
        return None
    if row.closed and row.figure.startswith("broker.us_per_") and timely(run) < BEHIND:
        of = "received" if row.figure.endswith("delivery") else "published"
        return run["whole_cpu_s"] * 1e6 / run["totals"][of]
    part, name = row.figure.split(".", 1)
    return run[part][name] or None
