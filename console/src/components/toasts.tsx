import {errorText, isCancelled} from "../http";
import {Store, useStore} from "../lib/store";
import {Icon} from "./icon";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
}

const toastsMax = 4;
const goodMilliseconds = 5_000;
const badMilliseconds = 12_000;

const shown = new Store<readonly Toast[]>([]);
let last = 0;

const remove = (id: number) => shown.set(shown.value.filter(toast => toast.id !== id));

export function tell(text: string, bad = false): void {
  const id = ++last;
  shown.set([...shown.value, {id, text, bad}].slice(-toastsMax));
  setTimeout(() => remove(id), bad ? badMilliseconds : goodMilliseconds);
}

/** Does something and tells how it went; true when it went well. */
export async function act(deed: Promise<unknown>, done: string): Promise<boolean> {
  try {
    await deed;
    if (done) tell(done);
    return true;
  } catch (error) {
    if (!isCancelled(error)) tell(errorText(error), true);
    return false;
  }
}

export function Toasts() {
  const toasts = useStore(shown);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map(toast => (
        <div key={toast.id} class={`toast ${toast.bad ? "toast-bad" : ""}`}>
          <span>{toast.text}</span>
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => remove(toast.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
