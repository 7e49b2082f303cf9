package org.tensorizer.harness;

import io.qameta.allure.LabelAnnotation;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What an experiment class claims about the chip. The report lists hypotheses by their claim, skipped ones too.
 *
 * <p>Test methods of the class may have parameters of type {@link org.tensorizer.device.Device} (the device of this
 * run, chosen by {@code -Dtensorizer.device}) and {@link Evidence}. A method that ends normally supports the claim, an
 * {@link AssertionError} refutes it, a {@link org.tensorizer.device.DeviceFault} is a fault and no verdict, a failed
 * assumption makes it not applicable: see {@link Verdict}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@LabelAnnotation(name = "feature")
@DisplayNameGeneration(Sentences.class)
@ExtendWith(HypothesisExtension.class)
public @interface Hypothesis {
    /** The claim: one sentence that can turn out to be false. */
    String value();

    /** The observation that would refute it. */
    String refutedBy();

    /** Where the claim comes from: a link, or what it was derived from. */
    String source();
}
