import {PageHead} from "../../components/basics";

export function Traces() {
  return <div class="page"><PageHead title="Traces" /></div>;
}
