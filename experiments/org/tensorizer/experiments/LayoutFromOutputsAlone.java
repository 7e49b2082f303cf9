package org.tensorizer.experiments;

import static org.junit.jupiter.api.Assumptions.abort;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.tensorizer.device.emulator.ChipParameters.WeightCode;
import org.tensorizer.device.emulator.UnsupportedProgramException;
import org.tensorizer.harness.Bench;
import org.tensorizer.harness.Counterexample;
import org.tensorizer.harness.EveryTemplate;
import org.tensorizer.harness.Evidence;
import org.tensorizer.harness.Hypothesis;
import org.tensorizer.layout.ByteRole;
import org.tensorizer.layout.DenseLayout;
import org.tensorizer.picture.Grid;
import org.tensorizer.picture.HeatMap;
import org.tensorizer.picture.HeatMap.ClassMap;
import org.tensorizer.picture.Scale;
import org.tensorizer.recovery.CellMap;
import org.tensorizer.recovery.ModelTarget;
import org.tensorizer.recovery.RecoveredLayout;
import org.tensorizer.recovery.Recovery;
import org.tensorizer.recovery.Recovery.InsensitiveTemplateException;
import org.tensorizer.template.DenseTemplate;

/*
 * The layout was first found by compiling one model per probe and fitting a formula by hand. Here it is found without
 * compiler and without hand, on one fixed template: each payload byte carries a digit of its own number, one input at a
 * time is driven, and each output answers with the digit of the one weight that it multiplies. The recovery knows the
 * sizes of the tensors and where the payload is, and nothing else.
 *
 * Claim: what comes out is the layout that Tensorizer predicts, on every cell, with the same role for every byte, and
 * byte = weight + 128.
 *
 * The control is inside the recovery: random payloads, several inputs at once, and every answer predicted from the map. A
 * map that does not predict is not complete, whatever it looks like.
 *
 * Nobody has done this on a chip yet.
 *
 * Alone: mvn test -Dexperiment=LayoutFromOutputsAlone; larger sizes with -DexcludedGroups=none
 */
@Hypothesis(
        value = "The layout recovered from a device's outputs alone is the predicted one, on all cells",
        refutedBy = "A cell that the device reads from another byte, a byte with another role, or another encoding",
        source = "Derived from every byte of compiled 256, 512 and 1024 models; not observed on a chip",
        theme = Hypothesis.Theme.LAYOUT,
        onSilicon = "never observed; the third thing to do on a Coral")
class LayoutFromOutputsAlone {
    static List<Counterexample> wrongChips() {
        return List.of(
                Counterexample.chip(chip -> chip.withLanes(16)),
                Counterexample.chip(chip -> chip.withReversedLanes(true)),
                Counterexample.chip(chip -> chip.withCode(WeightCode.TWOS_COMPLEMENT)));
    }

    private static final int PIXELS = 512;
    private static final int WIDE = 768;

    @EveryTemplate
    void recoveredMapIsThePredictedOne(DenseTemplate template, Bench bench, Evidence evidence) {
        recover(template, bench, evidence);
    }

    @EveryTemplate(assembled = {512, 1024, 2048})
    @Tag("large")
    void recoveredMapIsThePredictedOneAtLargerSizes(DenseTemplate template, Bench bench, Evidence evidence) {
        recover(template, bench, evidence);
    }

    private static void recover(DenseTemplate template, Bench bench, Evidence evidence) {
        RecoveredLayout found = ask(template, bench);

        report(found, evidence);
        draw(found, template.layout(), evidence);
        requireEncoding(found);
        requireMap(found.weights(), template.layout());
        requireRoles(found, template.layout());
        if (!found.isComplete()) {
            throw new AssertionError("incomplete: " + found.weights() + ", bytes by role " + found.roleCounts());
        }
    }

    private static RecoveredLayout ask(DenseTemplate template, Bench bench) {
        try {
            return Recovery.of(new ModelTarget(template.model(), bench.device()))
                    .run();
        } catch (InsensitiveTemplateException | UnsupportedProgramException e) {
            // outputs that no weight moves measurably, or a payload whose answer the emulator does not know
            return abort(e.getMessage());
        }
    }

    private static void report(RecoveredLayout found, Evidence evidence) {
        evidence.fact("formula", found.formula().map(Object::toString).orElse("none: no weight was found"));
        found.headers().forEach((kind, fit) -> evidence.fact(kind + " formula", fit));
        evidence.fact("encoding", found.encodingText());
        evidence.fact(
                "cells known",
                found.weights().known() + " of "
                        + found.weights().rows() * found.weights().columns());
        evidence.fact("payload bytes by role", found.roleCounts());
        evidence.fact(
                "invocations",
                String.format(
                        Locale.ROOT,
                        "%d, %.2f times the bound of %d (%d levels an answer)",
                        found.budget().used(),
                        found.budget().ratio(),
                        found.budget().bound(),
                        found.budget().levels()));
        evidence.fact("invocations by phase", found.budget().byPhase());
        evidence.fact("answers that did not repeat", found.budget().contradictions());
    }

    private static void draw(RecoveredLayout found, DenseLayout predicted, Evidence evidence) {
        CellMap map = found.weights();
        Grid offsets = Grid.of(map.rows(), map.columns(), map::at);
        Grid difference = Grid.of(map.rows(), map.columns(), (out, in) -> map.at(out, in) - predicted.offset(out, in));
        evidence.picture(
                "payload offset of W[out][in], as recovered",
                new HeatMap("payload offset of W[out][in], out down, in across", offsets, Scale.spanning(offsets))
                        .draw(PIXELS, PIXELS));
        evidence.picture("payload bytes by role", coverage(found, predicted).draw(WIDE, PIXELS / 2));
        evidence.picture(
                "recovered minus predicted offset",
                new HeatMap("recovered minus predicted offset, white = same", difference, Scale.around0(difference))
                        .draw(PIXELS, PIXELS));
    }

    /** Groups of 64 outputs side by side, each as its rows stand in the chip's memory, 256 bytes a row. */
    private static ClassMap coverage(RecoveredLayout found, DenseLayout layout) {
        byte[] roles = found.roleCodes();
        int width = layout.rowBytes();
        Grid grid = Grid.of(
                layout.groupBytes() / width,
                layout.groups() * width,
                (row, column) -> roles[column / width * layout.groupBytes() + row * width + column % width]);
        return new ClassMap(
                "payload bytes by role: " + layout.groups() + " groups of 64 outputs, memory rows of " + width
                        + " bytes down",
                grid,
                List.of("unknown", "weight", "scale", "bias", "zero point", "unused"));
    }

    private static void requireEncoding(RecoveredLayout found) {
        for (int out = 0; out < found.weights().rows(); out++) {
            for (int value = 0; value < 256; value++) {
                if (found.weight(out, value) != value - 128) {
                    throw new AssertionError("byte " + value + " of output " + out + " is weight "
                            + found.weight(out, value) + ", predicted " + (value - 128) + " (" + found.encodingText()
                            + ")");
                }
            }
        }
    }

    private static void requireMap(CellMap map, DenseLayout predicted) {
        int different = 0;
        String first = null;
        for (int out = 0; out < map.rows(); out++) {
            for (int in = 0; in < map.columns(); in++) {
                if (map.at(out, in) != predicted.offset(out, in)) {
                    different++;
                    first = first != null
                            ? first
                            : "W[" + out + "][" + in + "] was read from "
                                    + (map.at(out, in) == CellMap.UNKNOWN ? "no known byte" : "byte " + map.at(out, in))
                                    + ", predicted byte " + predicted.offset(out, in);
                }
            }
        }
        if (different > 0) {
            throw new AssertionError(first + " (" + different + " of " + map.rows() * map.columns() + " cells differ)");
        }
    }

    private static void requireRoles(RecoveredLayout found, DenseLayout predicted) {
        for (int offset = 0; offset < found.payloadBytes(); offset++) {
            ByteRole expected = expected(predicted.role(offset));
            if (!found.role(offset).equals(expected)) {
                throw new AssertionError("byte " + offset + " is " + found.role(offset) + ", predicted " + expected);
            }
        }
    }

    private static ByteRole expected(ByteRole role) {
        return role instanceof ByteRole.Padding ? ByteRole.Recovered.UNUSED : role;
    }
}
