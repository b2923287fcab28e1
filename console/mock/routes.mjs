// The calls of the API on the mock's world: [method, pattern, least role, handler(request)]. A handler answers with a
// body, or with {status, body}.
import {clientRoutes} from "./clients.mjs";
import {nodeRoutes} from "./node.mjs";
import {settingsRoutes} from "./settings.mjs";
import {topicRoutes} from "./topics.mjs";

export const routes = [...nodeRoutes, ...clientRoutes, ...topicRoutes, ...settingsRoutes];
