package org.tensorizer.base;

import java.util.Locale;
import java.util.Optional;

/**
 * A choice the user makes from outside: system property {@code -Dtensorizer.x}, or environment variable
 * {@code TENSORIZER_X} where the property is not set. An empty value counts as not set.
 *
 * @param name the property's name, such as {@code tensorizer.tflite}
 */
public record Setting(String name) {
    /** Which device runs the models, by the names of the README. */
    public static final Setting DEVICE = new Setting("tensorizer.device");

    /** The shared library of TensorFlow Lite to use instead of the one that comes with Tensorizer. */
    public static final Setting TFLITE = new Setting("tensorizer.tflite");

    /** The Edge TPU runtime, where it is not found as {@code libedgetpu.so.1}. */
    public static final Setting LIBEDGETPU = new Setting("tensorizer.libedgetpu");

    /** {@code process} or {@code none}: whether a device lives in a process of its own. Default: Corals do. */
    public static final Setting ISOLATION = new Setting("tensorizer.isolation");

    /** A second device that runs every inference too, so that the differences are known. */
    public static final Setting COMPARE = new Setting("tensorizer.compare");

    /** Folder for native libraries taken out of jars. */
    public static final Setting CACHE = new Setting("tensorizer.cache");

    public Optional<String> value() {
        String property = System.getProperty(name);
        String value = property == null || property.isBlank() ? System.getenv(variable()) : property;
        return Optional.ofNullable(value).filter(text -> !text.isBlank());
    }

    /** {@code TENSORIZER_TFLITE} for {@code tensorizer.tflite}. */
    public String variable() {
        return name.replace('.', '_').toUpperCase(Locale.ROOT);
    }

    /** How messages name it: {@code -Dtensorizer.tflite}. */
    @Override
    public String toString() {
        return "-D" + name;
    }
}
