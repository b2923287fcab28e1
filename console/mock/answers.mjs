// What every part of the mock answers with.
export const gone = {status: 204};
export const accepted = {status: 202};
export const missing = {status: 404, body: {error: "There is no such thing here."}};
export const ago = minutes => Date.now() - minutes * 60_000;
export const all = items => ({items, next: null});

export function paged(items, query, most = 100) {
  const first = Number(query.get("cursor") ?? 0);
  const limit = Math.min(1000, Number(query.get("limit") ?? most));
  return {items: items.slice(first, first + limit), next: first + limit < items.length ? String(first + limit) : null};
}
