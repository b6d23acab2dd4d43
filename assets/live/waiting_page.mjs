// A notice that goes away by itself: reloads once the server has a catalogue.
import { Feed, requestJson } from "./feed.mjs";

export function mountWaiting(_root, { banner, settings }) {
  banner.reset();
  const feed = new Feed(
    settings.pollMs,
    async (signal) => {
      const { body } = await requestJson("/plant", signal);
      if (body.catalogue > 0) location.reload();
    },
    () => {},
  );
  return { destroy: () => feed.stop() };
}
