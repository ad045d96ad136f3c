// What peers in C share: the game, what a cell waits for, and the protocol. How the cells of a generation
// are fanned out and in is the matter of the programs that include this.
//
// C's library knows no JSON; but in a request no name occurs twice, and no text has a quote in it, so that
// values can be searched for.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { NEIGHBORS, RULE, PHASES };

// The cells of one generation, a byte each.
struct grid {
    int width, height;
    bool is_torus;
    unsigned char *cells;
};

// What each cell does.
struct work {
    bool birth[9], survival[9], waits[PHASES];
    char kind[16], latency[24], address[64];
    double latency_ns, upper_ns, parameter;
    uint64_t seed, rounds;
};

// A cell of a generation: all that it takes to compute it, and where its next state goes.
struct cell {
    const struct work *work;
    const struct grid *grid;
    uint64_t generation;
    int x, y;
    unsigned char *next;
};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

// What stands behind a name in a request; NULL if the name is not there.
static const char *value(const char *request, const char *name) {
    char key[40];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(request, key);
    return at ? at + strlen(key) : NULL;
}

static double number(const char *request, const char *name) {
    const char *at = value(request, name);
    return at ? strtod(at, NULL) : 0;
}

static void text(const char *request, const char *name, char *to, size_t room) {
    const char *at = value(request, name);
    size_t length = at ? strcspn(++at, "\"") : 0;
    snprintf(to, room, "%.*s", (int)length, at ? at : "");
}

static uint64_t mix(uint64_t state, uint64_t word) {
    uint64_t z = (state ^ word) + 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double unit(uint64_t hash) { return (double)(hash >> 11) / (double)(1ull << 53); }

// How long a cell waits: the same for every contender.
static uint64_t latency_ns(const struct cell *cell, int phase) {
    const struct work *work = cell->work;
    double mean = work->latency_ns, parameter = work->parameter;
    if (!strcmp(work->latency, "fixed_ns")) return (uint64_t)mean;
    uint64_t words[] = {work->seed, cell->generation, cell->x, cell->y, phase, 0}, place = 0;
    for (int at = 0; at < 6; at++) place = mix(place, words[at]);
    double u = unit(place);
    if (!strcmp(work->latency, "uniform_ns")) {
        return (uint64_t)mean + (uint64_t)((work->upper_ns - mean) * u);
    }
    if (!strcmp(work->latency, "exponential_ns")) return (uint64_t)(mean * -log(1 - u));
    if (!strcmp(work->latency, "log_normal_ns")) {
        double v = unit(mix(mix(0, place), 1));
        double z = sqrt(-2 * log(1 - u)) * cos(2 * M_PI * v);
        return (uint64_t)(mean * exp(parameter * z - parameter * parameter / 2));
    }
    return (uint64_t)(mean * (1 - 1 / parameter) * pow(1 - u, -1 / parameter));
}

static void sleep_ns(uint64_t nanos) {
    struct timespec left = {(time_t)(nanos / 1000000000), (long)(nanos % 1000000000)};
    while (nanosleep(&left, &left) && errno == EINTR) {
    }
}

// Asks the echo service, on a connection of the cell's own.
static void ask(const struct work *work, uint64_t nanos) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    const char *colon = strrchr(work->address, ':');
    char host[64];
    if (!colon) fail("the address of the service has no port");
    snprintf(host, sizeof host, "%.*s", (int)(colon - work->address), work->address);
    address.sin_port = htons((uint16_t)atoi(colon + 1));
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) fail("the address of the service");
    int service = socket(AF_INET, SOCK_STREAM, 0);
    if (service < 0) fail("socket");
    if (connect(service, (struct sockaddr *)&address, sizeof address)) fail("connect");
    uint64_t request[2] = {1, nanos}, answer[2] = {0, 0}; // Little-endian, as most machines are.
    if (write(service, request, sizeof request) != sizeof request) fail("write");
    if (recv(service, answer, sizeof answer, MSG_WAITALL) != sizeof answer) fail("recv");
    if (memcmp(request, answer, sizeof answer)) fail("another answer");
    close(service);
}

static void wait_in(const struct cell *cell, int phase) {
    const struct work *work = cell->work;
    if (!work->waits[phase]) return;
    if (!strcmp(work->kind, "sleep")) sleep_ns(latency_ns(cell, phase));
    if (!strcmp(work->kind, "socket")) ask(work, latency_ns(cell, phase));
    if (!strcmp(work->kind, "cpu")) {
        volatile uint64_t state = 1;
        uint64_t z = state;
        for (uint64_t at = 0; at < work->rounds; at++) z = (z ^ z >> 31) * 0x94d049bb133111ebu + at;
        state = z;
    }
}

static unsigned char at(const struct grid *grid, int x, int y) {
    if (grid->is_torus) {
        x = (x + grid->width) % grid->width;
        y = (y + grid->height) % grid->height;
    } else if (x < 0 || y < 0 || x >= grid->width || y >= grid->height) {
        return 0;
    }
    return grid->cells[y * grid->width + x];
}

static unsigned char next_state(const struct cell *cell) {
    wait_in(cell, NEIGHBORS);
    int neighbors = 0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            if (dx || dy) neighbors += at(cell->grid, cell->x + dx, cell->y + dy);
    wait_in(cell, RULE);
    bool is_alive = at(cell->grid, cell->x, cell->y);
    return is_alive ? cell->work->survival[neighbors] : cell->work->birth[neighbors];
}

static void read_work(const char *request, struct work *work) {
    static const char *const latencies[] = {"fixed_ns", "uniform_ns", "exponential_ns",
                                            "log_normal_ns", "pareto_ns"};
    *work = (struct work){0};
    for (const char *at = value(request, "birth"); *at != ']'; at++)
        if (*at >= '0' && *at <= '8') work->birth[*at - '0'] = true;
    for (const char *at = value(request, "survival"); *at != ']'; at++)
        if (*at >= '0' && *at <= '8') work->survival[*at - '0'] = true;
    work->waits[NEIGHBORS] = strstr(request, "\"neighbors\"") != NULL;
    work->waits[RULE] = strstr(value(request, "phases"), "\"rule\"") != NULL;
    text(request, "wait", work->kind, sizeof work->kind);
    text(request, "address", work->address, sizeof work->address);
    work->seed = value(request, "seed") ? strtoull(value(request, "seed"), NULL, 10) : 0;
    work->rounds = (uint64_t)number(request, "rounds");
    for (int at = 0; at < 5; at++) {
        const char *found = value(request, latencies[at]);
        if (!found) continue;
        strcpy(work->latency, latencies[at]);
        char *end = NULL;
        work->latency_ns = strtod(found + (*found == '['), &end);
        if (*found == '[') work->upper_ns = strtod(end + 1, NULL);
    }
    work->parameter = number(request, "sigma") + number(request, "shape");
}

// Computes a generation from the one in the grid, in its place.
typedef void step_function(const struct work *, struct grid *, uint64_t generation);

static void answer(const char *request, step_function *step) {
    char topology[32];
    text(request, "topology", topology, sizeof topology);
    if (strcmp(topology, "torus") && strcmp(topology, "plane")) {
        printf("{\"error\": \"no topology but torus and plane: %s\"}\n", topology);
        return;
    }
    struct work work;
    read_work(request, &work);
    struct grid grid = {(int)number(request, "width"), (int)number(request, "height"),
                        !strcmp(topology, "torus"), NULL};
    int cells = grid.width * grid.height;
    grid.cells = calloc(cells, 1);
    if (!grid.cells) fail("calloc");
    const char *row = value(request, "rows");
    for (int at = 0; at < cells; row++)
        if (*row == '.' || *row == 'O') grid.cells[at++] = *row == 'O';
    uint64_t first = (uint64_t)number(request, "generation");
    uint64_t generations = (uint64_t)number(request, "generations");
    printf("{\"times_ns\": [");
    for (uint64_t at = 1; at <= generations; at++) {
        struct timespec begin, end;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        step(&work, &grid, first + at);
        clock_gettime(CLOCK_MONOTONIC, &end);
        long long took = (end.tv_sec - begin.tv_sec) * 1000000000ll + end.tv_nsec - begin.tv_nsec;
        printf("%s%lld", at > 1 ? ", " : "", took);
    }
    printf("], \"rows\": [");
    for (int y = 0; y < grid.height; y++) {
        printf("%s\"", y > 0 ? ", " : "");
        for (int x = 0; x < grid.width; x++) putchar(at(&grid, x, y) ? 'O' : '.');
        putchar('"');
    }
    printf("]}\n");
    free(grid.cells);
}

// Answers requests until the input ends.
static int serve(step_function *step) {
    char *line = NULL;
    size_t room = 0;
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    printf("{\"lifelab_contender\": 1}\n");
    fflush(stdout);
    while (getline(&line, &room, stdin) > 0) {
        answer(line, step);
        fflush(stdout);
    }
    free(line);
    return 0;
}
