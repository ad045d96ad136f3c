// A POSIX thread for each cell, with a small stack.

#include "life.h"

#include <limits.h>
#include <pthread.h>

// What a thread does. It writes a place that is its own, so nothing needs a lock.
static void *run(void *argument) {
    const struct cell *cell = argument;
    *cell->next = next_state(cell);
    return NULL;
}

// Starts a thread for each cell, and joins them all.
static void step(const struct work *work, struct grid *grid, uint64_t generation) {
    int cells = grid->width * grid->height;
    struct cell *jobs = calloc(cells, sizeof *jobs);
    pthread_t *threads = calloc(cells, sizeof *threads);
    unsigned char *next = calloc(cells, 1);
    if (!jobs || !threads || !next) fail("calloc");
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN + 65536);
    for (int at = 0; at < cells; at++) {
        jobs[at] = (struct cell){work, grid, generation, at % grid->width, at / grid->width, next + at};
        if ((errno = pthread_create(&threads[at], &attributes, run, &jobs[at])) != 0) {
            fail("pthread_create");
        }
    }
    for (int at = 0; at < cells; at++) pthread_join(threads[at], NULL);
    pthread_attr_destroy(&attributes);
    free(grid->cells);
    grid->cells = next;
    free(jobs);
    free(threads);
}

int main(void) { return serve(step); }
