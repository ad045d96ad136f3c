// The last generation as a picture: a row for each worker, a bar for each wait. While there is no complete one, it
// is the one in progress.

import { css } from "./colors.js";

/** Bars that are kept of a generation; more would not be seen. */
const MOST = 20000;

/** Milliseconds between two drawings: generations may be over faster than anybody sees them. */
const PAUSE = 200;

export class Timeline {
  #now = new Bars();
  #last = null;
  #drawn = 0;
  isChanged = false;

  /** Whether there is something new to be drawn, and it is time to. */
  isDue(now) { return this.isChanged && now - this.#drawn > PAUSE; }

  /** Takes what was done, by generation, but for some of the one before that was late. */
  note(lights) {
    for (let index = 0; index < lights.count; index += 1) {
      const generation = lights.generation(index);
      if (generation !== this.#now.generation && generation !== this.#last?.generation) {
        if (this.#now.count > 0) this.#last = this.#now;
        this.#now = new Bars(generation);
        this.isChanged = true;
      }
      const bars = generation === this.#now.generation ? this.#now : this.#last;
      bars.add(lights.worker(index), lights.start(index), lights.end(index));
    }
    if (lights.count > 0 && !this.#last) this.isChanged = true;
  }

  forget() {
    this.#now = new Bars();
    this.#last = null;
    this.isChanged = true;
  }

  draw(canvas, colors, now) {
    this.isChanged = false;
    this.#drawn = now;
    const bars = this.#last ?? this.#now;
    const { width, height } = canvas;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    if (bars.count === 0) return;
    context.globalAlpha = this.#last ? 1 : 0.75;
    const row = height / (bars.most + 1);
    const scale = width / Math.max(bars.end - bars.start, 1);
    const fills = colors.map(css);
    for (let index = 0; index < bars.count; index += 1) {
      const worker = bars.list[index * 3];
      const [start, end] = [bars.list[index * 3 + 1], bars.list[index * 3 + 2]];
      context.fillStyle = fills[worker % fills.length];
      // A hair apart, so that one wait is told from the next.
      const length = Math.max((end - start) * scale - 0.5, 0.5);
      context.fillRect((start - bars.start) * scale, worker * row, length, Math.max(row - (row > 3 ? 1 : 0), 1));
    }
  }
}

class Bars {
  constructor(generation = -1) {
    this.generation = generation;
    this.list = new Float64Array(0);
    this.count = 0;
    this.most = 0;
    this.start = Infinity;
    this.end = 0;
  }

  add(worker, start, end) {
    this.most = Math.max(this.most, worker);
    this.start = Math.min(this.start, start);
    this.end = Math.max(this.end, end);
    if (this.count === MOST) return;
    if (this.list.length < (this.count + 1) * 3) {
      const more = new Float64Array(Math.max(this.list.length * 2, 192));
      more.set(this.list);
      this.list = more;
    }
    this.list[this.count * 3] = worker;
    this.list[this.count * 3 + 1] = start;
    this.list[this.count * 3 + 2] = end;
    this.count += 1;
  }
}
