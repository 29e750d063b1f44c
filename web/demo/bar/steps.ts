import { element, fill, type Child } from "../shop/client/element";
import type { Language } from "../shop/language";
import type { Progress } from "./day";
import { count, say } from "./words";

/** One step of a day's end. */
export interface Step {
  readonly text: string;
  readonly state: "waits" | "runs" | "done" | "left";
  readonly progress?: Progress | undefined;
  readonly note?: Child;
}

/** The list of steps, which is drawn anew only where something changed. */
export class Steps {
  readonly list = element("ol", { class: "de-steps" });
  private drawn: string[] = [];

  constructor(private readonly language: Language) {}

  show(steps: readonly Step[]): void {
    steps.forEach((step, i) => {
      const item = this.list.children[i] ?? this.list.appendChild(element("li"));
      const key = JSON.stringify([step.text, step.state, step.note instanceof Node ? step.note.textContent : null]);
      if (this.drawn[i] !== key) {
        this.drawn[i] = key;
        item.className = `de-step de-${step.state}`;
        if (step.state === "runs") item.setAttribute("aria-current", "step");
        else item.removeAttribute("aria-current");
        fill(
          item,
          element("span", { class: "de-text" }, step.text),
          element("progress", { "aria-label": step.text, hidden: true }),
          element("span", { class: "de-count" }),
          step.note ?? null,
        );
      }
      const bar = item.querySelector("progress");
      const text = item.querySelector(".de-count");
      const { done, total } = step.progress ?? { done: 0, total: 0 };
      if (!bar || !text) return;
      bar.hidden = step.state !== "runs";
      if (total > 0) {
        bar.max = total;
        bar.value = done;
      } else {
        bar.removeAttribute("value");
      }
      text.textContent =
        total > 0 && step.state === "runs"
          ? say("progress", this.language, { done: count(done, this.language), total: count(total, this.language) })
          : "";
    });
  }
}
