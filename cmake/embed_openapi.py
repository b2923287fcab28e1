#!/usr/bin/python3
"""Puts the pieces of the API's description together: embed_openapi.py <folder> <version> <out.cpp; - prints the JSON>.

Each piece has `paths` and `components`; nothing may be in two of them. What follows from `x-role` and the method is
added to every call here, so that it stands in no piece: who may ask (`security`), 401 and 403, what is said to a body
that is none, and `default`.
"""
import json
import pathlib
import sys

import yaml

FIRST = "openapi.yaml"
METHODS = ("get", "put", "post", "delete")
ROLES = ("nobody", "viewer", "operator", "admin")


def answer(name):
    return {"$ref": f"#/components/responses/{name}"}


def merge(into, piece, where):
    for key, value in piece.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict) and where.count("/") < 2:
            merge(into[key], value, f"{where}/{key}")
        elif key in into:
            sys.exit(f"{where}/{key} is described twice")
        else:
            into[key] = value


def complete(method, call, where):
    role, responses = call.get("x-role"), call["responses"]
    if role not in ROLES:
        sys.exit(f"{where}: x-role is one of {', '.join(ROLES)}")
    if role == "nobody":
        call["security"] = []
    else:
        responses.setdefault("401", answer("Unauthorized"))
        responses.setdefault("403", answer("Forbidden"))
        if method != "get":
            call["security"] = [{"session": [], "csrf": []}, {"key": []}]
    if "requestBody" in call:
        responses.setdefault("400", answer("BadRequest"))
        responses.setdefault("413", answer("TooLarge"))
        responses.setdefault("415", answer("UnsupportedMediaType"))
    responses["default"] = answer("Other")
    call["responses"] = dict(sorted(responses.items()))


def check_references(node, document):
    if isinstance(node, dict):
        if (target := node.get("$ref")) is not None:
            at = document
            for part in target.removeprefix("#/").split("/"):
                at = at.get(part) if isinstance(at, dict) else None
            if at is None:
                sys.exit(f"nothing is at {target}")
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            check_references(each, document)


def assemble(folder, version):
    document = yaml.safe_load((folder / FIRST).read_text())
    document["info"]["version"] = version
    for file in sorted(folder.glob("*.yaml")):
        if file.name != FIRST:
            merge(document, yaml.safe_load(file.read_text()), file.name)
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                complete(method, item[method], f"{method} {path}")
    check_references(document, document)
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))


def source(text):
    numbers = ",".join(str(byte) for byte in text.encode())
    return "\n".join([
        '#include "actors/admin/openapi_document.hpp"', "", "namespace troupe::admin {", "",
        "std::string_view openapi_document() {", f"  static constexpr char bytes[]{{{numbers}}};",
        "  return {bytes, sizeof bytes};", "}", "", "}  // namespace troupe::admin", ""])


def main(folder, version, out):
    text = assemble(pathlib.Path(folder), version)
    if out == "-":
        print(text)
    else:
        pathlib.Path(out).write_text(source(text))


main(*sys.argv[1:])
