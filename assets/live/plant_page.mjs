// The Plant page: one answer a second feeds all cards; those that need attention come first.
import { Feed, FeedError, requestJson } from "./feed.mjs";
import { PlantCard } from "./plant_card.mjs";
import { setText } from "./text.mjs";
import { Wall, wallSeconds } from "./wall.mjs";

const SPARK_MS = 15_000;

export function mountPlant(root, { clock, banner, settings }) {
  banner.reset();
  const grid = root.querySelector("#plant-cards");
  const cards = new Map(
    [...grid.children].map((element) => {
      const card = new PlantCard(element, clock, settings);
      return [card.id, card];
    }),
  );
  const seconds = wallSeconds();
  const wall = seconds ? new Wall(seconds) : null;
  let sparksAt = -Infinity;

  async function step(signal) {
    const { body, headers } = await requestJson("/plant", signal);
    show(body, headers);
    await sparks(signal);
  }

  function show(body, headers) {
    // Redis came back empty: keep the picture, marked, until the windows are rebuilt.
    if (body.catalogue === 0) throw new FeedError("missing", "no windows");
    if (String(body.catalogue) !== root.dataset.mwCatalogue) return location.reload();
    clock.sync(body.served, headers);
    for (const summary of body.cards) cards.get(summary.id)?.update(summary);
    const head = Math.max(-1, ...body.cards.map((summary) => summary.head));
    banner.answered({ ...body, head });
    sort(grid, [...cards.values()]);
    tally(root, [...cards.values()], false);
    wall?.update([...cards.values()].filter((card) => card.group() === "attention").length);
  }

  /** Cards without a window behind them need a round, which says what is wrong. */
  function pushed(data) {
    const body = JSON.parse(data);
    if (body.catalogue === 0) return false;
    show(body);
    return true;
  }

  async function sparks(signal) {
    if (performance.now() - sparksAt < SPARK_MS || grid.classList.contains("cards--tight")) return;
    sparksAt = performance.now();
    const { body } = await requestJson("/plant/sparks", signal);
    for (const [id, line] of Object.entries(body.sparks)) cards.get(Number(id))?.drawSpark(line);
  }

  const feed = new Feed(settings.pollMs, step, (error) => error && banner.failed(error), {
    url: "/plant/events",
    kind: "plant",
    onData: pushed,
  });
  const ages = setInterval(() => {
    if (document.hidden) return;
    for (const card of cards.values()) card.tick(banner.shown);
    tally(root, [...cards.values()], banner.shown);
    sparks().catch((error) => banner.failed(error));
  }, 500);
  return {
    destroy() {
      feed.stop();
      clearInterval(ages);
      wall?.destroy();
    },
  };
}

/** Reorder only when the order changed, and keep the keyboard where it was. */
function sort(grid, cards) {
  const wanted = cards.sort((a, b) => b.need() - a.need() || a.id - b.id).map((card) => card.element);
  if (wanted.every((element, index) => grid.children[index] === element)) return;
  // A card must not move away under the pointer that is about to press it.
  if (grid.matches(":hover") && matchMedia("(hover: hover)").matches && !grid.dataset.mwUnsorted) {
    grid.dataset.mwUnsorted = "waiting";
    grid.addEventListener("pointerleave", () => delete grid.dataset.mwUnsorted, { once: true });
  }
  if (grid.dataset.mwUnsorted) return;
  const focused = document.activeElement;
  grid.append(...wanted);
  if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

/** Counts by state; while nothing is known they are dashes, not zeros. */
function tally(root, cards, lost) {
  const counts = { attention: 0, silent: 0, production: 0, startup: 0, stopped: 0, unknown: 0 };
  for (const card of cards) {
    counts[card.group()] += 1;
    if (card.needsAttention()) counts.attention += 1;
  }
  for (const [key, count] of Object.entries(counts)) {
    const element = root.querySelector(`[data-mw-tally="${key}"]`);
    setText(element, lost ? "–" : String(count));
    element.parentElement.toggleAttribute("data-mw-some", !lost && count > 0);
  }
}
