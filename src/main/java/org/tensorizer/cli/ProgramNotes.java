package org.tensorizer.cli;

import static java.util.Map.entry;
import static org.tensorizer.isa.Opcode.*;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.ScalarFence;
import org.tensorizer.isa.TileFence;

/**
 * What the instructions of a program of convolutions are there for and why they wait, by the part of the program. Source:
 * derived, with the programs that compilers write and an emulator that refuses what is read too early.
 */
final class ProgramNotes {
    private static final int CLEAR_ALL = 0xffffe;

    private ProgramNotes() {}

    /** Parts of a program, in their order; there are as many layers as convolutions. */
    enum Section {
        START(
                "Start",
                "Counters begin at 0, and the scalar core learns where the host has put parameters and scratch memory."),
        IDENTITY(
                "A row of ones on the diagonal",
                "An op with the identity as its weights copies: that is how the image gets from the staging buffer to its"
                        + " place. Four constants make four words, and these become one row of wide memory."),
        INPUT(
                "The image comes in",
                "Units from the host pop into a ring of rows in the wide memory of a grid row; each column of tiles takes its"
                        + " share of an image row into its staging buffer; the op copies that to the tile's part, line by line."
                        + " All of this runs at the same time."),
        LAYER(
                "Layer",
                "If its window reaches beyond a part, the borders come first, from the neighbours over the mesh, or as the zero"
                        + " point at the edge of the image. Then parameters go round the ring, from the tiles that keep them to"
                        + " all: rows of weights, with the header of each group of 64 channels in front."),
        RESULTS(
                "The result goes out",
                "Each tile packs its part into two rows by turns and sends them to the host, tile after tile."),
        END("End", "Everything is left as the next inference expects it, and the host is told.");

        private final String title;
        private final String about;

        Section(String title, String about) {
            this.title = title;
            this.about = about;
        }

        String title() {
            return title;
        }

        String about() {
            return about;
        }

        /**
         * The part that an instruction belongs to.
         *
         * @param before the instruction in front of it, null if it is the first
         * @param last whether no layer follows
         */
        Section next(Instruction instruction, Instruction before, boolean last) {
            return switch (this) {
                case START -> instruction.opcode() == MESH_BUS_2 ? IDENTITY : START;
                case IDENTITY ->
                    instruction.opcode() == MULTIPLY_ACCUMULATE || instruction.opcode() == SCALAR ? INPUT : IDENTITY;
                case INPUT -> ProgramPage.setsCounters(before) && before.getInt(TileFence.UNITS) != 0 ? LAYER : INPUT;
                case LAYER -> last && before.opcode() == RING_BUS_PRODUCER ? RESULTS : LAYER;
                case RESULTS -> ProgramPage.setsCounters(instruction) ? END : RESULTS;
                case END -> END;
            };
        }
    }

    /**
     * What is said of an instruction.
     *
     * @param purpose what it is there for
     * @param reasons why it waits, by what it waits for
     */
    record Note(String purpose, Map<String, String> reasons) {}

    private static final Map<Section, Map<Opcode, String>> PURPOSES = Map.of(
            Section.START,
            Map.of(
                    START, "The first bundle says how long the program is.",
                    SCALAR, "Addresses of parameters and scratch memory, filled in by the runtime."),
            Section.IDENTITY,
            Map.of(
                    MESH_BUS_2, "Writes one constant word: a 1 in one of its four bytes, each time another.",
                    NARROW_TO_WIDE, "Packs the four words into a row: four lanes with a diagonal of ones."),
            Section.INPUT,
            Map.of(
                    MULTIPLY_ACCUMULATE,
                            "Copies image rows from the staging buffer to the tile's part, all but the last and then the last.",
                    SCALAR, "The descriptor of the transfer: address and size of the input, handed to the host's side.",
                    INFEED, "Takes the units of the image from the host.",
                    WIDE_TO_NARROW,
                            "Takes a column's share of the ring into the staging buffer; further columns skip what is not theirs.",
                    RING_BUS_CONSUMER_0, "Receives the rows of its grid row into the ring.",
                    POP, "Sends the units of a grid row to its tiles, the first grid row first."),
            Section.LAYER,
            Map.of(
                    MESH_BUS_0, "Border above: rows of the tile above it, the zero point at the edge.",
                    MESH_BUS_1, "Border to the right, with the corners that came from above and below.",
                    MESH_BUS_2, "Border below: rows of the tile below it, the zero point at the edge.",
                    MESH_BUS_3, "Border to the left, with the corners that came from above and below.",
                    RING_BUS_CONSUMER_1,
                            "Receives rows of weights into the weight buffer, and those of a header above it.",
                    WIDE_TO_NARROW, "Takes scales, biases and zero points of a group to the scaling registers.",
                    MULTIPLY_ACCUMULATE,
                            "The convolution: four inputs times 64 lanes a step, over taps, pixels, passes and groups.",
                    RING_BUS_PRODUCER, "Sends the layer's parameters from where they are kept to all tiles."),
            Section.RESULTS,
            Map.of(
                    SCALAR, "The descriptor of the transfer: address and size of the output.",
                    NARROW_TO_WIDE, "Packs the part, pixel by pixel without its borders, into rows.",
                    OUTFEED, "Hands the units of a tile to the host.",
                    RING_BUS_PRODUCER, "Sends the rows of a tile to the side of the host."),
            Section.END,
            Map.of(
                    SCALAR, "A last descriptor of no bytes raises the interrupt: the inference is done.",
                    HALT, "The program ends here.",
                    END, "The last bundle."));

    /** By section, unit and counter. */
    private static final Map<String, String> WAITS = Map.ofEntries(
            entry("IDENTITY narrowToWide MESH_SOUTH_IN", "The last of the four constants is written."),
            entry(
                    "INPUT op WIDE_TO_NARROW",
                    "Image row k is in the staging buffer as a whole. The last row is shorter by what"
                            + " a column need not read, so it has an op of its own."),
            entry("INPUT infeed AVDATA_INFEED", "Pass k begins when the k before it have come."),
            entry("INPUT wideToNarrow RING_READ_A", "Pass k of the ring has arrived."),
            entry(
                    "INPUT wideToNarrow AVDATA, room",
                    "At most one image row ahead of the copy: the staging buffer has two"
                            + " halves, and the one that is written must have been copied."),
            entry(
                    "INPUT ringBusConsumer0 WIDE_TO_NARROW, room",
                    "Pass k overwrites the half that held pass k - 2: all words of"
                            + " that must be through. Skipped words are not counted, hence no more than two passes are under way."),
            entry("INPUT pop AVDATA_POP", "The units of the grid rows above went first."),
            entry(
                    "LAYER mesh AVDATA",
                    "64 channels of the layer before are written: borders travel while it computes the" + " next."),
            entry(
                    "LAYER mesh MESH_NORTH_IN",
                    "The corner pixels from above have come: they are handed on to the side."),
            entry(
                    "LAYER mesh MESH_SOUTH_IN",
                    "The corner pixels from below have come: they are handed on to the side."),
            entry(
                    "LAYER ringBusConsumer1 PARAMETERS, room",
                    "With two buffers pass k overwrites pass k - 2, which must be used"
                            + " up; with one buffer pass k - 1."),
            entry(
                    "LAYER wideToNarrow RING_READ_B",
                    "The first weights of group k are here, and its header stands in front of"
                            + " them: so that is here, too."),
            entry(
                    "LAYER wideToNarrow AVDATA, room",
                    "There are two sets of scaling registers: the one that is overwritten"
                            + " belongs to a group that is done."),
            entry("LAYER op RING_READ_B", "Pass k of the weights is here."),
            entry("LAYER op WIDE_TO_SCALING", "The scales of group k are in the registers."),
            entry(
                    "LAYER ringBusProducer RING_PRODUCER_B",
                    "The rows of earlier layers and pieces went first: there is one order"
                            + " on the ring, and all tiles count on it."),
            entry(
                    "RESULTS narrowToWide RING_WRITE, room",
                    "There are two rows: row k overwrites row k - 2, which must be" + " sent."),
            entry("RESULTS ringBusProducer RING_PRODUCER_A", "Packets go to the host in the order of the tiles."),
            entry("RESULTS ringBusProducer NARROW_TO_WIDE", "The row that is to be sent is packed."));

    /**
     * What is said of an instruction.
     *
     * @param counters that it waits for
     * @throws IllegalStateException nothing is said of it, or of one of its waits
     */
    static Note of(Section section, Instruction instruction, List<String> counters) {
        Opcode opcode = instruction.opcode();
        if (opcode == TILE_FENCE || opcode == SCALAR_FENCE) {
            return fence(section, instruction);
        }
        String purpose = PURPOSES.get(section).get(opcode);
        Map<String, String> reasons = new LinkedHashMap<>();
        String unit = opcode.unit().startsWith("meshBus") && section == Section.LAYER ? "mesh" : opcode.unit();
        for (String counter : counters) {
            reasons.put("waits for " + counter + ":", WAITS.get(section + " " + unit + " " + counter));
        }
        if (purpose == null || reasons.containsValue(null)) {
            throw new IllegalStateException(
                    "nothing is said of " + section + " " + opcode + " with waits for " + counters);
        }
        return new Note(purpose, reasons);
    }

    private static Note fence(Section section, Instruction fence) {
        if (fence.opcode() == SCALAR_FENCE) {
            boolean tiles = fence.getInt(ScalarFence.TILES) != 0;
            return note(
                    tiles
                            ? "The scalar core waits for the tiles."
                            : "The scalar core waits for its own engines and sets counters.",
                    "a fence",
                    tiles
                            ? section == Section.END
                                    ? "All packets have left, and all tiles have come to this point."
                                    : "No instruction of the next part may reach a tile that is still in the one before."
                            : "A new transfer counts from the beginning.");
        }
        int units = fence.getInt(TileFence.UNITS);
        int counters = fence.getInt(TileFence.COUNTERS);
        if (units == TileFence.NARROW_TO_WIDE) {
            return note(
                    "Waits for one unit.",
                    "a fence",
                    "The op must find its weights: the row is there when the unit is idle.");
        } else if (units == 0) {
            return note(
                    "Sets the count of words in the staging buffer back to 0.",
                    "a fence of no unit",
                    "Seen where a part has more than two rows; why it is needed there is not known.");
        } else if (counters == CLEAR_ALL && section == Section.START) {
            return note("Clears the counters of all tiles.", "a fence", "What an earlier program left is over.");
        }
        return note(
                counters == 0
                        ? "All units of the tiles become idle."
                        : "All units become idle, then counters are cleared.",
                "a fence",
                switch (section) {
                    case INPUT ->
                        counters == 0
                                ? "The halves of the staging buffer start again with the last row."
                                : "The image is complete: layers count from 0.";
                    case LAYER -> "The layer reads what others wrote: the layer before, and borders, are complete.";
                    case RESULTS -> "The last layer is complete before its result is packed.";
                    case END -> "Nothing is under way when counters go back to 0.";
                    default -> "The tiles begin together.";
                });
    }

    private static Note note(String purpose, String what, String reason) {
        return new Note(purpose, Map.of(what + ":", reason));
    }
}
