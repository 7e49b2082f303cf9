package org.tensorizer.network.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.base.ByteRange;
import org.tensorizer.base.Printable;
import org.tensorizer.device.emulator.LinkedPackage;
import org.tensorizer.device.emulator.LinkedProgram;
import org.tensorizer.device.emulator.Transfer;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Layer;
import org.tensorizer.model.TfliteModel;

/** Executes the programs of a package on tags. */
public final class Tracer {
    private Tracer() {}

    /**
     * Follows a package's programs: parameters first, then one inference.
     *
     * @throws org.tensorizer.base.BadInputException the package is damaged, or its program does what the emulator does not
     *     know; names instruction and reason
     */
    public static Trace trace(TfliteModel model, EdgeTpuPackage compiled) {
        LinkedPackage linked = LinkedPackage.of(compiled, model.bytes());
        byte[] payload = payload(model, linked);
        int cachedBytes = linked.caching().map(e -> e.parameters().length()).orElse(0);
        int[] cached = linked.cachingProgram()
                .map(program -> parameters(program, linked.cachingPlaces(), 0))
                .orElse(new int[0]);
        LinkedProgram program = linked.program();
        int[] streamed = parameters(program, linked.places(), cachedBytes);
        Map<String, int[]> inputs = new HashMap<>();
        List<Trace.Input> shapes = new ArrayList<>();
        int at = 0;
        for (Layer layer : linked.execution().inputLayers()) {
            int bytes = Math.toIntExact(layer.unpaddedBytes());
            if (layer.type().bytes() != 1 || layer.executionsPerInference() != 1) {
                throw new TraceException("input " + Printable.name(layer.name()) + " of "
                        + layer.type() + " taken " + layer.executionsPerInference()
                        + " times, expected one byte an element, once");
            }
            int[] tags = new int[bytes];
            for (int k = 0; k < bytes; k++) {
                tags[k] = Tag.of(Tag.INPUT, at + k);
            }
            inputs.put(layer.name(), tags);
            shapes.add(new Trace.Input(layer.name(), at, layer.y(), layer.x(), layer.z()));
            at += bytes;
        }
        TagMemory memory = new TagMemory(program, cached, streamed, payload);
        TagMachine machine = new TagMachine(program, linked.places(), inputs, memory);
        machine.run();
        List<Trace.Output> outputs = new ArrayList<>();
        for (Layer layer : linked.execution().outputLayers()) {
            int[] device = machine.output(layer.name());
            int[] order = LinkedPackage.order(layer);
            int[] tags = new int[order.length];
            for (int k = 0; k < order.length; k++) {
                tags[k] = order[k] < device.length ? device[order[k]] : Tag.NOTHING;
            }
            outputs.add(new Trace.Output(
                    layer.name(), layer.y(), layer.x(), layer.z() * layer.type().bytes(), tags));
        }
        return new Trace(
                machine.records(), memory.words, payload, cachedBytes, shapes, outputs, List.copyOf(memory.fills));
    }

    private static byte[] payload(TfliteModel model, LinkedPackage linked) {
        ByteRange cached = linked.caching().map(e -> e.parameters()).orElse(new ByteRange(0, 0));
        ByteRange streamed = linked.execution().parameters();
        byte[] payload = new byte[cached.length() + streamed.length()];
        model.bytes(cached).get(payload, 0, cached.length());
        model.bytes(streamed).get(payload, cached.length(), streamed.length());
        return payload;
    }

    /** Tags of a program's parameter stream. */
    private static int[] parameters(LinkedProgram program, List<Transfer.Place> places, int first) {
        int[] tags = new int[program.parameterBytes()];
        for (Transfer transfer : program.transfers()) {
            if (transfer.kind() == Transfer.Kind.PARAMETERS) {
                int at = places.get(transfer.index()).at();
                for (int k = 0; k < transfer.size(); k++) {
                    tags[transfer.offset() + k] = Tag.of(Tag.PARAMETER, first + at + k);
                }
            }
        }
        return tags;
    }
}
