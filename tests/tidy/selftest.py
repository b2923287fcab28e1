#!/usr/bin/python3
"""Tests the rules themselves: each must object to a text that breaks it, and be silent about one that does not."""
import sys

import rules
from tree import functions

LONG_FUNCTION = "void long_one(int a) {\n" + "  a = a + 1;\n" * 70 + "}\n"
HEADER = "#pragma once\n"


def within(namespace, text):
    named = f"namespace {namespace}".rstrip()
    return f"{named} {{\n{text}}}  // {named}\n"


# rule: (files that break it, a file it must name), (files that keep it)
FIXTURES = {
    "layering": [
        ({"routing/topic.cpp": "#include <caf/all.hpp>\n"}, {"routing/topic.cpp": "#include <vector>\n"}),
        ({"routing/topic.cpp": "#include <sys/socket.h>\n"}, {"transport/link.cpp": "#include <sys/socket.h>\n"}),
        ({"routing/topic.cpp": "#include <thread>\n"}, {"actors/store.cpp": "#include <thread>\n"}),
        ({"routing/topic.cpp": '#include "transport/link.hpp"\n'}, {"routing/a.cpp": '#include "routing/topic.hpp"\n'}),
        ({"routing/topic.cpp": '#include "config/load.hpp"\n'}, {"routing/a.cpp": '#include "config/options.hpp"\n'}),
        ({"config/options.hpp": "#include <toml.hpp>\n"}, {"config/load.cpp": "#include <toml.hpp>\n"}),
        ({"config/load.cpp": "#include <spdlog/spdlog.h>\n"}, {"config/log.cpp": "#include <spdlog/spdlog.h>\n"}),
        ({"main.cpp": "#include <spdlog/spdlog.h>\n"}, {"main.cpp": "#include <CLI/CLI.hpp>\n"}),
        ({"transport/link.cpp": "#include <caf/actor.hpp>\n"}, {"transport/link.cpp": "#include <boost/asio.hpp>\n"}),
        ({"transport/mqtt/a.cpp": "#include <boost/asio.hpp>\n"}, {"transport/mqtt/a.cpp": "#include <span>\n"}),
        ({"transport/link.cpp": '#include "actors/handles.hpp"\n'},
         {"actors/a.cpp": '#include "actors/handles.hpp"\n'}),
        ({"actors/session/protocol/a.cpp": "#include <caf/actor.hpp>\n"},
         {"actors/session/protocol/a.cpp": '#include "transport/mqtt/codec.hpp"\n'}),
        ({"persistence/store.cpp": '#include "actors/handles.hpp"\n'},
         {"persistence/store.cpp": "#include <rocksdb/db.h>\n"}),
        ({"actors/a.cpp": '#include "tests/fixtures/a.hpp"\n'}, {"tests/actors/a.cpp": '#include "actors/a.hpp"\n'}),
    ],
    "file_length": [({"routing/a.cpp": "\n" * 501}, {"routing/a.cpp": "\n" * 500})],
    "function_length": [
        ({"routing/a.cpp": LONG_FUNCTION}, {"routing/a.cpp": "int table[] = {\n" + "  1,\n" * 90 + "};\n"}),
        ({"routing/a.cpp": "namespace x {\n" + LONG_FUNCTION + "}\n"}, {"routing/a.cpp": "void f() {\n}\n" * 60}),
    ],
    "own_header_first": [
        ({"routing/a.cpp": '#include <vector>\n#include "routing/a.hpp"\n', "routing/a.hpp": HEADER},
         {"routing/a.cpp": '#include "routing/a.hpp"\n#include <vector>\n', "routing/a.hpp": HEADER}),
    ],
    "include_order": [
        ({"actors/a.cpp": "#include <caf/actor.hpp>\n#include <vector>\n"},
         {"actors/a.cpp": '#include <vector>\n#include <caf/actor.hpp>\n#include "actors/b.hpp"\n'}),
    ],
    "headers": [
        ({"routing/a.hpp": "int a();\n"}, {"routing/a.hpp": HEADER}),
        ({"routing/a.hpp": HEADER + "using namespace std;\n"}, {"routing/a.hpp": HEADER + "// using namespace std;\n"}),
    ],
    "included_sources": [
        ({"actors/a.cpp": '#include "actors/b.cpp"\n'}, {"tests/a.cpp": '#include "tests/fixtures/b.hpp"\n'}),
        ({"actors/a.cpp": '#include "tests/b.hpp"\n'}, {"bench/a.cpp": '#include "tests/b.hpp"\n'}),
    ],
    "white_space": [
        ({"README.md": "a\tb\n"}, {"tests/statements.tsv": "a\tb\n"}),
        ({"README.md": "a \n"}, {"README.md": "a\n"}),
        ({"README.md": "a"}, {"README.md": "a\n"}),
    ],
    "line_length": [({"routing/a.cpp": "/" * 121 + "\n"}, {"routing/a.cpp": "/" * 120 + "\n"})],
    "unfinished": [({"routing/a.cpp": "// TO" + "DO: later\n"}, {"routing/a.cpp": "// mastodon\n"})],
    "mirrored_tests": [
        ({"tests/routing/topic.cpp": ""}, {"tests/routing/topic.cpp": "", "routing/topic.hpp": ""}),
    ],
    "one_definition": [
        ({"actors/a.hpp": within("x", "struct s {\n};\n"), "actors/b.hpp": within("x", "class s final {\n};\n")},
         {"actors/a.hpp": within("x", "struct s {\n};\n"), "actors/b.hpp": within("y", "struct s {\n};\n")}),
        ({"actors/a.cpp": "struct s {\n};\n", "actors/b.cpp": "struct s {\n};\n"},
         {"actors/a.cpp": within("", "struct s {\n};\n"), "actors/b.cpp": "struct s;\nstruct s {\n};\n"}),
    ],
    "fuzz_seeds": [
        ({"tests/fuzz/frame.cpp": ""}, {"tests/fuzz/frame.cpp": "", "tests/fuzz/seeds/frame/one.txt": ""}),
    ],
    "links": [
        ({"README.md": "[a](GONE.md)\n"}, {"README.md": "[a](https://example.org) [b](README.md#top)\n"}),
        ({"README.md": "`routing/gone.hpp`\n"}, {"README.md": "`routing/topic`\n", "routing/topic.hpp": ""}),
    ],
    "npm_locks": [
        ({"package.json": '{"dependencies": {"mqtt": "^5.0.0"}}'},
         {"package.json": '{"dependencies": {"mqtt": "5.0.0"}}'}),
        ({"package-lock.json": '{"packages": {"a": {"resolved": "https://example.org/a.tgz"}}}'},
         {"package-lock.json": '{"packages": {"a": {"version": "1.0.0"}}}'}),
    ],
}

FUNCTIONS = [
    ("void f() {\n}\n", [(1, 2)]),
    ("namespace a {\nint f(int x) noexcept {\n  if (x) {\n  }\n  return 1;\n}\n}\n", [(2, 6)]),
    ("x::x(int a)\n    : a_{a}, b_(2) {\n  g();\n}\n", [(1, 4)]),
    ("struct a {\n  int f() const { return '{'; }\n  bool operator==(a b) {\n  }\n};\n", [(2, 2), (3, 4)]),
    ("const char* text = R\"(void f() {)\";\nauto g = [](int) {\n  return 1;\n};\n", []),
    ("CAF_TEST(reads_well) {\n  h([&] {\n  });\n}\n", [(1, 4)]),
]


def check(name, good):
    print(f"ok tidy: {name}" if good else f"not ok tidy: {name}")
    return good


def main():
    results = []
    for rule in rules.RULES:
        fixtures = FIXTURES.get(rule.__name__, [])
        objects = bool(fixtures) and all(list(rule(broken)) for broken, _ in fixtures)
        silent = not any(list(rule(kept)) for _, kept in fixtures)
        results.append(check(f"the rule '{rule.__name__}' can fail", objects))
        results.append(check(f"the rule '{rule.__name__}' can be kept", silent))
    for text, expected in FUNCTIONS:
        results.append(check(f"functions are found in {text.splitlines()[0]!r}", functions(text) == expected))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
