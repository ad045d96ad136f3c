// The page: holds the state, and connects controls, panels and server.

import * as address from "./address.js";
import { Camera } from "./camera.js";
import { Population } from "./chart.js";
import { themeColors } from "./colors.js";
import { Controls } from "./controls.js";
import { bytes, count } from "./figures.js";
import { listKeys, listenToKeys } from "./keys.js";
import { Link } from "./link.js";
import { Panel, fitCanvas } from "./panel.js";
import { listen } from "./pointer.js";

const COLORS = ["worker", "age", "none"];
const SPEEDS = ["1", "2", "5", "10", "20", "50", "100", "1000", "full"];
const LONGEST_STEP = 40;

/** Lights go out for no longer than this, in milliseconds, while no frame comes: who looks at a slow page sees them, too. */
const PATIENCE = 100;

/** The longest text of a pattern that the server takes, in bytes. */
const LONGEST_TEXT = 1_000_000;

const find = (id) => document.getElementById(id);

class App {
  camera = new Camera();
  panels = [];
  population = new Population();
  isRunning = false;
  isPausing = false;
  isFollowing = false;
  isDrawing = false;
  isResized = true;
  elapsed = 0;
  last = 0;
  frames = 0;
  seen = 0; // When the last frame came.

  constructor() {
    const secret = address.takeSecret();
    this.state = address.read();
    this.setTheme(this.state.theme);
    if (!secret) {
      this.say("Open the whole address that lifelab serve has printed: what follows # lets you in.", true);
      return;
    }
    this.link = new Link(secret, {
      text: (told) => this.#hear(told),
      frame: (frame) => this.#see(frame),
      end: () => this.say("The server has ended, or does not know this page: start lifelab serve, and open the address that it prints.", true),
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.setTheme(this.state.theme));
    new ResizeObserver(() => this.#resize()).observe(find("panels"));
    requestAnimationFrame((now) => this.#draw(now));
  }

  // What keys, pointer and controls do.

  /** Shows what the state says, with some of it changed. */
  open(changes = {}) {
    Object.assign(this.state, changes);
    const { state } = this;
    const waits = state.wait !== "none";
    state.speed ??= waits ? "full" : "20";
    state.colors ??= waits ? "worker" : "age";
    this.controls.show(state);
    this.link.say("pace", { per_second: state.speed === "full" ? null : Number(state.speed) });
    this.link.say("watch", { cells: state.colors === "worker" });
    this.link.say("open", setup(state));
    this.say("Starting…");
  }

  openText(text) {
    if (text.trim() === "") return;
    if (text.length > LONGEST_TEXT) {
      this.say(`This text is longer than ${count(String(LONGEST_TEXT))} characters, the most that is taken here.`, true);
      return;
    }
    this.open({ pattern: null, soup: null, rle: text, rule: null, size: "auto" });
  }

  async openFile(file) {
    if (file.size > LONGEST_TEXT) this.say(`${file.name} is longer than ${count(String(LONGEST_TEXT))} bytes, the most that is taken here.`, true);
    else this.openText(await file.text());
  }

  toggleRun() {
    this.isPausing = this.isRunning;
    this.isRunning = !this.isRunning;
    this.link.say(this.isRunning ? "run" : "pause");
    this.#told();
  }

  step() { this.#go("1"); }

  leap() { this.#go(String(2 ** this.state.step)); }

  back() {
    this.link.say("back");
    this.#rest();
  }

  rewind() {
    this.link.say("rewind");
    this.elapsed = 0;
    this.population.forget();
    this.#rest();
  }

  setSpeed(speed) {
    this.state.speed = speed;
    this.link.say("pace", { per_second: speed === "full" ? null : Number(speed) });
    this.#changed();
  }

  changeSpeed(steps) {
    const place = Math.max(SPEEDS.indexOf(this.state.speed), 0) + steps;
    this.setSpeed(SPEEDS[Math.min(Math.max(place, 0), SPEEDS.length - 1)]);
  }

  setExponent(step) {
    this.state.step = Math.min(Math.max(step, 1), LONGEST_STEP);
    this.#changed();
  }

  changeExponent(steps) { this.setExponent(this.state.step + steps); }

  setColors(colors) {
    this.state.colors = colors;
    this.link.say("watch", { cells: colors === "worker" });
    this.#changed();
    this.#stale();
  }

  nextColors() { this.setColors(COLORS[(COLORS.indexOf(this.state.colors) + 1) % COLORS.length]); }

  setStepper(index, stepper) {
    this.link.say("stepper", { panel: index, stepper });
    this.state.steppers = this.state.steppers.with(index, stepper);
    this.panels[index].choose(stepper);
    this.panels[index].forget();
    this.#changed();
  }

  nextStepper() {
    if (this.state.engine !== null) return;
    const names = this.choices.steppers.map(({ name }) => name);
    const next = names[(names.indexOf(this.state.steppers[0].name) + 1) % names.length];
    this.setStepper(0, address.SIX.find(({ name }) => name === next) ?? { name: next, workers: null });
  }

  pan(x, y) {
    this.isFollowing = false;
    this.camera.pan(x, y);
    this.#stale();
  }

  zoom(steps, ...at) {
    this.camera.zoom(steps, ...at);
    this.#stale();
  }

  /** Looks at the pattern or, `whole`, at a universe with edges. */
  fit(whole = false) {
    const figures = this.#shown()[0]?.figures;
    if (!figures) return;
    const [width, height] = figures.size ?? [0, 0];
    if (whole && width > 0 && height > 0) this.camera.fit([0, 0, width - 1, height - 1]);
    else if (figures.bounds) this.camera.fit(figures.bounds.map(Number), 2);
    this.#stale();
  }

  toggleFollow() {
    this.isFollowing = !this.isFollowing;
    this.#told();
  }

  toggleDrawing() {
    this.isDrawing = !this.isDrawing;
    find("panels").classList.toggle("drawing", this.isDrawing);
    this.#told();
  }

  edit(cells) { this.link.say("edit", { cells }); }

  isAlive(canvas, [x, y]) {
    const panel = this.panels.find((panel) => panel.canvas === canvas);
    return panel?.cells.isAlive(x, y) ?? false;
  }

  /** One panel alone, given by its canvas or number; all if it is alone already, or none is given. */
  enlarge(which) {
    const panel = this.panels[which] ?? this.panels.find((panel) => panel.canvas === which) ?? null;
    const alone = panel && !panel.root.classList.contains("alone") ? panel : null;
    find("panels").classList.toggle("one", alone !== null || this.panels.length === 1);
    for (const each of this.panels) each.root.classList.toggle("alone", each === alone);
    find("panels").classList.toggle("enlarged", alone !== null);
    this.#resize();
    this.fit(true);
  }

  setTheme(theme) {
    const root = document.documentElement;
    if (theme === "dark" || theme === "light") root.dataset.theme = theme;
    else delete root.dataset.theme;
    this.theme = themeColors();
    this.#stale();
  }

  toggleTheme() {
    const isDark = getComputedStyle(document.documentElement).colorScheme === "dark";
    this.state.theme = isDark ? "light" : "dark";
    this.setTheme(this.state.theme);
    this.#changed();
  }

  async share() {
    const { x, y, side: zoom } = this.camera;
    const link = address.write({ ...this.state, x, y, zoom });
    try {
      await navigator.clipboard.writeText(link);
      this.say("The address of this view is copied. It lets nobody in: who opens it needs a server of their own.");
    } catch {
      this.say(link);
    }
  }

  help() { find("keys").showModal(); }

  say(message, isWrong = false) {
    find("message").textContent = message;
    find("message").classList.toggle("wrong", isWrong);
  }

  // What the server says.

  #hear(told) {
    if (told.tells === "choices") {
      this.choices = told;
      this.controls = new Controls(this, told);
      listenToKeys(this);
      listKeys(document.querySelector("#keys dl"));
      this.open();
    } else if (told.tells === "opened") {
      this.#opened(told);
    } else {
      this.say(told.message, true);
    }
  }

  #opened({ title, warnings }) {
    const { state } = this;
    this.say([title, ...warnings].filter(Boolean).join(" · "));
    this.panels = (state.engine === null ? state.steppers : [null]).map((stepper, index) => {
      const panel = new Panel(find("panel"), this.choices.steppers, { stepper: (chosen) => this.setStepper(index, chosen) });
      panel.choose(stepper);
      listen(panel.canvas, this);
      return panel;
    });
    find("panels").replaceChildren(...this.panels.map((panel) => panel.root));
    find("panels").classList.toggle("one", this.panels.length === 1);
    find("panels").classList.remove("enlarged");
    find("story").textContent = story(state, this.panels.length);
    this.elapsed = 0;
    this.population.forget();
    this.isFresh = true;
    this.#rest();
    this.#changed();
    if (state.autostart) this.toggleRun();
  }

  #see({ usage, news }) {
    const now = performance.now();
    if (news.length !== this.panels.length || news.length === 0) return;
    news.forEach((each, index) => this.panels[index].see(each, now, this));
    this.frames += 1;
    this.seen = now;
    const modes = news.map(({ figures }) => figures.mode);
    if (modes.every((mode) => mode === "paused")) {
      this.isPausing = false;
      if (this.isRunning && news.every(({ figures }) => figures.error)) this.#rest();
    }
    this.#follow();
    const farthest = news.reduce((best, { figures }) => (Number(figures.generation) > Number(best.generation) ? figures : best), news[0].figures);
    this.population.note(Number(farthest.generation), Number(farthest.population));
    find("population").firstElementChild.textContent = `Population ${count(farthest.population)}`;
    if (usage) find("usage").textContent = `The server has ${count(String(usage.threads))} threads and takes ${bytes(usage.bytes)}, worker processes left out.`;
  }

  #follow() {
    const [first] = this.#shown();
    if (this.isFresh) {
      this.isFresh = false;
      this.#resize();
      const { x, y, zoom } = this.state;
      this.fit(true);
      if (zoom !== null && zoom > 0) this.camera.side = zoom;
      if (x !== null && y !== null) [this.camera.x, this.camera.y] = [x, y];
      [this.state.x, this.state.y, this.state.zoom] = [null, null, null];
    } else if (this.isFollowing && first.figures.bounds) {
      const before = [this.camera.x, this.camera.y];
      this.camera.center(first.figures.bounds.map(Number));
      if (before[0] !== this.camera.x || before[1] !== this.camera.y) this.#stale();
    }
  }

  #draw(now) {
    if (this.isRunning) this.elapsed += Math.min(now - this.last, 1000);
    this.last = now;
    const seconds = this.elapsed / 1000;
    const clock = seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
    if (find("clock").textContent !== clock) find("clock").textContent = clock;
    const look = { theme: this.theme, colors: this.state.colors, isCalm: CALM.matches };
    for (const panel of this.#shown()) if (panel.figures) panel.draw(this.camera, look, Math.min(now, this.seen + PATIENCE));
    const chart = find("population").lastElementChild;
    if (this.isResized) fitCanvas(chart);
    this.isResized = false;
    this.population.draw(chart, this.theme.accent);
    this.link.ask(this.camera.view());
    requestAnimationFrame((next) => this.#draw(next));
  }

  #go(generations) {
    this.link.say("step", { generations });
    this.#rest();
  }

  #rest() {
    this.isRunning = false;
    this.#told();
  }

  /** The panels that are to be seen. */
  #shown() {
    const alone = this.panels.find((panel) => panel.root.classList.contains("alone"));
    return alone ? [alone] : this.panels;
  }

  #resize() {
    const [first] = this.#shown();
    if (!first) return;
    this.camera.resize(first.canvas.clientWidth, first.canvas.clientHeight);
    this.isResized = true;
    for (const panel of this.panels) {
      panel.isResized = true;
      panel.timeline.isChanged = true;
    }
    this.#stale();
  }

  #stale() {
    for (const panel of this.panels) panel.isStale = true;
  }

  #told() { this.controls.tell(this); }

  /** The state has changed: the address says so. */
  #changed() {
    this.controls.show(this.state);
    history.replaceState(null, "", address.write(this.state));
  }
}

/** Who does not want things to move. */
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

/** What to open, as `request.rs` has it. */
function setup(state) {
  const size = /^(\d+)x(\d+)$/.exec(state.size);
  const start = state.soup !== null ? { soup: { density: state.soup, seed: state.seed } }
    : state.rle !== null ? { text: state.rle }
    : { pattern: state.pattern };
  // What flies to the edges ends there, and does not come back from the other side.
  const topology = state.topology ?? (state.pattern !== null && state.rule === null && size ? "plane" : null);
  return {
    universe: { start, size: size ? [Number(size[1]), Number(size[2])] : null, topology, rule: state.rule, engine: state.engine },
    io: { wait: state.wait, milliseconds: state.ms },
    steppers: state.steppers,
  };
}

/** What there is to be seen, in two sentences. */
function story({ wait, ms }, panels) {
  const where = panels > 1 ? "The same universe in every panel" : "A universe";
  if (wait === "none") return `${where}, as fast as you like. Drop a pattern on it.`;
  return `${where}. Each cell waits ${ms} ms before it is computed, and lights up in the color of the worker that waited.`;
}

window.lifelab = new App();
