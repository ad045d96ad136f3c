//! Conway's Game of Life as a laboratory for concurrency: simulations in a few lines, six interchangeable steppers
