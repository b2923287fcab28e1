"""The calls that stand behind the console's pages (console/src/api.ts), with the parameters that cost most."""
from admin_client import segment

ACTOR_FIELDS = ["name", "mailbox_depth", "oldest_message_age_ms", "messages_handled", "cpu_share", "restarts",
                "memory_bytes"]
LIVE = "connections,sessions,received,sent,bytes_received,bytes_sent,dropped,memory_bytes,latency_p50_us," \
       "latency_p95_us,latency_p99_us,loop_0_busy,loop_1_busy"


def get(name, path, /, **query):
    return name, "GET", path, None, query


def cursor_behind(admin, path, pages, /, **query):
    """Where a list stands after so many pages; None: it has ended before."""
    cursor = None
    for _ in range(pages):
        cursor = admin.get(path, **query, **({"cursor": cursor} if cursor else {})).get("next")
        if cursor is None:
            break
    return cursor


def actor_calls(admin):
    result = [get(f"GET /actors path={path}", "/actors", path=path, sort="-restarts")
              for path in ("root", "root/loop 0", "root/listener ws")]
    page = "root/loop 0/sessions"
    for field in ACTOR_FIELDS:
        for sort in (field, "-" + field):
            result.append(get(f"GET /actors of sessions sort={sort}", "/actors", path=page, sort=sort))
    result.append(get("GET /actors of sessions limit=1000", "/actors", path=page, sort="-cpu_share", limit=1000))
    deep = cursor_behind(admin, "/actors", 5, path=page, sort="-messages_handled", limit=1000)
    if deep:
        result.append(get("GET /actors of sessions deep cursor", "/actors", path=page, sort="-messages_handled",
                          limit=1000, cursor=deep))
    result.append(get("GET /actors/detail of a shard", "/actors/detail", path="root/loop 0/shard"))
    return result


def client_calls(admin, client):
    known, address = client["id"], client["address"].rpartition(":")[0]
    filters = {"none": {}, "id_prefix": {"id_prefix": known[:-1]}, "id_prefix of nobody": {"id_prefix": "nobody"},
               "user": {"user": client["user"] or "x"}, "user of nobody": {"user": "nobody"},
               "address": {"address": address}, "address of nobody": {"address": "10.1.2.3"},
               "listener": {"listener": "ws"}, "protocol": {"protocol": "5"}, "connected": {"connected": "true"},
               "disconnected": {"connected": "false"}}
    result = [get(f"GET /clients by {name}", "/clients", **query) for name, query in filters.items()]
    result.append(get("GET /clients limit=1000 (a page of the export)", "/clients", limit=1000))
    deep = cursor_behind(admin, "/clients", 10, limit=1000)
    if deep:
        result.append(get("GET /clients limit=1000 deep cursor", "/clients", limit=1000, cursor=deep))
    one = "/clients/" + segment(known)
    result += [get("GET /clients/{id}", one), get("GET /clients/{id}/events", one + "/events"),
               get("GET /clients/{id}/autopsy", one + "/autopsy"),
               get("GET /actors/detail of a session", "/actors/detail", path=client["actor"]),
               ("POST /clients/{id}/subscriptions", "POST", one + "/subscriptions", {"filter": "load/x", "qos": 1}, {}),
               ("DELETE /clients/{id}/subscriptions", "DELETE", one + "/subscriptions", None, {"filter": "load/x"})]
    return result


def other_calls(client):
    return [
        get("GET /node", "/node"), get("GET /alarms", "/alarms"), get("GET /drops", "/drops"),
        get("GET /metrics/history of 10 minutes", "/metrics/history", names=LIVE, minutes=10),
        get("GET /metrics/history of a day", "/metrics/history", names=LIVE, minutes=1440),
        get("GET /metrics", "/metrics"), get("GET /metrics (Prometheus)", "//metrics"),
        get("GET /subscriptions", "/subscriptions"),
        get("GET /subscriptions of a client", "/subscriptions", client=client["id"]),
        get("GET /subscriptions of a filter", "/subscriptions", filter="t/1"),
        get("GET /subscriptions limit=1000", "/subscriptions", limit=1000),
        get("GET /topics", "/topics"), get("GET /topics of a level", "/topics", prefix="t"),
        get("GET /topics limit=1000", "/topics", prefix="t", limit=1000),
        get("GET /retained", "/retained"), get("GET /retained of a prefix", "/retained", prefix="$SYS/brokers"),
        get("GET /retained/{topic}", "/retained/" + segment("$SYS/brokers/version")),
        get("GET /listeners", "/listeners"), get("GET /config", "/config"), get("GET /bans", "/bans"),
        get("GET /traces", "/traces"), get("GET /users", "/users"), get("GET /api-keys", "/api-keys"),
        get("GET /audit", "/audit"), get("GET /openapi.json", "/openapi.json"), get("GET /session", "/session"),
        ("POST /publish", "POST", "/publish", {"topic": "load/nobody", "payload": "x", "qos": 1}, {}),
        ("POST /publish, followed", "POST", "/publish",
         {"topic": "t/1", "payload": "x", "qos": 1, "follow": True}, {}),
    ]


def calls(admin):
    """(name, method, path, body, query) of each; somebody has to be connected."""
    client = admin.items("/clients", limit=1)[0]
    return actor_calls(admin) + client_calls(admin, client) + other_calls(client)
