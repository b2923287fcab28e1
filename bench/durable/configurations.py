"""What is compared: Troupe with one store or another, and clients whose sessions are durable or not."""
import contextlib
import dataclasses
import pathlib
import tempfile

from process import free_ports, started


@dataclasses.dataclass(frozen=True)
class Configuration:
    """`words`: what the load tool needs besides, so that sessions are durable or not."""

    name: str
    settings: tuple
    words: tuple = ("-C", "false", "-x", "3600")

    def load_words(self):
        return ["-V", "5", *self.words]

    def with_program(self, binary, folder):
        return Started(self, binary, folder)


@dataclasses.dataclass(frozen=True)
class Started:
    """As one of the brokers of ./dev bench peers: with `running` and `load_words`. The store lies below `folder`, on
    the file system whose syncs are measured."""

    configuration: Configuration
    binary: pathlib.Path
    folder: pathlib.Path

    def load_words(self):
        return self.configuration.load_words()

    @contextlib.contextmanager
    def running(self):
        [port] = free_ports(1)
        with tempfile.TemporaryDirectory(dir=self.folder) as store:
            settings = [f"listeners.ws.bind=127.0.0.1:{port}", "listeners.tcp.enabled=false",
                        "admin.bind=127.0.0.1:0", "log.level=error", f"persistence.path={store}",
                        *self.configuration.settings]
            words = [word for setting in settings for word in ("--set", setting)]
            with started([self.binary, "run", *words], port) as running:
                yield running


def rocksdb(sync):
    return ("persistence.backend=rocksdb", f"persistence.sync={sync}")


ALWAYS, MEMORY = "rocksdb, sync always", "memory"
CONFIGURATIONS = [
    Configuration(ALWAYS, rocksdb("always")),
    Configuration("rocksdb, sync interval", rocksdb("interval")),
    Configuration("rocksdb, sync never", rocksdb("never")),
    Configuration(MEMORY, ("persistence.backend=memory",)),
    Configuration("sessions not durable", rocksdb("always"), ("-C", "true", "-x", "0")),
]
