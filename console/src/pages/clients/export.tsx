import {useEffect, useRef, useState} from "preact/hooks";

import * as api from "../../api";
import {Button} from "../../components/basics";
import {Icon} from "../../components/icon";
import {tell} from "../../components/toasts";
import {errorText, isCancelled} from "../../http";
import {count} from "../../lib/format";
import {csvLine, save} from "../../lib/save";
import type {Client, ClientFilter, Page} from "../../model";

const fields: (keyof Client)[] = [
  "id",
  "user",
  "address",
  "listener",
  "transport",
  "protocol",
  "connected",
  "connected_at",
  "disconnected_at",
  "keep_alive_seconds",
  "session_expiry_seconds",
  "subscriptions",
  "queued",
  "in_flight",
  "messages_received",
  "messages_sent",
  "bytes_received",
  "bytes_sent",
  "loop",
  "actor",
];
const pageSize = 1_000;
const rowsMax = 2_000_000; // some 400 MB of text: what a browser still holds

/** Writes all that fit the filter into a CSV file, page by page; may be stopped. */
export function Export({filter}: {filter: ClientFilter}) {
  const [written, setWritten] = useState<number | null>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);

  const run = async () => {
    const mine = new AbortController();
    abort.current = mine;
    const parts = [csvLine(fields)];
    let rows = 0;
    let cursor: string | null = null;
    try {
      do {
        setWritten(rows);
        const page: Page<Client> = await api.clients(filter, {cursor, limit: pageSize}, mine.signal);
        parts.push(page.items.map(client => csvLine(fields.map(field => client[field]))).join(""));
        rows += page.items.length;
        cursor = page.next;
      } while (cursor !== null && rows < rowsMax);
      save("clients.csv", parts, "text/csv");
      tell(cursor === null ? `${count(rows)} clients exported.` : `Only the first ${count(rows)} were exported.`);
    } catch (error) {
      if (!isCancelled(error)) tell(errorText(error), true);
    }
    setWritten(null);
  };

  if (written !== null) return <Button onClick={() => abort.current?.abort()}>Stop at {count(written)}</Button>;
  return (
    <Button onClick={() => void run()}>
      <Icon name="download" />
      Export CSV
    </Button>
  );
}
