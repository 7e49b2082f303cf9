package org.tensorizer.harness;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.base.Printable;
import org.tensorizer.template.DenseArithmetic;
import org.tensorizer.template.DenseTemplate;

/**
 * What an experiment saw, for the report: expected and observed outputs (drawn with their difference), named facts,
 * further pictures and tables. One for each run of a test method, handed to it as a parameter.
 *
 * <p>Outputs are numbers in whatever domain both sides share; {@link #expect} is the assertion. Not thread-safe.
 */
public final class Evidence {
    /** Rows that a picture keeps; what comes later replaces the last, so that a failing row is always drawn. */
    private static final int ROWS = 512;

    private static final int LONGEST_PROBE = 300;

    /**
     * A question put to the device about a template.
     *
     * @param input raw tensor bytes
     * @param answer raw tensor bytes, empty if it never came
     */
    record Question(String probe, DenseTemplate model, byte[] input, Optional<byte[]> answer) {}

    record Picture(String caption, BufferedImage image) {}

    record Table(String name, String csv) {}

    private final List<Outputs> outputs = new ArrayList<>();
    private final Map<String, String> facts = new LinkedHashMap<>();
    private final List<Picture> pictures = new ArrayList<>();
    private final List<Table> tables = new ArrayList<>();
    private int checked;
    private Question last;
    private boolean unanswered;
    private String control;

    Evidence() {}

    /**
     * Expects an output vector. It becomes one row of the evidence picture.
     *
     * @param probe what was done to get it, such as {@code W[3][17] = 127, input one-hot 17}
     * @param expected predicted value of each output channel
     * @param observed the device's answer
     * @throws Outputs.Differ naming the first output that differs
     */
    public void expect(String probe, int[] expected, int[] observed) {
        record(Outputs.EXPECTED, probe, expected, observed, "").check();
    }

    /** {@link #expect(String, int[], int[])} for raw bytes of an int8 ({@code signed}) or uint8 tensor. */
    public void expect(String probe, byte[] expected, byte[] observed, boolean signed) {
        record(Outputs.EXPECTED, probe, values(expected, signed), values(observed, signed), unit(signed))
                .check();
    }

    /**
     * Expects what exact integer arithmetic predicts for a template. Where the prediction leaves the last bit open
     * (a value halfway between two integers: nobody knows how the chip rounds those) either neighbour is right; where it
     * leaves the output open altogether (an accumulator beyond 32 bits) any answer is.
     *
     * @param model the template that ran, patched or not
     * @param input raw tensor bytes that it ran on
     * @param observed raw tensor bytes of the device's answer
     */
    public void expect(String probe, DenseTemplate model, byte[] input, byte[] observed) {
        last = new Question(probe, model, input.clone(), Optional.of(observed.clone()));
        DenseArithmetic.Prediction prediction = model.predict(input);
        boolean signed = isSigned(model);
        int[] expected = values(model.expected(input), signed);
        int[] seen = values(observed, signed);
        for (int out = 0; out < Math.min(expected.length, seen.length); out++) {
            boolean neighbour = prediction.ties().get(out) && Math.abs(seen[out] - expected[out]) == 1;
            if (neighbour || prediction.unknown().get(out)) {
                expected[out] = seen[out];
            }
        }
        record(Outputs.EXPECTED, probe, expected, seen, unit(signed)).check();
        last = null; // what ended well needs no model
    }

    /** Expects the answer that was given before, such as by the unpatched template; both are raw tensor bytes. */
    public void expectSame(String probe, DenseTemplate model, byte[] before, byte[] observed) {
        expect(probe, before, observed, isSigned(model));
    }

    /**
     * Records outputs beside others without judging them here: the experiment judges them by other means, and they may
     * have to differ.
     *
     * @param name of the others, such as {@code rival} or {@code original}
     * @param others one value for each output channel
     */
    public void observe(String name, String probe, int[] others, int[] observed) {
        record(name, probe, others, observed, "");
    }

    /** {@link #observe(String, String, int[], int[])} for raw tensor bytes of a template. */
    public void observe(String name, String probe, DenseTemplate model, byte[] others, byte[] observed) {
        boolean signed = isSigned(model);
        record(name, probe, values(others, signed), values(observed, signed), unit(signed));
    }

    private static String unit(boolean signed) {
        return signed ? "int8" : "uint8";
    }

    private static boolean isSigned(DenseTemplate model) {
        return model.outputDomain().signed();
    }

    /**
     * Judges all that was observed, together: for comparisons with another implementation whose rounding is known to
     * differ now and then.
     *
     * @param allowed how many outputs may differ
     * @param reach how far each may be off
     * @throws Outputs.Differ naming the output that is furthest off, if more differ or one by more
     */
    public void judgeObserved(int allowed, int reach) {
        int differing = outputs.stream().mapToInt(Outputs::differing).sum();
        Outputs worst = outputs.stream()
                .max(Comparator.comparingInt(Outputs::largest))
                .orElseThrow(() -> new IllegalStateException("nothing was observed"));
        if (differing > allowed || worst.largest() > reach) {
            worst.fail(differing + " outputs differ in all, " + allowed + " may, by " + reach);
        }
    }

    /**
     * Says that this run is a control: that it holds shows that the comparison works, and supports nothing. The report does
     * not count it. That it fails counts.
     *
     * @param why such as {@code Tensorizer wrote both models}
     */
    public void control(String why) {
        control = why;
    }

    /** A named fact for the table under the picture. */
    public void fact(String name, Object value) {
        facts.put(name, String.valueOf(value));
    }

    /** A further picture, shown under the comparison. */
    public void picture(String caption, BufferedImage image) {
        pictures.add(new Picture(caption, image));
    }

    /** A table as comma-separated values, first line the headings. Attached, shown as a table on a click. */
    public void table(String name, String csv) {
        tables.add(new Table(name, csv));
    }

    /** Raw tensor bytes as numbers: -128..127 if signed, else 0..255. */
    public static int[] values(byte[] bytes, boolean signed) {
        int[] values = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = signed ? bytes[i] : bytes[i] & 0xff;
        }
        return values;
    }

    /** The device failed where exact arithmetic predicts the answer of this model to this input, raw tensor bytes. */
    void unanswered(DenseTemplate model, byte[] input) {
        unanswered = true;
        last = new Question("the question that it left unanswered", model, input.clone(), Optional.empty());
    }

    private Outputs record(String reference, String probe, int[] expected, int[] observed, String unit) {
        Outputs row =
                new Outputs(reference, Printable.of(probe, LONGEST_PROBE), expected.clone(), observed.clone(), unit);
        checked++;
        if (outputs.size() == ROWS) {
            outputs.remove(ROWS - 1);
        }
        outputs.add(row);
        return row;
    }

    List<Outputs> outputs() {
        return outputs;
    }

    /** Output vectors looked at, including those that the picture has no row for. */
    int checked() {
        return checked;
    }

    /** What was expected of the answer that never came; empty if none is missing or nobody knows. */
    Optional<int[]> unanswered() {
        return question()
                .filter(asked -> unanswered)
                .map(asked -> values(asked.model().expected(asked.input()), isSigned(asked.model())));
    }

    /** The question that the run ended with, if it did not end well. */
    Optional<Question> question() {
        return Optional.ofNullable(last);
    }

    /** Why the run is a control; empty if it is none. */
    Optional<String> control() {
        return Optional.ofNullable(control);
    }

    Map<String, String> facts() {
        return facts;
    }

    List<Picture> pictures() {
        return pictures;
    }

    List<Table> tables() {
        return tables;
    }
}
