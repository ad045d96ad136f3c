// What the peers on Node share: the game, what a cell waits for, and the protocol. How the cells of a
// generation are fanned out and in is the matter of the programs beside this file.

import net from "node:net";
import readline from "node:readline";

export const NEIGHBORS = 0;
export const RULE = 1;

// The cells of one generation, a byte each.
export class Grid {
  constructor(width, height, isTorus, cells = new Uint8Array(width * height)) {
    Object.assign(this, { width, height, isTorus, cells });
  }

  get(x, y) {
    if (this.isTorus) {
      x = (x + this.width) % this.width;
      y = (y + this.height) % this.height;
    } else if (x < 0 || y < 0 || x >= this.width || y >= this.height) {
      return 0;
    }
    return this.cells[y * this.width + x];
  }

  countNeighbors(x, y) {
    let count = 0;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        if (dx !== 0 || dy !== 0) count += this.get(x + dx, y + dy);
      }
    }
    return count;
  }
}

// What each cell does: count its neighbors, apply the rule, and wait in one or both of these.
export class Work {
  constructor(request) {
    this.birth = new Set(request.birth);
    this.survival = new Set(request.survival);
    this.io = request.io;
    this.phases = request.io.phases.map((phase) => (phase === "rule" ? RULE : NEIGHBORS));
  }

  async nextState(grid, x, y, generation) {
    if (this.phases.includes(NEIGHBORS)) await this.wait(x, y, generation, NEIGHBORS);
    const neighbors = grid.countNeighbors(x, y);
    if (this.phases.includes(RULE)) await this.wait(x, y, generation, RULE);
    return (grid.get(x, y) ? this.survival : this.birth).has(neighbors) ? 1 : 0;
  }

  async wait(x, y, generation, phase) {
    if (this.io.wait === "cpu") compute(this.io.rounds);
    if (this.io.wait === "sleep") await sleep(this.latencyNs(x, y, generation, phase) / 1e6);
    if (this.io.wait === "socket") {
      this.channel ??= new Channel(this.io.address);
      await this.channel.ask(this.latencyNs(x, y, generation, phase));
    }
  }

  // How long a cell waits: the same for every contender.
  latencyNs(x, y, generation, phase) {
    const latency = this.io.latency;
    if ("fixed_ns" in latency) return latency.fixed_ns;
    const place = [this.io.seed, generation, x, y, phase, 0].reduce(mix, 0n);
    const u = unit(place);
    if ("uniform_ns" in latency) {
      const [low, high] = latency.uniform_ns;
      return low + Math.floor((high - low) * u);
    }
    if ("exponential_ns" in latency) return Math.floor(latency.exponential_ns * -Math.log(1 - u));
    if ("log_normal_ns" in latency) {
      const { log_normal_ns: mean, sigma } = latency;
      const v = unit(mix(mix(0n, place), 1));
      const z = Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
      return Math.floor(mean * Math.exp(sigma * z - (sigma * sigma) / 2));
    }
    const { pareto_ns: mean, shape } = latency;
    return Math.floor(mean * (1 - 1 / shape) * (1 - u) ** (-1 / shape));
  }
}

// Timers count whole milliseconds, and may fire a little early by the finer clock.
async function sleep(milliseconds) {
  const end = performance.now() + milliseconds;
  for (let left = milliseconds; left > 0; left = end - performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, left));
  }
}

function compute(rounds) {
  let state = 1n;
  for (let number = 0; number < rounds; number++) {
    state = BigInt.asUintN(64, (state ^ (state >> 31n)) * 0x94d049bb133111ebn + BigInt(number));
  }
  return state;
}

// A connection to the echo service for many requests at once: their numbers tell them apart.
class Channel {
  constructor(address) {
    const [, host, port] = address.match(/^(.*):(\d+)$/) ?? [];
    const path = address.match(/^unix:(.*)$/)?.[1];
    this.socket = path ? net.connect(path) : net.connect(Number(port), host).setNoDelay();
    this.socket.unref(); // It keeps nobody waiting when the input ends.
    this.number = 0;
    this.waiting = new Map();
    this.rest = Buffer.alloc(0);
    this.socket.on("data", (data) => this.read(data));
  }

  ask(latencyNs) {
    const request = Buffer.alloc(16);
    request.writeBigUInt64LE(BigInt(this.number), 0);
    request.writeBigUInt64LE(BigInt(latencyNs), 8);
    this.socket.write(request);
    return new Promise((resolve) => this.waiting.set(this.number++, resolve));
  }

  read(data) {
    const all = Buffer.concat([this.rest, data]);
    const whole = all.length - (all.length % 16);
    for (let at = 0; at < whole; at += 16) {
      const number = Number(all.readBigUInt64LE(at));
      this.waiting.get(number)();
      this.waiting.delete(number);
    }
    this.rest = all.subarray(whole);
  }
}

// One round of the documented hash.
function mix(state, word) {
  let z = BigInt.asUintN(64, (state ^ BigInt(word)) + 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

const unit = (hash) => Number(hash >> 11n) / 2 ** 53;

// Answers requests until the input ends. `make(request)` gives a function that computes a generation
// from the one before, with a method `close` if there is something to end.
export async function serve(make) {
  const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
  say({ lifelab_contender: 1 });
  let step;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    step ??= make(request); // All requests to a process ask for the same work.
    say(await answer(request, step));
  }
  await step?.close?.();
}

async function answer(request, step) {
  const { width, height, topology, rows, generation, generations } = request;
  if (topology !== "torus" && topology !== "plane") {
    return { error: `no topology but torus and plane: ${topology}` };
  }
  const cells = Uint8Array.from(rows.join(""), (cell) => (cell === "O" ? 1 : 0));
  let grid = new Grid(width, height, topology === "torus", cells);
  const times = [];
  for (let number = 1; number <= generations; number++) {
    const begin = process.hrtime.bigint();
    grid = await step(grid, generation + number);
    times.push(Number(process.hrtime.bigint() - begin));
  }
  const text = Array.from(grid.cells, (cell) => (cell ? "O" : ".")).join("");
  const row = (_, y) => text.slice(y * width, (y + 1) * width);
  return { times_ns: times, rows: Array.from({ length: height }, row) };
}
