export type Range = "live" | "60" | "360" | "1440";

export const ranges: readonly (readonly [Range, string])[] = [
  ["live", "Live"],
  ["60", "1 h"],
  ["360", "6 h"],
  ["1440", "24 h"],
];
