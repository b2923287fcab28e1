"""troupe-bench as the tests use it."""
import json
import subprocess
from pathlib import Path

from harness import BUILD, ROOT, check, check_equal, limit_descriptors, scratch_folder

NOTHING = {"lost": 0, "duplicate": 0, "reordered": 0, "foreign": 0}


def program():
    found = next((path for path in (BUILD / "troupe-bench", ROOT / "build/troupe-bench") if path.exists()), None)
    check(found, "there is no program `troupe-bench`: ./dev build tests")
    return found


def bench(*words, code=0, descriptors=None):
    """Runs it, and gives its JSON."""
    with scratch_folder() as folder:
        file = Path(folder) / "out.json"
        command = [program(), *map(str, words), "--quiet", "--json", file]
        ended = subprocess.run(command, text=True, stderr=subprocess.PIPE, timeout=120,
                               preexec_fn=descriptors and limit_descriptors(descriptors))
        check_equal(ended.returncode, code, f"exit code of {' '.join(map(str, command))}: {ended.stderr}")
        return json.loads(file.read_text())


def check_ledger(report, **wanted):
    got = {key: report["ledger"][key] for key in NOTHING}
    check_equal(got, {**NOTHING, **wanted}, "the ledger")


class Certificate:
    """A certificate of the broker's that vouches for itself, for localhost and 127.0.0.1, and its key."""

    def __init__(self, folder):
        self.file, self.key = (str(Path(folder) / name) for name in ("broker.pem", "broker.key"))
        done = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
             "2", "-keyout", self.key, "-out", self.file, "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1"], capture_output=True, text=True, timeout=60)
        check_equal(done.returncode, 0, done.stderr)

    def listener(self, kind, **more):
        """Settings of a node with a listener `secure` that uses it."""
        return {"listeners.secure.type": kind, "listeners.secure.bind": "127.0.0.1:0",
                "listeners.secure.tls.certificate": self.file, "listeners.secure.tls.key": self.key,
                **{f"listeners.secure.tls.{name}": value for name, value in more.items()}}
