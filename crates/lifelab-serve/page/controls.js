// The controls above the panels: what is chosen there goes to the app, and what the app shows comes back.

import { SIX } from "./address.js";

const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 1000];
const SIZES = ["auto", "32x24", "48x36", "64x48", "80x60", "100x100", "256x256", "1000x1000"];
const SOUP = "(soup)";
const TEXT = "(pasted)";

/** What each layout shows, where that differs. */
const LAYOUTS = {
  six: { steppers: SIX, engine: null },
  two: { steppers: [SIX[3], SIX[4]], engine: null },
  one: { steppers: [SIX[3]], engine: null },
  plane: { engine: "auto", wait: "none", size: "auto", topology: null },
};

const find = (id) => document.getElementById(id);

export class Controls {
  constructor(app, { patterns, rules }) {
    this.app = app;
    this.#fill(patterns, rules);
    this.#listen();
  }

  /** Shows the state. */
  show(state) {
    const pattern = state.soup !== null ? SOUP : state.rle !== null ? TEXT : state.pattern;
    choose(find("pattern"), pattern);
    choose(find("wait"), state.wait);
    find("latency").hidden = state.wait === "none";
    write("milliseconds", state.ms);
    choose(find("size"), state.size);
    write("rule", state.rule ?? "");
    choose(find("layout"), layoutOf(state));
    choose(find("speed"), state.speed);
    choose(find("exponent"), String(state.step));
    choose(find("colors"), state.colors);
  }

  /** Shows how it goes. */
  tell({ isRunning, isFollowing, isDrawing }) {
    const text = isRunning ? "Pause" : "Run";
    if (find("run").textContent !== text) find("run").textContent = text;
    find("follow").setAttribute("aria-pressed", isFollowing);
    find("edit").setAttribute("aria-pressed", isDrawing);
  }

  #fill(patterns, rules) {
    const list = find("pattern");
    let group = null;
    for (const { name, kind } of patterns) {
      if (group?.label !== kind) {
        group = document.createElement("optgroup");
        group.label = kind;
        list.append(group);
      }
      group.append(new Option(name, name));
    }
    list.append(new Option("a random soup", SOUP));
    for (const { name, rule } of rules) find("rules").append(new Option(name, rule));
    for (const speed of SPEEDS) find("speed").add(new Option(`${speed} / s`, String(speed)));
    find("speed").add(new Option("full", "full"));
    for (const size of SIZES) find("size").add(new Option(size === "auto" ? "the pattern's" : size.replace("x", " × "), size));
    for (let exponent = 1; exponent <= 40; exponent += 1) find("exponent").add(new Option(`2^${exponent}`, String(exponent)));
  }

  #listen() {
    const { app } = this;
    const clicks = {
      rewind: () => app.rewind(), back: () => app.back(), run: () => app.toggleRun(), step: () => app.step(),
      leap: () => app.leap(), "zoom-in": () => app.zoom(1), "zoom-out": () => app.zoom(-1), fit: () => app.fit(),
      follow: () => app.toggleFollow(), edit: () => app.toggleDrawing(), theme: () => app.toggleTheme(),
      share: () => app.share(), help: () => app.help(), paste: () => find("paste-dialog").showModal(),
    };
    for (const [id, action] of Object.entries(clicks)) find(id).onclick = action;
    const changes = {
      pattern: (value) => app.open(value === SOUP ? { pattern: null, rle: null, soup: 0.35, seed: randomSeed() }
        : { pattern: value, rle: null, soup: null, rule: null }),
      wait: (value) => app.open({ wait: value, engine: null, speed: null, colors: null }),
      milliseconds: (value) => { if (find("milliseconds").reportValidity()) app.open({ ms: Number(value) }); },
      size: (value) => app.open({ size: value, topology: null }),
      rule: (value) => app.open({ rule: value.trim() || null }),
      layout: (value) => app.open({ ...LAYOUTS[value], speed: null, colors: null }),
      speed: (value) => app.setSpeed(value),
      exponent: (value) => app.setExponent(Number(value)),
      colors: (value) => app.setColors(value),
    };
    for (const [id, action] of Object.entries(changes)) find(id).onchange = (event) => action(event.target.value);
    find("setup").onsubmit = (event) => event.preventDefault();
    find("paste-dialog").onclose = ({ target }) => {
      if (target.returnValue === "open") app.openText(find("pattern-text").value);
    };
    document.addEventListener("paste", (event) => {
      if (!event.target.closest?.("input, textarea")) app.openText(event.clipboardData.getData("text"));
    });
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer.files;
      if (file) app.openFile(file);
    });
  }
}

/** Shows a value in a field, unless somebody is writing there. */
function write(id, value) {
  if (document.activeElement !== find(id)) find(id).value = value;
}

/** Selects a value, which becomes one of the options if it is none. */
function choose(select, value) {
  if (![...select.options].some((option) => option.value === value)) select.add(new Option(value, value));
  select.value = value;
}

function layoutOf({ steppers, engine }) {
  if (engine !== null) return "plane";
  return steppers.length === 1 ? "one" : steppers.length === 2 ? "two" : "six";
}

function randomSeed() {
  return Math.floor(Math.random() * 1e6);
}
