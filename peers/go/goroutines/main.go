// A goroutine for each cell: it writes a place that is its own, and a WaitGroup waits for them all.
package main

import (
	"sync"

	"peers/life"
)

func main() {
	life.Serve(func(work *life.Work) (life.Step, int) {
		return func(grid *life.Grid, generation int) []bool {
			next := make([]bool, len(grid.Cells))
			var cells sync.WaitGroup
			for at := range next {
				cells.Add(1)
				go func(at int) {
					defer cells.Done()
					next[at] = work.NextState(grid, at%grid.Width, at/grid.Width, generation)
				}(at)
			}
			cells.Wait()
			return next
		}, 0
	})
}
