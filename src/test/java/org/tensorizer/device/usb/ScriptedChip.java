package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.TfliteModel;

/**
 * A chip that follows the DMA hints of the models it is told of, and multiplies nothing: output byte i is input byte i +
 * payload byte i, both around their ends. Bytes out of turn are an error of the host.
 */
final class ScriptedChip {
    /** Everything the host did wrong. */
    final List<String> mistakes = new ArrayList<>();

    int parametersSent;

    /** Called for each answer about to be sent; may change it, or give none or several. */
    Answers answerHook = (endpoint, bytes) -> List.of(bytes);

    /** Instruction streams, with relocated bits 0, and the executable they belong to. */
    private final Map<String, Executable> programs = new HashMap<>();

    private final BiConsumer<Integer, byte[]> say;
    private final IntSupplier chunkBytes;
    private ByteBuffer payload = ByteBuffer.allocate(0);
    private Run run;
    private Wire.Header header;
    private ByteBuffer body;

    interface Answers {
        List<byte[]> of(int endpoint, byte[] bytes);
    }

    /** A program that runs, hint after hint. */
    private static final class Run {
        final Executable executable;
        final Map<Relocation.Kind, ByteBuffer> data = new EnumMap<>(Relocation.Kind.class);
        int next;

        Run(Executable executable) {
            this.executable = executable;
        }
    }

    /**
     * @param say sends an answer from an endpoint
     * @param chunkBytes largest chunk of output
     */
    ScriptedChip(BiConsumer<Integer, byte[]> say, IntSupplier chunkBytes) {
        this.say = say;
        this.chunkBytes = chunkBytes;
    }

    void reset() {
        run = null;
        header = null;
        payload = ByteBuffer.allocate(0);
    }

    /** From now on the chip knows the model's programs. */
    void knows(String name, byte[] model) {
        TfliteModel file = TfliteModel.parse(name, model);
        for (EdgeTpuPackage compiled : file.packages()) {
            for (Executable executable : compiled.executables()) {
                byte[] first = new byte[executable.chunks().get(0).range().length()];
                file.bytes(executable.chunks().get(0).range()).get(0, first);
                for (Relocation relocation : executable.chunks().get(0).relocations()) {
                    for (int bit = relocation.bit(); bit < relocation.bit() + 32; bit++) {
                        first[bit / 8] &= (byte) ~(1 << bit % 8);
                    }
                }
                programs.put(HexFormat.of().formatHex(first), executable);
            }
        }
    }

    /** What the chip would answer with this payload. */
    static byte[] answer(byte[] input, byte[] payload, int size) {
        byte[] output = new byte[size];
        for (int i = 0; i < size; i++) {
            output[i] = (byte) (input[i % input.length] + payload[i % payload.length]);
        }
        return output;
    }

    private void answer(int endpoint, byte[] bytes) {
        for (byte[] one : answerHook.of(endpoint, bytes)) {
            say.accept(endpoint, one);
        }
    }

    void take(ByteBuffer bytes) {
        ByteBuffer rest = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (header == null) {
            if (rest.remaining() != Wire.Header.BYTES) {
                mistakes.add("expected a header, found " + rest.remaining() + " bytes");
                return;
            }
            header = Wire.Header.read(rest, 0);
            body = ByteBuffer.allocate((int) header.length());
            if (header.length() > 0) {
                return;
            }
        } else {
            body.put(rest);
        }
        if (!body.hasRemaining()) {
            ByteBuffer whole = body.flip();
            int tag = header.tag();
            header = null;
            received(Wire.Tag.values()[tag], whole);
        }
    }

    private void received(Wire.Tag tag, ByteBuffer bytes) {
        if (tag == Wire.Tag.INSTRUCTIONS && run == null) {
            Executable executable = programs.get(HexFormat.of().formatHex(bytes.array()));
            if (executable == null) {
                mistakes.add("unknown program of " + bytes.remaining() + " bytes");
                return;
            }
            run = new Run(executable);
        } else if (run == null) {
            mistakes.add(tag + " without a program");
            return;
        }
        DmaHint hint = run.executable.hints().hints().get(run.next++);
        if (hint instanceof DmaHint.Descriptor data) {
            if (data.size() != bytes.remaining()) {
                mistakes.add(tag + ": expected " + data.size() + " bytes, found " + bytes.remaining());
            }
            if (data.kind() == Relocation.Kind.PARAMETER) {
                parametersSent++;
                payload = ByteBuffer.wrap(bytes.array().clone());
            }
            run.data.put(data.kind(), bytes);
        }
        goOn();
    }

    private void goOn() {
        List<DmaHint> hints = run.executable.hints().hints();
        int chunk = chunkBytes.getAsInt();
        while (run != null && run.next < hints.size()) {
            DmaHint hint = hints.get(run.next);
            if (hint instanceof DmaHint.Descriptor output && output.kind() == Relocation.Kind.OUTPUT) {
                byte[] all = answer(run.data.get(Relocation.Kind.INPUT).array(), payload.array(), output.size());
                for (int at = 0; at < all.length; at += chunk) {
                    answer(Wire.OUTPUT_IN, Arrays.copyOfRange(all, at, Math.min(all.length, at + chunk)));
                }
            } else if (hint instanceof DmaHint.Interrupt interrupt) {
                int tag = Wire.Tag.SCALAR_CORE_INTERRUPT_0.ordinal() + interrupt.number();
                answer(Wire.EVENT_IN, new Wire.Event(0, 0, tag).toBytes());
            } else {
                return;
            }
            run.next++;
        }
        run = null;
    }
}
