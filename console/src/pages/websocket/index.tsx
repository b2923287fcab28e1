import {PageHead} from "../../components/basics";
import {useStore} from "../../lib/store";
import {ConnectForm} from "./connect_form";
import {ConnectionPanel} from "./connection_panel";
import {connections} from "./connections";

/** MQTT 5 from this page. */
export function WebSocketClient() {
  const opened = useStore(connections);
  return (
    <div class="page">
      <PageHead title="WebSocket client" note="MQTT 5 from this page to the node" />
      <ConnectForm />
      <div class="connections">
        {opened.map(connection => (
          <ConnectionPanel key={connection.id} connection={connection} />
        ))}
      </div>
    </div>
  );
}
