package org.tensorizer.device.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;

/**
 * A device that answers what another answered before, from its evidence record: the same question gets the same answers in
 * the same order, recorded faults are thrown again. A question is the bytes of the model, tokens apart, and the bytes of
 * the inputs. One that the record does not hold is a {@link DeviceFault}, never a guess.
 *
 * <p>Thread safety: yes; threads that ask the same question share its answers.
 */
public final class ReplayDevice implements Device {
    private final Path file;
    private final RecordedAnswers answers;
    private final String name;

    private ReplayDevice(Path file, RecordedAnswers answers) {
        this.file = file;
        this.answers = answers;
        this.name = "replay of "
                + answers.origins().stream()
                        .map(RecordLine.Origin::toString)
                        .sorted()
                        .collect(Collectors.joining(", "));
    }

    /**
     * Reads a record, or all records of a folder: a run on several devices leaves several.
     *
     * @param file a record, or a folder whose {@code *.jsonl} files are records
     * @throws BadInputException there is no such file, it is no record, or the folder has none; a last line that a kill cut
     *     short is passed over
     */
    public static ReplayDevice open(Path file) {
        RecordedAnswers answers = new RecordedAnswers();
        for (Path record : records(file)) {
            RecordReader.read(record, answers::add);
        }
        return new ReplayDevice(file, answers);
    }

    private static List<Path> records(Path file) {
        if (!Files.isDirectory(file)) {
            return List.of(file);
        }
        try (Stream<Path> files = Files.list(file)) {
            List<Path> records = files.filter(each -> each.toString().endsWith(".jsonl"))
                    .sorted()
                    .toList();
            if (records.isEmpty()) {
                throw new BadInputException("evidence records in " + file + ": expected *.jsonl files, found none");
            }
            return records;
        } catch (IOException e) {
            throw new BadInputException("evidence records in " + file + ": not readable: " + e.getMessage(), e);
        }
    }

    /** {@code replay of usb:0 (silicon)}: which device gave the answers, and what kind of evidence that was. */
    @Override
    public String name() {
        return name;
    }

    @Override
    public Provenance provenance() {
        return Provenance.REPLAYED;
    }

    /** Who gave the answers: one device, or several where records were put together. */
    public List<RecordLine.Origin> origins() {
        return List.copyOf(answers.origins());
    }

    public Path file() {
        return file;
    }

    /**
     * @throws DeviceFault the record does not have this model, or loading it failed then
     * @throws BadInputException the model was refused as bad then
     */
    @Override
    public Session open(TfliteModel model) {
        ModelFingerprint asked = ModelFingerprint.of(model);
        RecordLine.Open open = answers.open(asked)
                .orElseThrow(() -> new DeviceFault(
                        DeviceFault.Kind.REFUSED,
                        name,
                        "the record " + file + " does not have model " + asked + "; models it has: "
                                + answers.modelNames()
                                + ". Was it recorded with other templates, or another revision of the experiments?"));
        if (open.failure().isPresent()) {
            throw open.failure().get().exception(name);
        }
        return new ReplaySession(name, file, answers, asked, open);
    }

    @Override
    public String toString() {
        return name;
    }
}
