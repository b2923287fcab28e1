import {useState} from "preact/hooks";

import {count} from "../lib/format";
import type {PayloadView} from "../lib/payload";
import {asHex, asJson, asText, shownMax} from "../lib/payload";
import {Choice} from "./basics";

/** A payload as text, as JSON with its lines broken, or byte by byte. */
export function Payload({bytes}: {bytes: Uint8Array}) {
  const seen = bytes.subarray(0, shownMax);
  const views: [PayloadView, string, string | undefined][] = [
    ["json", "JSON", asJson(seen)],
    ["text", "Text", asText(seen)],
    ["hex", "Bytes", asHex(seen)],
  ];
  const possible = views.filter(([, , text]) => text !== undefined);
  const [wanted, setWanted] = useState<PayloadView>(possible[0]?.[0] ?? "hex");
  const text = views.find(([view]) => view === wanted)?.[2] ?? "";
  return (
    <>
      <Choice
        label="Show as"
        value={wanted}
        onChoose={setWanted}
        options={possible.map(([view, name]): [PayloadView, string] => [view, name])}
      />
      <pre class="payload" tabIndex={0} aria-label="Payload">
        {text || "(empty)"}
      </pre>
      {bytes.length > shownMax && (
        <p class="muted">
          The first {count(shownMax)} of {count(bytes.length)} bytes.
        </p>
      )}
    </>
  );
}
