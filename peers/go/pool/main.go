// A fixed number of goroutines that take cells from a channel and send results into another.
package main

import "peers/life"

type cell struct {
	grid       *life.Grid
	generation int
	at         int
}

type result struct {
	at    int
	alive bool
}

func main() {
	life.Serve(func(work *life.Work) (life.Step, int) {
		cells, results := make(chan cell, work.Workers), make(chan result, work.Workers)
		for n := 0; n < work.Workers; n++ {
			go func() {
				for c := range cells {
					x, y := c.at%c.grid.Width, c.at/c.grid.Width
					results <- result{c.at, work.NextState(c.grid, x, y, c.generation)}
				}
			}()
		}
		return func(grid *life.Grid, generation int) []bool {
			go func() { // So that results are taken while cells are sent.
				for at := range grid.Cells {
					cells <- cell{grid, generation, at}
				}
			}()
			next := make([]bool, len(grid.Cells))
			for range next {
				r := <-results
				next[r.at] = r.alive
			}
			return next
		}, work.Workers
	})
}
