package org.tensorizer.compiler;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.tensorizer.conv.IdentityCode;
import org.tensorizer.conv.ImageCode;
import org.tensorizer.conv.NarrowPlan;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.conv.PerTile;
import org.tensorizer.conv.Progress;
import org.tensorizer.conv.ResultCode;
import org.tensorizer.conv.TileMemory.Range;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Loops;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileFence;
import org.tensorizer.isa.Wait;

/** Emits what follows the images of a network, as its {@link HeadPlan} says: gather and mean, layers, softmax, the result. */
final class HeadCode {
    private final ProgramBuilder program;
    private final HeadPlan plan;
    private final Progress progress;
    private final NarrowPlan narrow;
    private final Deque<List<Piece>> streamed;
    private final List<Piece> farTables;

    /**
     * @param narrow the plan of the images, whose result is read
     * @param streamed where the parameters of each streamed layer are kept
     * @param farTables where the tables of a softmax are kept that are far
     */
    HeadCode(
            ProgramBuilder program,
            HeadPlan plan,
            Progress progress,
            NarrowPlan narrow,
            List<List<Piece>> streamed,
            List<Piece> farTables) {
        this.program = program;
        this.plan = plan;
        this.progress = progress;
        this.narrow = narrow;
        this.streamed = new ArrayDeque<>(streamed);
        this.farTables = farTables;
    }

    /** @param name of the output */
    void emit(String name) {
        boolean layers = !plan.layers().isEmpty();
        if (plan.gather().isPresent()) {
            GatherPlan gather = plan.gather().get();
            new GatherCode(program, gather, progress).emit();
            new MeanCode(gather, plan.head().mean().orElseThrow()).emit(program, layers);
            progress.clear();
        } else {
            program.fence(ProgramBuilder.TILE_COUNTERS);
            if (plan.softmax().isPresent()) {
                IdentityCode.again(program, plan.identityWords(), plan.identityRow());
            }
            program.fence(ProgramBuilder.TILE_COUNTERS);
        }
        for (int i = 0; i < plan.layers().size(); i++) {
            layer(i);
        }
        result(name);
    }

    private void layer(int index) {
        LayerPlan layer = plan.layers().get(index);
        FullyConnectedCode code = new FullyConnectedCode(program, progress, layer);
        if (index > 0) {
            LayerPlan before = plan.layers().get(index - 1);
            if (before.isStreamed()) {
                code.gather(new Range(before.result().base(), before.outputWords()));
            } else {
                code.gather(before.result().base(), before.words());
            }
        } else if (plan.gather().isPresent()) {
            GatherPlan gather = plan.gather().get();
            code.gather(gather.average().base(), gather.widths());
        } else {
            code.gather(narrow.result());
        }
        if (layer.isStreamed()) {
            code.computeStreamed(
                    streamed.remove(), plan.softmax().isPresent(), plan.identityWords(), plan.identityRow());
            boolean last = index == plan.layers().size() - 1;
            if (last && plan.softmax().isPresent() && layer.tiles() > 1) {
                code.spread(plan.softmax().get().logits());
            }
        } else {
            code.computeInPlace();
        }
        if (layer.layer().function().isPresent()) {
            code.map(layer.layer().function().get(), plan.identityWords(), plan.identityRow());
        }
    }

    private void result(String name) {
        int base;
        int step = 0;
        if (plan.layers().isEmpty()) {
            base = plan.gather().orElseThrow().average().base();
        } else {
            LayerPlan last = plan.layers().get(plan.layers().size() - 1);
            base = last.result().base();
            step = last.isStreamed() ? LayerPlan.TILE_WORDS : 0;
            if (plan.softmax().isPresent()) {
                SoftmaxPlan softmax = plan.softmax().get();
                new SoftmaxCode(program, softmax, progress, plan.identityRow(), farTables).emit(last.layer());
                base = softmax.result();
                step = 0;
            }
            program.fence(ProgramBuilder.TILE_COUNTERS);
        }
        give(base, step, name);
        if (progress.packetsB() > 0) {
            program.packets(progress.packetsA(), progress.packetsB());
            ImageCode.end(program, ProgramBuilder.PACKET_COUNTERS);
        } else {
            program.packets(progress.packetsA());
            ImageCode.end(program, TileFence.bit(TileCounter.RING_PRODUCER_A));
        }
    }

    /**
     * A result of one pixel to the host: the words of each tile that has any, tile after tile.
     *
     * @param base first word, of tile 0
     * @param step words from the first word of a tile to that of the next, 0 where each has its own
     * @param name of the output, empty where there is one
     */
    private void give(int base, int step, String name) {
        List<Integer> words = plan.resultWords();
        program.meet();
        ResultCode.start(program, name);
        PerTile.add(program, tile -> tile < words.size() ? pack(base + step * tile, words.get(tile)) : null);
        ResultCode.describe(program, plan.resultBytes());
        for (int tile = 0; tile < words.size(); tile++) {
            program.add(ResultCode.outfeed(HeadPlan.tileBytes(words.get(tile))));
            program.add(ResultCode.send(tile, Loops.from(ResultCode.ROW).step(1, 1), progress.nextPacketA()));
        }
        program.fence(ProgramBuilder.TILE_COUNTERS);
    }

    private static Instruction pack(int source, int words) {
        Instruction pack = NarrowToWide.move(
                Loops.from(source).step(1, words),
                Loops.from(ResultCode.ROW).single().window(1, 1),
                1);
        NarrowToWide.WAITS.set(pack, 0, Wait.room(TileCounter.RING_WRITE, 1, -1, 1));
        NarrowToWide.SIGNAL.set(pack, 1);
        return pack;
    }
}
