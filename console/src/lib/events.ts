import {useEffect, useState} from "preact/hooks";

import type {Event} from "../model";

const shownMilliseconds = 500;
const againMilliseconds = 3_000;

export interface Live {
  /** Newest first, `most` at the most. */
  events: readonly Event[];
  /** How many have come. */
  count: number;
  open: boolean;
}

/** What happens on the node as it happens. However fast events come, the page is drawn twice a second. */
export function useEvents(most: number): Live {
  const [live, setLive] = useState<Live>({events: [], count: 0, open: false});
  useEffect(() => {
    let socket: WebSocket | null = null;
    let timer = 0;
    let ended = false;
    let fresh: Event[] = [];
    let come = 0;

    function connect(): void {
      socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/events`);
      socket.onopen = () => setLive(old => ({...old, open: true}));
      socket.onmessage = message => {
        ++come;
        fresh = [JSON.parse(String(message.data)) as Event, ...fresh.slice(0, most - 1)];
      };
      socket.onclose = () => {
        if (ended) return;
        setLive(old => ({...old, open: false}));
        timer = window.setTimeout(connect, againMilliseconds);
      };
    }

    const drawing = window.setInterval(() => {
      if (!come || document.hidden) return;
      const [events, count] = [fresh, come];
      [fresh, come] = [[], 0];
      setLive(old => ({...old, events: [...events, ...old.events].slice(0, most), count: old.count + count}));
    }, shownMilliseconds);
    connect();
    return () => {
      ended = true;
      clearTimeout(timer);
      clearInterval(drawing);
      socket?.close();
    };
  }, [most]);
  return live;
}
