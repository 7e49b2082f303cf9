package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Layer;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.TfliteModel;

/**
 * What goes over the wire for one executable, in order, made ready once.
 *
 * <p>Relocated immediates, which hold addresses of host memory, are sent as 0: over USB the host decides what is sent, and
 * the chip never uses them (published in libedgetpu's sources; its own values differ from process to process).
 */
final class WireProgram {
    /** One transfer or event. */
    sealed interface Step {
        record Instructions(ByteBuffer bytes) implements Step {}

        /** @param layer index among the inputs */
        record Input(int layer, int offset, int size) implements Step {}

        record Parameters(int offset, int size) implements Step {}

        /** @param layer index among the outputs */
        record Output(int layer, int offset, int size) implements Step {}

        record Scratch(int offset, int size, boolean toDevice) implements Step {}

        record Interrupt(Wire.Tag tag) implements Step {}

        /** @param later interrupts that come after it */
        record Fence(int later) implements Step {}
    }

    private final List<Step> steps;
    private final List<Wire.Tag> interrupts;
    private String digest;

    private WireProgram(List<Step> steps) {
        this.steps = List.copyOf(steps);
        this.interrupts = steps.stream()
                .filter(Step.Interrupt.class::isInstance)
                .map(step -> ((Step.Interrupt) step).tag())
                .toList();
    }

    /**
     * Reads the DMA hints of an executable.
     *
     * @throws BadInputException they are not all there is, speak of more bytes than there are, or end without an interrupt
     */
    static WireProgram of(TfliteModel file, Executable executable) {
        return new WireProgram(new Reading(file, executable).steps());
    }

    private record Reading(TfliteModel file, Executable executable) {
        List<Step> steps() {
            if (!executable.hints().fullyDeterministic()) {
                throw bad("its DMA hints are not all there is (fully_deterministic is false), which USB cannot run");
            }
            if (executable.batchSize() != 1) {
                throw bad("expected batch size 1, found " + executable.batchSize());
            }
            executable.inputLayers().forEach(this::requireOnce);
            executable.outputLayers().forEach(this::requireOnce);
            List<DmaHint> hints = executable.hints().hints();
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < hints.size(); i++) {
                steps.add(step(i, hints.get(i)));
            }
            if (interruptsFrom(hints, 0) == 0) {
                throw bad("no DMA hint is an interrupt: nothing would tell that the program has ended");
            }
            return steps;
        }

        private void requireOnce(Layer layer) {
            if (layer.executionsPerInference() != 1) {
                throw bad("layer " + layer.name() + " runs " + layer.executionsPerInference()
                        + " times in one inference, which was seen in no model");
            }
        }

        private static int interruptsFrom(List<DmaHint> hints, int from) {
            return (int) hints.stream()
                    .skip(from)
                    .filter(DmaHint.Interrupt.class::isInstance)
                    .count();
        }

        private Step step(int index, DmaHint hint) {
            if (hint instanceof DmaHint.Instructions instructions) {
                if (instructions.chunk() < 0
                        || instructions.chunk() >= executable.chunks().size()) {
                    throw bad("DMA hint " + index + ": instruction chunk " + instructions.chunk() + " of "
                            + executable.chunks().size());
                }
                return new Step.Instructions(linked(executable.chunks().get(instructions.chunk())));
            }
            if (hint instanceof DmaHint.Interrupt interrupt) {
                if (interrupt.number() < 0 || interrupt.number() > 3) {
                    throw bad("DMA hint " + index + ": interrupt " + interrupt.number() + ", expected 0 to 3");
                }
                return new Step.Interrupt(
                        Wire.Tag.values()[Wire.Tag.SCALAR_CORE_INTERRUPT_0.ordinal() + interrupt.number()]);
            }
            if (hint instanceof DmaHint.Fence) {
                return new Step.Fence(interruptsFrom(executable.hints().hints(), index));
            }
            return transfer(index, (DmaHint.Descriptor) hint);
        }

        private Step transfer(int index, DmaHint.Descriptor hint) {
            if (hint.batch() != 0) {
                throw bad("DMA hint " + index + ": expected batch 0, found " + hint.batch());
            }
            return switch (hint.kind()) {
                case INPUT -> {
                    int layer = layer(index, hint, executable.inputLayers());
                    yield new Step.Input(layer, hint.offset(), hint.size());
                }
                case OUTPUT -> {
                    int layer = layer(index, hint, executable.outputLayers());
                    yield new Step.Output(layer, hint.offset(), hint.size());
                }
                case PARAMETER -> {
                    requireInside(index, hint, executable.parameters().length(), "the parameters");
                    yield new Step.Parameters(hint.offset(), hint.size());
                }
                case SCRATCH -> {
                    requireInside(index, hint, executable.scratchBytes(), "the scratch memory");
                    yield new Step.Scratch(hint.offset(), hint.size(), hint.direction() == DmaHint.Direction.TO_DEVICE);
                }
            };
        }

        private int layer(int index, DmaHint.Descriptor hint, List<Layer> layers) {
            for (int i = 0; i < layers.size(); i++) {
                if (layers.get(i).name().equals(hint.name())) {
                    requireInside(index, hint, layers.get(i).sizeBytes(), "the layer");
                    return i;
                }
            }
            throw bad("DMA hint " + index + ": no layer is called \"" + hint.name() + "\"");
        }

        private void requireInside(int index, DmaHint.Descriptor hint, long size, String what) {
            if (hint.offset() < 0 || hint.size() < 0 || (long) hint.offset() + hint.size() > size) {
                throw bad("DMA hint " + index + ": bytes " + hint.offset() + " to "
                        + ((long) hint.offset() + hint.size()) + ", but " + what + " has " + size);
            }
        }

        private ByteBuffer linked(InstructionChunk chunk) {
            ByteBuffer bytes = CompiledOp.direct(file.bytes(chunk.range()));
            for (Relocation relocation : chunk.relocations()) {
                if (relocation.bit() < 0 || relocation.bit() + 32L > 8L * bytes.capacity()) {
                    throw bad("relocation at bit " + relocation.bit() + ": the chunk has " + 8L * bytes.capacity()
                            + " bits");
                }
                for (int bit = relocation.bit(); bit < relocation.bit() + Integer.SIZE; bit++) {
                    bytes.put(bit / 8, (byte) (bytes.get(bit / 8) & ~(1 << bit % 8)));
                }
            }
            return bytes;
        }

        private BadInputException bad(String what) {
            return new BadInputException(file.name() + ": " + executable.type() + " executable " + executable.index()
                    + " at byte " + executable.range().start() + ": " + what);
        }
    }

    /** Over all instructions, as they are sent; calculated once. */
    String digest() {
        if (digest == null) {
            MessageDigest sha256 = Sha256.digest();
            steps.forEach(step -> {
                if (step instanceof Step.Instructions instructions) {
                    sha256.update(instructions.bytes().duplicate());
                }
            });
            digest = HexFormat.of().formatHex(sha256.digest());
        }
        return digest;
    }

    /**
     * Announces the events of one run, then sends and receives; the last bytes may still be on their way afterwards, and the
     * events still to come.
     *
     * @param inputs of each layer, padded
     * @param outputs of each layer, padded; filled
     * @param parameters null if the program sends none
     * @param scratch null if the program has none
     */
    void run(ChipPipes pipes, ByteBuffer[] inputs, ByteBuffer[] outputs, ByteBuffer parameters, ByteBuffer scratch) {
        interrupts.forEach(pipes::expect);
        for (Step step : steps) {
            if (step instanceof Step.Instructions instructions) {
                pipes.send(Wire.Tag.INSTRUCTIONS, instructions.bytes());
            } else if (step instanceof Step.Input input) {
                pipes.send(Wire.Tag.INPUT, inputs[input.layer()].slice(input.offset(), input.size()));
            } else if (step instanceof Step.Parameters part) {
                pipes.send(Wire.Tag.PARAMETERS, parameters.slice(part.offset(), part.size()));
            } else if (step instanceof Step.Output output) {
                pipes.receive(outputs[output.layer()].slice(output.offset(), output.size()));
            } else if (step instanceof Step.Scratch part && part.toDevice()) {
                pipes.send(Wire.Tag.INPUT, scratch.slice(part.offset(), part.size()));
            } else if (step instanceof Step.Scratch part) {
                pipes.receive(scratch.slice(part.offset(), part.size()));
            } else if (step instanceof Step.Fence fence) {
                pipes.drain();
                pipes.awaitEvents(fence.later());
            }
        }
    }
}
