import {PageHead} from "../../components/basics";

export function Topics() {
  return <div class="page"><PageHead title="Topics" /></div>;
}
