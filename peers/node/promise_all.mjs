// A promise for each cell, awaited together: one thread runs them all.

import { Grid, Work, serve } from "./life.mjs";

serve((request) => {
  const work = new Work(request);
  return async (grid, generation) => {
    const states = [];
    for (let y = 0; y < grid.height; y++) {
      for (let x = 0; x < grid.width; x++) states.push(work.nextState(grid, x, y, generation));
    }
    const cells = Uint8Array.from(await Promise.all(states));
    return new Grid(grid.width, grid.height, grid.isTorus, cells);
  };
});
