package org.tensorizer.tools;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorizer.base.Printable;
import org.tensorizer.model.DataType;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.ExecutableType;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Operator;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;

/**
 * What libedgetpu takes for granted in a compiled file and does not check: where one of these is broken it aborts, waits for
 * ever, or answers wrong numbers with a status of 0.
 *
 * <p>Source: measured by others on an unmodified libedgetpu in front of an emulated USB device, no chip.
 */
public final class LibraryRules {
    private final List<String> broken = new ArrayList<>();
    private Executable executable;

    private LibraryRules() {}

    /**
     * Holds a compiled model to them.
     *
     * @return a sentence for each rule that is broken, none for a good file
     */
    public static List<String> broken(TfliteModel compiled) {
        LibraryRules rules = new LibraryRules();
        Set<Long> tokens = new HashSet<>();
        for (Executable each : compiled.onlyPackage().executables()) {
            rules.executable = each;
            rules.transfers();
            rules.relocations();
            each.outputLayers().forEach(rules::layout);
            if (each.type() != ExecutableType.STAND_ALONE) {
                tokens.add(each.token());
            }
            if (each.type() != ExecutableType.PARAMETER_CACHING) {
                rules.tensors(compiled);
            }
        }
        if (tokens.size() > 1 || tokens.contains(0L)) {
            rules.add("parameter-caching tokens " + tokens + ", expected one number that is not 0");
        }
        return List.copyOf(rules.broken);
    }

    private void add(String what) {
        broken.add(executable.type() + ": " + what);
    }

    /** Each chunk is sent once, each input and all parameters whole, and at the end there is an interrupt. */
    private void transfers() {
        List<DmaHint> hints = executable.hints().hints();
        List<Integer> chunks = new ArrayList<>();
        for (DmaHint hint : hints) {
            if (hint instanceof DmaHint.Instructions instructions) {
                chunks.add(instructions.chunk());
            }
        }
        List<Integer> all = executable.chunks().stream()
                .map(Executable.InstructionChunk::index)
                .toList();
        if (!chunks.equals(all)) {
            add("hints send the chunks " + chunks + ", expected " + all);
        }
        if (!executable.hints().fullyDeterministic() || hints.stream().noneMatch(DmaHint.Interrupt.class::isInstance)) {
            add("expected hints that are complete and end with an interrupt");
        }
        whole(Relocation.Kind.PARAMETER, "", executable.parameters().length());
        for (Layer layer : executable.inputLayers()) {
            whole(Relocation.Kind.INPUT, layer.name(), layer.sizeBytes());
        }
        for (Layer layer : executable.outputLayers()) {
            int moved = parts(Relocation.Kind.OUTPUT, layer.name()).stream()
                    .mapToInt(DmaHint.Descriptor::size)
                    .sum();
            if (moved < 1 || moved > layer.sizeBytes()) {
                add("hints move " + moved + " bytes of OUTPUT " + Printable.name(layer.name()) + ", expected 1 to "
                        + layer.sizeBytes());
            }
            if (layer.sizeBytes() < layer.unpaddedBytes()) {
                add("layer " + Printable.name(layer.name()) + " has " + layer.sizeBytes() + " bytes, its numbers "
                        + layer.unpaddedBytes());
            }
        }
    }

    /** Parts lie inside and cover all; rows that two tiles need may be sent twice. */
    private void whole(Relocation.Kind kind, String layer, int size) {
        List<DmaHint.Descriptor> parts = parts(kind, layer);
        long covered = 0;
        for (DmaHint.Descriptor part : parts) {
            if (part.offset() <= covered) {
                covered = Math.max(covered, (long) part.offset() + part.size());
            }
        }
        if (covered != size) {
            add("hints move " + covered + " bytes of " + kind + " " + Printable.name(layer) + ", expected " + size);
        }
    }

    /** In the order of their offsets. */
    private List<DmaHint.Descriptor> parts(Relocation.Kind kind, String layer) {
        return executable.hints().hints().stream()
                .filter(DmaHint.Descriptor.class::isInstance)
                .map(DmaHint.Descriptor.class::cast)
                .filter(part -> part.kind() == kind && part.name().equals(layer))
                .sorted(Comparator.comparingInt(DmaHint.Descriptor::offset))
                .toList();
    }

    private void relocations() {
        Set<String> names = new HashSet<>(Set.of(""));
        executable.inputLayers().forEach(layer -> names.add(layer.name()));
        executable.outputLayers().forEach(layer -> names.add(layer.name()));
        executable.chunks().stream()
                .flatMap(chunk -> chunk.relocations().stream())
                .filter(relocation -> !names.contains(relocation.name()))
                .forEach(relocation -> add("relocation at bit " + relocation.bit() + " names layer "
                        + Printable.name(relocation.name()) + ", which is not there"));
    }

    /** Elements and bytes of the tensors around the custom op. */
    private void tensors(TfliteModel model) {
        for (Operator operator : model.operators()) {
            if (operator.name().equals(Operator.EDGE_TPU)) {
                executable.inputLayers().forEach(layer -> tensor(model, operator.inputs(), layer));
                executable.outputLayers().forEach(layer -> tensor(model, operator.outputs(), layer));
            }
        }
    }

    private void tensor(TfliteModel model, List<Integer> candidates, Layer layer) {
        String name = "layer " + Printable.name(layer.name());
        List<Tensor> found = candidates.stream()
                .map(model.tensors()::get)
                .filter(tensor -> tensor.name().equals(layer.name()))
                .toList();
        if (found.size() != 1) {
            add(name + ": expected one tensor of that name at the custom op, found " + found.size());
            return;
        }
        Tensor tensor = found.get(0);
        boolean alike = tensor.type() == TensorType.INT8 && layer.type() == DataType.SIGNED_FIXED_POINT8
                || tensor.type() == TensorType.UINT8 && layer.type() == DataType.FIXED_POINT8;
        if (!alike || tensor.elements() != layer.unpaddedBytes()) {
            add(name + " has " + layer.unpaddedBytes() + " bytes of " + layer.type() + ", its tensor "
                    + tensor.elements() + " of " + tensor.type());
        }
    }

    /** The pixel distance of the whole tensor is that of its first two pixels. */
    private void layout(Layer layer) {
        if (layer.y() == 1 && layer.x() == 1) {
            return;
        }
        String name = "layout of " + Printable.name(layer.name());
        if (layer.layout().isEmpty()) {
            add(name + " is not there");
            return;
        }
        Layer.OutputLayout layout = layer.layout().get();
        if (layout.yToTile().size() != layer.y()
                || layout.yToLocalY().size() != layer.y()
                || layout.xToTile().size() != layer.x()
                || layout.xToByteOffset().size() != layer.x()
                || layout.xToRowSize().size() != layer.x()) {
            add(name + " has other counts than " + layer.y() + " rows and " + layer.x() + " columns");
            return;
        }
        int pixel = layer.x() == 1
                ? 0
                : layout.xToByteOffset().get(1) - layout.xToByteOffset().get(0);
        for (int x = 1; x < layer.x(); x++) {
            boolean same = layout.xToTile().get(x).equals(layout.xToTile().get(x - 1));
            int step = layout.xToByteOffset().get(x) - layout.xToByteOffset().get(x - 1);
            if (same && step != pixel) {
                add(name + ": column " + x + " lies " + step + " bytes behind the one before, expected " + pixel);
                return;
            }
        }
    }
}
