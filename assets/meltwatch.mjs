// Entry of all scripts: one clock, one banner, one list of alarms, and a controller for the page that is shown.
import { AlarmBar } from "./live/alarm_bar.mjs";
import { AlarmFeed } from "./live/alarm_feed.mjs";
import { AlarmSound } from "./live/alarm_sound.mjs";
import { Banner } from "./live/banner.mjs";
import { Commands } from "./live/alarm_commands.mjs";
import { ServerClock } from "./live/server_clock.mjs";
import { followPages } from "./live/pages.mjs";
import { keepDashControlsMended } from "./live/dash_aria.mjs";
import { mountDossier } from "./live/dossier.mjs";
import { mountMalfunctions } from "./live/malfunctions_page.mjs";
import { mountTrends } from "./live/trends.mjs";
import { mountAlarms } from "./live/alarm_page.mjs";
import { mountExtruder } from "./live/extruder_page.mjs";
import { mountPlant } from "./live/plant_page.mjs";
import { mountScope } from "./live/scope_page.mjs";
import { mountSources } from "./live/sources_page.mjs";
import { mountSystem } from "./live/system_page.mjs";
import { mountWaiting } from "./live/waiting_page.mjs";
import { startGuardMark } from "./live/guard_mark.mjs";
import { startHeader } from "./live/header.mjs";
import { EVENT as PERSON_CHANGED } from "./live/alarm_person.mjs";
import { followSession, sessionButton } from "./live/signed_in.mjs";
import { startLanguage } from "./live/language.mjs";
import { startKeysHelp } from "./live/keys_help.mjs";
import { startTour } from "./live/tour.mjs";
import { startTheme } from "./live/theme.mjs";

keepDashControlsMended();

const clock = new ServerClock();
const banner = new Banner(clock);

followPages(
  {
    plant: mountPlant, extruder: mountExtruder, scope: mountScope, alarms: mountAlarms,
    malfunctions: mountMalfunctions, dossier: mountDossier, trends: mountTrends,
    sources: mountSources, system: mountSystem, waiting: mountWaiting,
  },
  (shell) => {
    const settings = JSON.parse(shell.dataset.mw);
    banner.start(shell.querySelector("#mw-banner"), settings);
    startHeader(shell, clock, settings);
    startGuardMark(shell);
    startTheme(shell.querySelector("#mw-theme"));
    startLanguage(shell.querySelector("#mw-language"));
    startKeysHelp(shell.querySelector("#mw-theme"));
    startSession(shell.querySelector("#mw-theme"));
    // One list of alarms and one sender for the whole session: pages come and go.
    const alarms = new AlarmFeed(clock, settings);
    startTour(shell, settings, alarms);
    const commands = new Commands();
    const bar = shell.querySelector("#mw-alarm-bar");
    new AlarmBar(bar, alarms, new AlarmSound());
    return { clock, banner, settings, alarms, commands, causes: JSON.parse(bar.dataset.mwCauses) };
  },
);

/** Who is signed in, beside the switch of the theme. */
function startSession(beside) {
  const mark = sessionButton();
  beside.before(mark.element);
  followSession(() => {
    mark.show();
    dispatchEvent(new CustomEvent(PERSON_CHANGED));
  });
}
