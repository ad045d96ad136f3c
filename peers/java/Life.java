// What the peers in Java share: the game, what a cell waits for, and the protocol. How the cells of a
// generation are fanned out and in is the matter of the programs beside this file.

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

final class Life {
    static final int NEIGHBORS = 0;
    static final int RULE = 1;

    /** Computes a generation from the one before. */
    interface Stepper extends AutoCloseable {
        Grid step(Grid grid, long generation) throws Exception;

        /** The most cells that wait at once; 0 if there is no such limit. */
        default int concurrency() {
            return 0;
        }

        @Override
        default void close() {}
    }

    /** Makes a stepper when it is known what there is to do. */
    interface Maker {
        Stepper make(Work work) throws Exception;
    }

    /** The cells of one generation. */
    record Grid(int width, int height, boolean isTorus, boolean[] cells) {
        Grid empty() {
            return new Grid(width, height, isTorus, new boolean[cells.length]);
        }

        boolean get(int x, int y) {
            if (isTorus) {
                return cells[Math.floorMod(y, height) * width + Math.floorMod(x, width)];
            }
            return x >= 0 && y >= 0 && x < width && y < height && cells[y * width + x];
        }

        int countNeighbors(int x, int y) {
            int count = 0;
            for (int dy = -1; dy <= 1; dy++) {
                for (int dx = -1; dx <= 1; dx++) {
                    if ((dx != 0 || dy != 0) && get(x + dx, y + dy)) {
                        count++;
                    }
                }
            }
            return count;
        }
    }

    /** What each cell does: count its neighbors, apply the rule, and wait in one or both of these. */
    static final class Work {
        final int workers;
        private final List<String> birth;
        private final List<String> survival;
        private final List<String> phases;
        private final String wait;
        private final Request request;
        private final ThreadLocal<Socket> connection = ThreadLocal.withInitial(this::connect);

        Work(Request request) {
            this.request = request;
            workers = (int) request.number("workers");
            birth = request.list("birth");
            survival = request.list("survival");
            phases = request.list("phases");
            wait = request.text("wait");
        }

        boolean nextState(Grid grid, int x, int y, long generation) throws Exception {
            if (phases.contains("neighbors")) {
                await(x, y, generation, NEIGHBORS);
            }
            String neighbors = Integer.toString(grid.countNeighbors(x, y));
            if (phases.contains("rule")) {
                await(x, y, generation, RULE);
            }
            return (grid.get(x, y) ? survival : birth).contains(neighbors);
        }

        private void await(int x, int y, long generation, int phase) throws Exception {
            switch (wait) {
                case "sleep" -> sleep(latencyNs(x, y, generation, phase));
                case "socket" -> ask(latencyNs(x, y, generation, phase));
                case "cpu" -> compute(request.number("rounds"));
                default -> {}
            }
        }

        /** Sleeps to the nanosecond clock's end, which a sleep may miss by a little. */
        private static void sleep(long nanos) throws InterruptedException {
            long end = System.nanoTime() + nanos;
            for (long left = nanos; left > 0; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.sleep(left);
            }
        }

        private static volatile long computed;

        private static void compute(long rounds) {
            long state = 1;
            for (long number = 0; number < rounds; number++) {
                state = (state ^ state >>> 31) * 0x94d049bb133111ebL + number;
            }
            computed = state; // Else a compiler might leave it out.
        }

        /** Asks the echo service, on a connection for each thread. */
        private void ask(long nanos) throws IOException {
            Socket socket = connection.get();
            ByteBuffer frame = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
            frame.putLong(Thread.currentThread().getId()).putLong(nanos);
            socket.getOutputStream().write(frame.array());
            byte[] answer = new byte[16];
            new DataInputStream(socket.getInputStream()).readFully(answer);
            if (!ByteBuffer.wrap(answer).equals(ByteBuffer.wrap(frame.array()))) {
                throw new IOException("this is the answer to another request");
            }
        }

        private Socket connect() {
            try {
                String address = request.text("address");
                int colon = address.lastIndexOf(':');
                int port = Integer.parseInt(address.substring(colon + 1));
                Socket socket = new Socket(address.substring(0, colon), port);
                socket.setTcpNoDelay(true);
                return socket;
            } catch (IOException error) {
                throw new java.io.UncheckedIOException(error);
            }
        }

        /** How long a cell waits: the same for every contender. */
        private long latencyNs(int x, int y, long generation, int phase) {
            if (request.has("fixed_ns")) {
                return request.number("fixed_ns");
            }
            long place = 0;
            for (long word : new long[] {request.number("seed"), generation, x, y, phase, 0}) {
                place = mix(place, word);
            }
            double u = unit(place);
            if (request.has("uniform_ns")) {
                List<String> bounds = request.list("uniform_ns");
                long low = Long.parseLong(bounds.get(0));
                return low + (long) ((Long.parseLong(bounds.get(1)) - low) * u);
            }
            if (request.has("exponential_ns")) {
                return (long) (request.number("exponential_ns") * -Math.log(1 - u));
            }
            if (request.has("log_normal_ns")) {
                double sigma = Double.parseDouble(request.value("sigma"));
                double v = unit(mix(mix(0, place), 1));
                double z = Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
                return (long) (request.number("log_normal_ns")
                        * Math.exp(sigma * z - sigma * sigma / 2));
            }
            double shape = Double.parseDouble(request.value("shape"));
            return (long) (request.number("pareto_ns") * (1 - 1 / shape)
                    * Math.pow(1 - u, -1 / shape));
        }

        /** One round of the documented hash. */
        private static long mix(long state, long word) {
            long z = (state ^ word) + 0x9e3779b97f4a7c15L;
            z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
            z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
            return z ^ z >>> 31;
        }

        private static double unit(long hash) {
            return (hash >>> 11) / (double) (1L << 53);
        }
    }

    /**
     * A request. Java's library reads no JSON; but no name occurs twice in a request, and no text has a
     * quote in it, so that values can be searched for.
     */
    record Request(String line) {
        boolean has(String name) {
            return line.contains("\"" + name + "\":");
        }

        String value(String name) {
            int start = line.indexOf("\"" + name + "\":") + name.length() + 3;
            int end = start;
            while (",}]".indexOf(line.charAt(end)) < 0) {
                end++;
            }
            return line.substring(start, end);
        }

        long number(String name) {
            return Long.parseUnsignedLong(value(name));
        }

        String text(String name) {
            return value(name).replace("\"", "");
        }

        List<String> list(String name) {
            int start = line.indexOf("\"" + name + "\":[") + name.length() + 4;
            String inside = line.substring(start, line.indexOf(']', start)).replace("\"", "");
            return inside.isEmpty() ? List.of() : List.of(inside.split(","));
        }
    }

    /** Answers requests until the input ends. */
    static void serve(Maker maker) throws Exception {
        System.out.println("{\"lifelab_contender\": 1}");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        Stepper stepper = null;
        for (String line; (line = input.readLine()) != null; ) {
            Request request = new Request(line);
            if (stepper == null) { // All requests to a process ask for the same work.
                stepper = maker.make(new Work(request));
            }
            System.out.println(answer(request, stepper));
        }
        if (stepper != null) {
            stepper.close();
        }
    }

    private static String answer(Request request, Stepper stepper) throws Exception {
        String topology = request.text("topology");
        if (!List.of("torus", "plane").contains(topology)) {
            return "{\"error\": \"no topology but torus and plane: " + topology + "\"}";
        }
        int width = (int) request.number("width");
        int height = (int) request.number("height");
        Grid grid = new Grid(width, height, topology.equals("torus"), new boolean[width * height]);
        String drawn = String.join("", request.list("rows"));
        for (int at = 0; at < grid.cells().length; at++) {
            grid.cells()[at] = drawn.charAt(at) == 'O';
        }
        List<String> times = new ArrayList<>();
        for (long number = 1; number <= request.number("generations"); number++) {
            long begin = System.nanoTime();
            grid = stepper.step(grid, request.number("generation") + number);
            times.add(Long.toString(System.nanoTime() - begin));
        }
        List<String> rows = new ArrayList<>();
        for (int y = 0; y < height; y++) {
            StringBuilder row = new StringBuilder("\"");
            for (int x = 0; x < width; x++) {
                row.append(grid.get(x, y) ? 'O' : '.');
            }
            rows.add(row.append('"').toString());
        }
        int limit = stepper.concurrency();
        String concurrency = limit == 0 ? "" : ", \"concurrency\": " + limit;
        return "{\"times_ns\": " + times + ", \"rows\": " + rows + concurrency + "}";
    }
}
