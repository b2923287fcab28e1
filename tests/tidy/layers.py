"""Who may include whom: DESIGN in a table. The longest prefix that fits a file is its row."""
from dataclasses import dataclass

# How a header in angle brackets tells its library; what fits none of these is the standard library's or POSIX's.
LIBRARIES = {
    "caf/": "CAF", "boost/": "Boost", "openssl/": "OpenSSL", "spdlog/": "spdlog", "fmt/": "fmt", "toml.hpp": "toml11",
    "toml/": "toml11", "CLI/": "CLI11", "argon2.h": "Argon2", "zlib.h": "zlib", "google/protobuf/": "Protobuf",
    "rocksdb/": "RocksDB", "systemd/": "systemd", "nats/": "NATS", "nlohmann/": "JSON", "prometheus/": "Prometheus",
}

# What pure code cannot want: the operating system, threads, files.
IMPURE = {"thread", "mutex", "shared_mutex", "condition_variable", "future", "fstream", "iostream", "filesystem"}

OPTIONS = "config/options.hpp"
EVERYTHING = ("",)
EVERY_LIBRARY = set(LIBRARIES.values()) - {"spdlog"}


@dataclass(frozen=True)
class Row:
    prefix: str
    ours: tuple          # prefixes of our own headers
    libraries: frozenset
    reason: str
    pure: bool = False   # the standard library without IMPURE, nothing of POSIX


def row(prefix, ours, libraries, reason, pure=False):
    return Row(prefix, tuple(ours), frozenset(libraries), reason, pure)


ROWS = [
    row(OPTIONS, (), (), "options are plain structs that the pure folders may see", pure=True),
    row("config/log.", ("config/",), {"spdlog", "fmt"}, "this is the only place of spdlog, so that it can be replaced"),
    row("config/", ("config/",), {"toml11", "CLI11", "fmt"}, "loading options needs their two parsers, and to format"),
    row("routing/", ("routing/", OPTIONS), (), "routing is pure: it is tested without a thread", pure=True),
    row("transport/mqtt/", ("transport/mqtt/", "routing/", OPTIONS), (),
        "the codec is pure: bytes in, structs out", pure=True),
    row("transport/", ("transport/", "config/", "routing/publication.hpp"), {"Boost", "OpenSSL", "zlib"},
        "links carry bytes; who owns them is the business of actors/, so no CAF here"),
    row("actors/session/protocol/", ("actors/session/protocol/", "transport/mqtt/", "routing/", OPTIONS), (),
        "decide in pure code, act in actors", pure=True),
    row("actors/admin/http/", ("actors/admin/http/", "config/", "routing/utf8.hpp"), {"Boost", "OpenSSL", "fmt"},
        "the console's HTTP server knows nothing of MQTT, and no actors"),
    row("actors/admin/access/",
        ("actors/admin/access/", "actors/admin/background_thread.hpp", "actors/admin/http/", "actors/auth/", "config/",
         "routing/utf8.hpp"),
        {"Boost", "OpenSSL", "fmt", "Argon2"}, "who may use the console is decided without actors"),
    row("actors/admin/history/", ("actors/admin/history/", "config/", "routing/hash.hpp", "routing/ref.hpp",
                                  "routing/utf8.hpp"),
        {"Boost"}, "the console's history is told what happens; it asks no actor"),
    row("actors/admin/metrics/", ("actors/admin/metrics/", "actors/admin/history/"), {"Prometheus"},
        "what Prometheus is told is copies; it asks no actor"),
    row("persistence/", ("persistence/", "config/", "routing/", "transport/mqtt/"), {"Protobuf", "RocksDB"},
        "a store keeps records; it knows neither actors nor links"),
    row("actors/", ("actors/", "persistence/", "transport/", "routing/", "config/"), EVERY_LIBRARY,
        "actors act on everything below them, never on programs, tests or the console"),
    row("control/", ("control/", "config/", "routing/utf8.hpp"), {"Boost", "OpenSSL", "CLI11", "fmt"},
        "troupectl speaks HTTP to a node, as any program may"),
    row("console/", (), (), "the console speaks HTTP to the node"),
    row("", EVERYTHING, EVERY_LIBRARY, "programs, tests and examples may include anything but spdlog"),
]


def row_of(path):
    return max((entry for entry in ROWS if path.startswith(entry.prefix)), key=lambda entry: len(entry.prefix))


def library_of(header):
    for prefix, name in LIBRARIES.items():
        if header == prefix or (prefix.endswith("/") and header.startswith(prefix)):
            return name
    return None


def objection(path, header, quoted):
    """Why `path` may not include `header`; None when it may."""
    entry = row_of(path)
    if quoted:
        allowed = any(header.startswith(prefix) for prefix in entry.ours)
    elif library := library_of(header):
        allowed = library in entry.libraries
    else:
        allowed = not entry.pure or (header not in IMPURE and not header.endswith(".h"))
    return None if allowed else f"may not include {header}: {entry.reason}"
