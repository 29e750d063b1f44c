// Stands in for the script in tests of the shop and the bar: it answers as a browser
// whose report is ready would, keeps consent for the tab, and remembers what it was told.
(() => {
  const read = (key, other) => JSON.parse(sessionStorage.getItem(key)) ?? other;
  const ok = (value) => Promise.resolve({ ok: true, value });
  const off = Promise.resolve({ ok: false, why: "off", say: "no consent" });
  const state = () => ({
    measure: false,
    personalize: false,
    said: false,
    mode: "ask",
    signal: navigator.globalPrivacyControl === true,
    ...read("consent", {}),
  });
  const ones = [
    { metric: "present", segment: "", column: "" },
    { metric: "audience", segment: "new", column: "" },
    { metric: "funnel", segment: "new", column: "cart" },
  ];
  const option = (variant, mean) => ({ variant, prior: 0.05, shown: 1, won: 0, match: 0.4, mean, draw: 0, value: mean });
  globalThis.dunlin = {
    track(...told) {
      sessionStorage.setItem("told", JSON.stringify([...read("told", []), told]));
      return ok();
    },
    consent(said) {
      if (said) {
        sessionStorage.setItem("consent", JSON.stringify({ ...said, said: true }));
        document.dispatchEvent(new CustomEvent("dunlin:consent", { detail: state() }));
      }
      return ok(state());
    },
    why: (slot) =>
      state().personalize
        ? ok({
            slot,
            variant: "shoes",
            reason: "sampled",
            segment: "new",
            kept: true,
            options: [option("plain", 0.03), option("shoes", 0.15)],
          })
        : off,
    report: () => (state().measure ? ok({ date: "2026-11-22", end: 0, cells: 113, ones, weight: 9, sigma2: 185, revision: 1 }) : off),
    forget: () => ok(),
    debug: () =>
      ok({
        consent: state(),
        why: state().measure || state().personalize ? "" : "off",
        slots: [],
        sends: { last: 0, first: true, end: 0, more: 0, owed: 1, wait: 0, ready: null, sent: 1, status: 0 },
        trouble: [],
        worker: { stage: "running", trouble: [], module: "88c770193d7f46a4e8669845da07c1a57030009d90919e8b51069c3a64987ac3" },
      }),
  };
})();
