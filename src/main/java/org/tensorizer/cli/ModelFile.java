package org.tensorizer.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.InputFile;
import org.tensorizer.base.Printable;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Executable.InstructionChunk;
import org.tensorizer.model.FileKind;
import org.tensorizer.model.TfliteModel;

/**
 * A file that holds executables, whatever its wrapping: a .tflite, a serialized package or one serialized executable.
 * Byte ranges are absolute in the file.
 *
 * @param bytes the whole file
 * @param packages empty for a bare executable
 */
record ModelFile(Path file, byte[] bytes, List<EdgeTpuPackage> packages, List<Executable> executables) {
    static ModelFile read(Path file) {
        byte[] bytes = InputFile.read(file);
        String name = file.toString();
        return switch (FileKind.of(bytes)) {
            case TFLITE -> of(file, bytes, TfliteModel.parse(name, bytes).packages());
            case PACKAGE -> of(file, bytes, List.of(EdgeTpuPackage.parse(name, bytes)));
            case UNIDENTIFIED -> new ModelFile(file, bytes, List.of(), List.of(Executable.parse(name, bytes)));
        };
    }

    private static ModelFile of(Path file, byte[] bytes, List<EdgeTpuPackage> packages) {
        return new ModelFile(
                file,
                bytes,
                packages,
                packages.stream().flatMap(each -> each.executables().stream()).toList());
    }

    /** All executables, or the one that the user chose by its number. */
    List<Executable> chosen(Integer executable) {
        if (executables.isEmpty()) {
            throw new BadInputException(file + ": the model is not compiled for the Edge TPU, it holds no executable");
        }
        if (executable == null) {
            return executables;
        }
        if (executable < 0 || executable >= executables.size()) {
            throw new BadInputException(
                    file + ": executable " + executable + " does not exist, expected 0.." + (executables.size() - 1));
        }
        return List.of(executables.get(executable));
    }

    /** The instructions of a chunk, named so that a message about them finds the place in the file. */
    InstructionStream frame(Executable executable, InstructionChunk chunk) {
        return InstructionStream.frame(chunkName(executable, chunk), buffer(), chunk.range());
    }

    String chunkName(Executable executable, InstructionChunk chunk) {
        return Printable.line(file.getFileName().toString()) + " executable " + executable.index() + " ("
                + executable.type() + ") chunk " + chunk.index();
    }

    private ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
