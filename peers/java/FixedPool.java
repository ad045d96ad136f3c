// A fixed pool of threads: submit a task for each cell, and wait for their futures.

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

final class FixedPool implements Life.Stepper {
    private final Life.Work work;
    private final ExecutorService pool;

    FixedPool(Life.Work work) {
        this.work = work;
        pool = Executors.newFixedThreadPool(work.workers);
    }

    @Override
    public Life.Grid step(Life.Grid grid, long generation) throws Exception {
        List<Callable<Boolean>> tasks = new ArrayList<>();
        for (int y = 0; y < grid.height(); y++) {
            for (int x = 0; x < grid.width(); x++) {
                int column = x;
                int row = y;
                tasks.add(() -> work.nextState(grid, column, row, generation));
            }
        }
        Life.Grid next = grid.empty();
        int at = 0;
        for (Future<Boolean> state : pool.invokeAll(tasks)) {
            next.cells()[at++] = state.get();
        }
        return next;
    }

    @Override
    public int concurrency() {
        return work.workers;
    }

    @Override
    public void close() {
        pool.shutdown();
    }

    public static void main(String[] arguments) throws Exception {
        Life.serve(FixedPool::new);
    }
}
