// The API with invented data, and the built page, for work on the page without a node: `npm run mock` [port].
// Users: admin, operator, viewer; the password of each is its name.
import {createServer} from "node:http";
import {randomUUID} from "node:crypto";
import {readFile} from "node:fs/promises";
import path from "node:path";
import {fileURLToPath} from "node:url";

import {streamEvents} from "./events.mjs";
import {routes} from "./routes.mjs";

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), "../dist");
const port = Number(process.argv[2] ?? 18080);
const ranks = ["viewer", "operator", "admin"];
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const policy =
  "default-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const bodyMax = 1 << 20;
const sessions = new Map();

const table = routes.map(([method, pattern, least, handler]) => ({
  method,
  least,
  handler,
  pattern: new RegExp("^/api/v1" + pattern.replaceAll("{}", "([^/]+)") + "$"),
}));

function send(response, status, body, header = {}) {
  response.writeHead(status, {"Content-Type": "application/json", "Cache-Control": "no-store", ...header});
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > bodyMax) throw new Error("too large");
  }
  return text ? JSON.parse(text) : {};
}

function sessionOf(request) {
  const cookie = request.headers.cookie?.match(/(?:^|; )troupe_session=([^;]+)/);
  return cookie ? sessions.get(cookie[1]) : undefined;
}

function login(response, {user, password}) {
  if (!ranks.includes(user) || password !== user) return send(response, 401, {error: "User or password is wrong."});
  const [id, csrf] = [randomUUID(), randomUUID()];
  sessions.set(id, {user, role: user, csrf, id});
  return send(
    response,
    200,
    {user, role: user, csrf},
    {"Set-Cookie": `troupe_session=${id}; HttpOnly; SameSite=Strict; Path=/`},
  );
}

async function api(request, response, url) {
  const body = await bodyOf(request);
  if (url.pathname === "/api/v1/health") return send(response, 200, {status: "ok", node: "troupe@mock"});
  if (url.pathname === "/api/v1/openapi.json") return send(response, 200, {openapi: "3.1.0", paths: {}});
  if (url.pathname === "/api/v1/login") return login(response, body);
  const session = sessionOf(request);
  if (!session) return send(response, 401, {error: "Log in first."});
  if (url.pathname === "/api/v1/session")
    return send(response, 200, {user: session.user, role: session.role, csrf: session.csrf});
  if (request.method !== "GET" && request.headers["x-csrf-token"] !== session.csrf)
    return send(response, 403, {error: "The CSRF token is wrong."});
  if (url.pathname === "/api/v1/logout") {
    sessions.delete(session.id);
    return send(response, 204, undefined, {"Set-Cookie": "troupe_session=; Max-Age=0; Path=/"});
  }
  return answer(request, response, url, session, body);
}

function answer(request, response, url, session, body) {
  for (const {method, least, handler, pattern} of table) {
    const match = method === request.method && url.pathname.match(pattern);
    if (!match) continue;
    if (ranks.indexOf(session.role) < ranks.indexOf(least))
      return send(response, 403, {error: `This needs the role ${least}.`});
    const captured = match.slice(1).map(each => decodeURIComponent(each.replace(/;$/, "")));
    const found = handler({query: url.searchParams, captured, body});
    return typeof found.status === "number" ? send(response, found.status, found.body) : send(response, 200, found);
  }
  return send(response, 404, {error: "There is no such call."});
}

async function asset(response, url) {
  const name = url.pathname.startsWith("/assets/") ? path.join("/", path.normalize(url.pathname)) : "/index.html";
  try {
    const content = await readFile(path.join(dist, name));
    response.writeHead(200, {
      "Content-Type": types[path.extname(name)] ?? "application/octet-stream",
      "Content-Security-Policy": policy,
      "X-Content-Type-Options": "nosniff",
    });
    response.end(content);
  } catch {
    send(response, 404, {error: "There is no such file; was the page built?"});
  }
}

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://mock");
  const done = url.pathname.startsWith("/api/") ? api(request, response, url) : asset(response, url);
  done.catch(error => send(response, 500, {error: String(error)}));
});
server.on("upgrade", (request, socket) => {
  if (sessionOf(request)) streamEvents(request, socket);
  else socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
});
server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/ : log in as admin, operator or viewer`));
