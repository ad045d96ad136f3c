// Package life is what the peers in Go share: the game, what a cell waits for, and the protocol. How the
// cells of a generation are fanned out and in is the matter of the programs beside it.
package life

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// A Grid is the cells of one generation, in reading order.
type Grid struct {
	Width, Height int
	IsTorus       bool
	Cells         []bool
}

// Get is the cell at a place. Beyond the edges of a torus lies the other side, beyond those of a plane
// nothing.
func (g *Grid) Get(x, y int) bool {
	if g.IsTorus {
		x, y = (x+g.Width)%g.Width, (y+g.Height)%g.Height
	} else if x < 0 || y < 0 || x >= g.Width || y >= g.Height {
		return false
	}
	return g.Cells[y*g.Width+x]
}

func (g *Grid) countNeighbors(x, y int) int {
	count := 0
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if (dx != 0 || dy != 0) && g.Get(x+dx, y+dy) {
				count++
			}
		}
	}
	return count
}

// A Work is what each cell does: count its neighbors, apply the rule, and wait in one or both of these.
type Work struct {
	Workers         int
	birth, survival [9]bool
	io              requestedIO
	connections     sync.Pool
}

// The phases of a cell's work.
const (
	neighbors = "neighbors"
	rule      = "rule"
)

type request struct {
	Generations, Generation int
	Width, Height           int
	Rows                    []string
	Topology                string
	Birth, Survival         []int
	Workers                 int
	IO                      requestedIO
}

type requestedIO struct {
	Wait    string
	Phases  []string
	Seed    uint64
	Rounds  uint64
	Address string
	Latency struct {
		Fixed       *int64  `json:"fixed_ns"`
		Uniform     []int64 `json:"uniform_ns"`
		Exponential float64 `json:"exponential_ns"`
		LogNormal   float64 `json:"log_normal_ns"`
		Sigma       float64
		Pareto      float64 `json:"pareto_ns"`
		Shape       float64
	}
}

// NextState computes a cell of the generation of this number.
func (w *Work) NextState(g *Grid, x, y, generation int) bool {
	w.wait(x, y, generation, neighbors)
	count := g.countNeighbors(x, y)
	w.wait(x, y, generation, rule)
	if g.Get(x, y) {
		return w.survival[count]
	}
	return w.birth[count]
}

func (w *Work) wait(x, y, generation int, phase string) {
	for _, waits := range w.io.Phases {
		if waits != phase {
			continue
		}
		switch w.io.Wait {
		case "sleep":
			time.Sleep(w.latency(x, y, generation, phase))
		case "socket":
			w.ask(w.latency(x, y, generation, phase))
		case "cpu":
			compute(w.io.Rounds)
		}
	}
}

var computed uint64

func compute(rounds uint64) {
	state := uint64(1)
	for n := uint64(0); n < rounds; n++ {
		state = (state^state>>31)*0x94d049bb133111eb + n
	}
	if state == 0 { // Else a compiler might leave it out.
		computed = state
	}
}

// Asks the echo service, on a connection that nobody else uses meanwhile.
func (w *Work) ask(delay time.Duration) {
	connection, ok := w.connections.Get().(net.Conn)
	if !ok {
		network, address := "tcp", w.io.Address
		if path := strings.TrimPrefix(address, "unix:"); path != address {
			network, address = "unix", path
		}
		var err error
		if connection, err = net.Dial(network, address); err != nil {
			log.Fatal(err)
		}
	}
	defer w.connections.Put(connection)
	var frame, answer [16]byte
	binary.LittleEndian.PutUint64(frame[8:], uint64(delay))
	if _, err := connection.Write(frame[:]); err != nil {
		log.Fatal(err)
	}
	if _, err := io.ReadFull(connection, answer[:]); err != nil || answer != frame {
		log.Fatal("no answer, or another one: ", err)
	}
}

// How long a cell waits: the same for every contender.
func (w *Work) latency(x, y, generation int, phase string) time.Duration {
	latency := &w.io.Latency
	if latency.Fixed != nil {
		return time.Duration(*latency.Fixed)
	}
	number := uint64(0)
	if phase == rule {
		number = 1
	}
	place := uint64(0)
	for _, word := range []uint64{w.io.Seed, uint64(generation), uint64(x), uint64(y), number, 0} {
		place = mix(place, word)
	}
	u := unit(place)
	switch {
	case latency.Uniform != nil:
		low, high := latency.Uniform[0], latency.Uniform[1]
		return time.Duration(low + int64(float64(high-low)*u))
	case latency.Exponential > 0:
		return time.Duration(latency.Exponential * -math.Log(1-u))
	case latency.LogNormal > 0:
		z := math.Sqrt(-2*math.Log(1-u)) * math.Cos(2*math.Pi*unit(mix(mix(0, place), 1)))
		return time.Duration(latency.LogNormal * math.Exp(latency.Sigma*z-latency.Sigma*latency.Sigma/2))
	default:
		return time.Duration(latency.Pareto * (1 - 1/latency.Shape) * math.Pow(1-u, -1/latency.Shape))
	}
}

// One round of the documented hash.
func mix(state, word uint64) uint64 {
	z := (state ^ word) + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// A hash as a number in [0, 1).
func unit(hash uint64) float64 { return float64(hash>>11) / (1 << 53) }

// A Step computes the generation of this number from the one before.
type Step func(g *Grid, generation int) []bool

// Serve answers requests until the input ends. What make makes is kept until then; it also tells the most
// cells that wait at once, or 0 if there is no such limit.
func Serve(make func(*Work) (Step, int)) {
	fmt.Println(`{"lifelab_contender": 1}`)
	input := bufio.NewReader(os.Stdin)
	var step Step
	var concurrency int
	for {
		line, err := input.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		var asked request
		if err != nil || json.Unmarshal(line, &asked) != nil {
			log.Fatal("there is no request")
		}
		if step == nil { // All requests to a process ask for the same work.
			step, concurrency = make(asked.work())
		}
		answer, err := json.Marshal(asked.answer(step, concurrency))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s\n", answer)
	}
}

func (r *request) work() *Work {
	work := &Work{Workers: r.Workers, io: r.IO}
	for _, count := range r.Birth {
		work.birth[count] = true
	}
	for _, count := range r.Survival {
		work.survival[count] = true
	}
	return work
}

func (r *request) answer(step Step, concurrency int) map[string]any {
	if r.Topology != "torus" && r.Topology != "plane" {
		return map[string]any{"error": "no topology but torus and plane: " + r.Topology}
	}
	grid := &Grid{r.Width, r.Height, r.Topology == "torus", nil}
	for _, cell := range strings.Join(r.Rows, "") {
		grid.Cells = append(grid.Cells, cell == 'O')
	}
	times := []int64{}
	for n := 1; n <= r.Generations; n++ {
		begin := time.Now()
		grid = &Grid{grid.Width, grid.Height, grid.IsTorus, step(grid, r.Generation+n)}
		times = append(times, time.Since(begin).Nanoseconds())
	}
	rows := make([]string, r.Height)
	for y := range rows {
		row := make([]byte, r.Width)
		for x := range row {
			row[x] = '.'
			if grid.Get(x, y) {
				row[x] = 'O'
			}
		}
		rows[y] = string(row)
	}
	answer := map[string]any{"times_ns": times, "rows": rows}
	if concurrency > 0 {
		answer["concurrency"] = concurrency
	}
	return answer
}
