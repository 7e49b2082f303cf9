package org.tensorizer.conv;

import java.util.ArrayList;
import java.util.List;
import org.tensorizer.isa.Program;
import org.tensorizer.isa.ProgramBuilder;

/**
 * A chain of convolutions, maxima and sums as two programs: one that brings the parameters to the chip, one inference.
 *
 * <p>Source: derived; byte-identical with compiled programs where those exist, see the tests. Immutable, thread-safe.
 */
public final class ConvolutionProgram {
    private final ImageChain chain;
    private final NarrowPlan narrow;
    private final ParameterPlaces places;

    private ConvolutionProgram(ImageChain chain, NarrowPlan narrow, ParameterPlaces places) {
        this.chain = chain;
        this.narrow = narrow;
        this.places = places;
    }

    /** @throws DoesNotFitException narrow or wide memory is full */
    public static ConvolutionProgram of(ImageChain chain) {
        List<Integer> rows = chain.convolutions().stream()
                .map(ConvolutionPlan::parameterRows)
                .toList();
        ParameterPlaces places = ParameterPlaces.choose(rows, new int[16], chain.floor());
        return new ConvolutionProgram(chain, NarrowPlan.of(chain), places);
    }

    /** The same with the parameters elsewhere. */
    public ConvolutionProgram withPlaces(ParameterPlaces other) {
        return new ConvolutionProgram(chain, narrow, other);
    }

    public ImageChain chain() {
        return chain;
    }

    public NarrowPlan narrow() {
        return narrow;
    }

    public ParameterPlaces places() {
        return places;
    }

    /** One inference. */
    public Program executionOnly() {
        ProgramBuilder program = new ProgramBuilder();
        ImageCode code = new ImageCode(program, chain, narrow, places);
        code.emit();
        code.giveResult();
        return program.build();
    }

    /** Brings the payload to the chip. */
    public Program parameterCaching() {
        List<ParameterCode.Part> parts = new ArrayList<>();
        for (int i = 0; i < chain.convolutions().size(); i++) {
            parts.add(ParameterCode.part(
                    chain.convolutions().get(i), places.layers().get(i)));
        }
        return ParameterCode.of(parts);
    }

    /** Bytes of the payload. */
    public int payloadBytes() {
        int units = 0;
        for (ConvolutionPlan plan : chain.convolutions()) {
            units = Math.addExact(units, plan.payloadUnits());
        }
        return Math.multiplyExact(64, units);
    }

    /**
     * Writes the payload.
     *
     * @param numbers of the convolutions, in order
     * @param target all zero; {@link #payloadBytes()} bytes are written from {@code at} on
     */
    public void writePayload(List<ConvolutionPayload.Numbers> numbers, byte[] target, int at) {
        int next = at;
        for (int i = 0; i < chain.convolutions().size(); i++) {
            ConvolutionPlan plan = chain.convolutions().get(i);
            ConvolutionPayload.write(plan, numbers.get(i), target, next);
            next += 64 * plan.payloadUnits();
        }
    }
}
