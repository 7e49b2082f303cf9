package org.tensorizer.harness;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A test method that runs once for each of the given sizes, on a square int8 Dense template that Tensorizer assembles
 * (identity quantization, one weight scale). Its first parameter is the {@link org.tensorizer.template.DenseTemplate}.
 *
 * <p>Tagged {@code large}, which a plain {@code mvn test} leaves out: {@code mvn test -DexcludedGroups=long} runs them too.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Tag("large")
@ParameterizedTest(name = "{arguments}")
@ArgumentsSource(AssembledArguments.class)
public @interface AssembledTemplates {
    /** Input and output channels. */
    int[] value() default {512, 1024, 2048, 2688};
}
