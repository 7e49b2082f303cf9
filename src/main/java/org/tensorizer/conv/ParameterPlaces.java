package org.tensorizer.conv;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.RingBusConsumer;

/**
 * Which tiles keep the parameters of the layers, in rows of wide memory. Every tile is as good as another: at run time
 * the rows are broadcast. The compiler's own choice follows a rule that nobody knows; ours is the lowest tile that takes
 * the whole layer, else pieces on the emptiest tiles. What the tiles have no room for stays with the host, if it may.
 *
 * @param layers pieces of each layer, in the order of its rows; none where it stays with the host
 */
public record ParameterPlaces(List<List<Piece>> layers) {
    private static final int TILES = Chip.TILES;

    /**
     * Rows that one tile keeps.
     *
     * @param row first row of wide memory
     */
    public record Piece(int tile, int row, int rows) {}

    public ParameterPlaces {
        layers = layers.stream().map(List::copyOf).toList();
    }

    /**
     * What wants a place.
     *
     * @param rows of 256 bytes
     * @param fromHost whether it may stay with the host, which then sends it in every inference
     */
    public record Wish(int rows, boolean fromHost) {}

    /**
     * Chooses places. Where the tiles have no room for all, what must be on the chip comes first, then what may be as long
     * as it fits, in order.
     *
     * @param wishes of each layer
     * @param start first free row of each of the 16 tiles
     * @param floor first row that is not free
     * @throws DoesNotFitException the tiles are full
     */
    public static ParameterPlaces choose(List<Wish> wishes, int[] start, int floor) {
        int[] next = start.clone();
        long room = room(start, floor);
        for (Wish wish : wishes) {
            room -= wish.fromHost() ? 0 : wish.rows();
        }
        List<List<Piece>> layers = new ArrayList<>();
        for (Wish wish : wishes) {
            List<Piece> pieces = new ArrayList<>();
            boolean kept = !wish.fromHost() || wish.rows() <= room;
            int left = kept ? wish.rows() : 0;
            room -= kept && wish.fromHost() ? wish.rows() : 0;
            while (left > 0) {
                int tile = tile(next, floor, left);
                if (next[tile] >= floor) {
                    throw new DoesNotFitException(full(wishes, start, floor));
                }
                int taken = Math.min(left, floor - next[tile]);
                pieces.add(new Piece(tile, next[tile], taken));
                next[tile] += taken;
                left -= taken;
            }
            layers.add(pieces);
        }
        return new ParameterPlaces(layers);
    }

    /** What a PARAMETER_CACHING program stores, in its order. */
    public static List<Piece> stored(InstructionStream caching) {
        List<Piece> stored = new ArrayList<>();
        for (Instruction store : caching.instructions()) {
            if (store.opcode() == Opcode.RING_BUS_CONSUMER_0) {
                int count = RingBusConsumer.ROWS.get(store).limits()[0] + 1;
                int tile = Integer.numberOfTrailingZeros(store.tiles());
                stored.add(new Piece(tile, store.getInt(RingBusConsumer.ROWS.base()), count));
            }
        }
        return stored;
    }

    /**
     * The pieces of each layer.
     *
     * @param pieces in order; what stands behind those of the last layer is left out
     * @param rows of each layer
     * @throws BadInputException a layer has other rows than whole pieces
     */
    public static ParameterPlaces grouped(List<Piece> pieces, List<Integer> rows) {
        Iterator<Piece> next = pieces.iterator();
        List<List<Piece>> layers = new ArrayList<>();
        for (int wanted : rows) {
            List<Piece> layer = new ArrayList<>();
            int left = wanted;
            while (left > 0 && next.hasNext()) {
                layer.add(next.next());
                left -= layer.get(layer.size() - 1).rows();
            }
            if (left != 0) {
                throw new BadInputException("layer " + layers.size() + " has " + wanted
                        + " rows of parameters, the other program stores " + (wanted - left));
            }
            layers.add(layer);
        }
        return new ParameterPlaces(layers);
    }

    private static int tile(int[] next, int floor, int wanted) {
        int emptiest = 0;
        for (int tile = 0; tile < TILES; tile++) {
            if (floor - next[tile] >= wanted) {
                return tile;
            }
            emptiest = next[tile] < next[emptiest] ? tile : emptiest;
        }
        return emptiest;
    }

    private static long room(int[] start, int floor) {
        long room = 0;
        for (int first : start) {
            room += Math.max(0, floor - first);
        }
        return room;
    }

    private static String full(List<Wish> wishes, int[] start, int floor) {
        long needed = wishes.stream()
                .filter(wish -> !wish.fromHost())
                .mapToLong(Wish::rows)
                .sum();
        long room = room(start, floor);
        return "the parameters that must be on the chip need " + Chip.ROW_BYTES * needed
                + " bytes of wide memory, the tiles have "
                + Chip.ROW_BYTES * room + " free: " + Chip.ROW_BYTES * (needed - room)
                + " too many; fewer channels would fit";
    }
}
