import {PageHead, Tabs} from "../../components/basics";
import {setQuery, usePlace} from "../../lib/router";
import {Follow} from "./follow";
import {Retained} from "./retained";
import {Subscriptions} from "./subscriptions";
import {TopicTree} from "./topic_tree";

const tabs = ["Tree", "Subscriptions", "Retained", "Follow a message"] as const;

export function Topics() {
  const {query} = usePlace();
  const current = tabs.find(tab => tab === query.get("tab")) ?? "Tree";
  return (
    <div class="page page-fill">
      <PageHead title="Topics" />
      <Tabs
        label="About topics"
        names={tabs}
        current={current}
        onChoose={tab =>
          setQuery({tab: tab === "Tree" ? "" : tab, client: "", filter: "", prefix: "", topic: ""}, false)
        }
      />
      {current === "Tree" && <TopicTree />}
      {current === "Subscriptions" && <Subscriptions key={query.get("client")} query={query} />}
      {current === "Retained" && <Retained key={query.get("prefix")} query={query} />}
      {current === "Follow a message" && <Follow first={query.get("topic") ?? ""} />}
    </div>
  );
}
