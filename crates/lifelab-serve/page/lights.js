// The cells of a panel as they are to be drawn: which live, for how long, and who lit them up when.

import { ageColor } from "./colors.js";

/** Milliseconds in which a light goes out, but for a shade that stays until the next generation. */
const GLOW = 420;
const SHADE = 0.14;
const BRIGHT = 0.82;

export class Cells {
  constructor() {
    this.view = null;
    this.generation = 0;
    this.lit = 0;
    this.isChanged = true;
  }

  /** Takes what a view shows in a generation. */
  see(view, pixels, generation) {
    this.#follow(view);
    const passed = generation - this.generation;
    if (passed < 0) this.ages.fill(0);
    this.generation = generation;
    for (let index = 0; index < pixels.length; index += 1) {
      const age = this.ages[index];
      this.ages[index] = pixels[index] === 0 ? 0 : age === 0 ? 1 : age + Math.max(passed, 0);
    }
    this.shares.set(pixels);
    this.isChanged = true;
  }

  /** Lights up what was computed, the last of it now. */
  light(view, lights, now) {
    if (lights.count === 0) return;
    this.#follow(view);
    const { width } = view;
    let last = 0;
    for (let index = 0; index < lights.count; index += 1) last = Math.max(last, lights.end(index));
    for (let index = 0; index < lights.count; index += 1) {
      const columns = lights.width(index);
      const end = columns > 0 ? lights.top(index) + lights.height(index) : 0;
      const time = now - (last - lights.end(index)) / 1000;
      for (let y = lights.top(index); y < end; y += 1) {
        const start = y * width + lights.left(index);
        this.by.fill(lights.worker(index) + 1, start, start + columns);
        this.at.fill(time, start, start + columns);
      }
    }
    this.lit = now;
    this.isChanged = true;
  }

  /** Whether a cell lives, where cells are seen one by one. */
  isAlive(x, y) {
    const { view } = this;
    if (!view || view.scale > 0) return false;
    const [column, row] = [x - view.left, y - view.top];
    return column >= 0 && column < view.width && row >= 0 && this.shares[row * view.width + column] > 0;
  }

  /** Nobody has computed anything. */
  forget() {
    this.view = null;
    this.isChanged = true;
  }

  /** Whether there is something to be drawn that was not there before. */
  isRestless(now) {
    return this.isChanged || now - this.lit < GLOW + 50;
  }

  /** Draws a pixel each, by worker, by age or plainly. */
  paint(image, colors, look, now) {
    this.isChanged = false;
    const { data } = image;
    const { dead, live } = look.theme;
    const byWorker = look.colors === "worker";
    let [red, green, blue] = dead;
    const mix = (color, weight) => {
      red += (color[0] - red) * weight;
      green += (color[1] - green) * weight;
      blue += (color[2] - blue) * weight;
    };
    for (let index = 0, at = 0; index < this.shares.length; index += 1, at += 4) {
      const share = this.shares[index];
      red = dead[0];
      green = dead[1];
      blue = dead[2];
      if (share > 0) {
        mix(look.colors === "age" ? ageColor(this.ages[index]) : live, share === 255 ? 1 : 0.35 + (0.65 * share) / 255);
      }
      if (byWorker && this.by[index] > 0) {
        const glow = look.isCalm ? 0 : Math.min(Math.max(1 - (now - this.at[index]) / GLOW, 0), 1);
        const weight = SHADE + (BRIGHT - SHADE) * glow * glow;
        mix(colors[(this.by[index] - 1) % colors.length], share > 0 ? weight * 0.35 : weight);
      }
      data[at] = red;
      data[at + 1] = green;
      data[at + 2] = blue;
      data[at + 3] = 255;
    }
  }

  /** Keeps what is still seen when the view has moved. */
  #follow(view) {
    const before = this.view;
    if (before && before.width === view.width && before.height === view.height && before.scale === view.scale
      && before.left === view.left && before.top === view.top) return;
    const size = view.width * view.height;
    const [ages, by, at] = [this.ages, this.by, this.at];
    this.shares = new Uint8Array(size);
    this.ages = new Float64Array(size);
    this.by = new Uint32Array(size);
    this.at = new Float64Array(size);
    if (before && before.scale === view.scale) {
      for (let y = 0; y < view.height; y += 1) {
        const row = y + view.top - before.top;
        if (row < 0 || row >= before.height) continue;
        const first = Math.max(0, before.left - view.left);
        const last = Math.min(view.width, before.left + before.width - view.left);
        if (first >= last) continue;
        const from = row * before.width + first + view.left - before.left;
        const to = y * view.width + first;
        this.ages.set(ages.subarray(from, from + last - first), to);
        this.by.set(by.subarray(from, from + last - first), to);
        this.at.set(at.subarray(from, from + last - first), to);
      }
    }
    this.view = view;
  }
}
