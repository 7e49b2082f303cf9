package org.tensorizer.harness;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A test method that runs once for every compiled Dense template: those in fixtures/templates and those in the folder
 * that {@code -Dtensorizer.templates=DIR} names. Its first parameter is the {@link org.tensorizer.template.DenseTemplate}.
 *
 * <p>Files in the folder that are no compiled Dense layer are left out, and the report's metadata says why. A file that
 * is damaged fails the run. Without any template the method is not applicable.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@ParameterizedTest(name = "{arguments}")
@ArgumentsSource(TemplateArguments.class)
public @interface EveryTemplate {
    /**
     * Name of a static method of the class, without parameters, that returns a list; the method then runs for every
     * template with every element of the list, which is its second parameter. Elements need a stable {@code toString}.
     */
    String with() default "";
}
