// Numbers for people.

/** A number of digits, of which there may be a hundred, in groups of three. */
export function count(digits) {
  if (digits.length > 18) return `${digits[0]}.${digits.slice(1, 4)}e${digits.length - 1}`;
  return digits.replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

export function duration(microseconds) {
  if (microseconds === null) return "–";
  const [number, unit] = microseconds < 1000 ? [microseconds, "µs"]
    : microseconds < 1e6 ? [microseconds / 1000, "ms"]
    : [microseconds / 1e6, "s"];
  return `${number.toFixed(number < 10 ? 2 : number < 100 ? 1 : 0)} ${unit}`;
}

export function bytes(number) {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  while (number >= 1000 && unit < units.length - 1) {
    number /= 1000;
    unit += 1;
  }
  return `${number.toFixed(unit > 0 && number < 10 ? 1 : 0)} ${units[unit]}`;
}

/** Who computes: `64 threads`, `3,072 tasks`, `8 processes`. */
export function workforce({ threads, tasks, processes }) {
  const some = (number, one, more) => `${count(String(number))} ${number === 1 ? one : more}`;
  if (tasks > 0) return some(tasks, "task", "tasks");
  if (processes > 1) return some(processes, "process", "processes");
  return threads > 0 ? some(threads, "thread", "threads") : "";
}
