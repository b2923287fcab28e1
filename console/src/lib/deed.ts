import {useState} from "preact/hooks";

import {errorText, isCancelled} from "../http";

/** Something that a form does: `failure` is why it did not work the last time, `busy` whether it is being done. */
export function useDeed() {
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);

  async function run(deed: () => Promise<void>): Promise<void> {
    setBusy(true);
    setFailure("");
    try {
      await deed();
    } catch (error) {
      if (!isCancelled(error)) setFailure(errorText(error));
    }
    setBusy(false);
  }

  return {failure, busy, run};
}
