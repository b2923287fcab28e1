import {PageHead} from "../../components/basics";

export function WebSocketClient() {
  return <div class="page"><PageHead title="WebSocket client" /></div>;
}
