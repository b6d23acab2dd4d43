// Cards of malfunctions, kept by id so that what is open in them stays open.
import { MalfunctionCard } from "./malfunction_card.mjs";

export class MalfunctionList {
  /** @param {HTMLElement} host @param {object} context @param {boolean} compact */
  constructor(host, context, compact = false) {
    Object.assign(this, { _host: host, _context: context, _compact: compact });
    /** @type {Map<string, MalfunctionCard>} */
    this._cards = new Map();
  }

  /** @param {object[]} malfunctions in their order */
  update(malfunctions) {
    const wanted = new Set(malfunctions.map(({ id }) => id));
    for (const [id, card] of this._cards) {
      if (wanted.has(id)) continue;
      card.element.remove();
      this._cards.delete(id);
    }
    malfunctions.forEach((one, index) => {
      const { element } = this._card(one);
      const there = this._host.children[index];
      if (there !== element) this._host.insertBefore(element, there ?? null);
    });
  }

  _card(malfunction) {
    let card = this._cards.get(malfunction.id);
    if (!card) {
      card = new MalfunctionCard(this._context, this._compact);
      this._cards.set(malfunction.id, card);
    }
    card.update(malfunction);
    return card;
  }
}

/** Running and unacknowledged first, then newest. */
export function byNeed(a, b) {
  const rank = ({ ended, stage }) => (ended ? 2 : 0) + (stage === "open" ? 0 : 1);
  return rank(a) - rank(b) || b.detected - a.detected;
}

export function isResolved({ stage }) {
  return stage === "resolved";
}
