// Colors: of workers, of ages, and of the theme.

const WORKERS = 4096;

/** From this number on, neighbors have neighboring hues: nobody tells so many apart. */
const MANY = 128;
const GOLDEN_ANGLE = 137.508;

/** Cells that live, from the youngest to those that have lived for 2^8 generations and more. */
const AGES = [[255, 214, 92], [247, 160, 72], [226, 96, 84], [178, 70, 118], [118, 66, 140], [78, 70, 152], [58, 82, 160], [50, 98, 166]];

/** The color of each of so many workers, as [red, green, blue]. */
export function workerColors(number) {
  const turn = number > MANY ? 330 / Math.min(number, WORKERS) : GOLDEN_ANGLE;
  return Array.from({ length: Math.min(Math.max(number, 1), WORKERS) }, (_, index) => rgb(18 + index * turn));
}

export function ageColor(age) {
  return AGES[Math.min(Math.floor(Math.log2(Math.max(age, 1))), AGES.length - 1)];
}

/** The colors that the style sheet gives: of dead cells, of live ones, and of what lies beyond the edges. */
export function themeColors() {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => parse(style.getPropertyValue(name));
  return {
    dead: color("--dead"), live: color("--live"), beyond: color("--beyond"), line: color("--line"),
    accent: style.getPropertyValue("--accent"), ink: style.getPropertyValue("--ink"),
  };
}

export function css([red, green, blue]) {
  return `rgb(${red} ${green} ${blue})`;
}

/** A bright color of this hue in degrees. */
function rgb(hue) {
  const [saturation, lightness] = [0.78, 0.58];
  const part = (shift) => {
    const k = (shift + hue / 30) % 12;
    const swing = saturation * Math.min(lightness, 1 - lightness);
    return Math.round(255 * (lightness - swing * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}

function parse(text) {
  const digits = text.trim().slice(1);
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
}
