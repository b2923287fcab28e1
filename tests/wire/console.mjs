// Drives the admin console; started by console.py.
import {launch, open_page, run_steps, unserved} from "./console_browser.mjs";
import {access_steps, log_in} from "./console_access.mjs";
import {actor_steps} from "./console_actors.mjs";
import {client_steps} from "./console_clients.mjs";
import {overview_steps} from "./console_overview.mjs";
import {settings_steps} from "./console_settings.mjs";
import {ban_steps} from "./console_bans.mjs";
import {crowd_steps} from "./console_crowd.mjs";
import {shape_steps} from "./console_shape.mjs";
import {follow_steps, subscription_steps, topic_steps} from "./console_topics.mjs";
import {trace_steps} from "./console_traces.mjs";
import {websocket_steps} from "./console_websocket.mjs";
import {take_screenshots} from "./console_screenshots.mjs";

const [url, password, ...words] = process.argv.slice(2);
const browser = await launch();
let good = true;
try {
  if (words[0] === "--screenshots") {
    await take_screenshots(browser, url, password, words[1]);
  } else {
    const page = await open_page(browser, {baseURL: url});
    good = await run_steps(page, access_steps(password), words);
    await log_in(page, password);
    page.wrong = [];
    const waiting = {follow: follow_steps, traces: trace_steps, bans: ban_steps};
    for (const part of unserved) delete waiting[part];
    const steps = {...overview_steps, ...actor_steps, ...client_steps, ...subscription_steps, ...topic_steps,
                   ...websocket_steps, ...settings_steps, ...shape_steps, ...crowd_steps};
    Object.assign(steps, ...Object.values(waiting));
    good = await run_steps(page, steps, words) && good;
  }
} finally {
  await browser.close();
}
process.exit(good ? 0 : 1);
