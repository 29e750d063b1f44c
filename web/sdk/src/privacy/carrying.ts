/**
 * Carrying a profile: out as a file or as QR codes, in from a file, pictures or the camera.
 *
 * @module
 */

import type { Outcome } from "../protocol";
import { draw, readPicture, watch } from "./codes";
import { button, fill, make, save } from "./dom";
import { Collection, split } from "./parts";
import { passphrase } from "./passphrase";
import { Part, type View } from "./view";
import { REFUSALS, W } from "./words";

/** How long a code stands when they run through, ms: a camera sees it some eight times. */
const STAND = 1000;

/** The part. It is drawn once: what is being typed stays. */
export class Carrying extends Part {
  #collection = new Collection();
  #camera: (() => void) | undefined;
  #running: ReturnType<typeof setInterval> | undefined;
  readonly #codes = make("div");
  readonly #video = make("video", { hidden: true, "aria-hidden": "true" });

  constructor(view: View) {
    super(view, "carry", W.carry, W.carryText);
  }

  show(): void {
    if (!this.body.firstChild) fill(this.body, this.#give(), this.#take());
  }

  /** Ends camera and showing. */
  stop(): void {
    this.#camera?.();
    this.#camera = undefined;
    this.#video.hidden = true;
    clearInterval(this.#running);
    this.#running = undefined;
  }

  #give(): HTMLElement {
    const { l, dunlin } = this.view;
    const words = make("input", {
      id: "give-words",
      class: "words",
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": "give-text",
    });
    words.value = passphrase();
    const sealed = async (): Promise<Uint8Array<ArrayBuffer> | undefined> => {
      this.stop();
      fill(this.#codes);
      this.say(l.say(W.sealing));
      const outcome = await dunlin.ask<{ file: Uint8Array<ArrayBuffer> }>({ do: "export", passphrase: words.value });
      if (!outcome.ok) this.say(this.#refusal(outcome), true);
      return outcome.ok ? outcome.value.file : undefined;
    };
    const toFile = async (): Promise<void> => {
      const file = await sealed();
      if (!file) return;
      save("profile.age", "application/octet-stream", file);
      this.say(l.say(W.savedFile));
    };
    const toCodes = async (): Promise<void> => {
      const file = await sealed();
      if (file) await this.#codesOf(await split(file));
    };
    return make(
      "fieldset",
      { "data-carry": "give" },
      make("legend", {}, l.say(W.give)),
      make("label", { for: "give-words" }, l.say(W.passphrase)),
      make(
        "div",
        { class: "row" },
        make("span", { class: "wide" }, words),
        button(l.say(W.another), () => (words.value = passphrase())),
      ),
      make("p", { id: "give-text" }, l.say(W.passphraseText)),
      make(
        "div",
        { class: "row" },
        button(l.say(W.toFile), toFile, { "data-do": "file" }),
        button(l.say(W.toCodes), toCodes, { "data-do": "codes" }),
      ),
      this.#codes,
    );
  }

  async #codesOf(texts: readonly string[]): Promise<void> {
    const { l } = this.view;
    let at = 0;
    const place = make("div", { class: "code" });
    const count = make("p", { "aria-live": "polite" });
    const show = async (to: number): Promise<void> => {
      at = (to + texts.length) % texts.length;
      const title = l.say(W.code, { number: at + 1, of: texts.length });
      const code = await draw(texts[at]!, title);
      // As text as well: for whoever copies it, and for tests.
      place.dataset["text"] = texts[at]!;
      fill(place, code);
      count.textContent = title;
    };
    const run = button(l.say(W.run), () => {
      if (this.#running) this.stop();
      else this.#running = setInterval(() => void show(at + 1), STAND);
      run.textContent = l.say(this.#running ? W.stop : W.run);
      count.setAttribute("aria-live", this.#running ? "off" : "polite");
    });
    await show(0);
    fill(
      this.#codes,
      place,
      count,
      texts.length > 1 &&
        make(
          "div",
          { class: "row" },
          button(l.say(W.before), () => show(at - 1)),
          button(l.say(W.next), () => show(at + 1), { "data-do": "next" }),
          run,
        ),
    );
    this.say(l.say(W.showing, { n: texts.length }));
  }

  #take(): HTMLElement {
    const { l } = this.view;
    const words = make("input", { id: "take-words", class: "words", type: "text", autocomplete: "off", spellcheck: "false" });
    const file = make("input", { id: "take-file", type: "file", accept: ".age,application/octet-stream" });
    const pictures = make("input", { id: "take-pictures", type: "file", accept: "image/*", multiple: true });
    file.addEventListener("change", () => {
      const [chosen] = file.files ?? [];
      if (chosen) void chosen.arrayBuffer().then((bytes) => this.#open(words.value, new Uint8Array(bytes)));
      file.value = "";
    });
    pictures.addEventListener("change", () => {
      const chosen = [...(pictures.files ?? [])];
      pictures.value = "";
      void this.#pictures(words.value, chosen);
    });
    const film = async (): Promise<void> => {
      if (this.#camera) return this.stop();
      this.#video.hidden = false;
      try {
        this.#camera = await watch(this.#video, (text) => {
          const took = this.#collection.take(text);
          if (took === "new" || took === "other") this.#progress(took);
          const all = this.#collection.of > 0 && !this.#collection.missing.length;
          if (all) void this.#whole(words.value);
          return all;
        });
      } catch (fault) {
        this.#video.hidden = true;
        this.say(l.say(W.noCamera, { say: (fault as Error).name }), true);
      }
    };
    const again = (): void => {
      this.#collection = new Collection();
      this.say("");
    };
    return make(
      "fieldset",
      { "data-carry": "take" },
      make("legend", {}, l.say(W.take)),
      make("label", { for: "take-words" }, l.say(W.passphraseTake)),
      words,
      make("label", { for: "take-file" }, l.say(W.fromFile)),
      file,
      make("label", { for: "take-pictures" }, l.say(W.fromPictures)),
      pictures,
      make(
        "div",
        { class: "row" },
        button(l.say(W.fromCamera), film, { "data-do": "camera" }),
        button(l.say(W.again), again, { "data-do": "again" }),
      ),
      this.#video,
    );
  }

  async #pictures(words: string, files: readonly File[]): Promise<void> {
    const { l } = this.view;
    const bad: string[] = [];
    for (const picture of files) {
      const text = await readPicture(picture);
      const took = text === undefined ? "alien" : this.#collection.take(text);
      if (took === "alien") bad.push(l.say(W.noCode, { name: picture.name }));
      else if (took === "damaged") bad.push(l.say(W.badCode));
      else if (took === "other") bad.push(l.say(W.other));
    }
    if (this.#collection.of && !this.#collection.missing.length) return this.#whole(words);
    this.#progress("new", bad);
  }

  /** Says how far the collection has come. */
  #progress(took: string, more: readonly string[] = []): void {
    const { l } = this.view;
    const { of, missing } = this.#collection;
    const n = of - missing.length;
    const lines = took === "other" ? [l.say(W.other)] : [...more];
    if (of) lines.push(missing.length ? l.say(W.parts, { n, of, list: l.list(missing.map(String)) }) : l.say(W.allParts, { of }));
    this.say(lines.join(" "));
  }

  async #whole(words: string): Promise<void> {
    this.stop();
    const file = await this.#collection.file();
    if (file) return this.#open(words, file);
    this.#collection = new Collection();
    this.say(this.view.l.say(W.badCode), true);
  }

  async #open(words: string, file: Uint8Array): Promise<void> {
    const { l, dunlin, refresh } = this.view;
    this.say(l.say(W.opening));
    const outcome = await dunlin.ask({ do: "import", passphrase: words, file });
    if (!outcome.ok) return this.say(this.#refusal(outcome), true);
    this.#collection = new Collection();
    await refresh();
    this.say(l.say(W.taken), true);
  }

  #refusal(outcome: Exclude<Outcome, { ok: true }>): string {
    const { l } = this.view;
    const { code = 0, why, say } = outcome;
    if (why === "off") return l.say(W.off);
    const known = REFUSALS[code];
    return known ? l.say(known) : code ? l.say(W.wrongPlan, { say }) : l.say(W.failed, { say });
  }
}
