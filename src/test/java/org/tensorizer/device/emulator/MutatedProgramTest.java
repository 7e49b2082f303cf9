package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.Field;
import org.tensorizer.dense.Instruction;
import org.tensorizer.dense.InstructionSet;
import org.tensorizer.dense.InstructionStream;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.isa.Program;

/**
 * One named field of one instruction changed at random, 1,200 times. The streams are so redundant that almost every change
 * contradicts something; the rest changes the output or touches what is known to have no modelled effect.
 */
class MutatedProgramTest {
    private static final int EACH = 300;

    /** Fields that are read and not modelled, or whose change the arithmetic of these inputs cannot show. */
    private static final List<String> QUIET = List.of(
            "report",
            "clear",
            "flag",
            "packets",
            "tiles",
            "wait",
            "immediate",
            "operation",
            "destination",
            "dma.register",
            "dma.word",
            "dma.operation",
            "words.window.length",
            "words.window.on",
            "multiplier",
            "clamp.max",
            "clamp.min",
            "activations.stride1",
            "activations.stride2",
            "outputs.stride1",
            "outputs.stride2");

    @Test
    void singleFields(TestReporter reporter) {
        Random random = new Random(20260726);
        int refused = 0;
        int changed = 0;
        TreeMap<String, Integer> silent = new TreeMap<>();
        List<TestDense> programs = List.of(
                TestDense.random(DenseShape.square(256, ParameterFormat.PER_CHANNEL), 1),
                TestDense.random(DenseShape.square(640, ParameterFormat.PER_TENSOR), 2),
                TestDense.random(DenseShape.of(100, 1280, ParameterFormat.PER_TENSOR), 3),
                TestDense.random(DenseShape.of(300, 140, ParameterFormat.PER_CHANNEL_BIAS), 4));
        for (TestDense dense : programs) {
            TestPackage compiled = dense.compiled();
            byte[] in = dense.randomInput(random);
            byte[] expected = compiled.run(in);
            for (int i = 0; i < EACH; i++) {
                boolean execution = random.nextInt(5) > 0;
                InstructionStream stream = InstructionStream.frame(
                        "mutated", (execution ? compiled.execution() : compiled.caching()).bytes());
                String field = mutate(stream, random);
                TestPackage mutated = with(compiled, execution, stream.toBytes());
                try {
                    if (Arrays.equals(mutated.run(in), expected)) {
                        silent.merge(field, 1, Integer::sum);
                    } else {
                        changed++;
                    }
                } catch (BadInputException e) {
                    refused++;
                }
            }
        }
        int quiet = silent.values().stream().mapToInt(Integer::intValue).sum();
        reporter.publishEntry("single-field mutations: refused %d, output changed %d, silent %d %s"
                .formatted(refused, changed, quiet, silent));
        System.out.printf(
                "single-field mutations: refused %d, output changed %d, silent %d %s%n",
                refused, changed, quiet, silent);
        int all = EACH * programs.size();
        assertThat(refused).isGreaterThan(all * 9 / 10);
        assertThat(quiet).isLessThan(all / 20);
        assertThat(silent.keySet())
                .as("silent changes")
                .allMatch(field -> QUIET.contains(field.substring(field.indexOf(' ') + 1)));
    }

    private static TestPackage with(TestPackage compiled, boolean execution, byte[] bytes) {
        return execution
                ? compiled.withExecution(new Program(bytes, compiled.execution().relocations()))
                : compiled.withCaching(new Program(bytes, compiled.caching().relocations()));
    }

    /** Every named field of every instruction is as likely as any other. */
    private static String mutate(InstructionStream stream, Random random) {
        List<Instruction> bySize = stream.instructions().stream()
                .flatMap(instruction -> Collections.nCopies(named(instruction).size(), instruction).stream())
                .toList();
        while (true) {
            Instruction instruction = bySize.get(random.nextInt(bySize.size()));
            List<Field> fields = named(instruction);
            Field field = fields.get(random.nextInt(fields.size()));
            long old = instruction.get(field);
            long value = switch (random.nextInt(3)) {
                case 0 -> old + 1;
                case 1 -> old - 1;
                default -> field.min() + (random.nextLong() & (-1L >>> (64 - field.width())));
            };
            if (value != old && value >= field.min() && value <= field.max()) {
                instruction.set(field, value);
                return instruction.opcode() + " " + field.name();
            }
        }
    }

    private static List<Field> named(Instruction instruction) {
        return InstructionSet.fields(instruction.opcode()).stream()
                .filter(field -> !field.reserved())
                .toList();
    }
}
