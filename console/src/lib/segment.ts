/**
 * A text as one segment of an address. Browsers drop segments of dots, however they are escaped; with a ";" behind they
 * stay, and node and page leave that out again.
 */
export function segment(text: string | number): string {
  return text === "." || text === ".." ? text + ";" : encodeURIComponent(text);
}

/** The text of a segment; a malformed escape is taken as it stands. */
export function textOf(segment: string): string {
  const plain = segment.replace(/;$/, "");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}
