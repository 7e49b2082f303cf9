package org.tensorizer.compiler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.tensorizer.conv.IdentityCode;
import org.tensorizer.conv.ImageCode;
import org.tensorizer.conv.NarrowPlan;
import org.tensorizer.conv.ParameterPlaces.Piece;
import org.tensorizer.isa.ProgramBuilder;
import org.tensorizer.isa.TileCounter;
import org.tensorizer.isa.TileFence;

/** Emits what follows the images of a network, as its {@link HeadPlan} says: gather and mean, layers, softmax, the result. */
final class HeadCode {
    private final ProgramBuilder program;
    private final HeadPlan plan;
    private final Traffic traffic;
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
            Traffic traffic,
            NarrowPlan narrow,
            List<List<Piece>> streamed,
            List<Piece> farTables) {
        this.program = program;
        this.plan = plan;
        this.traffic = traffic;
        this.narrow = narrow;
        this.streamed = new ArrayDeque<>(streamed);
        this.farTables = farTables;
    }

    /** @param name of the output */
    void emit(String name) {
        boolean layers = !plan.layers().isEmpty();
        if (plan.gather().isPresent()) {
            GatherPlan gather = plan.gather().get();
            new GatherCode(program, gather, traffic).emit();
            new MeanCode(gather, plan.head().mean().orElseThrow()).emit(program, layers);
            traffic.clear();
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
        LayerCode code = new LayerCode(program, traffic, layer);
        if (index > 0) {
            LayerPlan before = plan.layers().get(index - 1);
            if (before.isStreamed()) {
                code.gather(before.result().base(), before.outputWords());
            } else {
                List<Integer> words = new ArrayList<>();
                for (int tile = 0; tile < before.tiles(); tile++) {
                    words.add(before.words(tile));
                }
                code.gather(before.result().base(), words);
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
                new SoftmaxCode(program, softmax, traffic, plan.identityRow(), farTables).emit(last.layer());
                base = softmax.result();
                step = 0;
            }
            program.fence(ProgramBuilder.TILE_COUNTERS);
        }
        new VectorResultCode(program, traffic).emit(base, step, plan.resultWords(), name);
        if (traffic.packetsB() > 0) {
            program.packets(traffic.packetsA(), traffic.packetsB());
            ImageCode.end(program, ProgramBuilder.PACKET_COUNTERS);
        } else {
            program.packets(traffic.packetsA());
            ImageCode.end(program, TileFence.bit(TileCounter.RING_PRODUCER_A));
        }
    }
}
