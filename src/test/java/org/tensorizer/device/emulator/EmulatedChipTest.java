package org.tensorizer.device.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tensorizer.Fixture;
import org.tensorizer.Samples;
import org.tensorizer.SharedFolder;
import org.tensorizer.isa.Opcode;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.SeededNetwork;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.Region;
import org.tensorizer.template.DenseTemplate;

class EmulatedChipTest {
    private final Random random = new Random(3);
    private final EmulatedChip chip = new EmulatedChip(ChipParameters.EDGE_TPU);
    private final TfliteModel model = TfliteModel.parse("fixture", Fixture.compiledBytes());

    private static byte[] bytes(TfliteModel of, int start, int length) {
        byte[] bytes = new byte[length];
        of.bytes().get(start, bytes);
        return bytes;
    }

    private static byte[] chunk(TfliteModel of, InstructionChunk chunk) {
        return bytes(of, chunk.range().start(), chunk.range().length());
    }

    /** As libedgetpu sends it: other pointers each time. */
    private byte[] linked(TfliteModel of, Executable executable) {
        byte[] chunk = chunk(of, executable.chunks().get(0));
        for (Relocation relocation : executable.chunks().get(0).relocations()) {
            int pointer = random.nextInt();
            for (int bit = relocation.bit(); bit < relocation.bit() + 32; bit++) {
                chunk[bit / 8] |= (byte) ((pointer >>> bit - relocation.bit() & 1) << bit % 8);
            }
        }
        return chunk;
    }

    /** Host memory as it is sent: parameters, input, output one behind the other. */
    private static final class Bytes implements Transfer.Port {
        private final byte[] sent;
        private byte[] received = {};
        private int next;

        Bytes(byte[] sent) {
            this.sent = sent;
        }

        @Override
        public void read(Transfer transfer, byte[] into, int at) {
            System.arraycopy(sent, next, into, at, transfer.size());
            next += transfer.size();
        }

        @Override
        public void write(Transfer transfer, byte[] from, int at) {
            int before = received.length;
            received = Arrays.copyOf(received, before + transfer.size());
            System.arraycopy(from, at, received, before, transfer.size());
        }
    }

    private byte[] run(byte[] chunk, byte[] sent) {
        assertThat(chip.take(chunk)).isPresent();
        Bytes host = new Bytes(sent);
        chip.run(host);
        assertThat(host.next).isEqualTo(sent.length);
        return host.received;
    }

    private void load(TfliteModel of) {
        Executable caching = of.onlyPackage().parameterCaching();
        assertThat(run(
                        linked(of, caching),
                        bytes(
                                of,
                                caching.parameters().start(),
                                caching.parameters().length())))
                .isEmpty();
    }

    private byte[] infer(TfliteModel of, byte[] input) {
        return run(linked(of, of.onlyPackage().executionOnly()), input);
    }

    private byte[] expected(TfliteModel of, byte[] input) {
        return EmulatedProgram.load(of.onlyPackage(), of.bytes(), ChipParameters.EDGE_TPU)
                .run(List.of(input))
                .get(0);
    }

    private byte[] input() {
        byte[] input = new byte[256];
        random.nextBytes(input);
        return input;
    }

    @Test
    void parametersStayUntilOthersCome() {
        TfliteModel other = DenseTemplate.of(model)
                .patched(Patch.of(Region.weights(), Pattern.random(4)))
                .model();
        for (TfliteModel each : List.of(model, other, model)) {
            load(each);
            for (int i = 0; i < 3; i++) {
                byte[] input = input();
                assertThat(infer(model, input)).isEqualTo(expected(each, input)); // both have the same instructions
            }
        }
    }

    @Test
    void withoutPowerParametersAreGone() {
        load(model);
        byte[] input = input();
        infer(model, input);
        chip.clear();
        assertThatThrownBy(() -> infer(model, input)).isInstanceOf(UnsupportedProgramException.class);
        load(model);
        assertThat(infer(model, input)).isEqualTo(expected(model, input));
    }

    @Test
    void pointersPlayNoPartAndBitsThatDoAreNoticed() {
        load(model);
        Executable execution = model.onlyPackage().executionOnly();
        LinkedProgram first = chip.take(linked(model, execution)).orElseThrow();
        for (int i = 0; i < 20; i++) {
            assertThat(chip.take(linked(model, execution))).containsSame(first);
        }
        for (int i = 0; i < 120; i++) {
            byte[] damaged = linked(model, execution);
            int bit = random.nextInt(damaged.length * 8);
            boolean pointer = execution.chunks().get(0).relocations().stream()
                    .anyMatch(each -> bit >= each.bit() && bit < each.bit() + 32);
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            boolean same = taken(damaged).filter(found -> found == first).isPresent();
            assertThat(same || !pointer).as("bit " + bit).isTrue();
            if (same && !pointer) {
                requireWithoutEffect(damaged);
            }
        }
    }

    /** Such as the address of the descriptor that says the program is done. */
    private void requireWithoutEffect(byte[] damaged) {
        byte[] input = input();
        EmulatedChip fresh = new EmulatedChip(ChipParameters.EDGE_TPU);
        Executable caching = model.onlyPackage().parameterCaching();
        fresh.take(linked(model, caching));
        fresh.run(new Bytes(
                bytes(model, caching.parameters().start(), caching.parameters().length())));
        assertThat(fresh.take(damaged)).isPresent();
        Bytes host = new Bytes(input);
        fresh.run(host);
        assertThat(host.received).isEqualTo(expected(model, input));
    }

    /** Empty for a program that is refused or has no end. */
    private Optional<LinkedProgram> taken(byte[] chunk) {
        try {
            return chip.take(chunk);
        } catch (UnsupportedProgramException e) {
            return Optional.empty();
        } finally {
            chip.clear();
            load(model);
            chip.take(linked(model, model.onlyPackage().executionOnly())); // stays among those that are remembered
        }
    }

    @Test
    void aHostThatStopsEndsTheProgram() {
        load(model);
        assertThat(chip.take(linked(model, model.onlyPackage().executionOnly())))
                .isPresent();
        assertThatThrownBy(() -> chip.run(new Bytes(new byte[0]))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> chip.run(new Bytes(new byte[0]))).isInstanceOf(IllegalStateException.class);
        chip.clear();
        load(model);
        byte[] input = input();
        assertThat(infer(model, input)).isEqualTo(expected(model, input));
    }

    @Test
    void whatIsNoChunkIsRefused() {
        assertThatThrownBy(() -> chip.take(new byte[48])).isInstanceOf(UnsupportedProgramException.class);
        chip.clear();
        assertThatThrownBy(() -> chip.take(new byte[7])).isInstanceOf(UnsupportedProgramException.class);
    }

    /** Over all models: every relocation reaches addresses only, and the last chunk alone says that all is done. */
    @Test
    void relocationsOfProgramsAreAddresses() {
        List<TfliteModel> models = new ArrayList<>();
        SeededNetwork.all().forEach(network -> models.add(network.compiled(1)));
        assertThat(models).isNotEmpty();
        if (Samples.hasReal()) {
            SharedFolder.networks().forEach(file -> models.add(TfliteModel.read(file)));
            SharedFolder.templates().forEach(file -> models.add(TfliteModel.read(file)));
        }
        int relocations = 0;
        for (TfliteModel real : models) {
            for (EdgeTpuPackage compiled : real.packages()) {
                for (Executable each : compiled.executables()) {
                    relocations += check(real, each);
                }
            }
        }
        int own = 10 * SeededNetwork.all().size();
        assertThat(relocations).isGreaterThanOrEqualTo(own + (Samples.hasReal() ? 250 : 0));
    }

    private static int check(TfliteModel real, Executable executable) {
        int relocations = 0;
        for (InstructionChunk chunk : executable.chunks()) {
            ScalarFlow flow = ScalarFlow.of(real.name(), chunk(real, chunk));
            assertThat(flow.isLast())
                    .as(real.name() + " " + executable.type() + " chunk " + chunk.index())
                    .isEqualTo(chunk.index() == executable.chunks().size() - 1);
            for (Relocation relocation : chunk.relocations()) {
                int bundle = relocation.bit() / Opcode.BUNDLE_BITS;
                assertThat(flow.addressBundles().get(bundle))
                        .as(real.name() + " " + executable.type() + " " + relocation)
                        .isTrue();
                relocations++;
            }
        }
        return relocations;
    }
}
