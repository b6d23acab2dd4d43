// A notice that goes away by itself: reloads once the server has a catalogue.
import { Feed, request } from "./feed.mjs";

export function mountWaiting(_root, { banner, settings }) {
  banner.reset();
  const feed = new Feed(
    settings.pollMs,
    async (signal) => {
      const { catalogue } = await (await request("/plant", signal)).json();
      if (catalogue > 0) location.reload();
    },
    () => {},
  );
  return { destroy: () => feed.stop() };
}
