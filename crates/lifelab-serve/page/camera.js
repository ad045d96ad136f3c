// Where one looks, and how closely: the same for all panels.

const LARGEST = 64;
const SMALLEST = 2 ** -40;

export class Camera {
  /** The middle, in cells, and the side of a cell in CSS pixels: 2^-k if it is less than one. */
  x = 0;
  y = 0;
  side = 8;
  width = 1;
  height = 1;

  resize(width, height) {
    [this.width, this.height] = [Math.max(width, 1), Math.max(height, 1)];
  }

  /** The view to ask for. A pixel is a cell, or 2^scale x 2^scale of them. */
  view() {
    const scale = Math.max(0, -Math.round(Math.log2(this.side)));
    const cells = this.side < 1 ? 2 ** scale : 1;
    const pixel = cells * this.side;
    const line = (middle, length) => {
      const first = Math.floor((middle - length / 2 / this.side) / cells);
      return [first, Math.ceil(length / pixel) + 1];
    };
    const [left, width] = line(this.x, this.width);
    const [top, height] = line(this.y, this.height);
    return { left, top, width, height, scale: this.side < 1 ? scale : 0 };
  }

  /** The cell under a place on the canvas. */
  cell(px, py) {
    return [Math.floor(this.x + (px - this.width / 2) / this.side), Math.floor(this.y + (py - this.height / 2) / this.side)];
  }

  /** Where on the canvas a cell's corner lies. */
  place(x, y) {
    return [(x - this.x) * this.side + this.width / 2, (y - this.y) * this.side + this.height / 2];
  }

  /** Moves by CSS pixels. */
  pan(px, py) {
    this.x += px / this.side;
    this.y += py / this.side;
  }

  /** Twice as close for each step, or half; what is under the place stays there. */
  zoom(steps, px = this.width / 2, py = this.height / 2) {
    const side = snapped(this.side * 2 ** steps);
    const keep = (middle, place, length) => middle + (place - length / 2) * (1 / this.side - 1 / side);
    this.x = keep(this.x, px, this.width);
    this.y = keep(this.y, py, this.height);
    this.side = side;
  }

  /** Looks at a rectangle as closely as it fits. */
  fit([left, top, right, bottom], margin = 0) {
    const [width, height] = [right - left + 1 + 2 * margin, bottom - top + 1 + 2 * margin];
    this.side = snapped(Math.min(this.width / width, this.height / height));
    this.center([left, top, right, bottom]);
  }

  center([left, top, right, bottom]) {
    this.x = (left + right + 1) / 2;
    this.y = (top + bottom + 1) / 2;
  }
}

/** Sides that can be drawn sharply: halves of pixels, or powers of two below one. */
function snapped(side) {
  if (side >= 1) return Math.min(Math.floor(side * 2) / 2, LARGEST);
  return Math.max(2 ** Math.floor(Math.log2(side)), SMALLEST);
}
