// The last generation as a picture: a row for each worker, a bar for each wait. While there is no complete one, it
// is the one in progress.

/** Bars that are kept of a generation; more would not be seen. */
const MOST = 20000;

export class Timeline {
  #now = new Bars();
  #last = null;
  isChanged = false;

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

  draw(canvas, colors, dim) {
    this.isChanged = false;
    const bars = this.#last ?? this.#now;
    const { width, height } = canvas;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    if (bars.count === 0) return;
    context.globalAlpha = this.#last ? 1 : dim;
    const row = height / (bars.most + 1);
    const scale = width / Math.max(bars.end - bars.start, 1);
    for (let index = 0; index < bars.count; index += 1) {
      const [worker, start, end] = bars.list.subarray(index * 3, index * 3 + 3);
      const [red, green, blue] = colors[worker % colors.length];
      context.fillStyle = `rgb(${red} ${green} ${blue})`;
      const left = (start - bars.start) * scale;
      // A hair apart, so that one wait is told from the next.
      const length = Math.max((end - start) * scale - 0.5, 0.5);
      context.fillRect(left, worker * row, length, Math.max(row - (row > 3 ? 1 : 0), 1));
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
    this.list.set([worker, start, end], this.count * 3);
    this.count += 1;
  }
}
