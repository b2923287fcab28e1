"""The API's description as the node serves it, and answers held against it."""
import itertools
import json
import re
import subprocess
from pathlib import Path

import jsonschema

from admin_client import segment
from harness import LONGEST_WAIT, check, check_equal

METHODS = ("get", "put", "post", "delete")
JSON = "application/json"


class Document:
    def __init__(self, found):
        self.json = found
        self.resolver = jsonschema.RefResolver.from_schema(found)

    @property
    def calls(self):
        """{"GET /clients/{id}": its operation}, with the parameters of its path in it."""
        result = {}
        for path, item in self.json["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = dict(item[method])
                    operation["parameters"] = [self.resolved(each) for each in
                                               item.get("parameters", []) + operation.get("parameters", [])]
                    result[f"{method.upper()} {path}"] = operation
        return result

    def resolved(self, node):
        return self.resolver.resolve(node["$ref"])[1] if "$ref" in node else node

    def responses(self, call):
        """By status; `default` is left out: every answer of a test is one that is named."""
        return {int(status): self.resolved(each) for status, each in self.calls[call]["responses"].items()
                if status != "default"}

    def objection(self, schema, value):
        """What is wrong with a value; None: nothing."""
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        found = jsonschema.exceptions.best_match(validator.iter_errors(value))
        return found and f"{found.json_path}: {found.message[:300]}"

    def schemas(self):
        """(where, schema), all that there are but those inside of others."""
        yield from self._schemas(self.json["paths"], "paths")
        yield from self._schemas({**self.json["components"], "schemas": {}}, "components")
        for name, schema in self.json["components"]["schemas"].items():
            yield f"components/schemas/{name}", schema

    def _schemas(self, node, where):
        if isinstance(node, list):
            node = dict(enumerate(node))
        if not isinstance(node, dict):
            return
        for key, value in node.items():
            if key == "schema":
                yield f"{where}/schema", value
            else:
                yield from self._schemas(value, f"{where}/{key}")

    def examples(self):
        """(where, schema, example)"""
        for where, schema in self.schemas():
            yield from self._examples(schema, where)
        for call, operation in self.calls.items():
            contents = [operation.get("requestBody", {}).get("content", {})]
            contents += [each.get("content", {}) for each in self.responses(call).values()]
            for content in itertools.chain.from_iterable(each.values() for each in contents):
                if "example" in content:
                    yield call, content["schema"], content["example"]

    def _examples(self, schema, where):
        if isinstance(schema, dict):
            for example in schema.get("examples", []):
                yield where, {key: value for key, value in schema.items() if key != "examples"}, example
            for key, value in schema.items():
                if key not in ("examples", "enum", "const"):
                    yield from self._examples(value, f"{where}/{key}")
        elif isinstance(schema, list):
            for value in schema:
                yield from self._examples(value, where)

    def check_answer(self, call, got):
        """That an answer is one of those that the call has, header and body."""
        responses = self.responses(call)
        check(got.status in responses, f"{call} answers {got.status}, which is not described: {got}")
        described = responses[got.status]
        content = described.get("content")
        if not content:
            check_equal(got.bytes, b"", f"the body of {call}, {got.status}")
            return
        kind = got.header["Content-Type"].partition(";")[0]
        check(kind in content, f"{call}, {got.status}, is {kind}")
        wrong = self.objection(content[kind]["schema"], got.json if kind == JSON else got.bytes.decode())
        check(not wrong, f"{call}, {got.status}: {wrong}")


def document_of(admin):
    return Document(admin.get("/openapi.json"))


def objections_of_a_validator(document):
    """By a program that nobody here wrote."""
    program = Path(__file__).with_name("openapi_valid.mjs")
    return subprocess.run(["node", program], input=json.dumps(document.json), capture_output=True, text=True,
                          check=True, timeout=LONGEST_WAIT).stdout


class Crawl:
    """Makes calls and remembers which answers it has seen."""

    def __init__(self, document, admin):
        self.document, self.admin, self.seen = document, admin, set()

    def __call__(self, call, status=200, /, body=None, who=None, header=None, **parameters):
        """`parameters`: those of the path, which are encoded here, and of the query. Returns what the JSON says; of
        anything else the bytes."""
        operation = self.document.calls[call]
        method, pattern = call.split()
        self.check_wishes(call, operation, status, body, parameters)
        path = re.sub(r"\{(\w+)\}", lambda found: segment(parameters.pop(found[1])), pattern)
        got = (who or self.admin).request(method, path, body, header, **parameters)
        check_equal(got.status, status, f"{call} {parameters} ({got})")
        self.document.check_answer(call, got)
        self.seen.add((call, status))
        return got.json if got.bytes and got.header["Content-Type"] == JSON else got.bytes

    def check_wishes(self, call, operation, status, body, parameters):
        """What is asked in a good way is what the document says may be asked."""
        described = {each["name"]: each["schema"] for each in operation["parameters"]}
        check(set(parameters) <= set(described), f"{call} has no parameters {set(parameters) - set(described)}")
        if status < 300 and body is not None:
            wrong = self.document.objection(operation["requestBody"]["content"][JSON]["schema"], body)
            check(not wrong, f"the body of {call}: {wrong}")

    def pages(self, call, **parameters):
        """All items of a list, one by one."""
        found, cursor = [], None
        while True:
            page = self(call, limit=1, **parameters, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next"]
            if cursor is None or len(found) > 1000:
                return found

    def missing(self):
        return {(call, status) for call in self.document.calls for status in self.document.responses(call)} - self.seen
