// Payloads as people read them.

/** What is shown of one; more would only make the page slow. */
export const shownMax = 64 * 1024;

export type PayloadView = "text" | "json" | "hex";

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0));
}

/** Undefined when it is not UTF-8. */
export function asText(payload: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", {fatal: true}).decode(payload);
  } catch {
    return undefined;
  }
}

/** Undefined when it is not JSON. */
export function asJson(payload: Uint8Array): string | undefined {
  const text = asText(payload);
  if (text === undefined || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

/** Rows of sixteen bytes: where, which, and what they are as ASCII. */
export function asHex(payload: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < payload.length; at += 16) {
    const bytes = [...payload.subarray(at, at + 16)];
    const digits = bytes.map(byte => byte.toString(16).padStart(2, "0")).join(" ");
    const ascii = bytes.map(byte => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    rows.push(`${at.toString(16).padStart(6, "0")}  ${digits.padEnd(47)}  ${ascii}`);
  }
  return rows.join("\n");
}
