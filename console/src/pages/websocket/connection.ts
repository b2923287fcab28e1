import type {IClientOptions, IPublishPacket, MqttClient} from "mqtt";

import {asText} from "../../lib/payload";
import {hex} from "../../lib/format";
import {Store} from "../../lib/store";

/** The most messages that a connection keeps, and the most of a payload. */
const messagesMax = 500;
const payloadMax = 4 * 1024;
const connectMilliseconds = 10_000;

export interface Target {
  url: string;
  clientId: string;
  user: string;
  password: string;
  clean: boolean;
  keepAlive: number;
  sessionExpiry: number;
}

export interface Message {
  id: number;
  at: number;
  sent: boolean;
  topic: string;
  text: string;
  qos: number;
  retain: boolean;
}

export type State = "connecting" | "connected" | "closed";
type Qos = 0 | 1 | 2;

/** One MQTT 5 connection of this page. `changed` counts its changes, once a frame at the most. */
export class Connection {
  readonly changed = new Store(0);
  state: State = "connecting";
  why = "";
  readonly subscriptions = new Map<string, number>();
  messages: readonly Message[] = [];
  private client: MqttClient | null = null;
  private told = false;
  private last = 0;
  private ended = false;

  constructor(
    readonly id: number,
    readonly target: Target,
  ) {}

  async open(): Promise<void> {
    this.state = "connecting";
    this.why = "";
    this.tell();
    this.client?.end(true);
    const {default: mqtt} = await import("mqtt");
    if (this.ended) return;
    try {
      this.client = mqtt.connect(this.target.url, optionsOf(this.target));
    } catch (error) {
      this.close(error instanceof Error ? error.message : String(error));
      return;
    }
    this.listen(this.client);
  }

  private listen(client: MqttClient): void {
    const mine = (act: () => void) => {
      if (client === this.client) act();
    };
    client.on("connect", packet =>
      mine(() => {
        this.state = "connected";
        if (!packet.sessionPresent) this.subscriptions.clear();
        this.tell();
      }),
    );
    client.on("message", (topic, payload, packet) => mine(() => this.add(topic, payload, packet, false)));
    client.on("error", error =>
      mine(() => {
        this.why = error.message || "The connection failed.";
        this.tell();
      }),
    );
    client.on("disconnect", packet =>
      mine(() => {
        const reason = packet.properties?.reasonString ?? "";
        this.why = `The node disconnected it: ${hex(packet.reasonCode ?? 0)}${reason ? ", " + reason : ""}.`;
        this.tell();
      }),
    );
    client.on("close", () => mine(() => this.close(this.why || "The connection was closed.")));
  }

  private close(why: string): void {
    this.state = "closed";
    this.why = why;
    this.tell();
  }

  disconnect(): void {
    this.why = "Disconnected here.";
    this.client?.end(false);
  }

  /** Ends it for good. */
  dispose(): void {
    this.ended = true;
    this.client?.end(true);
    this.client = null;
  }

  async subscribe(filter: string, qos: number): Promise<void> {
    const granted = await this.connected().subscribeAsync(filter, {qos: qos as Qos});
    const refused = granted.find(grant => grant.qos >= 0x80);
    if (refused) throw new Error(`The node refused it: ${hex(refused.qos)}.`);
    this.subscriptions.set(filter, granted[0]?.qos ?? qos);
    this.tell();
  }

  async unsubscribe(filter: string): Promise<void> {
    await this.connected().unsubscribeAsync(filter);
    this.subscriptions.delete(filter);
    this.tell();
  }

  async publish(topic: string, payload: string, qos: number, retain: boolean): Promise<void> {
    await this.connected().publishAsync(topic, payload, {qos: qos as Qos, retain});
    this.add(topic, new TextEncoder().encode(payload), {qos: qos as Qos, retain}, true);
  }

  clear(): void {
    this.messages = [];
    this.tell();
  }

  private connected(): MqttClient {
    if (!this.client || this.state !== "connected") throw new Error("This connection is not open.");
    return this.client;
  }

  private add(topic: string, payload: Uint8Array, packet: Pick<IPublishPacket, "qos" | "retain">, sent: boolean): void {
    const text = asText(payload.subarray(0, payloadMax)) ?? `${payload.length} bytes that are no text`;
    const message = {id: ++this.last, at: Date.now(), sent, topic, text, qos: packet.qos, retain: packet.retain};
    this.messages = [message, ...this.messages.slice(0, messagesMax - 1)];
    this.tell();
  }

  private tell(): void {
    if (this.told) return;
    this.told = true;
    requestAnimationFrame(() => {
      this.told = false;
      this.changed.set(this.changed.value + 1);
    });
  }
}

/** It does not come back by itself: why it was closed is to be read. Timers of a worker would need a blob as script. */
function optionsOf(target: Target): IClientOptions {
  return {
    protocolVersion: 5,
    clientId: target.clientId,
    username: target.user || undefined,
    password: target.user ? target.password : undefined,
    clean: target.clean,
    keepalive: target.keepAlive,
    reconnectPeriod: 0,
    connectTimeout: connectMilliseconds,
    timerVariant: "native",
    resubscribe: false,
    properties: {sessionExpiryInterval: target.sessionExpiry},
  };
}
