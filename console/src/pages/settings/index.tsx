import type {ComponentType} from "preact";

import {PageHead, Tabs} from "../../components/basics";
import {useMay} from "../../lib/roles";
import {setQuery, usePlace} from "../../lib/router";
import {ApiKeys} from "./api_keys";
import {Audit} from "./audit";
import {Bans} from "./bans";
import {Configuration} from "./configuration";
import {Listeners} from "./listeners";
import {Users} from "./users";

const forAll: [string, ComponentType][] = [
  ["Listeners", Listeners],
  ["Configuration", Configuration],
  ["Bans", Bans],
];
const forAdmins: [string, ComponentType][] = [
  ["Users", Users],
  ["API keys", ApiKeys],
  ["Audit log", Audit],
];

export function Settings() {
  const isAdmin = useMay("admin");
  const wanted = usePlace().query.get("tab");
  const tabs = isAdmin ? [...forAll, ...forAdmins] : forAll;
  const [current, Shown] = tabs.find(([name]) => name === wanted) ?? ["Listeners", Listeners];
  return (
    <div class="page page-fill">
      <PageHead title="Settings" />
      <Tabs
        label="Settings"
        names={tabs.map(([name]) => name)}
        current={current}
        onChoose={tab => setQuery({tab: tab === "Listeners" ? "" : tab, kind: "", value: ""}, false)}
      />
      <Shown />
    </div>
  );
}
