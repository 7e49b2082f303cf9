package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.template.KernelWindow;

/**
 * A convolution on a device, as a layer of one vector: what an output pixel sees under its kernel is the input, in the order
 * (ky, kx, channel), and the pixel's channels are the output. Windows that share no pixel are asked side by side in one
 * inference; of a kernel of 1x1 that is every pixel of the image. Beside what {@link ModelTarget} uses it is told how the
 * kernel lies on the image, and nothing of the payload.
 *
 * <p>Thread-safe; the device stays the caller's.
 */
public final class WindowTarget implements PayloadTarget {
    private final ModelTarget image;
    private final KernelWindow window;
    private final List<Integer> places;

    /** @throws BadInputException as {@link ModelTarget}, or no window lies in the image as a whole */
    public WindowTarget(ModelTarget image, KernelWindow window) {
        this.image = image;
        this.window = window;
        this.places = places(window);
        if (places.isEmpty()) {
            throw new BadInputException(image.name() + ": the kernel of " + window.kernelHeight() + "x"
                    + window.kernelWidth() + " reaches beyond the image of " + window.height() + "x" + window.width()
                    + " everywhere; expected an output that sees all of its window");
        }
    }

    /** Output pixels whose windows lie in the image and share no pixel. */
    private static List<Integer> places(KernelWindow window) {
        List<Integer> places = new ArrayList<>();
        BitSet taken = new BitSet();
        for (int place = 0; place < window.rows() * window.columns(); place++) {
            BitSet pixels = new BitSet();
            int inside = 0;
            for (int tap = 0; tap < window.taps(); tap++) {
                int pixel = pixel(window, place, tap);
                if (pixel >= 0) {
                    pixels.set(pixel);
                    inside++;
                }
            }
            if (inside == window.taps() && !pixels.intersects(taken)) {
                taken.or(pixels);
                places.add(place);
            }
        }
        return places;
    }

    private static int pixel(KernelWindow window, int place, int tap) {
        return window.pixel(place / window.columns(), place % window.columns(), tap);
    }

    @Override
    public String name() {
        return image.name();
    }

    @Override
    public Activations input() {
        return new Activations(window.taps() * window.channels(), image.input().domain());
    }

    @Override
    public Activations output() {
        return new Activations(window.outputs(), image.output().domain());
    }

    @Override
    public int kernelHeight() {
        return window.kernelHeight();
    }

    @Override
    public int kernelWidth() {
        return window.kernelWidth();
    }

    @Override
    public int rows() {
        return places.size();
    }

    @Override
    public byte[] payload() {
        return image.payload();
    }

    @Override
    public String device() {
        return image.device();
    }

    @Override
    public Provenance provenance() {
        return image.provenance();
    }

    @Override
    public Session open(byte[] payload) {
        return new WindowSession(image.open(payload));
    }

    private final class WindowSession extends ForwardingSession {
        WindowSession(Session image) {
            super(image);
        }

        @Override
        public List<byte[]> run(List<byte[]> rows) {
            return List.of(answers(session().run(spread(rows.get(0)))));
        }

        @Override
        public Optional<WeightSwap> weightSwap() {
            return session().weightSwap();
        }
    }

    /** The image that shows each window its row; what no window sees is at the zero point. */
    private byte[] spread(byte[] rows) {
        byte[] input = new byte[window.inputBytes()];
        Arrays.fill(input, image.input().domain().zero());
        int channels = window.channels();
        int from = 0;
        for (int place : places) {
            for (int tap = 0; tap < window.taps() && from < rows.length; tap++, from += channels) {
                System.arraycopy(rows, from, input, pixel(window, place, tap) * channels, channels);
            }
        }
        return input;
    }

    private byte[] answers(byte[] output) {
        if (output.length != window.outputBytes()) {
            return output; // the wrong size is reported by who asked
        }
        byte[] answers = new byte[places.size() * window.outputs()];
        for (int row = 0; row < places.size(); row++) {
            System.arraycopy(
                    output, places.get(row) * window.outputs(), answers, row * window.outputs(), window.outputs());
        }
        return answers;
    }
}
