// What the server sends: see `answer.rs` for the format.

const FORMAT = 1;
const LIGHT_BYTES = 24;

/**
 * A frame: what the program uses, and for each panel its figures, its pixels if they are new (a byte each), and
 * its lights.
 */
export function decode(buffer) {
  const head = new DataView(buffer);
  if (head.getUint32(0, true) !== FORMAT) throw new Error("the server is of another version: reload the page");
  const length = head.getUint32(4, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 8, length));
  const { usage, view, panels } = JSON.parse(text);
  let offset = 8 + aligned(length);
  const news = panels.map((figures) => {
    const size = figures.has_pixels ? view.width * view.height : 0;
    const pixels = figures.has_pixels ? new Uint8Array(buffer, offset, size) : null;
    offset += aligned(size);
    const lights = new Lights(buffer, offset, figures.lights, figures.origin);
    offset += figures.lights * LIGHT_BYTES;
    return { figures, view, pixels, lights };
  });
  return { usage, news };
}

/** Cells that somebody has computed, read in place. */
export class Lights {
  constructor(buffer, offset, count, origin) {
    this.count = count;
    this.origin = origin;
    this.shorts = new Uint16Array(buffer, offset, (count * LIGHT_BYTES) / 2);
    this.words = new Uint32Array(buffer, offset, (count * LIGHT_BYTES) / 4);
  }

  /** The rectangle in pixels of the view; it has no width or no height if it is not seen. */
  left(index) { return this.shorts[index * 12]; }

  top(index) { return this.shorts[index * 12 + 1]; }

  width(index) { return this.shorts[index * 12 + 2]; }

  height(index) { return this.shorts[index * 12 + 3]; }

  worker(index) { return this.words[index * 6 + 2]; }

  /** The lower half of its number. */
  generation(index) { return this.words[index * 6 + 3]; }

  /** Microseconds. */
  start(index) { return this.origin + this.words[index * 6 + 4]; }

  end(index) { return this.origin + this.words[index * 6 + 5]; }
}

function aligned(length) {
  return (length + 3) & ~3;
}
