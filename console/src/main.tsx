import "uplot/dist/uPlot.min.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/controls.css";
import "./styles/tables.css";
import "./styles/charts.css";
import "./styles/pages.css";

import {render} from "preact";

import {App} from "./app";

const root = document.getElementById("app");
if (root) render(<App />, root);
