// What the tour says: a step is over when its `done` holds, or with Next where it has none.
import { t } from "./words.mjs";

/** Where the address is. */
const at = (start) => () => location.pathname === start || location.pathname.startsWith(`${start}/`);
const anExtruder = () => /^\/extruder\/\d+$/.test(location.pathname);

/** For who comes for the first time. */
export const FIRST = [
  {
    title: t("This is the plant"),
    text: t("A card for each extruder. Grey is normal: look where there is colour. Who needs somebody comes first."),
    marks: ".cards",
  },
  {
    title: t("What is unacknowledged"),
    text: t("This bar is on every page. It leads to the alarms, with what to check first."),
    marks: "#mw-alarm-bar",
  },
  {
    title: t("One extruder"),
    text: t("Open a card: gauges, and the last 15 minutes of every signal. Point, zoom, pause."),
    done: anExtruder,
    marks: ".card",
  },
  {
    title: t("What was"),
    text: t("Malfunctions, Trends and Shift report hold years. Press ? on any page for its keys."),
    marks: ".header nav",
  },
];

const clog = ({ malfunctions }) =>
  malfunctions.filter(({ extruder, causes }) => extruder === 1 && causes[0]?.cause === "screen_clogging")
    .sort((a, b) => b.onset - a.onset)[0];

/** Of the demonstration, in which the screen of extruder 1 clogs. @see data.ingest.__main__ */
export const DEMO = [
  {
    title: t("A screen begins to clog"),
    text: t("At Extruder 1, a minute after the start of this plant. Pressure before the screen rises, little by little, below any limit. Meltwatch finds it within about three minutes: wait, or look at its card."),
    marks: ".card",
    done: (alarms) => Boolean(clog(alarms)),
  },
  {
    title: t("Found"),
    text: t("A malfunction with its cause and what it costs so far, counted from the real onset. Open Alarms."),
    marks: "#mw-alarm-bar",
    done: (alarms) => at("/alarms")() || clog(alarms)?.stage !== "open",
  },
  {
    title: t("Why?"),
    text: t("“Why” on its card tells what speaks for it, and “Check” where to begin. Then acknowledge it: others see that somebody is there."),
    marks: ".malfunction",
    done: (alarms) => clog(alarms)?.stage !== "open",
  },
  {
    title: t("Mended"),
    text: t("The screen pack is changed five minutes after it began. Resolve it then, or now, with the cause found and what was done."),
    marks: ".malfunction",
    done: (alarms) => clog(alarms)?.stage === "resolved",
  },
  {
    title: t("In the history"),
    text: t("Open Malfunctions, and the dossier there: readings from before the onset, alarms, what people did, one page of paper."),
    marks: ".header nav",
    done: at("/malfunctions"),
  },
  {
    title: t("That is all"),
    text: t("The next one that looks like it will show what you wrote. make fault begins others (README)."),
  },
];
