"""The measure: how often a second a message can be appended to a file and synced, one after the other. It is what a
broker reaches that syncs each message by itself."""
import os
import pathlib
import tempfile
import time

BYTES = 300  # a message of 256 bytes with its topic and a header


def one_after_the_other(folder, seconds):
    """Appends of BYTES with fdatasync, a second. Each makes the file longer, so that its length is synced, too."""
    record = os.urandom(BYTES)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        file = os.open(pathlib.Path(name) / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            count, began = 0, time.monotonic()
            while (took := time.monotonic() - began) < seconds:
                os.write(file, record)
                os.fdatasync(file)
                count += 1
        finally:
            os.close(file)
    return count / took
