import {useEffect, useState} from "preact/hooks";

import * as api from "../../api";
import {Button, Failure, Panel} from "../../components/basics";
import {Check, NumberField, Select, TextField} from "../../components/fields";
import {errorText} from "../../http";
import {usePoll} from "../../lib/poll";
import {isWebSocket, urlOf} from "./address";
import {open} from "./connections";

const someId = () => "console-" + Math.random().toString(36).slice(2, 8);

export function ConnectForm() {
  const {data, error} = usePoll(api.listeners, 0);
  const [url, setUrl] = useState("");
  const [clientId, setClientId] = useState(someId);
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [clean, setClean] = useState(true);
  const [keepAlive, setKeepAlive] = useState(60);
  const [sessionExpiry, setSessionExpiry] = useState(0);
  const [failure, setFailure] = useState("");
  const listeners = (data?.items ?? []).filter(listener => isWebSocket(listener) && listener.enabled);

  useEffect(() => {
    const first = listeners[0];
    if (first && !url) setUrl(urlOf(first));
  }, [data]);

  const submit = (event: Event) => {
    event.preventDefault();
    try {
      open({url, clientId, user, password, clean, keepAlive, sessionExpiry});
      setFailure("");
      setClientId(someId());
    } catch (problem) {
      setFailure(errorText(problem));
    }
  };
  const offered = listeners.map((listener): [string, string] => [urlOf(listener), listener.name]);
  const known = offered.some(([address]) => address === url);

  return (
    <Panel title="New connection">
      <Failure text={error} />
      <form aria-label="New connection" onSubmit={submit}>
        <div class="filters">
          <Select
            label="Listener"
            value={known ? url : ""}
            onInput={address => {
              if (address) setUrl(address);
            }}
            options={[...offered, ["", known ? "another" : "as below"]]}
          />
          <TextField
            label="Address"
            value={url}
            onInput={setUrl}
            required
            placeholder="ws://host:port/mqtt"
            className="field-double"
          />
          <TextField label="Client id" value={clientId} onInput={setClientId} required />
          <TextField label="User" value={user} onInput={setUser} />
          <TextField
            label="Password"
            type="password"
            value={password}
            onInput={setPassword}
            autocomplete="new-password"
          />
          <NumberField label="Keep alive, seconds" value={keepAlive} onInput={setKeepAlive} max={65_535} />
          <NumberField
            label="Session expiry, seconds"
            value={sessionExpiry}
            onInput={setSessionExpiry}
            max={0xffffffff}
          />
        </div>
        <div class="line">
          <Check label="Clean start" value={clean} onInput={setClean} />
          <Button kind="main" type="submit">
            Connect
          </Button>
        </div>
        <Failure text={failure} />
      </form>
    </Panel>
  );
}
