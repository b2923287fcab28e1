#!/usr/bin/python3
# sanitize address
"""The description of the admin API against the API: what it says is true of every call and every answer."""
import jsonschema

from admin_client import SETTINGS, operator
from harness import Node, check, check_equal, main, test
from lives import Store
from openapi_document import document_of, objections_of_a_validator
from openapi_steps import STEPS, UNSEEN, UNSEEN_ANSWERS, Scene


def node_of(errors=None, **settings):
    return Node({**SETTINGS, **settings}, errors)


# --- the document ---------------------------------------------------------------------------------------------------

@test
def the_document_is_open_api_3_1():
    with node_of() as node:
        document = document_of(operator(node))
        check_equal(document.json["openapi"], "3.1.0", "its version")
        check_equal(objections_of_a_validator(document), "", "what a validator says")
        for where, schema in document.schemas():
            try:
                jsonschema.Draft202012Validator.check_schema(schema)
            except jsonschema.SchemaError as wrong:
                check(False, f"{where}: {wrong.message}")
        ids = [each["operationId"] for each in document.calls.values()]
        check_equal(len(ids), len(set(ids)), "operationIds are different")


@test
def its_examples_are_what_its_schemas_say():
    with node_of() as node:
        document, count = document_of(operator(node)), 0
        for where, schema, example in document.examples():
            wrong = document.objection(schema, example)
            check(not wrong, f"an example of {where}: {wrong}")
            count += 1
        check(count > 20, f"there are {count} examples only")


@test
def the_document_has_every_call_of_the_node_and_no_other():
    with node_of(**{"log.level": "debug"}) as node:
        admin = operator(node)
        document = document_of(admin)
        served = {line.rpartition("serves ")[2] for line in node.logged("admin: serves ")}
        served.remove("GET /metrics")  # for Prometheus, outside of /api/v1
        served = {each.replace(" /api/v1", " ") for each in served}
        check("GET /openapi.json" in served, f"the node does not tell what it serves: {served}")
        described = set(document.calls)
        check_equal(served - described, set(), "served, but not described")
        check_equal(described - served, set(), "described, but not served")


@test
def other_methods_are_refused_with_those_that_there_are():
    with node_of() as node:
        admin = operator(node)
        document = document_of(admin)
        error = {"$ref": "#/components/schemas/Error"}
        for path, item in document.json["paths"].items():
            there = {method.upper() for method in item if method in ("get", "put", "post", "delete")}
            for method in {"GET", "PUT", "POST", "DELETE", "PATCH"} - there:
                got = admin.request(method, path.replace("{", "").replace("}", ""), header={"X-CSRF-Token": admin.csrf})
                check_equal(got.status, 405, f"{method} {path}")
                check(not document.objection(error, got.json), f"{method} {path}: {got}")
                allowed = set(got.header["Allow"].split(", ")) - {"HEAD"}
                check_equal(allowed, there, f"what {path} allows")
        got = admin.request("GET", "/nothing")
        check(got.status == 404 and not document.objection(error, got.json), f"a call that there is not: {got}")


@test
def every_answer_is_as_described():
    faults = "restarted by|it is restarted"
    with Store(faults, **SETTINGS, **{"debug.allow_fault_injection": "true", "node.loops": 2}) as store:
        scene = Scene(store)
        for step in STEPS:
            step(scene)
        missing = {(call, status) for call, status in scene.crawl.missing() - set(UNSEEN_ANSWERS)
                   if status not in UNSEEN}
        check_equal(missing, set(), "described answers that the crawl has not seen")


main()
