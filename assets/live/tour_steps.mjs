// What the tour says: a step is over when its `done` holds, or with Next where it has none.

/** Where the address is. */
const at = (start) => () => location.pathname === start || location.pathname.startsWith(`${start}/`);
const anExtruder = () => /^\/extruder\/\d+$/.test(location.pathname);

/** For who comes for the first time. */
export const FIRST = [
  {
    title: "This is the plant",
    text: "A card for each extruder. Grey is normal: look where there is colour. Who needs somebody comes first.",
    marks: ".cards",
  },
  {
    title: "What is unacknowledged",
    text: "This bar is on every page. It leads to the alarms, with what to check first.",
    marks: "#mw-alarm-bar",
  },
  {
    title: "One extruder",
    text: "Open a card: gauges, and the last 15 minutes of every signal. Point, zoom, pause.",
    done: anExtruder,
    marks: ".card",
  },
  {
    title: "What was",
    text: "Malfunctions, Trends and Shift report hold years. Press ? on any page for its keys.",
    marks: ".header nav",
  },
];

const clog = ({ malfunctions }) =>
  malfunctions.filter(({ extruder, causes }) => extruder === 1 && causes[0]?.cause === "screen_clogging")
    .sort((a, b) => b.onset - a.onset)[0];

/** Of the demonstration, in which the screen of extruder 1 clogs. @see data.ingest.__main__ */
export const DEMO = [
  {
    title: "A screen begins to clog",
    text: "At Extruder 1, a minute after the start of this plant. Pressure before the screen rises, little by little, below any limit. Meltwatch finds it within about three minutes: wait, or look at its card.",
    marks: ".card",
    done: (alarms) => Boolean(clog(alarms)),
  },
  {
    title: "Found",
    text: "A malfunction with its cause and what it costs so far, counted from the real onset. Open Alarms.",
    marks: "#mw-alarm-bar",
    done: (alarms) => at("/alarms")() || clog(alarms)?.stage !== "open",
  },
  {
    title: "Why?",
    text: "“Why” on its card tells what speaks for it, and “Check” where to begin. Then acknowledge it: others see that somebody is there.",
    marks: ".malfunction",
    done: (alarms) => clog(alarms)?.stage !== "open",
  },
  {
    title: "Mended",
    text: "The screen pack is changed five minutes after it began. Resolve it then, or now, with the cause found and what was done.",
    marks: ".malfunction",
    done: (alarms) => clog(alarms)?.stage === "resolved",
  },
  {
    title: "In the history",
    text: "Open Malfunctions, and the dossier there: readings from before the onset, alarms, what people did, one page of paper.",
    marks: ".header nav",
    done: at("/malfunctions"),
  },
  {
    title: "That is all",
    text: "The next one that looks like it will show what you wrote. make fault begins others (README).",
  },
];
