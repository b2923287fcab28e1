#!/usr/bin/python3
"""Writes the files of console/dist as a C++ source: embed_console.py <dist> <out.cpp>."""
import gzip
import hashlib
import pathlib
import sys

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css",
         ".svg": "image/svg+xml", ".json": "application/json", ".map": "application/json"}


def literal(data):
    return ",".join(str(byte) for byte in data)


def main(dist, out):
    arrays, rows = [], []
    for number, file in enumerate(sorted(path for path in dist.rglob("*") if path.is_file())):
        data = gzip.compress(file.read_bytes(), 9, mtime=0)
        name = "/" + file.relative_to(dist).as_posix()
        etag = '\\"' + hashlib.sha256(data).hexdigest()[:16] + '\\"'
        immutable = "true" if name.startswith("/assets/") else "false"
        arrays.append(f"constexpr unsigned char file_{number}[]{{{literal(data)}}};")
        rows.append(f'  {{"{name}", {{text(file_{number}), "{TYPES[file.suffix]}", "{etag}", true, {immutable}}}}},')
    if not rows:
        sys.exit(f"{dist} is empty: `npm run build` in console/ makes it")
    out.write_text("\n".join([
        '#include "actors/admin/console_files.hpp"', "", "namespace troupe::admin {", "", "namespace {", "",
        *arrays, "",
        "template <std::size_t Size>", "std::string_view text(const unsigned char (&bytes)[Size]) {",
        "  return {reinterpret_cast<const char*>(bytes), Size};", "}", "", "}  // namespace", "",
        "std::span<const std::pair<std::string_view, asset>> embedded_console() {",
        "  static const std::pair<std::string_view, asset> files[]{", *rows, "  };", "  return files;", "}", "",
        "}  // namespace troupe::admin", ""]))


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
