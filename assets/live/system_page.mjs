// The System page: each panel has a controller that fills it and asks for itself.
import { CostPanel } from "./cost_panel.mjs";
import { FailuresPanel } from "./failures_panel.mjs";
import { GuardPanel } from "./guard_panel.mjs";
import { PipelinePanel } from "./pipeline_panel.mjs";
import { RunsPanel } from "./runs_panel.mjs";

/** Controllers by the name of their panel. */
const PANELS = {
  cost: CostPanel, failures: FailuresPanel, guard: GuardPanel, pipeline: PipelinePanel, runs: RunsPanel,
};

export function mountSystem(root, context) {
  context.banner.reset();
  const tell = () => {
    const { error, facts } = context.alarms;
    if (error) context.banner.failed(error);
    else if (facts) context.banner.answered(facts);
  };
  context.alarms.addEventListener("change", tell);
  const sections = [...root.querySelectorAll("[data-mw-panel]")];
  const panels = sections.map((section) => new PANELS[section.dataset.mwPanel](section, context));
  return {
    destroy() {
      context.alarms.removeEventListener("change", tell);
      for (const panel of panels) panel.destroy();
    },
  };
}
