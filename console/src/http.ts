import {Store} from "./lib/store";
import type {Session} from "./model";

/** Who is logged in: undefined until the node was asked, null when nobody is. */
export const session = new Store<Session | null | undefined>(undefined);

/** Whether the node answers; `lost` since the last call that found nobody. */
export const reachable = new Store<boolean>(true);

const usualMilliseconds = 20_000;
const healthMilliseconds = 2_000;

/** A call that was not answered with what was asked for. The message is for the person at the screen. */
export class CallError extends Error {
  /** `status` is HTTP's, 0 when there was no answer. */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Call {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  /** How long the answer may take. */
  longestMilliseconds?: number;
}

export async function call<T>(method: string, path: string, options: Call = {}): Promise<T> {
  const header = new Headers({Accept: "application/json"});
  if (options.body !== undefined) header.set("Content-Type", "application/json");
  if (method !== "GET" && session.value) header.set("X-CSRF-Token", session.value.csrf);
  const response = await answer(
    path + queryText(path, options.query),
    {
      method,
      headers: header,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: "same-origin",
      cache: "no-store",
    },
    options.signal,
    options.longestMilliseconds,
  );
  if (!response.ok) throw await failure(response, path);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

function queryText(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text && (path.includes("?") ? "&" : "?") + text;
}

/** fetch with a longest time, and with what a failure of the network means for `reachable`. */
async function answer(path: string, init: RequestInit, cancelled?: AbortSignal, longest = usualMilliseconds) {
  const abort = new AbortController();
  const cancel = () => abort.abort();
  const timer = setTimeout(cancel, longest);
  cancelled?.addEventListener("abort", cancel);
  if (cancelled?.aborted) cancel();
  try {
    const response = await fetch("/api/v1" + path, {...init, signal: abort.signal});
    reachable.set(true);
    return response;
  } catch (error) {
    if (cancelled?.aborted) throw error;
    lost();
    throw new CallError(0, "The node did not answer.");
  } finally {
    clearTimeout(timer);
    cancelled?.removeEventListener("abort", cancel);
  }
}

/** Finds out who is logged in; leaves `session` as it is when the node does not answer. */
export async function whoAmI(): Promise<void> {
  session.set(await call<Session>("GET", "/session"));
}

async function failure(response: Response, path: string): Promise<CallError> {
  if (response.status === 401 && path !== "/login") session.set(null);
  if (response.status === 403 && path !== "/session") void whoAmI().catch(() => {}); // another tab may have logged in
  const told = await response.json().then(
    (body: unknown) => (isObject(body) && typeof body.error === "string" ? body.error : ""),
    () => "",
  );
  return new CallError(response.status, sentence(response, told));
}

function sentence(response: Response, told: string): string {
  const seconds = Number(response.headers.get("Retry-After"));
  const later = response.status === 429 && seconds > 0 ? ` Try again in ${seconds} s.` : "";
  const usual: Record<number, string> = {
    401: "You are not logged in.",
    403: "Your role does not allow this.",
    404: "The node knows nothing of this.",
    413: "This is too large.",
    429: "Too many attempts.",
  };
  const text = told || usual[response.status] || `The node answered with status ${response.status}.`;
  return (/[.!?]$/.test(text) ? text : text + ".") + later;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

let asking = false;

/** Asks until the node answers again; one loop, whoever found it gone. */
function lost(): void {
  reachable.set(false);
  if (asking) return;
  asking = true;
  const timer = setInterval(async () => {
    try {
      await fetch("/api/v1/health", {cache: "no-store", signal: AbortSignal.timeout(healthMilliseconds)});
    } catch {
      return;
    }
    clearInterval(timer);
    asking = false;
    reachable.set(true);
  }, healthMilliseconds);
}

export const isCancelled = (error: unknown) => error instanceof DOMException && error.name === "AbortError";

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
