import type {Listener} from "../../model";

const usualPath = "/mqtt";
const everywhere = ["0.0.0.0", "[::]", "::", "*", ""];
const loopback = ["127.0.0.1", "[::1]", "localhost"];

/** Where a browser that sees this page reaches a listener: what listens everywhere is where the page came from. */
export function urlOf(listener: Listener, pageHost = location.hostname): string {
  const at = listener.bind.lastIndexOf(":");
  const [host, port] = [listener.bind.slice(0, at), listener.bind.slice(at + 1)];
  const near = everywhere.includes(host) || (loopback.includes(host) && loopback.includes(pageHost));
  return `${listener.type}://${near ? pageHost : host}:${port}${listener.paths?.[0] ?? usualPath}`;
}

export const isWebSocket = (listener: Listener) => listener.type === "ws" || listener.type === "wss";
