// Figures and times as they are read. What is not known is a dash.

const none = "–";
const grouped = new Intl.NumberFormat("en-GB");
const tenths = new Intl.NumberFormat("en-GB", {maximumFractionDigits: 1});

type Figure = number | null | undefined;
const known = (value: Figure): value is number => typeof value === "number" && Number.isFinite(value);

export function count(value: Figure): string {
  return known(value) ? grouped.format(Math.round(value)) : none;
}

/** 1,234 but 12.3k: for axes and narrow columns. */
export function short(value: Figure): string {
  if (!known(value)) return none;
  const size = Math.abs(value);
  if (size >= 1e9) return tenths.format(value / 1e9) + "G";
  if (size >= 1e6) return tenths.format(value / 1e6) + "M";
  if (size >= 1e4) return tenths.format(value / 1e3) + "k";
  return size >= 100 ? count(value) : tenths.format(value);
}

export function bytes(value: Figure): string {
  if (!known(value)) return none;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = value;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < units.length - 1) {
    size /= 1024;
    ++unit;
  }
  return `${unit > 0 && Math.abs(size) < 100 ? size.toFixed(1) : count(size)} ${units[unit]}`;
}

/** "1 message", "2 messages" */
export const several = (value: Figure, noun: string) => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

export const rate = (value: Figure) => (known(value) ? `${short(value)}/s` : none);
export const bytesRate = (value: Figure) => (known(value) ? `${bytes(value)}/s` : none);

export function percent(share: Figure): string {
  if (!known(share)) return none;
  return share > 0 && share < 0.0005 ? "<0.1 %" : `${tenths.format(share * 100)} %`;
}

export function microseconds(value: Figure): string {
  if (!known(value)) return none;
  if (value < 1000) return `${tenths.format(value)} µs`;
  return value < 1e6 ? `${tenths.format(value / 1000)} ms` : `${tenths.format(value / 1e6)} s`;
}

export const milliseconds = (value: Figure) => (value === 0 ? "0 s" : known(value) ? microseconds(value * 1000) : none);

export function duration(seconds: Figure): string {
  if (!known(seconds)) return none;
  const whole = Math.max(0, Math.floor(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / 86400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([n, unit]) => `${n} ${unit}`)
    .join(" ");
}

const pad = (value: number, digits = 2) => String(value).padStart(digits, "0");

export function clock(at: Figure, withMilliseconds = false): string {
  if (!known(at)) return none;
  const date = new Date(at);
  const text = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return withMilliseconds ? `${text}.${pad(date.getMilliseconds(), 3)}` : text;
}

export function dateTime(at: Figure): string {
  if (!known(at)) return none;
  const date = new Date(at);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clock(at)}`;
}

export function ago(at: Figure): string {
  return known(at) ? `${duration((Date.now() - at) / 1000)} ago` : none;
}

/** The same by its largest unit alone, for narrow columns. */
export function roughly(at: Figure): string {
  if (!known(at)) return none;
  return duration((Date.now() - at) / 1000).replace(/^(\d+ \w+) .*$/, "$1") + " ago";
}

/** MQTT's largest interval stands for "never". */
export function expiry(seconds: Figure): string {
  if (!known(seconds)) return none;
  if (seconds === 0) return "with the connection";
  return seconds >= 0xffffffff ? "never" : duration(seconds);
}

/** A text of a client: what would hide or turn around other text is written as its code. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export function hex(code: number): string {
  return "0x" + code.toString(16).toUpperCase().padStart(2, "0");
}

/** A value of unknown kind, for tables of names and values. */
export function plain(value: unknown): string {
  if (value === null || value === undefined || value === "") return none;
  if (typeof value === "number") return count(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(plain).join(", ") || none;
  return typeof value === "object" ? visible(JSON.stringify(value)) : visible(String(value));
}

/** "waiting_bytes" as a person reads it. */
export function label(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
