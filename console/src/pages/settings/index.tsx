import {PageHead} from "../../components/basics";

export function Settings() {
  return <div class="page"><PageHead title="Settings" /></div>;
}
