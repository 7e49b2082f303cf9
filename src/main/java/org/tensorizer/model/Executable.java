package org.tensorizer.model;

import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;

/**
 * A program for the chip. All ranges are absolute in the file it was read from; fields that the file leaves out have
 * the format's defaults.
 *
 * @param index its number in the multi-executable
 * @param range its bytes
 * @param type what it is for
 * @param name model name, empty if not given
 * @param version format version, 0 in every model seen
 * @param batchSize inputs processed at once
 * @param chip chip it was compiled for, such as {@code beagle}; empty if not given
 * @param scratchBytes scratch memory on the host, of one batch
 * @param parameters the payload, empty if it has none
 * @param chunks instructions
 * @param inputLayers inputs
 * @param outputLayers outputs
 * @param hints transfers in order
 * @param token parameter-caching token, unsigned; 0 if not given. The runtime does not send parameters again whose token
 *     the chip already holds
 * @param tokenField the eight little-endian bytes of the token, absent if the file leaves it out
 * @param usedNarrowMemoryBytesPerTile bytes of narrow memory in use at the bottom of each tile
 * @param estimatedCycles estimated run time, the 64-bit field; 0 if not given
 * @param estimatedCyclesOld the 32-bit field that older compilers wrote
 * @param useTpuDram whether parameters go to DRAM of the accelerator
 * @param serializedModel bytes of the compiler's own model, empty in every model seen
 */
public record Executable(
        int index,
        ByteRange range,
        ExecutableType type,
        String name,
        int version,
        int batchSize,
        String chip,
        int scratchBytes,
        ByteRange parameters,
        List<InstructionChunk> chunks,
        List<Layer> inputLayers,
        List<Layer> outputLayers,
        DmaHints hints,
        long token,
        Optional<ByteRange> tokenField,
        int usedNarrowMemoryBytesPerTile,
        long estimatedCycles,
        int estimatedCyclesOld,
        boolean useTpuDram,
        ByteRange serializedModel) {
    /** Name of the Edge TPU in {@link #chip}. Source: libedgetpu's schema, and every model compiled for a Coral that was seen. */
    public static final String EDGE_TPU = "beagle";

    public Executable {
        chunks = List.copyOf(chunks);
        inputLayers = List.copyOf(inputLayers);
        outputLayers = List.copyOf(outputLayers);
    }

    /**
     * Reads a serialized executable that stands alone in a file, as taken out of a package.
     *
     * @param name name of the file for messages
     * @param bytes the whole file; not copied, must not change
     * @throws BadInputException if it is no executable
     */
    public static Executable parse(String name, byte[] bytes) {
        CheckedBytes checked = new CheckedBytes(name, bytes);
        if (FileKind.of(bytes) != FileKind.UNIDENTIFIED || FileKind.text(bytes).isPresent()) {
            throw checked.fault(
                    4, "file identifier", "expected a serialized executable, found " + FileKind.describe(bytes));
        }
        Executable executable = new ExecutableReader(checked).read(0, checked.all());
        if (executable.chunks().isEmpty()) {
            throw checked.fault(0, "Executable.instruction_bitstreams", "expected instructions, found none");
        }
        return executable;
    }

    /** Instruction bytes of all chunks. */
    public long instructionBytes() {
        return chunks.stream().mapToLong(chunk -> chunk.range().length()).sum();
    }

    /** What an executable is for, in the order of their numbers in the file. */
    public enum ExecutableType {
        /** Brings its own parameters and runs the inference. Meant if the file says nothing. */
        STAND_ALONE,
        /** Loads parameters into the chip. */
        PARAMETER_CACHING,
        /** Runs the inference on parameters that a PARAMETER_CACHING executable left in the chip. */
        EXECUTION_ONLY
    }

    /**
     * One chunk of instructions of an executable. A chunk is sent whole.
     *
     * @param index its number in the executable
     * @param range its bytes, absolute in the file
     * @param relocations in the order of the file
     */
    public record InstructionChunk(int index, ByteRange range, List<Relocation> relocations) {
        public InstructionChunk {
            relocations = List.copyOf(relocations);
        }
    }
}
