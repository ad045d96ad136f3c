// Worker threads, each with a band of rows whose cells it awaits together. Threads share no objects, so
// the grid before is copied to each, and each answers with its rows.

import { once } from "node:events";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { Grid, Work, serve } from "./life.mjs";

if (isMainThread) {
  serve((request) => {
    const make = () => new Worker(new URL(import.meta.url), { workerData: request });
    const workers = Array.from({ length: request.workers }, make);
    const step = async (grid, generation) => {
      const band = (number) => Math.floor((grid.height * number) / workers.length);
      const parts = workers.map((worker, number) => {
        const [from, to] = [band(number), band(number + 1)];
        const rows = once(worker, "message"); // It fails if the worker does.
        worker.postMessage({ cells: grid.cells, from, to, generation });
        return rows;
      });
      const cells = Uint8Array.from((await Promise.all(parts)).flatMap(([rows]) => [...rows]));
      return new Grid(grid.width, grid.height, grid.isTorus, cells);
    };
    step.close = () => Promise.all(workers.map((worker) => worker.terminate()));
    return step;
  });
} else {
  const { width, height, topology } = workerData;
  const work = new Work(workerData);
  parentPort.on("message", async ({ cells, from, to, generation }) => {
    const grid = new Grid(width, height, topology === "torus", cells);
    const states = [];
    for (let y = from; y < to; y++) {
      for (let x = 0; x < width; x++) states.push(work.nextState(grid, x, y, generation));
    }
    parentPort.postMessage(Uint8Array.from(await Promise.all(states)));
  });
}
