import {Store} from "./store";

export type Theme = "light" | "dark";

const key = "troupe.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function chosen(): Theme | null {
  const kept = localStorage.getItem(key);
  return kept === "light" || kept === "dark" ? kept : null;
}

const effective = (): Theme => chosen() ?? (system.matches ? "dark" : "light");

export const theme = new Store<Theme>(effective());

function show(): void {
  const kept = chosen();
  if (kept) document.documentElement.dataset.theme = kept;
  else delete document.documentElement.dataset.theme;
  theme.set(effective());
}

system.addEventListener("change", show);
show();

/** What the system wants anyway is not kept, so that it is followed again. */
export function toggleTheme(): void {
  const wanted: Theme = theme.value === "dark" ? "light" : "dark";
  if (wanted === (system.matches ? "dark" : "light")) localStorage.removeItem(key);
  else localStorage.setItem(key, wanted);
  show();
}
