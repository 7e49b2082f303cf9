package org.tensorizer.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.tensorizer.isa.Field;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;

/**
 * Damages a chunk where its instructions stand: fields at their extremes, instructions lost, doubled, exchanged or taken
 * from elsewhere, and now and then single bits or a cut.
 */
public final class StreamMutator {
    private final InstructionStream sound;

    public StreamMutator(byte[] chunk) {
        this.sound = InstructionStream.frame("sound", chunk);
    }

    /** A damaged copy of the chunk, perhaps of another length. */
    public byte[] mutate(Random random) {
        List<Instruction> instructions = new ArrayList<>();
        sound.instructions().forEach(instruction -> instructions.add(instruction.copy()));
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(instructions.size());
            switch (random.nextInt(12)) {
                case 0 -> instructions.remove(instructions.size() > 1 ? at : 0);
                case 1 -> instructions.add(at, instructions.get(at).copy());
                case 2 ->
                    instructions.add(at, sound.get(random.nextInt(sound.size())).copy());
                case 3 -> instructions.set(at, instructions.set(0, instructions.get(at)));
                default -> changeField(instructions.get(at), random);
            }
            if (instructions.isEmpty()) {
                return new byte[0];
            }
        }
        return spoil(InstructionStream.of("damaged", instructions).toBytes(), random);
    }

    /** A damaged copy of the same length: other values in the fields only. */
    public byte[] mutateFields(Random random) {
        List<Instruction> instructions = new ArrayList<>();
        sound.instructions().forEach(instruction -> instructions.add(instruction.copy()));
        for (int i = random.nextInt(3); i >= 0; i--) {
            changeField(instructions.get(random.nextInt(instructions.size())), random);
        }
        return InstructionStream.of("damaged", instructions).toBytes();
    }

    private static void changeField(Instruction instruction, Random random) {
        List<Field> fields = instruction.opcode().fields();
        if (fields.isEmpty()) {
            return;
        }
        Field field = fields.get(random.nextInt(fields.size()));
        long old = instruction.get(field);
        long value = switch (random.nextInt(6)) {
            case 0 -> field.max();
            case 1 -> field.min();
            case 2 -> field.max() - random.nextInt(4);
            case 3 -> old + random.nextInt(9) - 4;
            case 4 -> old << random.nextInt(8);
            default -> field.min() + (random.nextLong() & (-1L >>> (64 - field.width())));
        };
        instruction.set(field, Math.max(field.min(), Math.min(field.max(), value)));
    }

    private static byte[] spoil(byte[] bytes, Random random) {
        switch (random.nextInt(8)) {
            case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> {
                return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            }
            default -> {}
        }
        return bytes;
    }
}
