package org.tensorizer.network.lift;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.emulator.ChipParameters;
import org.tensorizer.device.emulator.EmulatedProgram;
import org.tensorizer.device.tflite.CpuDevice;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.transplant.Transplant;

/**
 * Two judges of a lifted model. The round trip: written into the compiled file it must give back every byte but the tokens.
 * The answers: on TFLite's CPU kernels beside the compiled file on the emulated chip, where outputs may be steps apart,
 * because TFLite requantizes in fixed point with two roundings and the chip in float32.
 *
 * @param roundTrip bytes of the compiled file that differ after the round trip, tokens not counted; -1 if it was refused
 * @param roundTripNote why it was refused, empty if it was not
 * @param outputs output bytes compared
 * @param differing output bytes that differ
 * @param largest difference in steps
 * @param answerNote why answers could not be compared, empty if they were
 */
public record LiftCheck(
        int roundTrip, String roundTripNote, int outputs, int differing, int largest, String answerNote) {
    private static final long SEED = 5;

    /** Runs both checks. */
    public static LiftCheck of(Network network, byte[] lifted) {
        int[] trip = {-1};
        String tripNote = "";
        try {
            trip[0] = roundTrip(network, lifted);
        } catch (BadInputException e) {
            tripNote = e.getMessage();
        }
        int[] answers = new int[3];
        String answerNote = "";
        try {
            answers = answers(network, lifted);
        } catch (BadInputException e) {
            answerNote = e.getMessage();
        }
        return new LiftCheck(trip[0], tripNote, answers[0], answers[1], answers[2], answerNote);
    }

    private static int roundTrip(Network network, byte[] lifted) {
        SourceGraph source = SourceGraph.of(TfliteModel.parse("lifted model", lifted));
        byte[] made = Transplant.of(network, source, Optional.empty()).write(1).bytes();
        byte[] before = network.model().copy();
        for (ByteRange token : network.tokenFields()) {
            System.arraycopy(before, token.start(), made, token.start(), token.length());
        }
        int differing = 0;
        for (int i = 0; i < made.length; i++) {
            differing += made[i] != before[i] ? 1 : 0;
        }
        return differing;
    }

    /** @return output bytes, those that differ, the largest difference */
    private static int[] answers(Network network, byte[] lifted) {
        int[] found = new int[3];
        EmulatedProgram chip =
                EmulatedProgram.load(network.compiled(), network.model().bytes(), ChipParameters.EDGE_TPU);
        try (Session cpu = new CpuDevice().open("lifted model", lifted)) {
            Random random = new Random(SEED);
            for (boolean smooth : new boolean[] {false, true}) {
                List<byte[]> inputs = new ArrayList<>();
                for (TensorSpec spec : cpu.inputs()) {
                    inputs.add(input(spec.byteSize(), random, smooth));
                }
                compare(turned(cpu.run(turned(inputs, network.inputs())), network.outputs()), chip.run(inputs), found);
            }
        }
        return found;
    }

    /** Uniform bytes of the chip's domain, or a quarter of their range around the middle. */
    private static byte[] input(int size, Random random, boolean smooth) {
        byte[] input = new byte[size];
        random.nextBytes(input);
        for (int i = 0; smooth && i < input.length; i++) {
            input[i] = (byte) (input[i] / 4 + 128);
        }
        return input;
    }

    /** From the chip's domain to that of signed tensors, or back. */
    private static List<byte[]> turned(List<byte[]> tensors, List<Network.Edge> edges) {
        List<byte[]> turned = new ArrayList<>();
        for (int k = 0; k < tensors.size(); k++) {
            byte[] bytes = tensors.get(k).clone();
            for (int i = 0; edges.get(k).isSigned() && i < bytes.length; i++) {
                bytes[i] ^= (byte) 0x80;
            }
            turned.add(bytes);
        }
        return turned;
    }

    private static void compare(List<byte[]> a, List<byte[]> b, int[] found) {
        for (int k = 0; k < a.size(); k++) {
            for (int i = 0; i < a.get(k).length; i++) {
                int difference = Math.abs((a.get(k)[i] & 0xff) - (b.get(k)[i] & 0xff));
                found[0]++;
                found[1] += difference > 0 ? 1 : 0;
                found[2] = Math.max(found[2], difference);
            }
        }
    }
}
