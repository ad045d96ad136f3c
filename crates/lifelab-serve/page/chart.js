// The population over the generations, as far as they were seen.

const MOST = 1500;

export class Population {
  #points = [];

  note(generation, population) {
    const last = this.#points.at(-1);
    if (last && generation === last[0] && population === last[1]) return;
    // It has gone back, or was edited.
    while (this.#points.length > 0 && this.#points.at(-1)[0] >= generation) this.#points.pop();
    this.#points.push([generation, population]);
    if (this.#points.length > MOST) this.#points = this.#points.filter((_, index) => index % 2 === 0);
  }

  forget() {
    this.#points = [];
  }

  draw(canvas, color) {
    const { width, height } = canvas;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    if (this.#points.length < 2) return;
    const [first, last] = [this.#points[0][0], this.#points.at(-1)[0]];
    const most = this.#points.reduce((most, [, population]) => Math.max(most, population), 1);
    context.strokeStyle = color;
    context.lineWidth = Math.max(1.5, height / 30);
    context.lineJoin = "round";
    context.beginPath();
    for (const [generation, population] of this.#points) {
      const x = ((generation - first) / (last - first)) * width;
      const y = height - 2 - (population / most) * (height - 4);
      context.lineTo(x, y);
    }
    context.stroke();
  }
}
