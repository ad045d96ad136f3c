// The pointer on a panel: a drag pans, the wheel and two fingers zoom, the right button or the draw mode edits.

/** Turns of the wheel for a step, in CSS pixels. */
const WHEEL = 60;

export function listen(canvas, app) {
  const pointers = new Map();
  let drawn = null; // The state that cells get, while drawing.
  let seen = null; // The cell that was drawn last.
  let spread = 0; // The distance of two fingers.
  let turned = 0;

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, at(event));
    if (pointers.size === 2) {
      drawn = null;
      spread = distance(pointers);
    } else if (event.button === 2 || app.isDrawing) {
      const cell = app.camera.cell(...at(event));
      drawn = !app.isAlive(canvas, cell);
      seen = null;
      draw(cell);
    }
  });

  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    pointers.set(event.pointerId, now);
    if (pointers.size === 2) pinch();
    else if (drawn !== null) draw(app.camera.cell(...now));
    else app.pan(before[0] - now[0], before[1] - now[1]);
  });

  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      pointers.delete(event.pointerId);
      drawn = null;
    });
  }

  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("dblclick", () => { if (!app.isDrawing) app.enlarge(canvas); });

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    turned += event.deltaMode === 0 ? event.deltaY : event.deltaY * 20;
    const steps = Math.trunc(turned / WHEEL);
    turned -= steps * WHEEL;
    if (steps !== 0) app.zoom(-Math.sign(steps), ...at(event));
  }, { passive: false });

  /** Draws all cells from the last one to this one, so that a quick stroke has no holes. */
  function draw(cell) {
    const [x0, y0] = seen ?? cell;
    const steps = Math.max(Math.abs(cell[0] - x0), Math.abs(cell[1] - y0), 1);
    const cells = [];
    for (let step = seen ? 1 : steps; step <= steps; step += 1) {
      const along = (from, to) => Math.round(from + ((to - from) * step) / steps);
      cells.push([along(x0, cell[0]), along(y0, cell[1]), drawn]);
    }
    if (!seen || seen[0] !== cell[0] || seen[1] !== cell[1]) app.edit(cells);
    seen = cell;
  }

  function pinch() {
    const ratio = distance(pointers) / spread;
    if (ratio < 2 && ratio > 0.5) return;
    spread = distance(pointers);
    const [one, other] = [...pointers.values()];
    app.zoom(ratio > 1 ? 1 : -1, (one[0] + other[0]) / 2, (one[1] + other[1]) / 2);
  }
}

function distance(pointers) {
  const [one, other] = [...pointers.values()];
  return Math.max(Math.hypot(one[0] - other[0], one[1] - other[1]), 1);
}
