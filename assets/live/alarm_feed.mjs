// The alarms and malfunctions of the plant, asked once a second for all that shows them.
import { isHidden, isUnacknowledged } from "./alarm_words.mjs";
import { Feed, requestJson } from "./feed.mjs";
import { formatTime } from "./format.mjs";
import { t } from "./words.mjs";

const POLL_MS = 1000;

/** Dispatches "change" after every round. What is here stays when an answer fails. */
export class AlarmFeed extends EventTarget {
  constructor(clock, settings) {
    super();
    this._clock = clock;
    this._settings = settings;
    this.alarms = [];
    this.malfunctions = [];
    /** @type {Record<string, object[]>} by extruder */
    this.predictions = {};
    this.asOf = -1;
    /** The last answer's facts about the refresh, and what went wrong last; null if nothing. */
    this.facts = null;
    this.error = null;
    this._feed = new Feed(POLL_MS, (signal) => this._step(signal), (error) => this._round(error));
  }

  /** True once the worker has told which alarms there are. */
  get known() {
    return this.asOf > 0;
  }

  /** Why what is here may not be what is; empty if all is well. */
  get trouble() {
    if (this.error) return this._dated(this._failure());
    if (!this.facts) return t("Alarms are loading");
    if (!this.known) return t("Alarms are not known yet: no worker has told them");
    const old = this._clock.now() - this.asOf > this._settings.staleAfterMs;
    return old ? this._dated(t("Alarms are not updated")) : "";
  }

  /** Those that operators are to be told of. */
  get told() {
    return this.alarms.filter((alarm) => !isHidden(alarm));
  }

  get unacknowledged() {
    return this.alarms.filter(isUnacknowledged);
  }

  async _step(signal) {
    const { body, headers } = await requestJson("/alarms/now", signal);
    this._clock.sync(body.served, headers);
    const { checked, rebuilding, error } = body;
    this.facts = { checked, rebuilding, error, head: body.as_of };
    // Redis came back empty: what was known stays, marked as old.
    if (!(body.as_of > 0)) return;
    this.asOf = body.as_of;
    this.alarms = body.alarms;
    this.malfunctions = body.malfunctions;
    this.predictions = body.predictions ?? {};
  }

  _round(error) {
    this.error = error;
    this.dispatchEvent(new Event("change"));
  }

  _failure() {
    if (this.error.kind === "server") return t("Alarms cannot be had: server lost");
    return t("Alarms cannot be had: {why}", { why: this.error.message });
  }

  _dated(what) {
    if (!this.known) return what;
    return t("{what}, shown as of {time}", { what, time: formatTime(this.asOf, this._settings.timeZone) });
  }
}
