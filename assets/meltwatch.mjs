// Entry of all scripts: one clock, one banner, and a controller for the page that is shown.
import { Banner } from "./live/banner.mjs";
import { ServerClock } from "./live/server_clock.mjs";
import { followPages } from "./live/pages.mjs";
import { mountExtruder } from "./live/extruder_page.mjs";
import { mountPlant } from "./live/plant_page.mjs";
import { mountScope } from "./live/scope_page.mjs";
import { mountWaiting } from "./live/waiting_page.mjs";
import { startHeader } from "./live/header.mjs";
import { startTheme } from "./live/theme.mjs";

const clock = new ServerClock();
const banner = new Banner(clock);

followPages(
  { plant: mountPlant, extruder: mountExtruder, scope: mountScope, waiting: mountWaiting },
  (shell) => {
    const settings = JSON.parse(shell.dataset.mw);
    banner.start(shell.querySelector("#mw-banner"), settings);
    startHeader(shell, clock, settings);
    startTheme(shell.querySelector("#mw-theme"));
    return { clock, banner, settings };
  },
);
