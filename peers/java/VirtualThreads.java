// A virtual thread for each cell, of Java 21: plain blocking code, and as many at once as there are
// cells.

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

final class VirtualThreads {
    public static void main(String[] arguments) throws Exception {
        Life.serve(work -> (grid, generation) -> {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int y = 0; y < grid.height(); y++) {
                for (int x = 0; x < grid.width(); x++) {
                    int column = x;
                    int row = y;
                    tasks.add(() -> work.nextState(grid, column, row, generation));
                }
            }
            Life.Grid next = grid.empty();
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                int at = 0;
                for (Future<Boolean> state : threads.invokeAll(tasks)) {
                    next.cells()[at++] = state.get();
                }
            }
            return next;
        });
    }
}
