// The WebSocket client of the console: two connections that talk, and what the node says of them.
import {go_to} from "./console_access.mjs";
import {check, check_equal, until} from "./console_browser.mjs";

export async function connect(page, id) {
  const form = page.getByRole("form", {name: "New connection"});
  await until(async () => (await form.getByLabel("Address").inputValue()).startsWith("ws://"), "an address is offered");
  await form.getByLabel("Client id").fill(id);
  await form.getByRole("button", {name: "Connect", exact: true}).click();
  const panel = page.getByRole("region", {name: id, exact: true});
  await panel.getByText("connected", {exact: true}).waitFor();
  return panel;
}

export const newest = panel => panel.getByRole("list", {name: "Messages"}).getByRole("listitem").first();

export const websocket_steps = {
  "WebSocket client: two connections talk": async page => {
    await go_to(page, "WebSocket client");
    const ann = await connect(page, "ann");
    const bob = await connect(page, "bob");
    await ann.getByLabel("Topic filter").fill("talk/#");
    await ann.getByRole("button", {name: "Subscribe", exact: true}).click();
    await ann.getByRole("button", {name: "Unsubscribe from talk/#"}).waitFor();
    await bob.getByLabel("Topic", {exact: true}).fill("talk/bob");
    await bob.getByLabel("Payload").fill("<b>Hello</b> from Bob");
    await bob.getByRole("button", {name: "Publish", exact: true}).click();
    await newest(ann).getByText("<b>Hello</b> from Bob").waitFor();
    check((await newest(ann).textContent()).startsWith("received"), "it is marked as received");
    check((await newest(bob).textContent()).startsWith("sent"), "Bob's own is marked as sent");
  },

  "WebSocket client: the node knows its connections, and they outlive a change of the page": async page => {
    const ann = page.getByRole("region", {name: "ann", exact: true});
    await ann.getByRole("link", {name: "What the node knows of it"}).click();
    await page.getByRole("heading", {level: 1, name: "ann", exact: true}).waitFor();
    await page.getByRole("button", {name: "Unsubscribe from talk/#"}).or(page.getByText("talk/#")).first().waitFor();
    await go_to(page, "WebSocket client");
    await ann.getByText("connected", {exact: true}).waitFor();
    for (const id of ["ann", "bob"]) {
      const panel = page.getByRole("region", {name: id, exact: true});
      await panel.getByRole("button", {name: "Disconnect"}).click();
      await panel.getByText("closed", {exact: true}).waitFor();
      await panel.getByRole("button", {name: "Remove"}).click();
    }
    check_equal(await page.locator(".connection").count(), 0, "connections left");
  },
};
