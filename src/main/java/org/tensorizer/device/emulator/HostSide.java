package org.tensorizer.device.emulator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.tensorizer.isa.ScalarCounter;
import org.tensorizer.isa.TileCounter;

/** The three engines between host and ring, infeed, pop and outfeed, and their counters, while a program is linked. */
final class HostSide {
    private static final int COUNTER_MASK = 0xffff;

    private final StepRecorder recorder;
    private final Tile[] tiles;
    private final ScalarMemory memory;
    private final Transfer.Descriptors transfers = new Transfer.Descriptors();
    private final Deque<Transfer> incoming = new ArrayDeque<>();
    private final HostOutput output;
    private final int[] counters = new int[ScalarCounter.COUNT];
    private final InfeedBuffer[] buffers = {
        new InfeedBuffer(HostMove.Stream.INPUT), new InfeedBuffer(HostMove.Stream.PARAMETERS)
    };
    final Deque<HostMove> infeeds = new ArrayDeque<>();
    final Deque<HostMove> pops = new ArrayDeque<>();
    final Deque<HostMove> outfeeds = new ArrayDeque<>();

    /** Packets on their way to the outfeed. */
    final Deque<RowBytes> packets = new ArrayDeque<>();

    private int fed = -1;
    private int popped = -1;
    private int popFirst;
    private int taken = -1;

    HostSide(StepRecorder recorder, Tile[] tiles, ScalarMemory memory) {
        this.recorder = recorder;
        output = new HostOutput(recorder);
        this.tiles = tiles;
        this.memory = memory;
    }

    /** A DMA descriptor was handed over. */
    void submit(InstructionSite by, long address, int size, int kind) {
        transfers.submit(by, address, size, kind).ifPresent(transfer -> {
            if (transfer.kind() == Transfer.Kind.OUTPUT) {
                output.begin(transfer);
            } else {
                incoming.add(transfer);
            }
        });
    }

    void countPackets(boolean kindB, int packets) {
        counters[(kindB ? ScalarCounter.PRODUCER_B : ScalarCounter.PRODUCER_A).id()] += packets;
    }

    int counter(ScalarCounter counter) {
        return counters[counter.id()] & COUNTER_MASK;
    }

    void setCounter(InstructionSite by, int id, int value) {
        if (id < buffers.length) {
            by.require(fed < 0 || infeeds.peek().stream.ordinal() != id, "sets a counter in use");
            buffers[id].renumber(value);
        }
        counters[id] = value;
    }

    boolean advance() {
        return infeed() | pop() | outfeed();
    }

    private static int ahead(int have, int want) {
        return (short) (have - want);
    }

    private boolean infeed() {
        HostMove move = infeeds.peek();
        if (move == null) {
            return false;
        }
        InfeedBuffer buffer = buffers[move.stream.ordinal()];
        if (fed < 0) {
            if (incoming.isEmpty()) {
                return false;
            }
            Transfer transfer = incoming.peek();
            boolean input = transfer.kind() == Transfer.Kind.INPUT;
            move.site.require(
                    input == (move.stream == HostMove.Stream.INPUT),
                    "takes %s, the next descriptor brings %s",
                    move.stream,
                    transfer);
            int units = (transfer.size() + move.unit - 1) / move.unit;
            move.site.require(
                    units == move.units,
                    "%d units of %d bytes, descriptor of %d",
                    move.units,
                    move.unit,
                    transfer.size());
            fed = 0;
            if (input) {
                recorder.add(new LinkedStep.Fetch(transfer));
            }
        }
        int credit = ahead(counters[2 + move.stream.ordinal()], move.wait + fed) + fed + 1;
        int upto = Math.min(Math.min(move.units, fed + buffer.room()), credit);
        if (upto <= fed) {
            return false;
        }
        buffer.put(move.base + fed, upto - fed);
        counters[move.stream.ordinal()] = buffer.infed();
        fed = upto;
        if (fed == move.units) {
            infeeds.remove();
            incoming.remove();
            fed = -1;
        }
        return true;
    }

    private boolean pop() {
        HostMove move = pops.peek();
        if (move == null) {
            return false;
        }
        boolean loops = move.stream == HostMove.Stream.LOOP_BACK;
        if (popped < 0) {
            popped = 0;
            if (!loops) {
                InfeedBuffer buffer = buffers[move.stream.ordinal()];
                popFirst = buffer.read() + ahead(move.wait - 1, buffer.read());
            }
        }
        if (popped == 0 && move.packets != null && ahead(counters[move.packets.counter()], move.packets.value()) < 0) {
            return false;
        }
        int upto = loops
                ? Math.min(move.units, popped + 1 + ahead(counter(ScalarCounter.RING_OUTFEED), move.wait + popped))
                : Math.min(move.units, buffers[move.stream.ordinal()].infed() - popFirst);
        if (upto <= popped) {
            return false;
        }
        return loops ? popLoopBack(move, upto) : popUnits(move, upto);
    }

    private boolean popUnits(HostMove move, int upto) {
        InfeedBuffer buffer = buffers[move.stream.ordinal()];
        buffer.requireAt(move, popFirst, popped, upto);
        int begin = popped * move.unit / move.rowBytes * move.rowBytes;
        int end = upto * move.unit;
        int stream = buffer.offset(popFirst);
        for (int at = begin; at < end; at += move.rowBytes) {
            if (at + move.rowBytes <= end || upto == move.units) {
                deliver(move, buffer.bytes(stream + at, Math.min(move.rowBytes, end - at)));
            }
        }
        counters[2 + move.stream.ordinal()] += buffer.readUpTo(popFirst + popped, popFirst + upto);
        finishPop(move, upto);
        return true;
    }

    private boolean popLoopBack(HostMove move, int upto) {
        for (int k = popped; k < upto; k++) {
            int word = (move.base + k) % HostMove.LOOP_BACK_WORDS;
            int inRow = k * move.unit % move.rowBytes;
            memory.requireWritten(move.site, word);
            if (inRow == 0) {
                int words = Math.min(move.rowBytes / move.unit, move.units - k);
                if (k + words <= upto) {
                    deliver(move, memory.row(move.site, recorder, move.base + k, words));
                } else {
                    upto = k;
                    break;
                }
            }
        }
        if (upto == popped) {
            return false;
        }
        for (int k = popped; k < upto; k++) {
            memory.forget(recorder, (move.base + k) % HostMove.LOOP_BACK_WORDS);
        }
        counters[ScalarCounter.SCALAR_INFEED.id()] += upto - popped;
        finishPop(move, upto);
        return true;
    }

    private void finishPop(HostMove move, int upto) {
        popped = upto;
        if (popped == move.units) {
            pops.remove();
            popped = -1;
        }
    }

    private void deliver(HostMove move, RowBytes row) {
        for (Tile tile : tiles) {
            if ((move.tiles >> tile.number & 1) != 0) {
                row.hold(1);
                tile.inboxA.add(row);
            }
        }
    }

    private boolean outfeed() {
        HostMove move = outfeeds.peek();
        if (move == null || packets.isEmpty()) {
            return false;
        }
        if (taken < 0) {
            taken = 0;
        }
        boolean loops = move.stream == HostMove.Stream.LOOP_BACK;
        int units = loops ? move.packetUnits : Math.min(move.units - taken, 256 / move.unit);
        boolean waits =
                loops && ahead(counter(ScalarCounter.SCALAR_INFEED), move.wait + (taken + units - 1) * move.step) < 0;
        if (waits || move.stream == HostMove.Stream.HOST && output.isEmpty()) {
            return false;
        }
        RowBytes packet = packets.remove();
        int bytes = units * move.unit;
        move.site.require(
                packet.length() <= bytes && (loops || packet.length() > bytes - move.unit),
                "takes %d bytes, the packet has %d",
                bytes,
                packet.length());
        packet.markRead();
        if (move.stream == HostMove.Stream.HOST) {
            output.send(move.site, packet, bytes);
        } else {
            collect(move, packet, units, loops);
        }
        recorder.release(packet);
        taken += units;
        if (taken == move.units) {
            outfeeds.remove();
            taken = -1;
            counters[ScalarCounter.RING_OUTFEED.id()] += move.stream == HostMove.Stream.HOST ? 1 : 0;
        }
        return true;
    }

    private void collect(HostMove move, RowBytes packet, int units, boolean loops) {
        int at = move.base + taken;
        if (loops) {
            at %= HostMove.LOOP_BACK_WORDS;
            counters[ScalarCounter.RING_OUTFEED.id()] += units;
            counters[ScalarCounter.PRODUCER_A.id()]++;
            for (Tile tile : tiles) {
                tile.count(TileCounter.RING_PRODUCER_A.id(), 1);
            }
        }
        memory.collect(move.site, recorder, at, units, packet, loops);
    }

    /** Where pushed words and packets go. */
    HostOutput output() {
        return output;
    }

    /** At the last HALT everything must be empty. */
    void requireEmpty(InstructionSite halt) {
        halt.require(
                infeeds.isEmpty() && pops.isEmpty() && outfeeds.isEmpty(),
                "never became ready: %s",
                Arrays.asList(infeeds.peek(), pops.peek(), outfeeds.peek()));
        halt.require(packets.isEmpty(), "a packet that no outfeed took");
        halt.require(incoming.isEmpty(), "%s that no infeed took", incoming.peek());
        output.requireEmpty(halt);
    }

    /** What the program has asked of the host. */
    Transfer.Descriptors transfers() {
        return transfers;
    }
}
