// A panel: a universe under one stepper, with its figures and its timeline.

import { css, workerColors } from "./colors.js";
import { bytes, count, duration, workforce } from "./figures.js";
import { Cells } from "./lights.js";
import { Timeline } from "./timeline.js";

/** Cells at least this large, in CSS pixels, have lines between them. */
const LINES = 7;

export class Panel {
  /** `on` has `stepper`, told of what is chosen here. */
  constructor(template, choices, on) {
    this.root = template.content.firstElementChild.cloneNode(true);
    const find = (selector) => this.root.querySelector(selector);
    this.canvas = find(".view canvas");
    this.strip = find(".timeline");
    this.fields = Object.fromEntries(["generation", "took", "floor", "bytes", "workforce", "error"].map((name) => [name, find(`.${name}`)]));
    this.progress = find("progress");
    this.stepper = find(".stepper");
    this.workers = find(".workers input");
    this.choices = choices;
    for (const { name, summary } of choices) {
      const option = new Option(name, name);
      option.title = summary;
      this.stepper.add(option);
    }
    this.stepper.onchange = () => on.stepper({ name: this.stepper.value, workers: null });
    this.workers.onchange = () => {
      if (this.workers.reportValidity()) on.stepper(this.choice());
    };
    this.cells = new Cells();
    this.timeline = new Timeline();
    this.picture = document.createElement("canvas");
    this.image = null; // Its pixels.
    this.colors = workerColors(1);
    this.figures = null;
    this.isStale = true;
    this.isResized = true;
  }

  /** The stepper that is chosen. */
  choice() {
    return { name: this.stepper.value, workers: this.workers.value === "" ? null : Number(this.workers.value) };
  }

  /** Shows the stepper that was chosen elsewhere; `null` for an engine that has none. */
  choose(stepper) {
    this.stepper.hidden = stepper === null;
    const most = stepper && this.choices.find(({ name }) => name === stepper.name)?.most_workers;
    this.workers.parentElement.hidden = !most;
    this.root.setAttribute("aria-label", stepper?.name ?? "endless plane");
    if (!stepper) return;
    this.stepper.value = stepper.name;
    this.workers.max = most ?? "";
    this.workers.value = stepper.workers ?? "";
    this.workers.placeholder = "auto";
  }

  /** Takes what is new; it has been running for `elapsed` milliseconds, and may be about to pause. */
  see({ figures, view, pixels, lights }, now, { elapsed, isPausing }) {
    const isOther = this.figures && figures.universe !== this.figures.universe;
    const isBack = this.figures && Number(figures.generation) < Number(this.figures.generation);
    if (isOther || isBack) this.forget();
    this.figures = figures;
    if (pixels) this.cells.see(view, pixels, Number(figures.generation));
    this.cells.light(view, lights, now);
    this.timeline.note(lights);
    const { threads, tasks } = figures.workforce;
    const workers = Math.max(threads, tasks, 1);
    if (workers > this.colors.length) this.colors = workerColors(workers);
    this.#tell(figures, elapsed, isPausing);
  }

  /** Nothing of what was seen is true any more. */
  forget() {
    this.cells.forget();
    this.timeline.forget();
    this.colors = workerColors(1);
  }

  draw(camera, look, now) {
    const hasStrip = look.colors === "worker";
    if (this.isResized || this.strip.hidden === hasStrip) {
      this.strip.hidden = !hasStrip;
      this.isResized = false;
      fitCanvas(this.canvas);
      fitCanvas(this.strip);
    }
    if (this.isStale || this.cells.isRestless(now)) {
      this.isStale = false;
      this.#drawCells(camera, look, now);
    }
    if (hasStrip && this.timeline.isDue(now)) {
      this.timeline.draw(this.strip, this.colors, now);
    }
  }

  #tell(figures, elapsed, isPausing) {
    const { fields } = this;
    const put = (name, text) => {
      if (fields[name].textContent !== text) fields[name].textContent = text;
    };
    put("generation", count(figures.generation));
    // A first generation that is not over has taken as long as it runs.
    const isFirst = figures.took === null && elapsed > 0;
    put("took", isFirst ? `> ${duration(elapsed * 1000)}` : duration(figures.took));
    put("floor", duration(figures.floor));
    put("bytes", bytes(figures.bytes));
    const isFinishing = isPausing && figures.mode !== "paused";
    put("workforce", isFinishing ? "finishes its generation" : [workforce(figures.workforce), figures.cycle].filter(Boolean).join(" · "));
    put("error", figures.error ?? "");
    const [width, height] = figures.size ?? [0, 0];
    const isWaiting = figures.floor !== null && figures.mode !== "paused";
    this.progress.value = isWaiting ? Math.min(figures.done / (width * height), 1) : 0;
  }

  #drawCells(camera, look, now) {
    const context = this.canvas.getContext("2d");
    const ratio = this.canvas.width / camera.width;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = css(this.figures?.size ? look.theme.beyond : look.theme.dead);
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    const { view } = this.cells;
    if (!view) return;
    if (this.picture.width !== view.width || this.picture.height !== view.height) {
      [this.picture.width, this.picture.height] = [view.width, view.height];
    }
    const inner = this.picture.getContext("2d");
    if (this.image?.width !== view.width || this.image?.height !== view.height) {
      this.image = inner.createImageData(view.width, view.height);
    }
    this.cells.paint(this.image, this.colors, look, now);
    inner.putImageData(this.image, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.imageSmoothingEnabled = false;
    context.save();
    this.#clip(context, camera);
    const pixel = 2 ** view.scale;
    const [x, y] = camera.place(view.left * pixel, view.top * pixel);
    context.drawImage(this.picture, x, y, view.width * pixel * camera.side, view.height * pixel * camera.side);
    if (camera.side >= LINES) drawLines(context, camera, look.theme.line);
    context.restore();
  }

  /** Nothing is drawn beyond the edges of a universe that has some. */
  #clip(context, camera) {
    const [columns, rows] = this.figures.size ?? [0, 0];
    const [left, top] = camera.place(0, 0);
    const [right, bottom] = camera.place(columns, rows);
    context.beginPath();
    context.rect(
      columns > 0 ? left : 0, rows > 0 ? top : 0,
      columns > 0 ? right - left : camera.width, rows > 0 ? bottom - top : camera.height,
    );
    context.clip();
  }
}

/** Gives a canvas as many pixels as the screen has for it. To ask for its size is dear: not for every frame. */
export function fitCanvas(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
}

function drawLines(context, camera, color) {
  context.strokeStyle = css(color);
  context.lineWidth = 1;
  context.beginPath();
  const [left, top] = camera.cell(0, 0);
  const [x0, y0] = camera.place(left, top);
  for (let x = x0; x <= camera.width; x += camera.side) {
    context.moveTo(Math.round(x) + 0.5, 0);
    context.lineTo(Math.round(x) + 0.5, camera.height);
  }
  for (let y = y0; y <= camera.height; y += camera.side) {
    context.moveTo(0, Math.round(y) + 0.5);
    context.lineTo(camera.width, Math.round(y) + 0.5);
  }
  context.stroke();
}
