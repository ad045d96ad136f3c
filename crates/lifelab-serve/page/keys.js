// The keyboard: the table from which keys and help derive.

const PAN = 60;

const KEYS = [
  ["Enter", "run or pause", (app) => app.toggleRun()],
  [" ", "one generation", (app) => app.step()],
  ["Tab", "2^k generations", (app) => app.leap()],
  ["Backspace", "back to before the last step, run or edit", (app) => app.back()],
  ["r", "back to the start", (app) => app.rewind()],
  ["+", "faster", (app) => app.changeSpeed(1)],
  ["-", "slower", (app) => app.changeSpeed(-1)],
  ["0", "as fast as possible", (app) => app.changeSpeed(Infinity)],
  [".", "double the long step", (app) => app.changeExponent(1)],
  [",", "halve the long step", (app) => app.changeExponent(-1)],
  ["]", "zoom in", (app) => app.zoom(1)],
  ["[", "zoom out", (app) => app.zoom(-1)],
  ["h", "move left, as does the arrow", (app) => app.pan(-PAN, 0)],
  ["j", "move down", (app) => app.pan(0, PAN)],
  ["k", "move up", (app) => app.pan(0, -PAN)],
  ["l", "move right", (app) => app.pan(PAN, 0)],
  ["f", "fit the pattern into view", (app) => app.fit()],
  ["o", "follow the pattern", (app) => app.toggleFollow()],
  ["e", "draw cells with the pointer", (app) => app.toggleDrawing()],
  ["c", "colors by worker, by age, none", (app) => app.nextColors()],
  ["s", "next stepper in the first panel", (app) => app.nextStepper()],
  ["t", "light or dark", (app) => app.toggleTheme()],
  ["?", "these keys", (app) => app.help()],
  ["Escape", "all panels again", (app) => app.enlarge(null)],
];

const NAMES = { " ": "Space" };

const ALIASES = { ArrowLeft: "h", ArrowDown: "j", ArrowUp: "k", ArrowRight: "l", "=": "+", _: "-" };

export function listenToKeys(app) {
  const actions = new Map(KEYS.map(([key, , action]) => [key, action]));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (/^[1-8]$/.test(key)) {
      app.enlarge(Number(key) - 1);
      return;
    }
    const action = actions.get(ALIASES[key] ?? key);
    if (!action) return;
    event.preventDefault();
    action(app);
  });
  // A button that was clicked gives the keys back.
  document.addEventListener("click", (event) => {
    if (event.detail > 0) event.target.closest?.("button")?.blur();
  });
}

/** The list of keys, for people. */
export function listKeys(list) {
  for (const [key, what] of [...KEYS, ["1 to 8", "this panel alone"]]) {
    const [term, description] = [document.createElement("dt"), document.createElement("dd")];
    const shown = document.createElement("kbd");
    shown.textContent = NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
    term.append(shown);
    description.textContent = what;
    list.append(term, description);
  }
}

/** Whether what has the focus wants the key itself. Tab leaves what has the focus; without one, it leaps. */
function isTaken(event) {
  if (document.querySelector("dialog[open]")) return true;
  const focused = document.activeElement;
  if (!focused || focused === document.body) return event.key === "Tab" && event.shiftKey;
  if (event.key === "Escape") {
    focused.blur();
    return true;
  }
  if (focused.matches("input, textarea, select")) return true;
  return ["Tab", "Enter", " "].includes(event.key);
}
