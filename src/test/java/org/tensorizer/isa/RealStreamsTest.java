package org.tensorizer.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorizer.Samples;
import org.tensorizer.SharedFolder;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.TfliteModel;

/**
 * Every chunk of every model there is: no bit stays undecoded, and what is read is written back. Of the real models that may
 * be missing, {@code real-bits.txt} among the resources says for each opcode which bits are 1 anywhere in their streams
 * ({@code -Dtensorizer.write=bits} writes it where they are).
 */
class RealStreamsTest {
    private static final Path BITS_FILE = Path.of("src/test/resources/org/tensorizer/isa/real-bits.txt");
    private static final String BITS =
            "# Bits that are 1 in any instruction of the real streams, by opcode, in hexadecimal;"
                    + " RealStreamsTest writes them anew with -Dtensorizer.write=bits.";

    record Chunk(String name, byte[] bytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Chunk> chunks() {
        List<Chunk> chunks = new ArrayList<>();
        Samples.compiled().forEach(sample -> add(chunks, sample.model()));
        realNetworks().forEach(model -> add(chunks, model));
        return chunks.stream();
    }

    private static Stream<TfliteModel> realNetworks() {
        return Samples.hasReal()
                ? SharedFolder.networks().stream().map(TfliteModel::read).filter(TfliteModel::isCompiled)
                : Stream.of();
    }

    private static void add(List<Chunk> chunks, TfliteModel model) {
        for (Executable executable : model.onlyPackage().executables()) {
            for (InstructionChunk chunk : executable.chunks()) {
                byte[] bytes = model.copy(chunk.range());
                chunks.add(new Chunk(model.name() + " " + executable.type() + " " + chunk.index(), bytes));
            }
        }
    }

    /** Lines of an opcode and the bytes of its bits, behind one that says so. */
    private static List<String> realBits() throws IOException {
        try (InputStream in = RealStreamsTest.class.getResourceAsStream("real-bits.txt")) {
            String lines = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            return lines.lines().filter(line -> !line.equals(BITS)).toList();
        }
    }

    @Test
    void everyBitOfRealStreamsIsDecoded() throws IOException {
        for (String line : realBits()) {
            String[] words = line.split(" ");
            Opcode opcode = Opcode.valueOf(words[0]);
            byte[] bytes = HexFormat.of().parseHex(words[1]);
            Instruction all = Instruction.read(opcode, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), 0);
            assertThat(all.undecodedBits()).as(words[0]).isEmpty();
        }
    }

    /** Where the real ones are, the list is theirs. */
    @Test
    void ownStreamsHoldEveryInstructionOfTheRealOnesButTheBranch() throws IOException {
        if (Samples.hasReal()) {
            List<Chunk> real = new ArrayList<>();
            Samples.realCompiled().forEach(sample -> add(real, sample.model()));
            realNetworks().forEach(model -> add(real, model));
            List<String> lines = new ArrayList<>();
            bits(real)
                    .forEach((opcode, bits) ->
                            lines.add(opcode + " " + HexFormat.of().formatHex(bits)));
            if (System.getProperty("tensorizer.write", "").equals("bits")) {
                Files.write(
                        BITS_FILE,
                        Stream.concat(Stream.of(BITS), lines.stream()).toList());
            }
            assertThat(lines).isEqualTo(realBits());
        }
        List<Chunk> own = new ArrayList<>();
        Samples.ownCompiled().forEach(sample -> add(own, sample.model()));
        Set<Opcode> missing = EnumSet.noneOf(Opcode.class);
        realBits().forEach(line -> missing.add(Opcode.valueOf(line.split(" ")[0])));
        missing.removeAll(bits(own).keySet());
        assertThat(missing).containsExactly(Opcode.BRANCH);
    }

    private static Map<Opcode, byte[]> bits(List<Chunk> chunks) {
        Map<Opcode, byte[]> all = new EnumMap<>(Opcode.class);
        for (Chunk chunk : chunks) {
            for (Instruction instruction :
                    InstructionStream.frame(chunk.name(), chunk.bytes()).instructions()) {
                byte[] bytes = instruction.toBytes();
                byte[] bits = all.computeIfAbsent(instruction.opcode(), opcode -> new byte[opcode.bytes()]);
                for (int i = 0; i < bytes.length; i++) {
                    bits[i] |= bytes[i];
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void everyBitIsDecoded(Chunk chunk) {
        InstructionStream stream = InstructionStream.frame(chunk.name(), chunk.bytes());
        for (int i = 0; i < stream.size(); i++) {
            assertThat(stream.get(i).undecodedBits())
                    .as("bundle " + stream.bundle(i) + " " + stream.get(i))
                    .isEmpty();
        }
        assertThat(stream.toBytes()).isEqualTo(chunk.bytes());
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void walksWaitsAndSignalsAreWrittenAsTheyWereRead(Chunk chunk) {
        for (Instruction read :
                InstructionStream.frame(chunk.name(), chunk.bytes()).instructions()) {
            Instruction written = Instruction.of(read.opcode());
            for (FieldTable.Group group : read.opcode().table().groups()) {
                if (group instanceof Walk walk) {
                    walk.set(written, walk.get(read));
                }
                for (Field field : group.fields()) {
                    if (!(group instanceof Walk)) {
                        written.set(field, read.get(field));
                    }
                }
                assertThat(group.fields()).allMatch(field -> written.get(field) == read.get(field));
            }
            read.opcode().table().single().forEach(field -> written.set(field, read.get(field)));
            assertThat(written).isEqualTo(read);
        }
    }
}
