package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.isa.Field;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Program;

/**
 * One field of one instruction that means something changed at random, 600 times. Most changes contradict something; the
 * rest changes the output, or leaves no trace for a reason that stands here: a wait that holds anyway, a walk of one element.
 */
class MutatedProgramTest {
    private static final int EACH = 150;

    /** What a change may leave without a trace, by opcode and field, and why. */
    private static final Map<Pattern, String> SILENT = Map.of(
            Pattern.compile("\\w+ wait\\d\\..*"),
            "a wait that data or the order of the queue already keeps, or a step of a single block",
            Pattern.compile("\\w+ signal\\..*"),
            "a count that nobody waits for any more",
            Pattern.compile("SCALAR \\w.*"),
            "a bundle whose result no descriptor uses",
            Pattern.compile("(TILE_FENCE|SCALAR_FENCE) .*"),
            "a fence with nothing under way, or a report",
            Pattern.compile("(?!MULTIPLY).* \\w+\\.(active|window\\.\\w+|tail\\.level|stride\\d|limit\\d)"),
            "a loop, window or tail of a walk of one element",
            Pattern.compile("\\w+ (constant|parameters|header\\.(level|end)|skip\\.(level|base|end))"),
            "no effect is known, or redundant",
            Pattern.compile("\\w+ (tiles|pack)"),
            "a tile more that nobody reads, words of one row",
            Pattern.compile("MULTIPLY_ACCUMULATE (clamp\\.(max|min)|multiplier|sums\\.\\w.*)"),
            "a limit no output reaches, a last bit, the place of sums that stay in the op",
            Pattern.compile(
                    "MULTIPLY_ACCUMULATE (activations\\.(active|stride\\d|window\\.\\w+)|outputs\\.(active|stride\\d|window\\.\\w+)|reduced"
                            + "|weights\\.(fromRing|active|stride\\d|zeroPointRows\\.\\w+)|group\\.level|lanes|table\\.\\w+)"),
            "loops between that never step, and what a single group does not use");

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
        int all = EACH * programs.size();
        assertThat(refused).isGreaterThan(all * 6 / 10);
        assertThat(silent.keySet())
                .as("silent changes")
                .allMatch(field -> SILENT.keySet().stream()
                        .anyMatch(pattern -> pattern.matcher(field).matches()));
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

    /** Fields that mean something in this instruction: what is switched off may hold anything. */
    private static List<Field> named(Instruction instruction) {
        Map<String, Field> byName =
                instruction.opcode().fields().stream().collect(Collectors.toMap(Field::name, Function.identity()));
        return instruction.opcode().fields().stream()
                .filter(field -> {
                    String on = switchOf(field.name());
                    return on == null
                            || !byName.containsKey(on)
                            || field.name().equals(on)
                            || instruction.isSet(byName.get(on));
                })
                .toList();
    }

    /** The field that switches another one on, null if there is none. */
    private static String switchOf(String name) {
        for (Map.Entry<Pattern, String> each : SWITCHES.entrySet()) {
            Matcher matcher = each.getKey().matcher(name);
            if (matcher.matches()) {
                return matcher.replaceFirst(each.getValue());
            }
        }
        return null;
    }

    private static final Map<Pattern, String> SWITCHES = Map.ofEntries(
            Map.entry(Pattern.compile("(wait\\d)\\..*"), "$1.on"),
            Map.entry(Pattern.compile("(signal.*)\\.level"), "$1.on"),
            Map.entry(Pattern.compile("(count\\d)"), "$1.on"),
            Map.entry(Pattern.compile("(header|skip)\\..*"), "$1.on"),
            Map.entry(Pattern.compile("(.*)\\.register"), "$1.fromRegister"),
            Map.entry(Pattern.compile("(.*\\.window)\\.level"), "$1.length"),
            Map.entry(Pattern.compile("(load|store)\\..*"), "$1"),
            Map.entry(Pattern.compile("special\\..*"), "special"),
            Map.entry(Pattern.compile("source|destination|immediate"), "operation"),
            Map.entry(Pattern.compile("predicate|sense"), "gated"),
            Map.entry(Pattern.compile("weights\\.zeroPointRows\\..*"), "weights.zeroPointRows"),
            Map.entry(Pattern.compile("packets"), "packets.kinds"),
            Map.entry(Pattern.compile("table\\.(byFours|odd)"), "table.on"));
}
