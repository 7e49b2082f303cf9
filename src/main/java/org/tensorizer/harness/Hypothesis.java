package org.tensorizer.harness;

import io.qameta.allure.LabelAnnotation;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What an experiment class claims about the chip. The report lists hypotheses by their claim, skipped ones too.
 *
 * <p>Test methods of the class may have parameters of type {@link org.tensorizer.device.Device} (the device of this
 * run, chosen by {@code -Dtensorizer.device}), {@link Bench}, {@link CompiledModels} and {@link Evidence}. A method that ends
 * normally supports the claim, an {@link AssertionError} refutes it, a {@link org.tensorizer.device.DeviceFault} is a fault
 * and no verdict, a failed assumption makes it not applicable: see {@link Verdict}. What must refute it stands in a method
 * that lists {@link Counterexample}s.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@LabelAnnotation(name = "hypothesis")
@DisplayNameGeneration(Hypothesis.Sentences.class)
@ExtendWith(HypothesisExtension.class)
public @interface Hypothesis {
    /** The claim: one sentence that can turn out to be false. */
    String value();

    /** The observation that would refute it. */
    String refutedBy();

    /** Where the claim comes from: a link, or what it was derived from. */
    String source();

    /** What anybody has seen of it on a Coral, and who; not by this project, which has not run on one. */
    String onSilicon() default "not tried";

    /** Under which heading the report lists it. */
    Theme theme() default Theme.OWN;

    /**
     * Whether an answer that refutes is asked for a second time, from the start of the method: an answer that is another
     * then is {@link Verdict#UNSTABLE} and refutes nothing. Off for claims about stability itself.
     */
    boolean askedAgain() default true;

    /** What a claim is about, in the order of the report. */
    enum Theme {
        ENCODING("How a weight is written"),
        LAYOUT("Where a weight stands"),
        ARITHMETIC("What the chip computes"),
        TOKENS("When the chip takes new weights"),
        NETWORKS("Whole networks"),
        PUBLISHED("What others saw on their Corals"),
        OWN("Your own");

        private final String heading;

        Theme(String heading) {
            this.heading = heading;
        }

        /** Such as {@code Where a weight stands}. */
        public String heading() {
            return heading;
        }
    }

    /** Method names as sentences: {@code wholeRowMovesOneOutput} reads "Whole row moves one output". */
    final class Sentences extends DisplayNameGenerator.Standard {
        @Override
        public String generateDisplayNameForMethod(List<Class<?>> enclosing, Class<?> type, Method method) {
            return of(method);
        }

        static String of(Method method) {
            StringBuilder sentence = new StringBuilder();
            for (String word : method.getName().split("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", -1)) {
                boolean acronym = word.length() > 1 && word.equals(word.toUpperCase(Locale.ROOT));
                sentence.append(sentence.isEmpty() ? "" : " ").append(acronym ? word : word.toLowerCase(Locale.ROOT));
            }
            sentence.setCharAt(0, Character.toUpperCase(sentence.charAt(0)));
            return sentence.toString();
        }
    }
}
