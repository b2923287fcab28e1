import {useEffect} from "preact/hooks";

import * as api from "../api";
import type {Node} from "../model";
import {usePoll} from "./poll";
import {Store} from "./store";

/** What the node said of itself last, and what it said in the last ten minutes. */
export const nodeState = new Store<Node | null>(null);
export const nodeSamples = new Store<readonly Sample[]>([]);

export interface Sample {
  at: number;
  node: Node;
}

const samplesMax = 600;
const everyMilliseconds = 1_000;

/** Asks the node once a second; mounted once, around all pages. */
export function useNode(): void {
  const {data} = usePoll(api.node, everyMilliseconds);
  useEffect(() => {
    if (!data) return;
    nodeState.set(data);
    nodeSamples.set([...nodeSamples.value, {at: Date.now(), node: data}].slice(-samplesMax));
  }, [data]);
}
