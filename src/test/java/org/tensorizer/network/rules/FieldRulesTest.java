package org.tensorizer.network.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorizer.base.BadInputException;
import org.tensorizer.dense.Factors;
import org.tensorizer.model.OperatorOptions.FusedActivation;
import org.tensorizer.network.trace.OpFields;

class FieldRulesTest {
    private static final Quantized IN = new Quantized(0.0235294122f, 3);
    private static final Quantized OUT = new Quantized(0.0471f, 131);

    /** A scale of 3d3e9f4c has the softmax scale 3d3e9f4b: visible in six places of a public classifier. */
    @Test
    void softmaxScaleMayBeOneUnitOff() {
        Quantized logits = new Quantized(Float.intBitsToFloat(0x3d3e9f4c), 66);
        assertThat(Math.abs(Float.floatToRawIntBits(logits.softmaxScale()) - 0x3d3e9f4c))
                .isLessThanOrEqualTo(1);
        assertThat(FieldRules.softmaxExponent(logits).multiplier())
                .isEqualTo(Float.floatToRawIntBits(logits.softmaxScale()));
        assertThat(FieldRules.softmaxDifference(logits).weightZero()).isEqualTo(1);
    }

    @Test
    void clampsFollowTheActivation() {
        assertThat(OUT.clampMax(FusedActivation.NONE)).isCloseTo(124f, within(1e-4f));
        assertThat(OUT.clampMin(FusedActivation.NONE)).isCloseTo(-131f, within(1e-4f));
        assertThat(OUT.clampMin(FusedActivation.RELU)).isZero();
        assertThat(new Quantized(0.1f, 0).clampMax(FusedActivation.RELU6)).isCloseTo(60f, within(1e-4f));
        assertThat(new Quantized(0.1f, 100).clampMin(FusedActivation.RELU_N1_TO_1))
                .isCloseTo(-10f, within(1e-4f));
        assertThatThrownBy(() -> OUT.clampMax(FusedActivation.TANH)).isInstanceOf(BadInputException.class);
    }

    private static org.assertj.core.data.Offset<Float> within(float offset) {
        return org.assertj.core.data.Offset.offset(offset);
    }

    @Test
    void aSumSubtractsBothZeroPoints() {
        OpFields fields = FieldRules.add(IN, OUT, OUT, FusedActivation.NONE);
        Factors factors = Factors.of(IN.scale(), OUT.scale());
        assertThat(fields.constant()).isEqualTo(-(factors.first() * 3 + factors.second() * 131));
        assertThat(fields.multiplierValue()).isCloseTo(1f / factors.second(), within(1e-8f));
    }

    @Test
    void multipliersOutOfRangeAreRefused() {
        assertThatThrownBy(() -> FieldRules.multiplier(new Quantized(1e-30f, 0), 1e-15f, OUT))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected a normal positive float32");
        assertThatThrownBy(() -> new Quantized(Float.NaN, 0)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> new Quantized(0, 0)).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> new Quantized(1, 256)).hasMessageContaining("0..255");
    }

    @Test
    void differencesAreNamed() {
        OpFields a = FieldRules.rescale(IN, OUT, FusedActivation.NONE);
        assertThat(a.difference(a)).isEmpty();
        assertThat(a.difference(FieldRules.rescale(IN, OUT, FusedActivation.RELU)))
                .contains("clamp min");
    }

    /** No fraction with both numbers up to 32767 is nearer. */
    @ParameterizedTest
    @CsvSource({"0.3333333", "1", "0.7071067811865476", "1.9999999", "0.0001", "31.25", "12345.678"})
    void factorsAreTheNearestFraction(double ratio) {
        Factors factors = Factors.of(ratio);
        double error = Math.abs((double) factors.first() / factors.second() - ratio);
        for (int q = 1; q <= Factors.LIMIT; q++) {
            long p = Math.round(ratio * q);
            if (p <= Factors.LIMIT && p > 0) {
                assertThat(Math.abs((double) p / q - ratio)).isGreaterThanOrEqualTo(error - 1e-15);
            }
        }
    }

    @Test
    void factorsOfTurnedRatiosAreTurned() {
        Random random = new Random(3);
        for (int i = 0; i < 500; i++) {
            float a = random.nextFloat() + 0.001f;
            float b = random.nextFloat() + 0.001f;
            Factors factors = Factors.of(a, b);
            assertThat(Math.max(factors.first(), factors.second())).isLessThanOrEqualTo(Factors.LIMIT);
            double exact = new BigDecimal(a)
                    .divide(new BigDecimal(b), MathContext.DECIMAL64)
                    .doubleValue();
            assertThat((double) factors.first() / factors.second())
                    .isCloseTo(exact, org.assertj.core.data.Offset.offset(exact / 20_000));
        }
    }
}
