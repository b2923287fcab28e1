// Topics: who is subscribed to what.
import {go_to} from "./console_access.mjs";
import {check, deed, forgive, until} from "./console_browser.mjs";

export const topic_steps = {
  "Topics: subscriptions by client and by filter": async page => {
    const evil = "evil/<script>alert(1)</script>";
    await deed("connect", {client: "subscriber"});
    for (const filter of ["plant/+/state", "$share/crew/plant/#", evil])
      await deed("subscribe", {client: "subscriber", filter});
    await go_to(page, "Topics");
    await page.getByRole("tab", {name: "Subscriptions"}).click();
    await page.getByLabel("Client id").fill("subscriber");
    const table = page.getByRole("table", {name: "Subscriptions"});
    for (const filter of ["plant/+/state", evil]) await table.getByText(filter, {exact: true}).waitFor();
    const shared = table.getByRole("row", {name: /\$share\/crew/});
    check((await shared.getByRole("cell").allTextContents()).includes("crew"), "the group of the shared one");
    await page.getByLabel("Topic filter").fill("plant/+/state");
    await until(async () => await table.getByRole("link", {name: "subscriber"}).count() === 1, "one subscription");
    forgive(page, /404 GET \S*\/api\/v1\/topics\b/);
  },
};
