// The address: what is shown can be shared, for the address says it. The secret is no part of that: it comes after
// the #, is kept for this tab, and leaves the address at once.

const KEPT = "lifelab-secret";

/** What is shown if the address says nothing. */
export const DEFAULTS = {
  pattern: "gosper-glider-gun", rle: null, soup: null, seed: 0,
  size: "64x48", topology: null, rule: null,
  wait: "sleep", ms: 20, steppers: null, engine: null,
  speed: null, step: 6, colors: null, theme: null,
  x: null, y: null, zoom: null, autostart: true,
};

export const SIX = [
  { name: "sequential", workers: null }, { name: "thread_per_cell", workers: null },
  { name: "queue_pipeline", workers: 64 }, { name: "thread_pool", workers: 64 },
  { name: "async_tasks", workers: null }, { name: "process_pool", workers: 8 },
];

/** The secret, which is taken out of the address; empty if there is none. */
export function takeSecret() {
  const found = location.hash.slice(1);
  if (found) {
    sessionStorage.setItem(KEPT, found);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(KEPT) ?? "";
}

/** What the address says, the rest by default. */
export function read() {
  const given = new URLSearchParams(location.search);
  const state = { ...DEFAULTS };
  for (const key of Object.keys(DEFAULTS)) if (given.has(key)) state[key] = given.get(key);
  for (const key of ["seed", "ms", "step", "x", "y", "zoom", "soup"]) {
    if (state[key] !== null) state[key] = Number.isFinite(Number(state[key])) ? Number(state[key]) : DEFAULTS[key];
  }
  state.autostart = given.get("autostart") !== "0" && given.get("autostart") !== "false";
  state.steppers = given.has("steppers") ? given.get("steppers").split(",").map(stepper) : SIX;
  // What names another start means it.
  if (state.rle !== null || state.soup !== null) state.pattern = null;
  if (state.engine !== null) [state.wait, state.size] = ["none", "auto"];
  return state;
}

/** The address of a state: what differs from the defaults. */
export function write(state) {
  const said = new URLSearchParams();
  for (const [key, value] of Object.entries(DEFAULTS)) {
    const now = key === "steppers" ? spell(state.steppers) : state[key];
    const before = key === "steppers" ? spell(SIX) : value;
    if (now !== null && now !== before) said.set(key, now === false ? "0" : now);
  }
  const text = said.toString();
  return location.origin + location.pathname + (text ? `?${text}` : "");
}

function stepper(text) {
  const [name, workers] = text.split(":");
  return { name, workers: workers ? Number(workers) : null };
}

function spell(steppers) {
  return steppers.map(({ name, workers }) => (workers ? `${name}:${workers}` : name)).join(",");
}
